"""What the data-flow diagram shows, and that it invents nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from audit.model.contract import VendorAccess
from audit.model.facts import Unknown
from audit.model.graph import INTERNET, Edge, EdgeKind, Node, NodeKind
from audit.report.diagrams.diagram import Box, Diagram, Flow, FlowKind, Shape, Standing
from audit.report.diagrams.views.data_flow import draw

if TYPE_CHECKING:
    from conftest import Sample

ACCOUNT = "111111111111"
GROUP = f"arn:aws:ec2:us-east-1:{ACCOUNT}:security-group/sg-broker"
VPC = f"arn:aws:ec2:us-east-1:{ACCOUNT}:vpc/vpc-1"
DATA = f"arn:aws:s3:::automq-data-poc-us-east-1-{ACCOUNT}"
OPS = f"arn:aws:s3:::automq-ops-poc-us-east-1-{ACCOUNT}"


def steps(diagram: Diagram) -> set[tuple[str, ...]]:
    return {flow.hops for flow in diagram.flows}


def flow(diagram: Diagram, *hops: str) -> Flow:
    return next(found for found in diagram.flows if found.hops == hops)


def group(*sources: dict[str, object]) -> Node:
    rules = [{"IpProtocol": "tcp", "FromPort": 9112, "ToPort": 9112, **source} for source in sources]
    return Node(GROUP, NodeKind.SECURITY_GROUP, "sg-broker", ACCOUNT, "us-east-1", {"vpc": VPC, "ingress": rules})


def test_the_flows_of_a_sealed_environment(sample: Sample) -> None:
    diagram = draw(sample.boundary)
    assert steps(diagram) == {
        ("clients", "brokers"),
        ("brokers", "brokers"),
        ("brokers", "s3_endpoint", "store_data_bucket"),
        ("brokers", "s3_endpoint", "store_ops_bucket"),
        ("console", "s3_endpoint", "store_ops_bucket"),
        ("key_data_key", "store_data_bucket"),
        ("key_ops_key", "store_ops_bucket"),
        ("console", "brokers"),
        ("console", "endpoints", "apis"),
        ("brokers", "endpoints", "apis"),
        ("people", "console"),
    }
    assert {flow.hops for flow in diagram.flows if diagram.crosses(flow)} == {
        ("clients", "brokers"),
        ("people", "console"),
    }


def test_brokers_are_one_box_however_many_there_are(sample: Sample) -> None:
    diagram = draw(sample.boundary)
    assert diagram.box("brokers").lines == ("AutoMQ brokers \u00d7 3",)


def test_clients_in_the_vpc_do_not_cross_the_boundary(sample: Sample) -> None:
    diagram = draw(sample.having(group({"IpRanges": [{"CidrIp": "10.42.7.0/24"}]})).boundary)
    inside = flow(diagram, "clients_inside", "brokers")
    assert not diagram.crosses(inside)
    assert "clients" not in diagram.paths


def test_an_open_group_is_drawn_as_a_crossing_from_the_internet(sample: Sample) -> None:
    diagram = draw(sample.having(group({"IpRanges": [{"CidrIp": "0.0.0.0/0"}]})).boundary)
    assert diagram.crosses(flow(diagram, "anyone", "brokers"))


def test_a_port_that_no_listener_declares_is_named_so(sample: Sample) -> None:
    rule = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "10.9.0.0/16"}]}
    opened = Node(GROUP, NodeKind.SECURITY_GROUP, "sg-broker", ACCOUNT, "us-east-1", {"vpc": VPC, "ingress": [rule]})
    diagram = draw(sample.having(opened).boundary)
    assert flow(diagram, "clients", "brokers").label == "port 22, not declared"


def test_an_unread_group_leaves_declared_flows_that_are_not_shown(sample: Sample) -> None:
    unread = {"ingress": Unknown("ec2:DescribeSecurityGroups", "AccessDenied", "")}
    broken = Node(GROUP, NodeKind.SECURITY_GROUP, "sg-broker", ACCOUNT, "us-east-1", unread)
    graph = type(sample.graph)()
    for node in sample.graph.nodes():
        graph.add(broken if node.id == GROUP else node)
    clients = flow(draw(replace(sample, graph=graph).boundary), "clients", "brokers")
    assert (clients.label, clients.shown) == ("SASL_SSL 9112 (TLS)", False)


def test_a_declared_source_whose_packets_do_not_arrive_is_not_shown(sample: Sample) -> None:
    inner = Edge(GROUP, GROUP, EdgeKind.REACHES, {"sources": ["10.42.10.1/32"], "verdict": "reaches"})
    assert not flow(draw(sample.having(inner).boundary), "clients", "brokers").shown
    peering = Edge("pcx-1", GROUP, EdgeKind.REACHES, {"sources": ["10.20.4.0/24"], "verdict": "reaches"})
    assert flow(draw(sample.having(inner, peering).boundary), "clients", "brokers").shown


def test_without_gateway_endpoint_records_leave_through_nat(sample: Sample) -> None:
    kept = [node for node in sample.graph.nodes() if node.name != "vpce-s3"]
    nat = Node("nat-1", NodeKind.NAT_GATEWAY, "nat-1", ACCOUNT, "us-east-1", {"vpc": VPC})
    table = Node("rtb-1", NodeKind.ROUTE_TABLE, "rtb-1", ACCOUNT, "us-east-1",
                 {"vpc": VPC, "routes": [{"GatewayId": "igw-1"}], "subnets": ["subnet-p"]})  # fmt: skip
    public = Node("subnet-p", NodeKind.SUBNET, "subnet-p", ACCOUNT, "us-east-1", {"vpc": VPC, "zone": "us-east-1a"})
    graph = type(sample.graph)()
    for element in (*kept, *sample.graph.edges(), nat, table, public):
        graph.add(element)
    diagram = draw(replace(sample, graph=graph).boundary)
    assert diagram.crosses(flow(diagram, "brokers", "nat", "internet", "store_data_bucket"))
    assert ("console", "nat", "internet") in steps(diagram)


@pytest.mark.parametrize(("target", "verdict", "shown"), [
    (INTERNET, "reaches", [True]), (INTERNET, "unknown", [False]), (GROUP, "reaches", []),
])  # fmt: skip
def test_a_way_out_is_drawn_unless_no_path_leads_there_and_shown_where_one_surely_does(
    sample: Sample, target: str, verdict: str, shown: list[bool]
) -> None:
    nat = Node("nat-1", NodeKind.NAT_GATEWAY, "nat-1", ACCOUNT, "us-east-1", {"vpc": VPC})
    table = Node("rtb-1", NodeKind.ROUTE_TABLE, "rtb-1", ACCOUNT, "us-east-1",
                 {"vpc": VPC, "routes": [{"GatewayId": "igw-1"}], "subnets": ["subnet-p"]})  # fmt: skip
    public = Node("subnet-p", NodeKind.SUBNET, "subnet-p", ACCOUNT, "us-east-1", {"vpc": VPC, "zone": "us-east-1a"})
    edge = Edge(GROUP, target, EdgeKind.REACHES, {"verdict": verdict, "destinations": ["0.0.0.0/0"], "sources": []})
    diagram = draw(sample.having(nat, table, public, edge).boundary)

    assert [one.shown for one in diagram.flows if one.hops == ("brokers", "nat", "internet")] == shown


def test_a_stranger_that_a_bucket_names_is_a_crossing_with_its_evidence(sample: Sample) -> None:
    stranger = Node("arn:aws:iam::999999999999:root", NodeKind.FOREIGN_PRINCIPAL, "root", "999999999999", "")
    grown = sample.having(stranger, Edge(DATA, stranger.id, EdgeKind.GRANTS, {}, ("c" * 64,)))
    diagram = draw(grown.boundary)
    found = flow(diagram, next(path for path in diagram.paths if path.startswith("foreign_")), "store_data_bucket")
    assert diagram.crosses(found)
    assert found.evidence == ("c" * 64,)


def test_an_open_vendor_window_is_drawn_with_its_end(sample: Sample) -> None:
    role = "arn:aws:iam::888888888888:role/support"
    window = VendorAccess(mode="granted", principal=role, until="2026-12-01T00:00:00Z", reads=("automq/logs/",))
    contract = sample.contract.model_copy(update={"vendor_access": window})
    vendor = flow(draw(replace(sample, contract=contract).boundary), "vendor", "store_ops_bucket")
    assert vendor.detail == "vendor window: reads automq/logs/ until 2026-12-01T00:00:00Z"
    assert not vendor.shown
    node = Node(role, NodeKind.FOREIGN_PRINCIPAL, "support", "888888888888", "")
    grown = sample.having(node, Edge(role, OPS, EdgeKind.CAN_READ, {"decision": "allowed"}, ("d" * 64,)))
    assert flow(draw(replace(grown, contract=contract).boundary), "vendor", "store_ops_bucket").shown


def test_a_copy_to_an_unnamed_bucket_leaves_the_boundary(sample: Sample) -> None:
    grown = sample.having(Edge(DATA, "arn:aws:s3:::elsewhere", EdgeKind.COPIES_TO, {}, ("e" * 64,)))
    diagram = draw(grown.boundary)
    assert diagram.crosses(flow(diagram, "store_data_bucket", "elsewhere"))


def test_a_declared_bucket_that_is_missing_is_said_to_be(sample: Sample) -> None:
    graph = type(sample.graph)()
    diagram = draw(replace(sample, graph=graph).boundary)
    assert "not in the account" in diagram.box("store_data_bucket").lines
    assert not flow(diagram, "brokers", "store_data_bucket").shown


def test_flows_that_share_a_step_share_its_arrow(sample: Sample) -> None:
    arrows = draw(sample.boundary).arrows()
    shared = next(a for a in arrows if (a.source, a.target) == ("endpoints", "apis"))
    assert len(shared.numbers) == 2


def test_a_flow_to_nowhere_is_refused() -> None:
    box = Box("a", Shape.GROUP, ("a",))
    with pytest.raises(ValueError, match="which no box has"):
        Diagram("t", ("a",), (box,), (Flow(("a", "b"), "", FlowKind.LOGS),))


def reaching(source: str, verdict: str = "reaches") -> Edge:
    return Edge(source, GROUP, EdgeKind.REACHES, {"sources": ["10.42.1.0/24"], "verdict": verdict, "reason": "open"})


def test_everywhere_lets_in_the_vpc_and_who_arrives_from_the_internet_is_another_matter(sample: Sample) -> None:
    diagram = draw(sample.having(group({"IpRanges": [{"CidrIp": "0.0.0.0/0"}]}), reaching(VPC)).boundary)
    assert flow(diagram, "clients_inside", "brokers").standing is Standing.SHOWN
    assert flow(diagram, "anyone", "brokers").standing is Standing.STOPPED
    arrives = draw(sample.having(group({"IpRanges": [{"CidrIp": "0.0.0.0/0"}]}), reaching(INTERNET)).boundary)
    assert flow(arrives, "anyone", "brokers").standing is Standing.SHOWN


def test_a_path_that_could_not_be_judged_is_not_known(sample: Sample) -> None:
    opened = group({"IpRanges": [{"CidrIp": "0.0.0.0/0"}]})
    diagram = draw(sample.having(opened, reaching(INTERNET, "unknown")).boundary)
    assert flow(diagram, "anyone", "brokers").standing is Standing.UNKNOWN


def test_a_listener_without_tls_is_said_to_be_in_the_clear(sample: Sample) -> None:
    plain = sample.contract.listeners[0].model_copy(update={"protocol": "SASL_PLAINTEXT"})
    contract = sample.contract.model_copy(update={"listeners": (plain,)})
    diagram = draw(replace(sample, contract=contract).boundary)
    assert flow(diagram, "clients", "brokers").label == "SASL_PLAINTEXT 9112 (in the clear)"


def test_access_under_conditions_is_drawn_as_such_and_access_that_is_not_known_as_not_known(sample: Sample) -> None:
    condition = {"key": "aws:SourceVpce", "operator": "StringEquals", "values": ["vpce-1"]}
    for properties, standing in (
        ({"decision": "allowed", "only_if": condition}, Standing.CONDITIONAL),
        ({"decision": "undetermined"}, Standing.UNKNOWN),
    ):
        graph = type(sample.graph)()
        for element in (*sample.graph.nodes(), *sample.graph.edges()):
            mine = isinstance(element, Edge) and element.kind is EdgeKind.CAN_WRITE
            graph.add(replace(element, properties=properties) if mine and isinstance(element, Edge) else element)
        found = flow(draw(replace(sample, graph=graph).boundary), "brokers", "s3_endpoint", "store_data_bucket")
        assert found.standing is standing


def test_a_machine_stands_in_the_subnets_it_is_in(sample: Sample) -> None:
    table = Node("rtb-1", NodeKind.ROUTE_TABLE, "rtb-1", ACCOUNT, "us-east-1",
                 {"vpc": VPC, "routes": [{"GatewayId": "igw-1"}], "subnets": ["subnet-p"]})  # fmt: skip
    public = Node("subnet-p", NodeKind.SUBNET, "subnet-p", ACCOUNT, "us-east-1", {"vpc": VPC, "zone": "us-east-1a"})
    console = Node("i-1", NodeKind.INSTANCE, "i-console", ACCOUNT, "us-east-1", {"subnet": "subnet-p"})
    diagram = draw(sample.having(table, public, console).boundary)
    assert diagram.paths["console"] == ("account", "vpc", "public", "console")
    assert diagram.paths["brokers"] == ("account", "vpc", "private", "brokers")


def test_a_click_on_a_flow_finds_what_it_rests_on(sample: Sample) -> None:
    diagram = draw(sample.boundary)
    found = flow(diagram, "brokers", "s3_endpoint", "store_data_bucket")
    assert [edge.kind for edge in found.edges] == [EdgeKind.CAN_WRITE]
    assert found.evidence == ("a" * 64,)
    assert DATA in diagram.box("store_data_bucket").about


def test_a_machine_without_nat_goes_out_directly(sample: Sample) -> None:
    out = Edge(GROUP, INTERNET, EdgeKind.REACHES, {"verdict": "reaches", "reason": "open"}, ("9" * 64,))
    found = flow(draw(sample.having(out).boundary), "brokers", "internet")
    assert (found.standing, found.edges, found.evidence) == (Standing.SHOWN, (out,), ("9" * 64,))
