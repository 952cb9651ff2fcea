from __future__ import annotations

from typing import Any

import pytest

from audit.model.graph import INTERNET, EdgeKind
from audit.reach.paths import Reach, classes, departures, derive, dns_way_out, endpoint_paths, s3_paths, ways_in

NAT_ROUTE = {"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-1"}
DOOR = {"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1"}
TO_S3 = {"DestinationPrefixListId": "pl-s3", "GatewayId": "vpce-s3"}
ENDPOINT = "arn:aws:ec2:us-east-1:111111111111:vpc-endpoint/vpce-s3"
BROKERS = "arn:aws:ec2:us-east-1:111111111111:security-group/sg-broker"


@pytest.fixture
def behind_nat(toy: Any) -> Any:
    """Brokers whose default route is a NAT gateway in a public subnet."""
    toy.subnet("subnet-public", "10.0.9.0/24").acl_of_public().table("rtb-1", NAT_ROUTE).internet_gateway()
    return toy.table("rtb-public", DOOR, subnets=("subnet-public",)).nat_gateway("subnet-public").group("sg-broker", [])


def outward(toy: Any, port: int = 443) -> list[Any]:
    return departures(toy.graph(), ["sg-broker"], "tcp", port)


def reaching(paths: list[Any]) -> set[str]:
    return {path.target for path in paths if path.verdict is Reach.REACHES}


def test_without_a_route_nothing_leaves(toy: Any) -> None:
    paths = outward(toy.table("rtb-1").group("sg-broker", []))

    assert {(path.verdict, path.reason) for path in paths} == {(Reach.BLOCKED, "no_route")}


def test_a_nat_gateway_lets_out(behind_nat: Any) -> None:
    (path,) = [path for path in outward(behind_nat) if path.verdict is Reach.REACHES]

    assert (path.target, path.reason) == (INTERNET, "nat_gateway")
    assert {c.document for hop in path.hops for c in hop.because} >= {"route_table/rtb-1", "route_table/rtb-public"}


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda toy: toy.said["DescribeNatGateways"].clear(), "nat_gateway_gone"),
        (lambda toy: toy.said["DescribeNatGateways"][0].update(State="deleted"), "nat_gateway_gone"),
        (lambda toy: toy.said["DescribeRouteTables"][1]["Routes"].pop(), "no_route_behind_nat_gateway"),
        (lambda toy: toy.said["DescribeInternetGateways"].clear(), "internet_gateway_gone"),
        (lambda toy: toy.said["DescribeNetworkAcls"][-1]["Entries"].pop(), "network_acl"),
    ],
)
def test_what_stops_the_way_behind_a_nat_gateway(behind_nat: Any, change: Any, word: str) -> None:
    change(behind_nat)
    paths = outward(behind_nat)

    assert not reaching(paths)
    assert word in {path.reason for path in paths}


@pytest.mark.parametrize(
    ("mode", "verdict"), [("block-ingress", Reach.REACHES), ("block-bidirectional", Reach.BLOCKED)]
)
def test_block_public_access_for_ingress_leaves_nat_gateways_open(behind_nat: Any, mode: str, verdict: Reach) -> None:
    options = {"VpcBlockPublicAccessOptions": {"InternetGatewayBlockMode": mode}}
    behind_nat.answers["ec2:DescribeVpcBlockPublicAccessOptions"] = options

    verdicts = {path.verdict for path in outward(behind_nat) if path.target == INTERNET and path.reason != "no_route"}
    assert verdict in verdicts
    assert (Reach.REACHES in verdicts) == (verdict is Reach.REACHES)


def test_an_own_address_is_needed_at_an_internet_gateway(toy: Any) -> None:
    toy.table("rtb-1", DOOR).internet_gateway().group("sg-broker", [])
    assert "no_public_address" in {path.reason for path in outward(toy)}
    assert not reaching(outward(toy))

    toy.said["DescribeNetworkInterfaces"][1]["Association"] = {"PublicIp": "54.1.1.1"}
    assert reaching(outward(toy)) == {INTERNET}


