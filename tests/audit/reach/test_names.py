"""Whether a name resolves where clients are.

After "Considerations when working with a private hosted zone", "View and update DNS attributes for your VPC", "How VPC
Resolver determines whether the domain name in a query matches any rules" and "DNS domain name format".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from retold import retold

from audit.model.facts import Unknown
from audit.model.graph import Node, NodeKind
from audit.reach.names import resolves
from audit.reach.path import Reach

if TYPE_CHECKING:
    from audit.model.graph import BoundaryGraph
    from audit.reach.names import Resolution

ACCOUNT, REGION = "111111111111", "us-east-1"
VPC = f"arn:aws:ec2:{REGION}:{ACCOUNT}:vpc/vpc-1"
UNREAD = Unknown("some:Permission", "AccessDenied", "")
ELB = f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}"
FRONT_NAME = "front-1.elb.us-east-1.amazonaws.com"


def record(name: str, *values: str, kind: str = "A", alias: str | None = None) -> dict[str, Any]:
    return {"name": name, "type": kind, "values": list(values), "alias": alias}


class World:
    """One VPC without forwarding rules, and the zones that are added one by one."""

    def __init__(self, toy: Any) -> None:
        self.toy = toy.table("rtb-1")
        self.zones: list[Node] = []
        self.facts: dict[str, Any] = {"dns_forwarding": []}

    def zone(self, domain: str, *records: dict[str, Any], vpcs: Any = ("vpc-1",), **more: Any) -> World:
        name = f"Z{len(self.zones)}"
        facts = {"private": True, "zone_name": f"{domain}.", "vpcs": vpcs, "records": list(records), **more}
        node = f"arn:aws:route53:::hostedzone/{name}"
        self.zones.append(Node(node, NodeKind.HOSTED_ZONE, name, ACCOUNT, "global", facts, (f"record of {name}",)))
        return self

    def endpoint(self, *names: str, **more: Any) -> World:
        self.toy.interface("eni-ep", "subnet-c", "10.0.2.30", "sg-ep")
        self.toy.said["DescribeVpcEndpoints"].append(
            {
                "VpcEndpointId": "vpce-1",
                "VpcEndpointType": "Interface",
                "VpcId": "vpc-1",
                "ServiceName": f"com.amazonaws.{REGION}.kms",
                "NetworkInterfaceIds": ["eni-ep"],
                "PrivateDnsEnabled": True,
                "State": "available",
                "DnsEntries": [{"DnsName": name} for name in names],
                **more,
            }
        )
        return self

    def graph(self) -> BoundaryGraph:
        made = retold(self.toy.graph(), VPC, **self.facts)
        for zone in self.zones:
            made.add(zone)
        return made

    def asked(self, name: str, vpc: str = "vpc-1") -> Resolution:
        return resolves(self.graph(), name, vpc)

    def answer(self, name: str) -> tuple[Reach, Any]:
        found = self.asked(name)
        return found.verdict, found.addresses if found.verdict is Reach.REACHES else found.reason


@pytest.fixture
def world(toy: Any) -> World:
    return World(toy)


class TestPrivateZones:
    def test_a_record_answers(self, world: World) -> None:
        world.zone("kafka.example", record("b1.kafka.example.", "10.0.1.10"))
        found = world.asked("B1.kafka.example.")

        assert (found.verdict, found.reason, found.addresses) == (Reach.REACHES, "record", ("10.0.1.10",))
        assert [(node, cited.record) for node, cited in found.because] == [(world.zones[0].id, "record of Z0")]

    def test_all_records_of_a_name_answer(self, world: World) -> None:
        world.zone(
            "kafka.example",
            record("b.kafka.example.", "10.0.1.10"),
            record("b.kafka.example.", "10.0.1.11"),
            record("b.kafka.example.", "2600:1f00::10", kind="AAAA"),
            record("b.kafka.example.", '"text"', kind="TXT"),
        )
        assert world.answer("b.kafka.example") == (Reach.REACHES, ("10.0.1.10", "10.0.1.11", "2600:1f00::10"))

    def test_a_zone_of_another_vpc_does_not_answer(self, world: World) -> None:
        world.zone("kafka.example", record("b1.kafka.example.", "10.0.1.10"), vpcs=["vpc-2"])
        assert world.answer("b1.kafka.example") == (Reach.UNKNOWN, "public_dns_not_read")

    def test_a_public_zone_is_public_dns(self, world: World) -> None:
        world.zone("kafka.example", vpcs=[], private=False, records=None)
        assert world.answer("b1.kafka.example") == (Reach.UNKNOWN, "public_dns_not_read")

    def test_a_zone_without_the_name_does_not_fall_back_on_public_dns(self, world: World) -> None:
        world.zone("kafka.example", record("b1.kafka.example.", "10.0.1.10"))
        assert world.answer("b2.kafka.example") == (Reach.BLOCKED, "no_record")

    def test_the_longest_zone_answers_alone(self, world: World) -> None:
        world.zone("example", record("b1.kafka.example.", "10.0.1.99")).zone("kafka.example")
        assert world.answer("b1.kafka.example") == (Reach.BLOCKED, "no_record")

        world.zones.reverse()
        assert world.answer("b1.kafka.example") == (Reach.BLOCKED, "no_record")

    def test_names_are_compared_by_labels(self, world: World) -> None:
        world.zone("kafka.example", record("b1.kafka.example.", "10.0.1.10"))
        assert world.answer("b1.otherkafka.example") == (Reach.UNKNOWN, "public_dns_not_read")

    @pytest.mark.parametrize(
        ("name", "answer"),
        [
            ("b7.kafka.example", (Reach.REACHES, ("10.0.1.7",))),
            ("x.y.kafka.example", (Reach.REACHES, ("10.0.1.7",))),
            ("b1.kafka.example", (Reach.REACHES, ("10.0.1.1",))),
            ("text.kafka.example", (Reach.BLOCKED, "no_record")),
            ("below.kafka.example", (Reach.BLOCKED, "no_record")),
            ("else.below.kafka.example", (Reach.BLOCKED, "no_record")),
            ("kafka.example", (Reach.BLOCKED, "no_record")),
        ],
    )
    def test_a_wildcard_answers_where_nothing_else_exists(self, world: World, name: str, answer: Any) -> None:
        world.zone(
            "kafka.example",
            record("\\052.kafka.example.", "10.0.1.7"),
            record("b1.kafka.example.", "10.0.1.1"),
            record("text.kafka.example.", '"text"', kind="TXT"),
            record("a.below.kafka.example.", "10.0.1.2"),
        )
        assert world.answer(name) == answer

    def test_a_delegated_name_is_unknown(self, world: World) -> None:
        apex, below = (record(name, "ns.example.", kind="NS") for name in ("example.", "kafka.example."))
        world.zone("example", apex, below)
        assert world.answer("b1.kafka.example") == (Reach.UNKNOWN, "name_delegated")

    def test_canonical_names_are_asked_again(self, world: World) -> None:
        world.zone("one.example", record("a.one.example.", "b.two.example.", kind="CNAME"))
        assert world.answer("a.one.example") == (Reach.UNKNOWN, "public_dns_not_read")

        world.zone("two.example", record("b.two.example.", "10.0.1.10"))
        assert world.answer("a.one.example") == (Reach.REACHES, ("10.0.1.10",))

    def test_names_in_a_circle_end(self, world: World) -> None:
        world.zone(
            "example",
            record("a.example.", "b.example.", kind="CNAME"),
            record("b.example.", alias="c.example."),
            record("c.example.", alias="b.example."),
        )
        assert world.answer("a.example") == (Reach.BLOCKED, "names_in_a_circle")
        assert world.answer("b.example") == (Reach.BLOCKED, "names_in_a_circle")


class TestNamesOfAws:
    @pytest.fixture
    def front(self, world: World) -> World:
        world.toy.load_balancer("net/front", DNSName=FRONT_NAME).door_of("net/front", "subnet-c", "10.0.2.20")
        return world

    @pytest.mark.parametrize("alias", [f"{FRONT_NAME}.", f"dualstack.{FRONT_NAME}."])
    def test_an_alias_of_a_load_balancer_leads_to_it(self, front: World, alias: str) -> None:
        front.zone("kafka.example", record("boot.kafka.example.", alias=alias))
        found = front.asked("boot.kafka.example")

        assert (found.verdict, found.addresses) == (Reach.REACHES, ("10.0.2.20",))
        assert found.target == f"{ELB}:loadbalancer/net/front/1"

    def test_its_own_name_resolves_everywhere(self, front: World) -> None:
        assert front.answer(FRONT_NAME) == (Reach.REACHES, ("10.0.2.20",))

    def test_one_that_faces_the_internet_has_public_addresses(self, front: World) -> None:
        front.toy.answers["elbv2:DescribeLoadBalancers"]["LoadBalancers"][0]["Scheme"] = "internet-facing"
        front.toy.said["DescribeNetworkInterfaces"][-1]["Association"] = {"PublicIp": "203.0.113.5"}
        assert front.answer(FRONT_NAME) == (Reach.REACHES, ("203.0.113.5",))

    def test_an_alias_of_something_else_is_unknown(self, front: World) -> None:
        front.zone("kafka.example", record("boot.kafka.example.", alias="d1.cloudfront.net."))
        assert front.answer("boot.kafka.example") == (Reach.UNKNOWN, "public_dns_not_read")


KMS = "kms.us-east-1.amazonaws.com"


class TestEndpoints:
    def test_the_private_name_of_its_service_leads_to_it(self, world: World) -> None:
        found = world.endpoint("vpce-1-x.kms.us-east-1.vpce.amazonaws.com", KMS).asked(KMS)

        assert (found.verdict, found.reason, found.addresses) == (Reach.REACHES, "endpoint", ("10.0.2.30",))
        assert found.target.endswith("vpc-endpoint/vpce-1")

    def test_a_wildcard_among_its_names(self, world: World) -> None:
        world.endpoint("*.dkr.ecr.us-east-1.amazonaws.com")
        assert world.answer("1.dkr.ecr.us-east-1.amazonaws.com") == (Reach.REACHES, ("10.0.2.30",))

    @pytest.mark.parametrize(
        "more",
        [
            {"PrivateDnsEnabled": False},
            {"State": "pendingAcceptance"},
            {"VpcId": "vpc-2"},
            {"DnsOptions": {"PrivateDnsOnlyForInboundResolverEndpoint": True}},
        ],
    )
    def test_it_does_not_everywhere(self, world: World, more: Any) -> None:
        assert world.endpoint(KMS, **more).answer(KMS) == (Reach.UNKNOWN, "public_dns_not_read")

    def test_its_own_names_resolve_everywhere(self, world: World) -> None:
        own = "vpce-1-x.vpce-svc-1.us-east-1.vpce.amazonaws.com"
        assert world.endpoint(own, VpcId="vpc-2", PrivateDnsEnabled=False).answer(own) == (
            Reach.REACHES,
            ("10.0.2.30",),
        )

    def test_its_name_is_longer_than_a_zones(self, world: World) -> None:
        assert world.endpoint(KMS).zone("amazonaws.com").answer(KMS) == (Reach.REACHES, ("10.0.2.30",))


class TestTheVpc:
    @pytest.fixture
    def zoned(self, world: World) -> World:
        return world.zone("kafka.example", record("b1.kafka.example.", "10.0.1.10"))

    @pytest.mark.parametrize(
        ("fact", "value", "answer"),
        [
            ("dns_support", False, (Reach.BLOCKED, "resolver_off")),
            ("dns_support", UNREAD, (Reach.UNKNOWN, "dns_support_unread")),
            ("dns_hostnames", False, (Reach.BLOCKED, "dns_hostnames_off")),
            ("dns_hostnames", UNREAD, (Reach.UNKNOWN, "dns_hostnames_unread")),
            ("dns_firewall", UNREAD, (Reach.UNKNOWN, "dns_firewall_unread")),
            ("dns_firewall", [{"Action": "BLOCK"}], (Reach.UNKNOWN, "dns_firewall_not_judged")),
            ("dns_firewall", [{"Action": "ALERT"}], (Reach.REACHES, ("10.0.1.10",))),
            ("dns_forwarding", UNREAD, (Reach.UNKNOWN, "forwarding_rules_unread")),
        ],
    )
    def test_its_settings(self, zoned: World, fact: str, value: Any, answer: Any) -> None:
        zoned.facts[fact] = value
        assert zoned.answer("b1.kafka.example") == answer

    def test_forwarding_rules_that_were_not_read_name_the_permission(self, zoned: World) -> None:
        zoned.facts.clear()
        zoned.toy.refuse("route53resolver:ListResolverRuleAssociations")
        (doubt,) = zoned.asked("b1.kafka.example").doubts

        assert doubt.unread is not None
        assert doubt.unread.permission == "route53resolver:ListResolverRuleAssociations"

    @pytest.mark.parametrize(
        ("domain", "kind", "answer"),
        [
            ("kafka.example.", "FORWARD", (Reach.UNKNOWN, "name_forwarded")),
            ("b1.kafka.example.", "FORWARD", (Reach.UNKNOWN, "name_forwarded")),
            ("example.", "FORWARD", (Reach.REACHES, ("10.0.1.10",))),
            ("kafka.example.", "SYSTEM", (Reach.REACHES, ("10.0.1.10",))),
            (".", "RECURSIVE", (Reach.REACHES, ("10.0.1.10",))),
            (".", "FORWARD", (Reach.REACHES, ("10.0.1.10",))),
            ("other.example.", "FORWARD", (Reach.REACHES, ("10.0.1.10",))),
        ],
    )
    def test_a_forwarding_rule_as_long_as_the_zone_wins(
        self, zoned: World, domain: str, kind: str, answer: Any
    ) -> None:
        zoned.facts["dns_forwarding"] = [{"rule": "rslvr-rr-1", "domain": domain, "type": kind}]
        assert zoned.answer("b1.kafka.example") == answer

    def test_a_rule_without_a_domain_is_one_for_everything(self, zoned: World) -> None:
        zoned.facts["dns_forwarding"] = [{"rule": "rslvr-rr-1", "domain": None, "type": "DELEGATE"}]
        assert zoned.answer("b1.kafka.example") == (Reach.REACHES, ("10.0.1.10",))
        assert zoned.answer("else.example") == (Reach.UNKNOWN, "name_forwarded")

    def test_a_rule_for_everything_takes_what_no_zone_holds(self, zoned: World) -> None:
        zoned.facts["dns_forwarding"] = [{"rule": "rslvr-rr-1", "domain": ".", "type": "FORWARD"}]
        assert zoned.answer("else.example") == (Reach.UNKNOWN, "name_forwarded")

    def test_a_vpc_that_was_not_described_is_unknown(self, zoned: World) -> None:
        found = zoned.asked("b1.kafka.example", "vpc-9")
        assert (found.verdict, found.reason) == (Reach.UNKNOWN, "vpc_unread")

    def test_an_address_is_its_own_name(self, zoned: World) -> None:
        assert zoned.answer("10.0.1.10") == (Reach.REACHES, ("10.0.1.10",))


@pytest.mark.parametrize(
    ("more", "word"), [({"vpcs": UNREAD}, "hosted_zone_unread"), ({"records": UNREAD}, "records_unread")]
)
def test_what_was_not_read_of_a_zone_is_in_doubt(world: World, more: Any, word: str) -> None:
    world.zone("kafka.example", **more)
    found = world.asked("b1.kafka.example")

    assert (found.verdict, word in {doubt.reason for doubt in found.doubts}) == (Reach.UNKNOWN, True)
    assert UNREAD in {doubt.unread for doubt in found.doubts}
