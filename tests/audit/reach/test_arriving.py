from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from audit.model.errors import UsageError
from audit.model.graph import INTERNET
from audit.reach.paths import Reach, arrivals

if TYPE_CHECKING:
    from audit.reach.paths import Path

CLIENT = "arn:aws:ec2:us-east-1:111111111111:security-group/sg-client"
VPC = "arn:aws:ec2:us-east-1:111111111111:vpc/vpc-1"
DEFAULT_ROUTE = {"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1"}


def to_brokers(toy: Any, port: int = 9112) -> list[Path]:
    return arrivals(toy.graph(), ["sg-broker"], "tcp", port)


def only(paths: list[Path], verdict: Reach) -> list[Path]:
    return [path for path in paths if path.verdict is verdict]


def test_a_cidr_of_the_vpc_arrives_by_the_local_route(toy: Any, allow: Any) -> None:
    toy.table("rtb-1").group("sg-broker", [allow(9112, cidrs=["10.0.2.0/24"])])
    (path,) = to_brokers(toy)

    assert (path.verdict, path.origin, path.sources) == (Reach.REACHES, VPC, ("10.0.2.0/24",))
    assert path.ports == ((9112, 9112),)
    cited = {(c.document, c.pointer) for hop in path.hops for c in hop.because}
    assert ("security_group/sg-broker", "/IpPermissions/0/IpRanges/0") in cited
    assert ("route_table/rtb-1", "/Routes/0") in cited
    assert ("network_acl/acl-open", "/Entries/0") in cited


def test_another_port_does_not_arrive(toy: Any, allow: Any) -> None:
    toy.table("rtb-1").group("sg-broker", [allow(9112, cidrs=["10.0.2.0/24"])])

    assert to_brokers(toy, 9092) == []


def test_a_group_means_its_members_and_names_them(toy: Any, allow: Any) -> None:
    toy.table("rtb-1").group("sg-broker", [allow(9112, groups=["sg-client"])])
    (path,) = to_brokers(toy)

    assert (path.verdict, path.origin, path.groups) == (Reach.REACHES, CLIENT, ("sg-client",))
    assert path.sources == ("10.0.2.10/32",)


def test_a_member_whose_own_groups_let_nothing_out_is_blocked(make: Any, allow: Any) -> None:
    toy = make().subnet("subnet-b", "10.0.1.0/24").open_acl("subnet-b").table("rtb-1").group("sg-client", [], [])
    toy.interface("eni-c", "subnet-b", "10.0.1.9", "sg-client").interface("eni-b", "subnet-b", "10.0.1.8", "sg-broker")
    toy.group("sg-broker", [allow(9112, groups=["sg-client"])])
    (path,) = to_brokers(toy)

    assert (path.verdict, path.reason) == (Reach.BLOCKED, "egress_of_the_source")


def test_a_group_without_members_and_a_deleted_one_let_nobody_in(toy: Any, allow: Any) -> None:
    toy.table("rtb-1").group("sg-empty", []).group("sg-broker", [allow(9112, groups=["sg-empty", "sg-gone"])])

    assert [path.reason for path in to_brokers(toy)] == ["group_without_interfaces", "group_gone"]


def test_groups_that_name_each_other_in_a_circle_end(toy: Any, allow: Any) -> None:
    toy.table("rtb-1").group("sg-broker", [allow(9112, groups=["sg-broker", "sg-client"])])
    paths = to_brokers(toy)

    assert {path.groups for path in only(paths, Reach.REACHES)} == {("sg-broker",), ("sg-client",)}


def test_a_cidr_outside_the_vpc_without_a_route_is_blocked(toy: Any, allow: Any) -> None:
    toy.table("rtb-1").group("sg-broker", [allow(9112, cidrs=["192.168.0.0/16"])])
    (path,) = to_brokers(toy)

    assert (path.verdict, path.reason, path.sources) == (Reach.BLOCKED, "no_route", ("192.168.0.0/16",))


@pytest.mark.parametrize(
    ("field", "target", "word"),
    [
        ("NetworkInterfaceId", "eni-x", "interface_not_modelled"),
        ("CoreNetworkArn", "arn:x", "core_network_not_modelled"),
        ("BrandNewId", "new-1", "unmodelled_not_modelled"),
    ],
)
def test_a_route_to_another_network_is_an_unknown_hop(toy: Any, allow: Any, field: str, target: str, word: str) -> None:
    toy.table("rtb-1", {"DestinationCidrBlock": "192.168.0.0/16", field: target})
    toy.group("sg-broker", [allow(9112, cidrs=["192.168.3.0/24"])])
    (path,) = to_brokers(toy)

    assert (path.verdict, path.reason) == (Reach.UNKNOWN, word)
    assert path.sources == ("192.168.3.0/24",)


