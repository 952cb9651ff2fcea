"""Network load balancers: who arrives by them, and whose address the target sees.

After "Edit target group attributes for your Network Load Balancer" and "Update the security groups for your Network
Load Balancer".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from audit.model.graph import INTERNET
from audit.reach.path import Reach
from audit.reach.paths import arrivals

if TYPE_CHECKING:
    from audit.reach.path import Path

BROKER = {"Id": "10.0.1.10", "Port": 9112}
BY_ID = {"Id": "i-b", "Port": 9112}
KEPT, HIDDEN = {"preserve_client_ip.enabled": "true"}, {"preserve_client_ip.enabled": "false"}
FRONT = "arn:aws:elasticloadbalancing:us-east-1:111111111111:loadbalancer/net/front/1"
ANY, VPC, CLIENTS, DOORS = "0.0.0.0/0", "10.0.0.0/16", "10.0.2.0/24", "10.0.3.0/24"


@pytest.fixture
def front(toy: Any, listens: Any) -> Any:
    """Brokers in subnet-b, clients in subnet-c, and a load balancer with sg-front in subnet-d, open on 9092."""
    toy.table("rtb-1").subnet("subnet-d", DOORS)
    toy.acl("acl-d", *_open(), subnets=("subnet-d",))
    zones = [{"SubnetId": "subnet-d"}]
    toy.load_balancer("net/front", listens(9092, "tg"), groups=("sg-front",), AvailabilityZones=zones)
    return toy.door_of("net/front", "subnet-d", "10.0.3.5", "sg-front")


def _open() -> list[dict[str, Any]]:
    said = {"RuleNumber": 100, "CidrBlock": ANY, "RuleAction": "allow", "Protocol": "-1"}
    return [{**said, "Egress": out} for out in (True, False)]


def instance(toy: Any) -> Any:
    """The broker's interface belongs to i-b."""
    item = next(one for one in toy.said["DescribeNetworkInterfaces"] if one["NetworkInterfaceId"] == "eni-b")
    item["Attachment"] = {"InstanceId": "i-b", "DeviceIndex": 0}
    return toy


def by_front(toy: Any, protocol: str = "tcp", port: int = 9112) -> list[Path]:
    paths = arrivals(toy.graph(), ["sg-broker"], protocol, port)
    return [path for path in paths if FRONT in (path.via, path.origin)]


def sources(toy: Any, verdict: Reach = Reach.REACHES, protocol: str = "tcp") -> set[str]:
    found = (path.sources for path in by_front(toy, protocol) if path.verdict is verdict)
    return {source for one in found for source in one}


class TestWithItsOwnAddress:
    """Targets by address get packets of the load balancer's own address unless its clients' is asked for."""

    @pytest.fixture
    def hidden(self, front: Any, allow: Any) -> Any:
        front.target_group("tg", BROKER, of=("net/front",)).group("sg-broker", [allow(9112, cidrs=["10.0.3.5/32"])])
        return front.group("sg-front", [allow(9092, cidrs=[CLIENTS])])

    def test_its_clients_reach_the_target_that_admits_it(self, hidden: Any) -> None:
        (path,) = by_front(hidden)

        assert (path.verdict, path.reason, path.via) == (Reach.REACHES, "through_load_balancer", FRONT)
        assert (path.sources, path.destinations, path.ports) == ((CLIENTS,), ("10.0.1.10/32",), ((9112, 9112),))
        assert all(citation.record for hop in path.hops for citation in hop.because)

    def test_a_target_that_admits_its_clients_alone_is_not_reached(self, hidden: Any, allow: Any) -> None:
        hidden.said["DescribeSecurityGroups"][1]["IpPermissions"] = [allow(9112, cidrs=[CLIENTS])]
        assert by_front(hidden) == []

    def test_a_listener_of_another_protocol_sends_nothing_on(self, hidden: Any, listens: Any) -> None:
        hidden.asked["elbv2:DescribeListeners"][0][1]["Listeners"] = [listens(9092, "tg", "UDP")]
        assert by_front(hidden) == []

    def test_a_listener_before_another_group_sends_nothing_here(self, hidden: Any, listens: Any) -> None:
        hidden.asked["elbv2:DescribeListeners"][0][1]["Listeners"] = [listens(9092, "other", "TCP")]
        assert by_front(hidden) == []

    def test_weighted_groups_are_all_sent_to(self, hidden: Any, listens: Any) -> None:
        listener = listens(9092, "tg", "TLS")
        (action,) = listener["DefaultActions"]
        action["ForwardConfig"] = {"TargetGroups": [{"TargetGroupArn": action.pop("TargetGroupArn"), "Weight": 1}]}
        hidden.asked["elbv2:DescribeListeners"][0][1]["Listeners"] = [listener]

        assert sources(hidden) == {CLIENTS}

    def test_its_own_groups_hold_its_clients_off(self, hidden: Any, allow: Any) -> None:
        hidden.said["DescribeSecurityGroups"][-1]["IpPermissions"] = [allow(9093, cidrs=[CLIENTS])]
        assert by_front(hidden) == []

    def test_its_own_groups_must_let_it_out_to_the_target(self, hidden: Any, allow: Any) -> None:
        hidden.said["DescribeSecurityGroups"][-1]["IpPermissionsEgress"] = [allow(443, cidrs=[ANY])]
        assert by_front(hidden) == []


