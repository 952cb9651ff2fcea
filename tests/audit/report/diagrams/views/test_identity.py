"""Who can do what, as a drawing tells it: never more than the edges say."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from audit.model.contract import FileSystem
from audit.model.facts import Unknown
from audit.model.graph import Edge, EdgeKind, Node, NodeKind
from audit.report.diagrams.diagram import Diagram, Flow, Shape, Standing
from audit.report.diagrams.views.identity import draw

if TYPE_CHECKING:
    from conftest import Sample

ACCOUNT = "111111111111"
DATA = f"arn:aws:s3:::automq-data-poc-us-east-1-{ACCOUNT}"
OPS = f"arn:aws:s3:::automq-ops-poc-us-east-1-{ACCOUNT}"
PLANE = f"arn:aws:iam::{ACCOUNT}:role/automq-data-plane-poc"
CONDITION = {"key": "aws:SourceVpce", "operator": "StringEquals", "values": ["vpce-1"]}


def role(name: str, account: str = ACCOUNT) -> Node:
    return Node(f"arn:aws:iam::{account}:role/{name}", NodeKind.ROLE, name, account, "", {}, ("b" * 64,))


def may(principal: str, store: str, kind: EdgeKind = EdgeKind.CAN_READ, **properties: Any) -> Edge:
    return Edge(principal, store, kind, {"decision": "allowed", **properties}, ("c" * 64,))


def of(diagram: Diagram, principal: str) -> list[Flow]:
    return [flow for flow in diagram.flows if principal in flow.about]


def test_what_a_principal_may_do_to_one_place_is_one_arrow_with_its_edges(sample: Sample) -> None:
    reader = role("analyst")
    diagram = draw(sample.having(reader, may(reader.id, DATA), may(reader.id, DATA, EdgeKind.CAN_DESTROY)).boundary)
    (found,) = of(diagram, reader.id)
    assert (found.label, found.standing) == ("read, destroy", Standing.SHOWN)
    assert found.hops[1] == "store_data_bucket"
    assert {edge.kind for edge in found.edges} == {EdgeKind.CAN_READ, EdgeKind.CAN_DESTROY}
    assert "always" in found.detail


def test_a_file_system_that_holds_records_is_among_their_places(sample: Sample) -> None:
    store = f"arn:aws:elasticfilesystem:us-east-1:{ACCOUNT}:file-system/fs-1"
    declared = {"log-file-system-1": FileSystem(id="fs-1", holds="records", encryption="volumes-key")}
    reader, there = role("analyst"), Node(store, NodeKind.FILE_SYSTEM, "fs-1", ACCOUNT, "us-east-1", {})
    having = sample.having(reader, there, may(reader.id, store))
    contract = having.contract.model_copy(update={"file_systems": declared})
    diagram = draw(dataclasses.replace(having, contract=contract).boundary)
    (found,) = of(diagram, reader.id)
    assert (found.hops[1], found.label) == ("store_log_file_system_1", "read")
    assert "records" in diagram.paths[found.hops[1]]


def test_always_only_if_through_others_and_not_known_are_told_apart(sample: Sample) -> None:
    taker, guarded, unread = role("taker"), role("guarded"), role("unread")
    hop = {
        "source": taker.id,
        "primitive": "sts-assume-role",
        "target": PLANE,
        "via": None,
        "only_if": None,
        "because": [],
    }
    diagram = draw(sample.having(
        taker, guarded, unread,
        may(taker.id, DATA, through=[[hop]], paths=1),
        may(guarded.id, DATA, only_if=CONDITION),
        may(unread.id, DATA, decision="undetermined", missing=["s3:GetBucketPolicy"]),
    ).boundary)  # fmt: skip
    standings = {node.name: [flow.standing for flow in of(diagram, node.id)] for node in (taker, guarded, unread)}
    assert standings == {
        "taker": [Standing.THROUGH],
        "guarded": [Standing.CONDITIONAL],
        "unread": [Standing.UNKNOWN],
    }
    (through,) = of(diagram, taker.id)
    assert diagram.box(through.hops[1]).about == (PLANE,)
    assert "vpce-1" in of(diagram, guarded.id)[0].detail


def test_a_part_of_the_stores_of_a_group_is_said_to_be_a_part(sample: Sample) -> None:
    reader = role("analyst")
    diagram = draw(sample.having(reader, may(reader.id, DATA), may(reader.id, OPS)).boundary)
    (found,) = of(diagram, reader.id)
    assert (found.hops[1], found.label) == ("records", "read (2 of 4)")


def test_equal_principals_are_one_box_and_undeclared_ones_look_it(sample: Sample) -> None:
    twins = [role("twin-a"), role("twin-b")]
    diagram = draw(sample.having(*twins, *(may(node.id, DATA) for node in twins)).boundary)
    (box,) = [box for _, box in diagram.walk() if twins[0].id in box.about]
    assert box.about == tuple(node.id for node in twins)
    assert box.shape is Shape.STRANGER
    assert box.lines == ("twin-a, twin-b", "undeclared, 2 with the same access")
    (plane,) = [box for _, box in diagram.walk() if PLANE in box.about]
    assert (plane.shape, plane.lines[0]) == (Shape.IDENTITY, "data-plane")


def test_many_undeclared_principals_are_one_counted_box_but_for_those_to_keep(sample: Sample) -> None:
    crowd = [role(f"team-{number:03}") for number in range(40)]
    kinds = [EdgeKind.CAN_READ, EdgeKind.CAN_WRITE, EdgeKind.CAN_DESTROY]
    edges = [
        may(node.id, store, kind)
        for n, node in enumerate(crowd)
        for kind in kinds[: n % 3 + 1]
        for store in (DATA, OPS)[: n % 2 + 1]
    ]
    made = sample.having(*crowd, *edges).boundary
    diagram = draw(made)
    (box,) = [box for _, box in diagram.walk() if crowd[0].id in box.about]
    assert box.lines[0] == "Undeclared in the contract \u00d7 40"
    assert [flow.label for flow in of(diagram, crowd[0].id)] == ["read \u00d7 40, write \u00d7 26, destroy \u00d7 13"]
    kept = draw(made, frozenset({crowd[7].id}))
    assert [box.about for _, box in kept.walk() if crowd[7].id in box.about] == [(crowd[7].id,)]


def test_principals_of_other_accounts_cross_the_boundary(sample: Sample) -> None:
    stranger = Node("arn:aws:iam::999999999999:root", NodeKind.FOREIGN_PRINCIPAL, "root", "999999999999", "")
    diagram = draw(sample.having(stranger, may(stranger.id, DATA)).boundary)
    (found,) = of(diagram, stranger.id)
    assert diagram.crosses(found)
    assert not diagram.crosses(of(diagram, PLANE)[0])


def test_layers_that_were_not_read_are_said_once(sample: Sample) -> None:
    doubt = {"layer": "scp", "permission": "organizations:DescribeOrganization"}
    graph = type(sample.graph)()
    for element in (
        *sample.graph.nodes(),
        *(edge for edge in sample.graph.edges() if not str(edge.kind).startswith("can_")),
    ):
        graph.add(element)
    graph.add(may(PLANE, DATA, unless=[doubt]))
    diagram = draw(type(sample.boundary)(graph, sample.contract, "2026-11-23T00:00:00Z"))
    assert diagram.box("note").lines[0] == "An upper bound: SCP not read"
    assert "note" not in draw(sample.boundary).paths


def test_a_store_whose_encryption_was_not_read_says_so(sample: Sample) -> None:
    unread = Node(
        DATA,
        NodeKind.BUCKET,
        "data",
        ACCOUNT,
        "us-east-1",
        {"encryption": Unknown("s3:GetEncryptionConfiguration", "AccessDenied", "")},
    )
    graph = type(sample.graph)()
    graph.add(unread)
    diagram = draw(type(sample.boundary)(graph, sample.contract, "2026-11-23T00:00:00Z"))
    assert "? encryption not read" in diagram.box("store_data_bucket").lines
    assert diagram.box("store_ops_bucket").standing is Standing.DECLARED
