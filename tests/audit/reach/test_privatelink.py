"""PrivateLink: who enters by the endpoint service of a load balancer, and what the consumer's endpoint leads to.

After "Configure an endpoint service" and "Update the security groups for your Network Load Balancer".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from retold import retold

from audit.model.facts import Unknown
from audit.reach.addresses import ports
from audit.reach.consumers import to_services
from audit.reach.path import Reach
from audit.reach.paths import arrivals, derive, service_paths
from audit.reach.topology import network

if TYPE_CHECKING:
    from audit.model.graph import BoundaryGraph
    from audit.reach.path import Path

BROKER, FOREIGN = {"Id": "10.0.1.10", "Port": 9112}, "222222222222"
ELB = "arn:aws:elasticloadbalancing:us-east-1:111111111111"
FRONT = f"{ELB}:loadbalancer/net/front/1"
NAME = "com.amazonaws.vpce.us-east-1.vpce-svc-1"
SERVICE, ENDPOINT = (f"arn:aws:ec2:us-east-1:111111111111:vpc-endpoint{x}" for x in ("-service/vpce-svc-1", "/vpce-1"))
ACCEPTED = {"endpoint": "vpce-far", "owner": FOREIGN, "state": "available"}


@pytest.fixture
def served(toy: Any, allow: Any, listens: Any) -> Any:
    """Brokers behind a load balancer without groups in subnet-c, which an endpoint service leads to."""
    toy.table("rtb-1").load_balancer("net/front", listens(9092, "tg")).door_of("net/front", "subnet-c", "10.0.2.20")
    toy.target_group("tg", BROKER, of=("net/front",)).group("sg-broker", [allow(9112, cidrs=["10.0.2.20/32"])])
    toy.answers["ec2:DescribeVpcEndpointServiceConfigurations"] = {
        "ServiceConfigurations": [
            {
                "ServiceId": "vpce-svc-1",
                "ServiceName": NAME,
                "ServiceState": "Available",
                "AcceptanceRequired": True,
                "NetworkLoadBalancerArns": [FRONT],
            }
        ]
    }
    return toy


def graph(toy: Any, connections: Any = (), allowed: Any = (), **more: Any) -> BoundaryGraph:
    return retold(toy.graph(), SERVICE, connections=connections, allowed=allowed, **more)


def linked(made: BoundaryGraph, port: int = 9112) -> list[Path]:
    found = arrivals(made, ["sg-broker"], "tcp", port)
    return [path for path in found if path.via == FRONT and path.reason != "through_load_balancer"]


def test_an_accepted_connection_arrives(served: Any) -> None:
    (path,) = linked(graph(served, [ACCEPTED]))

    assert (path.verdict, path.reason, path.origin) == (Reach.REACHES, "through_privatelink", FOREIGN)
    assert (path.sources, path.ports) == ((), ((9112, 9112),))
    assert {SERVICE, FRONT} <= {hop.node for hop in path.hops}


def test_it_needs_no_permission_any_more(served: Any) -> None:
    """Removed permissions do not affect connections that were accepted before."""
    assert {path.verdict for path in linked(graph(served, [ACCEPTED], []))} == {Reach.REACHES}


@pytest.mark.parametrize(
    ("state", "found"),
    [
        ("pendingAcceptance", {(Reach.BLOCKED, "connection_not_accepted")}),
        ("rejected", set()),
        ("deleted", set()),
        ("expired", set()),
    ],
)
def test_a_connection_that_is_not_accepted_does_not(served: Any, state: str, found: Any) -> None:
    paths = linked(graph(served, [{**ACCEPTED, "state": state}]))
    assert {(path.verdict, path.reason) for path in paths} == found


def test_an_account_with_one_accepted_and_one_pending_connection_arrives(served: Any) -> None:
    paths = linked(graph(served, [ACCEPTED, {**ACCEPTED, "endpoint": "vpce-x", "state": "pendingAcceptance"}]))
    assert {path.verdict for path in paths} == {Reach.REACHES, Reach.BLOCKED}


@pytest.mark.parametrize(
    ("principal", "origin", "reason"),
    [
        ("*", "*", "any_account_may_connect"),
        (f"arn:aws:iam::{FOREIGN}:root", FOREIGN, "account_may_connect"),
        (f"arn:aws:iam::{FOREIGN}:role/net", FOREIGN, "account_may_connect"),
    ],
)
def test_whoever_is_allowed_arrives_at_will_where_no_acceptance_is_asked(
    served: Any, principal: str, origin: str, reason: str
) -> None:
    (path,) = linked(graph(served, allowed=[principal], acceptance_required=False))
    assert (path.verdict, path.reason, path.origin) == (Reach.REACHES, reason, origin)

    (path,) = linked(graph(served, allowed=[principal]))
    assert (path.verdict, path.reason, path.origin) == (Reach.BLOCKED, "connection_needs_acceptance", origin)


@pytest.mark.parametrize(
    ("said", "word"),
    [("connections", "endpoint_connections_unread"), ("allowed", "endpoint_service_permissions_unread")],
)
def test_what_was_not_read_of_it_is_in_doubt(served: Any, said: str, word: str) -> None:
    unread = Unknown("ec2:DescribeThis", "AccessDenied", "")
    (path,) = linked(graph(served, **{said: unread}))

    assert (path.verdict, path.reason, path.missing) == (Reach.UNKNOWN, word, ("ec2:DescribeThis",))


def test_unread_services_are_in_doubt(served: Any) -> None:
    served.refuse("ec2:DescribeVpcEndpointServiceConfigurations")
    (path,) = linked(served.graph())

    assert (path.verdict, path.reason) == (Reach.UNKNOWN, "endpoint_services_unread")


def test_the_target_sees_the_load_balancer_whatever_its_group_preserves(served: Any, allow: Any) -> None:
    pairs = [{"Key": "preserve_client_ip.enabled", "Value": "true"}]
    served.asked["elbv2:DescribeTargetGroupAttributes"][0][1]["Attributes"] = pairs
    assert {path.verdict for path in linked(graph(served, [ACCEPTED]))} == {Reach.REACHES}

    served.said["DescribeSecurityGroups"][1]["IpPermissions"] = [allow(9112, cidrs=["172.16.0.0/12"])]
    assert linked(graph(served, [ACCEPTED])) == []


class TestGroupsOfTheLoadBalancer:
    @pytest.fixture
    def guarded(self, served: Any) -> Any:
        served.answers["elbv2:DescribeLoadBalancers"]["LoadBalancers"][0]["SecurityGroups"] = ["sg-front"]
        served.said["DescribeNetworkInterfaces"][-1]["Groups"] = [{"GroupId": "sg-front"}]
        return served

    def judged(self, toy: Any, checks: str | None) -> set[tuple[Reach, str]]:
        if checks is not None:
            item = toy.answers["elbv2:DescribeLoadBalancers"]["LoadBalancers"][0]
            item["EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic"] = checks
        return {(path.verdict, path.reason) for path in linked(graph(toy, [ACCEPTED]))}

    @pytest.mark.parametrize("checks", ["on", None])
    def test_they_filter_by_default(self, guarded: Any, checks: str | None) -> None:
        guarded.group("sg-front", [])
        assert self.judged(guarded, checks) == {(Reach.BLOCKED, "groups_of_the_load_balancer")}

    def test_they_see_the_clients_own_address(self, guarded: Any, allow: Any) -> None:
        guarded.group("sg-front", [allow(9092, cidrs=["192.168.0.0/16"])])
        assert self.judged(guarded, "on") == {(Reach.REACHES, "through_privatelink")}

    def test_a_group_named_there_admits_nobody_across_privatelink(self, guarded: Any, allow: Any) -> None:
        guarded.group("sg-front", [allow(9092, groups=["sg-client"])])
        assert self.judged(guarded, "on") == {(Reach.BLOCKED, "groups_of_the_load_balancer")}

    def test_switched_off_they_let_all_of_it_in(self, guarded: Any) -> None:
        guarded.group("sg-front", [])
        assert self.judged(guarded, "off") == {(Reach.REACHES, "through_privatelink")}


@pytest.fixture
def joined(served: Any, allow: Any) -> Any:
    """A walked consumer too: vpc-2 with clients in sg-far and an endpoint in sg-ep, connected to the service."""
    far = {"VpcId": "vpc-2"}
    served.said["DescribeVpcs"].append({**far, "CidrBlock": "10.9.0.0/16", "OwnerId": "111111111111"})
    served.subnet("subnet-far", "10.9.1.0/24").subnet("subnet-ep", "10.9.2.0/24")
    served.table("rtb-far")
    for made in (*served.said["DescribeSubnets"][-2:], served.said["DescribeRouteTables"][-1]):
        made.update(far)
    served.said["DescribeRouteTables"][-1]["Routes"][0]["DestinationCidrBlock"] = "10.9.0.0/16"
    passing = [{"RuleNumber": 100, "CidrBlock": "0.0.0.0/0", "RuleAction": "allow", "Protocol": "-1"}]
    entries = [{**entry, "Egress": out} for entry in passing for out in (True, False)]
    served.acl("acl-far", *entries, subnets=("subnet-far", "subnet-ep")).group("sg-far", []).group(
        "sg-ep", [allow(9092, groups=["sg-far"])]
    )
    served.interface("eni-far", "subnet-far", "10.9.1.10", "sg-far", VpcId="vpc-2")
    served.interface("eni-ep", "subnet-ep", "10.9.2.10", "sg-ep", VpcId="vpc-2")
    served.said["DescribeVpcEndpoints"].append(
        {
            "VpcEndpointId": "vpce-1",
            "VpcEndpointType": "Interface",
            "VpcId": "vpc-2",
            "ServiceName": NAME,
            "SubnetIds": ["subnet-ep"],
            "Groups": [{"GroupId": "sg-ep"}],
            "NetworkInterfaceIds": ["eni-ep"],
            "State": "available",
        }
    )
    return served


class TestAWalkedConsumer:
    def test_its_clients_are_named_with_their_addresses(self, joined: Any) -> None:
        (path,) = linked(graph(joined))

        assert (path.verdict, path.origin, path.via) == (Reach.REACHES, ENDPOINT, FRONT)
        assert (path.sources, path.groups) == (("10.9.1.10/32",), ("sg-far",))

    def test_it_is_named_once_though_the_provider_says_it_too(self, joined: Any) -> None:
        made = graph(joined, [{"endpoint": "vpce-1", "owner": "111111111111", "state": "available"}])
        assert len(linked(made)) == 1

    def test_its_endpoints_groups_hold_its_clients_off(self, joined: Any) -> None:
        joined.said["DescribeSecurityGroups"][-1]["IpPermissions"] = []
        assert linked(graph(joined)) == []

    def test_the_load_balancers_groups_see_their_addresses(self, joined: Any, allow: Any) -> None:
        joined.answers["elbv2:DescribeLoadBalancers"]["LoadBalancers"][0]["SecurityGroups"] = ["sg-front"]
        door = next(
            i for i in joined.said["DescribeNetworkInterfaces"] if i["NetworkInterfaceId"].startswith("eni-front")
        )
        door["Groups"] = [{"GroupId": "sg-front"}]
        joined.group("sg-front", [allow(9092, cidrs=["10.9.1.0/28"])])
        assert {path.sources for path in linked(graph(joined))} == {("10.9.1.10/32",)}

        joined.said["DescribeSecurityGroups"][-1]["IpPermissions"] = [allow(9092, cidrs=["10.9.1.64/26"])]
        assert {path.verdict for path in linked(graph(joined))} == {Reach.BLOCKED}


def _peered(cidr: str) -> dict[str, Any]:
    return {"DestinationCidrBlock": cidr, "VpcPeeringConnectionId": "pcx-1"}


def test_the_path_is_told_in_the_packets_order(joined: Any) -> None:
    net = network(graph(joined))
    (far,) = [one for one in net.classes if one.groups == ("sg-far",)]
    (draft,) = to_services(net, far, "tcp", ports(9092, 9092))

    assert draft.path[-4:] == ("vpce-1", "vpce-svc-1", "eni-front-subnet-c", "rtb-1")


class TestFromTheConsumer:
    def paths(self, made: BoundaryGraph, port: int | None = 9092) -> list[Path]:
        return service_paths(made, ["sg-far"], "tcp", port)

    def test_a_class_reaches_the_targets_behind_its_endpoint(self, joined: Any) -> None:
        (path,) = self.paths(graph(joined))

        assert (path.verdict, path.reason, path.via) == (Reach.REACHES, "through_privatelink", FRONT)
        assert (path.target.rpartition("/")[2], path.ports) == ("eni-b", ((9112, 9112),))
        assert (path.sources, path.destinations) == (("10.9.1.10/32",), ("10.0.1.10/32",))
        assert {ENDPOINT, SERVICE, FRONT} <= {hop.node for hop in path.hops}

    def test_an_endpoint_is_in_reach_over_peering_too(self, joined: Any, allow: Any) -> None:
        joined.said["DescribeVpcs"].append({"VpcId": "vpc-3", "CidrBlock": "10.7.0.0/16", "OwnerId": "111111111111"})
        joined.subnet("subnet-3", "10.7.1.0/24").table("rtb-3", _peered("10.9.0.0/16"))
        joined.interface("eni-3", "subnet-3", "10.7.1.10", "sg-3").group("sg-3", [])
        for call in ("DescribeSubnets", "DescribeRouteTables", "DescribeNetworkInterfaces", "DescribeSecurityGroups"):
            joined.said[call][-1]["VpcId"] = "vpc-3"
        joined.said["DescribeRouteTables"][-1]["Routes"][0]["DestinationCidrBlock"] = "10.7.0.0/16"
        joined.said["DescribeRouteTables"][-2]["Routes"].append({**_peered("10.7.0.0/16"), "State": "active"})
        joined.said["DescribeNetworkAcls"][-1]["Associations"].append({"SubnetId": "subnet-3"})
        sides = [
            {"VpcId": vpc, "CidrBlock": cidr} for vpc, cidr in (("vpc-2", "10.9.0.0/16"), ("vpc-3", "10.7.0.0/16"))
        ]
        joined.said["DescribeVpcPeeringConnections"].append(
            {
                "VpcPeeringConnectionId": "pcx-1",
                "Status": {"Code": "active"},
                "RequesterVpcInfo": sides[0],
                "AccepterVpcInfo": sides[1],
            }
        )
        guard = next(one for one in joined.said["DescribeSecurityGroups"] if one["GroupId"] == "sg-ep")
        guard["IpPermissions"].append(allow(9092, cidrs=["10.7.1.0/24"]))
        made = graph(joined)

        (path,) = service_paths(made, ["sg-3"], "tcp", 9092)
        assert (path.verdict, path.target.rpartition("/")[2]) == (Reach.REACHES, "eni-b")
        assert ("10.7.1.0/24",) in {path.sources for path in linked(made)}

    def test_a_port_without_a_listener_leads_nowhere(self, joined: Any) -> None:
        assert self.paths(graph(joined), 9093) == []

    def test_a_target_that_does_not_admit_the_load_balancer_is_not_reached(self, joined: Any, allow: Any) -> None:
        joined.said["DescribeSecurityGroups"][1]["IpPermissions"] = [allow(9112, cidrs=["10.9.1.10/32"])]
        assert self.paths(graph(joined)) == []

    def test_an_endpoint_that_waits_for_acceptance_stops_it(self, joined: Any) -> None:
        joined.said["DescribeVpcEndpoints"][-1]["State"] = "pendingAcceptance"
        (path,) = self.paths(graph(joined))
        assert (path.verdict, path.reason, path.target) == (Reach.BLOCKED, "connection_not_accepted", ENDPOINT)

    def test_behind_the_endpoint_of_a_provider_that_was_not_walked_all_is_unknown(self, joined: Any) -> None:
        joined.said["DescribeVpcEndpoints"][-1]["ServiceName"] = NAME.replace("svc-1", "svc-other")
        (path,) = self.paths(joined.graph())
        assert (path.verdict, path.reason, path.target) == (Reach.UNKNOWN, "provider_not_walked", ENDPOINT)

    @pytest.mark.parametrize("kind", ["Resource", "ServiceNetwork"])
    def test_endpoints_of_vpc_lattice_are_an_unknown_hop(self, joined: Any, kind: str) -> None:
        joined.said["DescribeVpcEndpoints"][-1] |= {"VpcEndpointType": kind, "ServiceName": None}
        (path,) = self.paths(joined.graph())
        assert (path.verdict, path.reason) == (Reach.UNKNOWN, "endpoint_not_modelled")

    def test_endpoints_of_aws_services_are_not_other_accounts(self, joined: Any) -> None:
        joined.said["DescribeVpcEndpoints"][-1]["ServiceName"] = "com.amazonaws.us-east-1.kms"
        assert self.paths(joined.graph()) == []


def test_the_edges_name_who_enters(served: Any) -> None:
    made = graph(served, [ACCEPTED], ["*"], acceptance_required=False)
    edges = [
        edge for edge in derive(made) if edge.properties["reason"] in {"through_privatelink", "any_account_may_connect"}
    ]

    assert {edge.source for edge in edges} == {FOREIGN, "*"}
    assert {edge.target.rpartition("/")[2] for edge in edges} == {"sg-broker"}