@pytest.mark.parametrize(
    ("field", "target", "word"),
    [
        ("VpcPeeringConnectionId", "pcx-1", "peering_gone"),
        ("TransitGatewayId", "tgw-1", "not_attached"),
        ("GatewayId", "vgw-1", "vpn_gateway_gone"),
    ],
)
def test_a_route_to_a_gateway_that_is_gone_blocks(toy: Any, allow: Any, field: str, target: str, word: str) -> None:
    toy.table("rtb-1", {"DestinationCidrBlock": "192.168.0.0/16", field: target})
    toy.group("sg-broker", [allow(9112, cidrs=["192.168.3.0/24"])])
    (path,) = to_brokers(toy)

    assert (path.verdict, path.reason) == (Reach.BLOCKED, word)


def test_a_blackhole_blocks(toy: Any, allow: Any) -> None:
    route = {"DestinationCidrBlock": "192.168.0.0/16", "VpcPeeringConnectionId": "pcx-1", "State": "blackhole"}
    toy.table("rtb-1", route).group("sg-broker", [allow(9112, cidrs=["192.168.3.0/24"])])

    assert [path.reason for path in to_brokers(toy)] == ["blackhole"]


class TestFromTheInternet:
    @pytest.fixture
    def open_toy(self, make: Any, allow: Any) -> Any:
        """A broker with a public address behind an internet gateway; its group lets everybody in."""
        made: Any = make().subnet("subnet-b", "10.0.1.0/24").open_acl("subnet-b").internet_gateway()
        made.table("rtb-1", DEFAULT_ROUTE).group("sg-broker", [allow(9112, cidrs=["0.0.0.0/0"])])
        return made.interface("eni-b", "subnet-b", "10.0.1.10", "sg-broker", public="54.1.2.3")

    def internet(self, toy: Any) -> Path:
        (path,) = [path for path in to_brokers(toy) if path.origin == INTERNET]
        return path

    def test_a_public_address_a_route_and_an_open_group_let_it_in(self, open_toy: Any) -> None:
        path = self.internet(open_toy)

        assert path.verdict is Reach.REACHES
        assert "8.0.0.0/7" in path.sources
        assert not any(source.startswith(("10.", "192.168.")) for source in path.sources)
        assert any(c.pointer == "/Routes/1" for hop in path.hops for c in hop.because)

    def test_without_a_public_address_nobody_arrives(self, open_toy: Any) -> None:
        del open_toy.said["DescribeNetworkInterfaces"][0]["Association"]

        assert (self.internet(open_toy).verdict, self.internet(open_toy).reason) == (Reach.BLOCKED, "no_public_address")

    def test_without_a_route_nobody_arrives(self, open_toy: Any) -> None:
        del open_toy.said["DescribeRouteTables"][0]["Routes"][1]

        assert {path.reason for path in only(to_brokers(open_toy), Reach.BLOCKED)} == {"no_route", "no_subnet"}

    def test_a_nat_gateway_lets_nobody_in(self, open_toy: Any) -> None:
        open_toy.said["DescribeRouteTables"][0]["Routes"][1] = {
            "DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-1",
        }  # fmt: skip

        assert not [path for path in to_brokers(open_toy) if path.origin != VPC and path.verdict is not Reach.BLOCKED]

    def test_a_detached_gateway_lets_nobody_in(self, open_toy: Any) -> None:
        open_toy.said["DescribeInternetGateways"][0]["Attachments"] = []

        assert self.internet(open_toy).reason == "internet_gateway_detached"

    def test_an_unread_gateway_is_unknown(self, open_toy: Any) -> None:
        path = self.internet(open_toy.refuse("ec2:DescribeInternetGateways"))

        assert (path.verdict, path.missing) == (Reach.UNKNOWN, ("ec2:DescribeInternetGateways",))

    @pytest.mark.parametrize("mode", ["block-bidirectional", "block-ingress"])
    def test_vpc_block_public_access_stops_it(self, open_toy: Any, mode: str) -> None:
        options = {"VpcBlockPublicAccessOptions": {"InternetGatewayBlockMode": mode}}
        open_toy.answers["ec2:DescribeVpcBlockPublicAccessOptions"] = options

        assert self.internet(open_toy).reason == "vpc_block_public_access"

    @pytest.mark.parametrize(
        ("mode", "verdict"), [("allow-bidirectional", Reach.REACHES), ("allow-egress", Reach.BLOCKED)]
    )
    def test_an_exclusion_opens_it_again(self, open_toy: Any, mode: str, verdict: Reach) -> None:
        options = {"VpcBlockPublicAccessOptions": {"InternetGatewayBlockMode": "block-bidirectional"}}
        excluded = {"InternetGatewayExclusionMode": mode, "ResourceArn": VPC, "State": "create-complete"}
        open_toy.answers["ec2:DescribeVpcBlockPublicAccessOptions"] = options
        open_toy.answers["ec2:DescribeVpcBlockPublicAccessExclusions"] = {"VpcBlockPublicAccessExclusions": [excluded]}

        assert self.internet(open_toy).verdict is verdict

    def test_an_unread_block_is_unknown(self, open_toy: Any) -> None:
        path = self.internet(open_toy.refuse("ec2:DescribeVpcBlockPublicAccessOptions"))

        assert (path.verdict, path.missing) == (Reach.UNKNOWN, ("ec2:DescribeVpcBlockPublicAccessOptions",))

    def test_a_table_of_the_gateway_itself_is_an_inspection_in_doubt(self, open_toy: Any) -> None:
        through = {"DestinationCidrBlock": "10.0.1.0/24", "NetworkInterfaceId": "eni-inspector", "State": "active"}
        edge = {"RouteTableId": "rtb-edge", "VpcId": "vpc-1", "Associations": [{"GatewayId": "igw-1"}]}
        edge["Routes"] = [through]
        open_toy.said["DescribeRouteTables"].append(edge)

        assert self.internet(open_toy).reason == "edge_route_table"

    def test_ipv6_needs_an_ipv6_address(self, open_toy: Any, allow: Any) -> None:
        route = {"DestinationIpv6CidrBlock": "::/0", "GatewayId": "igw-1", "State": "active"}
        open_toy.said["DescribeRouteTables"][0]["Routes"].append(route)
        open_toy.said["DescribeSecurityGroups"][0]["IpPermissions"] = [allow(9112, cidrs=["::/0"])]
        every = {"RuleNumber": 101, "Protocol": "-1", "RuleAction": "allow", "Ipv6CidrBlock": "::/0"}
        open_toy.said["DescribeNetworkAcls"][0]["Entries"] += [{**every, "Egress": out} for out in (True, False)]

        assert self.internet(open_toy).reason == "no_public_address"
        six = [{"Ipv6Address": "2600:1f00::10"}]
        open_toy.said["DescribeNetworkInterfaces"][0]["Ipv6Addresses"] = six
        assert self.internet(open_toy).verdict is Reach.REACHES

    def test_a_load_balancer_before_a_private_broker_is_not_passed_over(self, open_toy: Any) -> None:
        del open_toy.said["DescribeNetworkInterfaces"][0]["Association"]
        graph = open_toy.refuse("elbv2:DescribeLoadBalancers").graph()
        paths = arrivals(graph, ["sg-broker"], "tcp", 9112)

        assert [path.missing for path in only(paths, Reach.UNKNOWN)] == [
            ("elasticloadbalancing:DescribeLoadBalancers",)
        ]