class TestS3:
    def test_the_gateway_endpoint_is_the_only_way(self, toy: Any) -> None:
        toy.table("rtb-1", TO_S3).s3_endpoint("rtb-1").group("sg-broker", [])
        (path,) = s3_paths(toy.graph(), ["sg-broker"])

        assert (path.verdict, path.target, path.destinations) == (Reach.REACHES, ENDPOINT, ("52.216.0.0/15",))

    def test_beside_a_nat_gateway_the_endpoint_still_wins(self, behind_nat: Any) -> None:
        behind_nat.said["DescribeRouteTables"][0]["Routes"].append({**TO_S3, "State": "active"})

        assert reaching(s3_paths(behind_nat.s3_endpoint("rtb-1").graph(), ["sg-broker"])) == {ENDPOINT}

    def test_without_the_endpoint_it_leaks_through_nat(self, behind_nat: Any) -> None:
        behind_nat.prefix_list("pl-s3", ["52.216.0.0/15"], "com.amazonaws.us-east-1.s3", owner="AWS")

        assert reaching(s3_paths(behind_nat.graph(), ["sg-broker"])) == {INTERNET}

    def test_a_rule_that_names_the_list_is_enough_though_its_entries_are_unread(self, toy: Any, allow: Any) -> None:
        toy.table("rtb-1", TO_S3).s3_endpoint("rtb-1").group("sg-broker", [], [allow(443, lists=["pl-s3"])])
        toy.refuse("ec2:GetManagedPrefixListEntries")

        assert reaching(s3_paths(toy.graph(), ["sg-broker"])) == {ENDPOINT}

    def test_a_rule_for_a_part_of_the_public_addresses_is_then_in_doubt(self, toy: Any, allow: Any) -> None:
        toy.table("rtb-1", TO_S3).s3_endpoint("rtb-1").group("sg-broker", [], [allow(443, cidrs=["52.0.0.0/8"])])
        (path,) = s3_paths(toy.refuse("ec2:GetManagedPrefixListEntries").graph(), ["sg-broker"])

        assert (path.verdict, path.reason) == (Reach.UNKNOWN, "prefix_list_unread")

    def test_another_port_or_no_egress_is_no_way(self, toy: Any, allow: Any) -> None:
        toy.table("rtb-1", TO_S3).s3_endpoint("rtb-1").group("sg-broker", [], [allow(80, cidrs=["0.0.0.0/0"])])

        assert not reaching(s3_paths(toy.graph(), ["sg-broker"]))

    def test_unread_endpoints_are_unknown(self, toy: Any) -> None:
        toy.table("rtb-1", TO_S3).s3_endpoint("rtb-1").group("sg-broker", [])
        paths = s3_paths(toy.refuse("ec2:DescribeVpcEndpoints").graph(), ["sg-broker"])

        assert paths
        assert not reaching(paths)
        assert ("ec2:DescribeVpcEndpoints",) in {path.missing for path in paths}


def test_an_interface_endpoint_is_reached_where_its_group_lets_in(toy: Any, allow: Any) -> None:
    toy.table("rtb-1").group("sg-broker", []).group("sg-endpoint", [allow(443, groups=["sg-broker"])])
    toy.said["DescribeVpcEndpoints"].append({
        "VpcEndpointId": "vpce-kms", "VpcEndpointType": "Interface", "VpcId": "vpc-1", "SubnetIds": ["subnet-c"],
        "Groups": [{"GroupId": "sg-endpoint"}], "ServiceName": "com.amazonaws.us-east-1.kms", "State": "available",
    })  # fmt: skip
    graph = toy.graph()

    assert reaching(endpoint_paths(graph, ["sg-broker"])) == {ENDPOINT.replace("vpce-s3", "vpce-kms")}
    assert not endpoint_paths(graph, ["sg-client"])