class TestWithItsClientsAddress:
    @pytest.fixture
    def kept(self, front: Any, allow: Any) -> Any:
        front.target_group("tg", BROKER, of=("net/front",), attributes=KEPT)
        front.group("sg-broker", [allow(9112, cidrs=[f"{CLIENTS[:-2]}25"])])
        return front.group("sg-front", [allow(9092, cidrs=[VPC])])

    def test_the_targets_groups_see_the_client(self, kept: Any) -> None:
        assert sources(kept) == {"10.0.2.0/25"}

    def test_a_target_that_admits_the_load_balancers_address_alone_is_not_reached(self, kept: Any, allow: Any) -> None:
        kept.said["DescribeSecurityGroups"][1]["IpPermissions"] = [allow(9112, cidrs=["10.0.3.5/32"])]

        # The load balancer's own address is a client's like any other, and nobody else's.
        assert sources(kept) == {"10.0.3.5/32"}

    def test_a_target_that_names_the_load_balancers_group_admits_all_its_clients(self, kept: Any, allow: Any) -> None:
        kept.said["DescribeSecurityGroups"][1]["IpPermissions"] = [allow(9112, groups=["sg-front"])]
        kept.said["DescribeSecurityGroups"][-1]["IpPermissions"] = [allow(9092, cidrs=[CLIENTS])]

        assert sources(kept) == {CLIENTS}

    def test_a_target_that_names_the_clients_group_does_not_admit_them(self, kept: Any, allow: Any) -> None:
        """After "Register targets with your target group", on target security groups."""
        kept.said["DescribeSecurityGroups"][1]["IpPermissions"] = [allow(9112, groups=["sg-client"])]
        assert by_front(kept) == []

    def test_a_group_of_clients_before_the_load_balancer_stays_named(self, kept: Any, allow: Any) -> None:
        kept.said["DescribeSecurityGroups"][-1]["IpPermissions"] = [allow(9092, groups=["sg-client"])]
        (path,) = by_front(kept)

        assert (path.groups, path.sources) == (("sg-client",), ("10.0.2.10/32",))

    def test_the_targets_acl_sees_the_client(self, kept: Any) -> None:
        deny = {"RuleNumber": 50, "CidrBlock": "10.0.2.0/26", "RuleAction": "deny", "Protocol": "-1", "Egress": False}
        _own_acl(kept, deny)

        assert sources(kept) == {"10.0.2.64/26"}

    def test_the_targets_acl_must_let_answers_out_to_the_client(self, kept: Any) -> None:
        deny = {"RuleNumber": 50, "CidrBlock": "10.0.2.0/26", "RuleAction": "deny", "Protocol": "-1", "Egress": True}
        _own_acl(kept, deny)

        assert sources(kept) == {"10.0.2.64/26"}

    def test_the_internets_clients_reach_private_targets(self, kept: Any, allow: Any) -> None:
        """The answers go back by way of the load balancer, so the target needs no route to the internet."""
        route = {"DestinationCidrBlock": ANY, "GatewayId": "igw-1"}
        kept.internet_gateway().table("rtb-d", route, subnets=("subnet-d",))
        kept.answers["elbv2:DescribeLoadBalancers"]["LoadBalancers"][0]["Scheme"] = "internet-facing"
        kept.said["DescribeNetworkInterfaces"][-1]["Association"] = {"PublicIp": "203.0.113.5"}
        kept.said["DescribeSecurityGroups"][-1]["IpPermissions"] = [allow(9092, cidrs=[ANY])]
        assert INTERNET not in {path.origin for path in by_front(kept)}

        kept.said["DescribeSecurityGroups"][1]["IpPermissions"] = [allow(9112, cidrs=["8.0.0.0/8"])]
        (path,) = by_front(kept)
        assert (path.verdict, path.origin, path.sources) == (Reach.REACHES, INTERNET, ("8.0.0.0/8",))

    def test_a_target_does_not_get_back_to_itself(self, kept: Any, allow: Any) -> None:
        kept.said["DescribeSecurityGroups"][1]["IpPermissions"] = [allow(9112, cidrs=["10.0.1.10/31"])]
        assert sources(kept) == {"10.0.1.11/32"}

    def test_a_route_through_a_device_to_the_target_is_in_doubt(self, kept: Any) -> None:
        route = {"DestinationCidrBlock": "10.0.1.0/24", "GatewayId": "vpce-inspect"}
        kept.table("rtb-d", route, subnets=("subnet-d",))

        assert {path.reason for path in by_front(kept)} == {"endpoint_not_modelled"}


