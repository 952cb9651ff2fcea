"""The boundary: the account from above, what is outside, and the rest counted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audit.model.facts import Unknown
from audit.model.graph import Edge, EdgeKind, Gap, Node, NodeKind
from audit.report.diagrams.diagram import Diagram, Shape, Standing
from audit.report.diagrams.views.boundary import draw

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Sample

    Drawn = Callable[[str], Any]

ACCOUNT = "111111111111"
DATA = f"arn:aws:s3:::automq-data-poc-us-east-1-{ACCOUNT}"


def lines(diagram: Diagram) -> list[str]:
    return [box.lines[0] for _, box in diagram.walk()]


def test_the_parts_of_the_boundary_are_there(sample: Sample) -> None:
    diagram = draw(sample.boundary)
    assert {child.lines[0] for child in diagram.box("account").children} >= {
        "Identities",
        "Storage",
        "Keys",
        "Log sinks",
    }
    assert diagram.box("vendor").lines == ("AutoMQ, the vendor", "no access declared")
    assert {"data-bucket", "data-key", "data-plane", "audit-bucket", "AutoMQ brokers \u00d7 3"} <= {*lines(diagram)}


def test_what_does_not_touch_the_boundary_is_counted(sample: Sample) -> None:
    roles = [Node(f"arn:aws:iam::{ACCOUNT}:role/r{n}", NodeKind.ROLE, f"r{n}", ACCOUNT, "") for n in range(500)]
    buckets = [Node(f"arn:aws:s3:::b{n}", NodeKind.BUCKET, f"b{n}", ACCOUNT, "us-east-1") for n in range(50)]
    keys = [
        Node(f"arn:aws:kms:us-east-1:{ACCOUNT}:key/k{n}", NodeKind.KEY, f"k{n}", ACCOUNT, "us-east-1")
        for n in range(20)
    ]
    few, many = draw(sample.boundary), draw(sample.having(*roles, *buckets, *keys).boundary)
    assert len(many.paths) <= len(few.paths) + 3
    assert {"Other roles and users, no access found \u00d7 500", "Other buckets \u00d7 50", "Other keys \u00d7 20"} <= {
        *lines(many)
    }


def test_who_may_reach_the_records_is_drawn_undeclared_ones_as_strangers(sample: Sample) -> None:
    analyst = Node(f"arn:aws:iam::{ACCOUNT}:role/analyst", NodeKind.ROLE, "analyst", ACCOUNT, "")
    edge = Edge(analyst.id, DATA, EdgeKind.CAN_READ, {"decision": "allowed"}, ("d" * 64,))
    diagram = draw(sample.having(analyst, edge).boundary)
    (found,) = [flow for flow in diagram.flows if analyst.id in flow.about]
    assert (found.hops[1], found.label, found.edges) == ("storage", "read", (edge,))
    assert diagram.box(found.hops[0]).shape is Shape.STRANGER


def test_another_accounts_principal_is_drawn_once_outside(drawn: Drawn) -> None:
    found, diagrams = drawn("vendor-ec2-second")
    diagram = diagrams["boundary"]
    (stranger,) = [node for node in found.graph.nodes(NodeKind.FOREIGN_PRINCIPAL) if "381492316447" in node.id]
    (path,) = [path for path, box in diagram.walk() if stranger.id in box.about]
    assert path[0] != "account"
    assert any(diagram.crosses(flow) for flow in diagram.flows if stranger.id in flow.about)


def test_other_accounts_that_were_walked_are_named_and_counted(drawn: Drawn) -> None:
    diagram = drawn("network-peering")[1]["boundary"]
    assert "Account 222222222222" in lines(diagram)


def test_what_a_listing_that_was_not_read_may_hide_is_said(sample: Sample) -> None:
    unread = Unknown("s3:ListAllMyBuckets", "AccessDenied", "")
    gap = Gap((NodeKind.BUCKET,), ACCOUNT, "us-east-1", "s3:ListBuckets", unread)
    graph = type(sample.graph)()
    graph.add(gap)
    diagram = draw(type(sample.boundary)(graph, sample.contract, ""))
    box = diagram.box("store_data_bucket")
    assert (box.standing, box.lines[-1]) == (Standing.UNKNOWN, "? not read whether it is there")
    assert diagram.box("unread_storage").lines == ("? storage may be unseen", "not read: s3:ListBuckets")
    assert diagram.box("key_data_key").standing is Standing.DECLARED
    assert "unread_storage" not in draw(sample.boundary).paths