class TestNetworkAcls:
    def test_a_border_without_answers_blocks(self, make: Any, allow: Any, rule: Any) -> None:
        toy = make().subnet("subnet-b", "10.0.1.0/24").subnet("subnet-c", "10.0.2.0/24").table("rtb-1")
        toy.acl("acl-b", rule(100, out=False), subnets=("subnet-b",)).open_acl("subnet-c")
        toy.interface("eni-b", "subnet-b", "10.0.1.10", "sg-broker")
        toy.group("sg-broker", [allow(9112, cidrs=["10.0.0.0/16"])])
        paths = to_brokers(toy)

        assert [path.sources for path in only(paths, Reach.REACHES)] == [("10.0.1.0/24",)]
        assert ("10.0.2.0/24",) in [path.sources for path in only(paths, Reach.BLOCKED)]

    def test_the_first_matching_number_decides(self, make: Any, allow: Any, rule: Any) -> None:
        toy = make().subnet("subnet-b", "10.0.1.0/24").subnet("subnet-c", "10.0.2.0/24").table("rtb-1")
        entries = (
            rule(200, out=False),
            rule(100, out=False, cidr="10.0.2.0/25", action="deny"),
            rule(90, out=False, cidr="10.0.2.0/28", ports=(9112, 9112)),
            rule(100, out=True),
        )
        toy.acl("acl-b", *entries, subnets=("subnet-b",)).open_acl("subnet-c")
        toy.interface("eni-b", "subnet-b", "10.0.1.10", "sg-broker")
        toy.group("sg-broker", [allow(9112, cidrs=["10.0.2.0/24"])])

        passed = {source for path in only(to_brokers(toy), Reach.REACHES) for source in path.sources}
        assert passed == {"10.0.2.0/28", "10.0.2.128/25"}

    def test_answers_only_to_ports_that_clients_do_not_use_are_in_doubt(self, make: Any, allow: Any, rule: Any) -> None:
        toy = make().subnet("subnet-b", "10.0.1.0/24").subnet("subnet-c", "10.0.2.0/24").table("rtb-1")
        toy.acl("acl-b", rule(100, out=False), rule(100, out=True, ports=(443, 443)), subnets=("subnet-b",))
        toy.open_acl("subnet-c").interface("eni-b", "subnet-b", "10.0.1.10", "sg-broker")
        toy.group("sg-broker", [allow(9112, cidrs=["10.0.2.0/24"])])
        (path,) = to_brokers(toy)

        assert (path.reason, path.client_ports) == ("answers_only_to_low_ports", ((443, 443),))