def _own_acl(toy: Any, *entries: dict[str, Any]) -> None:
    """An ACL of the brokers' subnet alone."""
    toy.said["DescribeNetworkAcls"][0]["Associations"] = [{"SubnetId": "subnet-c"}]
    toy.acl("acl-b", *_open(), *entries, subnets=("subnet-b",))


@pytest.mark.parametrize(
    ("target", "more", "attributes", "kept"),
    [
        (BROKER, {}, {}, False),
        (BROKER, {"Protocol": "TLS"}, {}, False),
        (BROKER, {"Protocol": "TCP_UDP"}, {}, True),
        (BROKER, {"Protocol": "TCP_UDP"}, HIDDEN, True),
        (BROKER, {}, KEPT, True),
        (BY_ID, {"TargetType": "instance"}, {}, True),
        (BY_ID, {"TargetType": "instance", "Protocol": "TLS"}, {}, True),
        (BY_ID, {"TargetType": "instance"}, HIDDEN, False),
    ],
)
def test_whose_address_the_target_sees(
    front: Any, allow: Any, target: Any, more: Any, attributes: Any, *, kept: bool
) -> None:
    instance(front).target_group("tg", target, of=("net/front",), attributes=attributes, **more)
    front.group("sg-front", [allow(9092, cidrs=[CLIENTS])]).group("sg-broker", [allow(9112, cidrs=[CLIENTS])])

    assert sources(front) == ({CLIENTS} if kept else set())


def test_udp_arrives_with_its_clients_address(front: Any, allow: Any, listens: Any) -> None:
    front.asked["elbv2:DescribeListeners"][0][1]["Listeners"] = [listens(9092, "tg", "UDP")]
    front.target_group("tg", BROKER, of=("net/front",), Protocol="UDP")
    front.group("sg-front", [allow(9092, cidrs=[VPC], protocol="udp")])
    front.group("sg-broker", [allow(9112, cidrs=[CLIENTS], protocol="udp")])

    assert (sources(front, protocol="udp"), sources(front)) == ({CLIENTS}, set())


