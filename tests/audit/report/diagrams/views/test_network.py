"""The network view: each path that was derived, and what filters it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audit.model.facts import Unknown
from audit.model.graph import INTERNET, Edge, EdgeKind, Node, NodeKind
from audit.report.diagrams.diagram import Diagram, Flow, Standing
from audit.report.diagrams.views.network import draw

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Sample

    Drawn = Callable[[str], Any]

ACCOUNT = "111111111111"


def ec2(resource: str) -> str:
    return f"arn:aws:ec2:us-east-1:{ACCOUNT}:{resource}"


GROUP, VPC = ec2("security-group/sg-broker"), ec2("vpc/vpc-1")


def path(source: str, target: str, port: int = 9112, **properties: object) -> Edge:
    said = {"protocol": "tcp", "ports": [[port, port]], "verdict": "reaches", "reason": "open", **properties}
    return Edge(source, target, EdgeKind.REACHES, said, ("f" * 64,))


def text(diagram: Diagram) -> str:
    return "\n".join(line for _, box in diagram.walk() for line in box.lines)


def between(diagram: Diagram, source: str, target: str) -> list[Flow]:
    return [flow for flow in diagram.flows if {source, target} <= {*flow.about}]


def test_paths_that_differ_in_their_ports_are_one_arrow(sample: Sample) -> None:
    diagram = draw(sample.having(path(VPC, GROUP, 9112), path(VPC, GROUP, 9102)).boundary)
    (found,) = between(diagram, VPC, GROUP)
    assert found.label == "tcp 9102, 9112"
    assert len(found.edges) == 2
    assert not diagram.crosses(found)


def test_the_internet_crosses_and_a_path_that_was_not_settled_is_not_known(sample: Sample) -> None:
    unsettled = path(GROUP, INTERNET, 443, verdict="unknown", reason="route_table_unread")
    diagram = draw(sample.having(path(INTERNET, GROUP), unsettled).boundary)
    inward, outward = between(diagram, INTERNET, GROUP)
    assert (inward.hops[0], inward.standing, diagram.crosses(inward)) == ("anyone", Standing.SHOWN, True)
    assert (outward.hops[-1], outward.standing, diagram.crosses(outward)) == ("internet", Standing.UNKNOWN, True)


def test_a_group_tells_its_rules_by_the_contracts_names(sample: Sample) -> None:
    box = next(box for _, box in draw(sample.boundary).walk() if box.about[:1] == (GROUP,))
    assert box.lines == (
        "broker-group \u00b7 guards 3 interfaces",
        "lets in 10.20.0.0/16: tcp 9112",
        "lets in itself: tcp 9102, tcp 9103",
        "lets in console-group: tcp 8081, tcp 8083 +2",
    )


def test_rules_and_routes_that_were_not_read_are_said_to_be(sample: Sample, drawn: Drawn) -> None:
    unread = Unknown("ec2:DescribeSecurityGroups", "AccessDenied", "")
    group = Node(GROUP, NodeKind.SECURITY_GROUP, "sg-broker", ACCOUNT, "us-east-1", {"vpc": VPC, "ingress": unread})
    graph = type(sample.graph)()
    for node in sample.graph.nodes():
        graph.add(group if node.id == GROUP else node)
    assert "? rules not read" in text(draw(type(sample.boundary)(graph, sample.contract, "")))
    assert "routes: ? routes not read" in text(drawn("network-unread-routes")[1]["network"])


def test_subnets_with_the_same_routes_and_acl_are_one_place(sample: Sample, drawn: Drawn) -> None:
    found = text(drawn("vendor-ec2-first")[1]["network"])
    assert "Private subnets \u00d7 3" in found
    assert "Public subnets \u00d7 1" in found
    assert "ACL lets everything through" in found
    assert "routes: the rest \u2192 internet gateway" in found


def test_networks_of_other_accounts_are_outside(drawn: Drawn) -> None:
    diagram = drawn("network-peering")[1]["network"]
    crossing = {flow.label for flow in diagram.flows if diagram.crosses(flow)}
    assert "tcp 9112" in crossing
    assert "Account 222222222222" in text(diagram)


def test_other_premises_are_outside_and_cross(drawn: Drawn) -> None:
    diagram = drawn("network-premises")[1]["network"]
    outside = [flow for flow in diagram.flows if not diagram.inside(flow.hops[0])]
    assert outside
    assert all(diagram.crosses(flow) for flow in outside)


def test_many_groups_are_counted_but_for_those_to_keep(sample: Sample) -> None:
    others = [Node(ec2(f"security-group/sg-{n:03}"), NodeKind.SECURITY_GROUP, f"sg-{n:03}", ACCOUNT, "us-east-1",
                   {"vpc": VPC, "ingress": []}) for n in range(200)]  # fmt: skip
    made = sample.having(*others, *(path(node.id, GROUP) for node in others)).boundary
    diagram = draw(made)
    assert "Other security groups \u00d7 200" in text(diagram)
    assert len(diagram.flows) == 1
    kept = draw(made, frozenset({others[3].id}))
    assert len(kept.flows) == 2
    assert "sg-003 \u00b7 guards 0 interfaces" in text(kept)


def test_far_ends_of_the_account_are_one_box_in_it_and_many_gateways_one_outside(sample: Sample) -> None:
    vpcs = [Node(ec2(f"vpc/vpc-far-{n}"), NodeKind.VPC, f"vpc-far-{n}", ACCOUNT, "us-east-1", {}) for n in range(30)]
    doors = [
        Node(ec2(f"vpn-gateway/vgw-{n}"), NodeKind.GATEWAY, f"vgw-{n}", ACCOUNT, "us-east-1", {}) for n in range(30)
    ]
    diagram = draw(sample.having(*vpcs, *doors, *(path(node.id, GROUP) for node in (*vpcs, *doors))).boundary)
    near, far = sorted(diagram.flows, key=diagram.crosses)
    assert diagram.box(near.hops[0]).lines[0] == "Elsewhere in the account \u00d7 30"
    assert diagram.box(far.hops[0]).lines[0] == "Behind gateways \u00d7 30"
    assert (diagram.crosses(near), diagram.crosses(far)) == (False, True)