@pytest.mark.parametrize(
    ("call", "word"),
    [
        ("ec2:DescribeSecurityGroups", "security_group_unread"),
        ("ec2:DescribeRouteTables", "route_table_unread"),
        ("ec2:DescribeNetworkAcls", "network_acl_unread"),
        ("ec2:DescribeSubnets", "subnet_unread"),
        ("ec2:DescribeNetworkInterfaces", "network_interface_unread"),
        ("ec2:GetManagedPrefixListEntries", "prefix_list_unread"),
        ("ec2:DescribeManagedPrefixLists", "prefix_list_unread"),
    ],
)
def test_what_was_not_read_is_unknown_and_names_the_permission(toy: Any, allow: Any, call: str, word: str) -> None:
    toy.table("rtb-1").prefix_list("pl-1", ["10.0.2.0/24"]).group("sg-broker", [allow(9112, lists=["pl-1"])])
    assert [path.verdict for path in to_brokers(toy)] == [Reach.REACHES]
    paths = to_brokers(toy.refuse(call))

    assert not only(paths, Reach.REACHES)
    assert word in {path.reason for path in only(paths, Reach.UNKNOWN)}
    assert (call,) in {path.missing for path in paths}


def test_an_interface_without_groups_is_in_doubt(make: Any) -> None:
    toy = make().subnet("subnet-b", "10.0.1.0/24").open_acl("subnet-b").table("rtb-1")
    graph = toy.interface("eni-b", "subnet-b", "10.0.1.10").graph()

    paths = arrivals(graph, ["eni-b"], "tcp", 9112)
    assert {path.reason for path in only(paths, Reach.UNKNOWN)} == {"interface_without_groups"}


def test_no_interface_is_said_and_not_passed_over(make: Any, allow: Any) -> None:
    graph = make().table("rtb-1").group("sg-broker", [allow(9112, cidrs=["10.0.0.0/8"])]).graph()

    assert [path.reason for path in arrivals(graph, ["sg-broker"], "tcp", 9112)] == ["no_interface"]


@pytest.mark.parametrize(("protocol", "port"), [("icmp", 1), ("tcp", 70000)])
def test_what_is_not_judged_is_refused(toy: Any, protocol: str, port: int) -> None:
    with pytest.raises(UsageError, match="use one"):
        arrivals(toy.graph(), ["sg-broker"], protocol, port)


def test_interfaces_of_one_subnet_and_group_are_one_path(toy: Any, allow: Any) -> None:
    toy.table("rtb-1").group("sg-broker", [allow(9112, cidrs=["10.0.2.0/24"])])
    for number in range(20, 60):
        toy.interface(f"eni-{number}", "subnet-b", f"10.0.1.{number}", "sg-broker")
    (path,) = to_brokers(toy)

    assert len(path.interfaces) == 41