def test_unread_attributes_leave_both_in_doubt(front: Any, allow: Any) -> None:
    front.target_group("tg", BROKER, of=("net/front",)).group("sg-front", [allow(9092, cidrs=[CLIENTS])])
    front.group("sg-broker", [allow(9112, cidrs=[CLIENTS])]).refuse("elbv2:DescribeTargetGroupAttributes")
    (path,) = by_front(front)

    assert (path.verdict, path.reason) == (Reach.UNKNOWN, "client_address_preservation_unread")
    assert path.missing == ("elasticloadbalancing:DescribeTargetGroupAttributes",)


def test_a_load_balancer_without_groups_filters_nothing(toy: Any, allow: Any, listens: Any) -> None:
    """After "Update the security groups for your Network Load Balancer"."""
    toy.table("rtb-1").load_balancer("net/front", listens(9092, "tg")).door_of("net/front", "subnet-c", "10.0.2.20")
    toy.target_group("tg", BROKER, of=("net/front",)).group("sg-broker", [allow(9112, cidrs=["10.0.2.20/32"])])

    assert sources(toy) == {"10.0.1.0/24", "10.0.2.0/24"}
    paths = arrivals(toy.graph(), ["eni-front-subnet-c"], "tcp", 9092)
    assert Reach.UNKNOWN not in {path.verdict for path in paths}


def test_an_interface_without_groups_of_something_else_stays_in_doubt(toy: Any, allow: Any, listens: Any) -> None:
    toy.table("rtb-1").load_balancer("net/front", listens(9092, "tg"), groups=("sg-front",))
    toy.door_of("net/front", "subnet-c", "10.0.2.20").target_group("tg", BROKER, of=("net/front",))
    toy.group("sg-broker", [allow(9112, cidrs=["10.0.2.20/32"])])

    assert {path.verdict for path in by_front(toy)} == {Reach.UNKNOWN}


def test_clients_of_the_other_address_family_come_with_the_load_balancers(toy: Any, allow: Any, listens: Any) -> None:
    """A dualstack load balancer: IPv4 targets see its IPv4 address for IPv6 clients, preserved or not."""
    toy.table("rtb-1").load_balancer("net/front", listens(9092, "tg"), groups=("sg-front",), IpAddressType="dualstack")
    toy.door_of("net/front", "subnet-c", "10.0.2.20", "sg-front", Ipv6Addresses=[{"Ipv6Address": "2600:1f00::20"}])
    toy.said["DescribeSubnets"][1]["Ipv6CidrBlockAssociationSet"] = [
        {"Ipv6CidrBlock": "2600:1f00::/64", "Ipv6CidrBlockState": {"State": "associated"}}
    ]
    local = {"DestinationIpv6CidrBlock": "2600:1f00::/56", "GatewayId": "local", "State": "active"}
    toy.said["DescribeRouteTables"][0]["Routes"].append(local)
    toy.target_group("tg", BROKER, of=("net/front",), attributes=KEPT)
    toy.group("sg-front", [allow(9092, cidrs=["2600:1f00::/64"])])
    toy.group("sg-broker", [allow(9112, cidrs=["10.0.2.20/32"])])

    assert sources(toy) == {"2600:1f00::/64"}


def test_a_target_by_id_gets_packets_at_its_first_address(front: Any, allow: Any) -> None:
    instance(front).target_group("tg", BY_ID, of=("net/front",), TargetType="instance")
    front.group("sg-front", [allow(9092, cidrs=[CLIENTS])]).group("sg-broker", [allow(9112, cidrs=[CLIENTS])])
    front.interface("eni-b2", "subnet-b", "10.0.1.12", "sg-broker")
    front.said["DescribeNetworkInterfaces"][-1]["Attachment"] = {"InstanceId": "i-b", "DeviceIndex": 1}
    (path,) = by_front(front)

    assert path.destinations == ("10.0.1.10/32",)


FAR = "10.9.0.0/16"