def test_reaches_edges_run_between_groups_endpoints_and_the_internet(behind_nat: Any, allow: Any) -> None:
    behind_nat.said["DescribeSecurityGroups"].pop()
    behind_nat.group("sg-broker", [allow(9112, groups=["sg-client"]), allow(9102, groups=["sg-broker"])])
    edges = list(derive(behind_nat.graph()))

    assert {edge.kind for edge in edges} == {EdgeKind.REACHES}
    ported = {(e.source.rpartition("/")[2], e.target, str(e.properties["ports"])) for e in edges}
    assert ("sg-client", BROKERS, "[[9112, 9112]]") in ported
    assert ("sg-broker", INTERNET, "[[0, 65535]]") in ported
    assert all(edge.properties["verdict"] == "reaches" for edge in edges if edge.target == BROKERS)
    assert all(edge.records and edge.because for edge in edges)


class TestEntrances:
    CALLS = (
        "globalaccelerator:ListAccelerators",
        "cloudfront:ListVpcOrigins",
        "apigatewayv2:GetVpcLinks",
        "apigateway:GetVpcLinks",
        "vpc-lattice:ListServiceNetworkVpcAssociations",
        "vpc-lattice:ListResourceGateways",
        "ec2:DescribeInstanceConnectEndpoints",
        "ec2:DescribeClientVpnEndpoints",
        "ec2:DescribeVerifiedAccessEndpoints",
        "ec2:DescribeVpcEndpointServiceConfigurations",
    )

    @pytest.mark.parametrize("call", CALLS)
    def test_each_listing_that_was_not_read_is_a_gap(self, toy: Any, call: str) -> None:
        assert ways_in(toy.graph(), "vpc-1") == ([], [])
        found, gaps = ways_in(toy.refuse(call).graph(), "vpc-1")

        assert (found, [gap.operation for gap in gaps]) == ([], [call])

    def test_those_of_another_vpc_are_left_out_and_unsaid_ones_kept(self, toy: Any) -> None:
        near, far = ({"InstanceConnectEndpointId": f"eice-{n}", "VpcId": f"vpc-{n}"} for n in (1, 2))
        toy.answers["ec2:DescribeInstanceConnectEndpoints"] = {"InstanceConnectEndpoints": [near, far]}
        arn = "arn:aws:globalaccelerator::111111111111:accelerator/a"
        toy.answers["globalaccelerator:ListAccelerators"] = {"Accelerators": [{"AcceleratorArn": arn, "Name": "a"}]}

        assert [node.name for node in ways_in(toy.graph(), "vpc-1")[0]] == ["eice-1", "a"]


class TestDns:
    def test_the_resolver_is_a_way_out(self, toy: Any) -> None:
        assert dns_way_out(toy.graph(), "vpc-1").verdict is Reach.REACHES

    def test_unless_it_is_off(self, toy: Any) -> None:
        toy.answers["ec2:DescribeVpcAttribute"] = {"EnableDnsSupport": {"Value": False}}

        assert dns_way_out(toy.graph(), "vpc-1").verdict is Reach.BLOCKED

    @pytest.mark.parametrize(
        "call", ["ec2:DescribeVpcAttribute", "route53resolver:ListFirewallRuleGroupAssociations", "ec2:DescribeVpcs"]
    )
    def test_unread_is_unknown(self, toy: Any, call: str) -> None:
        path = dns_way_out(toy.refuse(call).graph(), "vpc-1")

        assert (path.verdict, path.missing) == (Reach.UNKNOWN, (call,))


def test_classes_are_found_by_group_and_by_interface(toy: Any) -> None:
    graph = toy.table("rtb-1").group("sg-broker", []).graph()

    assert classes(graph, ["sg-broker"]) == classes(graph, ["eni-b"]) == classes(graph, [BROKERS])