class TestTargetsElsewhere:
    """Targets by address outside the load balancer's VPC: "Register targets with your target group"."""

    @pytest.fixture
    def away(self, front: Any, allow: Any) -> Any:
        """Brokers of vpc-2 behind a peering connection, with routes both ways."""
        front.said["DescribeVpcs"].append({"VpcId": "vpc-2", "CidrBlock": FAR, "OwnerId": "111111111111"})
        sides = [
            {"VpcId": vpc, "CidrBlock": cidr, "Region": "us-east-1"} for vpc, cidr in (("vpc-1", VPC), ("vpc-2", FAR))
        ]
        front.said["DescribeVpcPeeringConnections"].append(
            {
                "VpcPeeringConnectionId": "pcx-1",
                "Status": {"Code": "active"},
                "RequesterVpcInfo": sides[0],
                "AccepterVpcInfo": sides[1],
            }
        )
        front.subnet("subnet-far", "10.9.0.0/24").acl("acl-far", *_open(), subnets=("subnet-far",))
        front.table("rtb-d", _peered(FAR), subnets=("subnet-d",)).table(
            "rtb-far", _peered(VPC), subnets=("subnet-far",)
        )
        front.said["DescribeRouteTables"][-1]["Routes"][0]["DestinationCidrBlock"] = FAR
        front.interface("eni-far", "subnet-far", "10.9.0.10", "sg-broker")
        for call in ("DescribeSubnets", "DescribeRouteTables", "DescribeNetworkInterfaces"):
            front.said[call][-1]["VpcId"] = "vpc-2"
        front.group("sg-broker", [allow(9112, cidrs=[DOORS])])
        return front.group("sg-front", [allow(9092, cidrs=[CLIENTS])])

    def target(self, toy: Any, attributes: dict[str, str] | None = None) -> Any:
        return toy.target_group("tg", {"Id": "10.9.0.10", "Port": 9112}, of=("net/front",), attributes=attributes)

    def test_a_target_in_a_peered_vpc_is_reached(self, away: Any) -> None:
        (path,) = by_front(self.target(away))

        assert (path.verdict, path.sources, path.destinations) == (Reach.REACHES, (CLIENTS,), ("10.9.0.10/32",))

    def test_it_sees_its_clients_there_too(self, away: Any, allow: Any) -> None:
        assert by_front(self.target(away, KEPT)) == []

        away.said["DescribeSecurityGroups"][-2]["IpPermissions"] = [allow(9112, cidrs=[CLIENTS])]
        assert sources(away) == {CLIENTS}

    def test_beyond_the_region_kept_addresses_are_in_doubt(self, away: Any, allow: Any) -> None:
        away.said["DescribeVpcPeeringConnections"][0]["AccepterVpcInfo"]["Region"] = "eu-west-1"
        away.said["DescribeSecurityGroups"][-2]["IpPermissions"] = [allow(9112, cidrs=[CLIENTS])]

        assert {path.reason for path in by_front(self.target(away, KEPT))} == {"client_address_beyond_peering"}

    def test_without_a_route_there_it_is_another_vpcs_address(self, away: Any) -> None:
        del away.said["DescribeRouteTables"][1]["Routes"][1]
        assert by_front(self.target(away)) == []

    def test_unread_targets_may_be_there_where_a_route_leads(self, away: Any) -> None:
        self.target(away).refuse("elbv2:DescribeTargetHealth")
        far = arrivals(away.graph(), ["eni-far"], "tcp", 9112)
        assert "target_group_unread" in {path.reason for path in far}

        del away.said["DescribeRouteTables"][1]["Routes"][1]
        assert "target_group_unread" not in {path.reason for path in arrivals(away.graph(), ["eni-far"], "tcp", 9112)}

    def test_without_a_route_back_it_is_not_reached(self, away: Any) -> None:
        del away.said["DescribeRouteTables"][2]["Routes"][1]
        assert by_front(self.target(away)) == []

    def test_an_address_of_the_load_balancers_own_vpc_is_meant_there(self, away: Any) -> None:
        away.said["DescribeVpcs"][1]["CidrBlock"] = VPC
        away.said["DescribeNetworkInterfaces"][-1]["PrivateIpAddresses"] = [{"PrivateIpAddress": "10.0.1.10"}]
        away.target_group("tg", BROKER, of=("net/front",))

        assert {path.interfaces for path in by_front(away)} == {
            ("arn:aws:ec2:us-east-1:111111111111:network-interface/eni-b",)
        }


def _peered(cidr: str) -> dict[str, Any]:
    return {"DestinationCidrBlock": cidr, "VpcPeeringConnectionId": "pcx-1"}


def test_targets_and_listeners_that_say_little_send_nothing(front: Any, allow: Any) -> None:
    front.asked["elbv2:DescribeListeners"][0][1]["Listeners"] += [{}, {"Port": 1, "Protocol": "TCP"}]
    front.target_group("tg", {}, {"Id": "lambda"}, {"Id": "10.0.1.10"}, of=("net/front",), Port=None)
    front.group("sg-front", [allow(9092, cidrs=[CLIENTS])]).group("sg-broker", [allow(9112, cidrs=[DOORS])])

    assert by_front(front) == []


class TestInARow:
    """After "Use an Application Load Balancer as a target of a Network Load Balancer"."""

    @pytest.fixture
    def row(self, front: Any, allow: Any, listens: Any) -> Any:
        """Clients, net/front, app/back with sg-back in subnet-c, brokers."""
        back = FRONT.replace("net/front", "app/back")
        front.target_group("tg", {"Id": back, "Port": 443}, of=("net/front",), TargetType="alb", Port=443)
        front.load_balancer("app/back", listens(443, "brokers", "HTTPS"), groups=("sg-back",))
        front.door_of("app/back", "subnet-c", "10.0.2.20", "sg-back").target_group("brokers", BROKER, of=("app/back",))
        front.group("sg-broker", [allow(9112, groups=["sg-back"])])
        return front.group("sg-front", [allow(9092, cidrs=["10.0.1.0/24"])])

    def test_the_second_load_balancer_sees_the_first_ones_clients(self, row: Any, allow: Any) -> None:
        row.group("sg-back", [allow(443, cidrs=["10.0.1.0/25"])])
        paths = [path for path in arrivals(row.graph(), ["sg-broker"], "tcp", 9112) if path.via]

        assert {path.verdict for path in paths} == {Reach.REACHES}
        assert {source for path in paths for source in path.sources} == {"10.0.1.0/25"}
        assert any(FRONT in {hop.node for hop in path.hops} for path in paths)

    def test_clients_that_the_second_does_not_admit_do_not_arrive(self, row: Any, allow: Any) -> None:
        row.group("sg-back", [allow(443, cidrs=["10.0.3.5/32"])])
        paths = [path for path in arrivals(row.graph(), ["sg-broker"], "tcp", 9112) if path.via]

        assert {source for path in paths for source in path.sources} == {"10.0.3.5/32"}

    def test_load_balancers_in_a_circle_end(self, row: Any, allow: Any) -> None:
        row.group("sg-back", [allow(443, cidrs=[VPC])])
        row.target_group("round", {"Id": "10.0.3.5", "Port": 9092}, of=("app/back",))

        assert arrivals(row.graph(), ["sg-broker"], "tcp", 9112)


def test_a_gateway_load_balancer_before_the_target_is_in_doubt(toy: Any, allow: Any, listens: Any) -> None:
    toy.table("rtb-1").load_balancer("gwy/front", listens(6081, "tg", "GENEVE"))
    toy.target_group("tg", {"Id": "10.0.1.10", "Port": 6081}, of=("gwy/front",), Port=6081, Protocol="GENEVE")
    toy.group("sg-broker", [allow(6081, cidrs=[VPC], protocol="udp")])
    paths = arrivals(toy.graph(), ["sg-broker"], "udp", 6081)

    assert "load_balancer_not_modelled" in {path.reason for path in paths if path.verdict is Reach.UNKNOWN}
