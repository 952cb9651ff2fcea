"""The graph keeps facts apart and says the same thing in the same bytes."""

from __future__ import annotations

import json

import pytest

from audit.model.facts import Unknown
from audit.model.graph import BoundaryGraph, Edge, EdgeKind, Gap, Node, NodeKind

UNREAD = Unknown("s3:GetBucketPolicy", "AccessDenied", "r1")


def _graph(*elements: Node | Edge | Gap) -> BoundaryGraph:
    graph = BoundaryGraph()
    for element in elements:
        graph.add(element)
    return graph


BUCKET = Node("b", NodeKind.BUCKET, "b", "1", "global", {"policy": UNREAD, "logging": None}, ("r1",))
ACCOUNT = Node("1", NodeKind.ACCOUNT, "1", "1", "global", {}, ("r0",))
OWNS = Edge("1", "b", EdgeKind.OWNS, {}, ("r0",))


def test_a_node_said_twice_keeps_both_records_and_properties() -> None:
    graph = _graph(BUCKET, Node("b", NodeKind.BUCKET, "b", "1", "global", {"versioning": "Enabled"}, ("r2",)))
    node = graph.node("b")
    assert node.records == ("r1", "r2")
    assert (node.fact("policy"), node.fact("logging"), node.fact("versioning")) == (UNREAD, None, "Enabled")


@pytest.mark.parametrize("first", [0, 1])
def test_a_receiver_is_whatever_its_own_service_says_it_is(first: int) -> None:
    told = [
        Node("f", NodeKind.RECEIVER, "f:alias", "1", "r", {"service": "lambda"}, ("one",)),
        Node("f", NodeKind.FUNCTION, "f", "1", "r", {"role": "x"}, ("two",)),
    ]
    graph = BoundaryGraph()
    for node in (told[first], told[1 - first]):
        graph.add(node)

    assert (graph.node("f").kind, graph.node("f").name) == (NodeKind.FUNCTION, "f")
    assert graph.node("f").properties == {"service": "lambda", "role": "x"}


def test_the_order_of_elements_does_not_show_in_the_bytes() -> None:
    one, two = _graph(ACCOUNT, BUCKET, OWNS).to_json(), _graph(OWNS, BUCKET, ACCOUNT).to_json()
    assert json.dumps(one, sort_keys=True) == json.dumps(two, sort_keys=True)


def test_unknown_and_absent_stay_apart_in_json() -> None:
    node = _graph(BUCKET).to_json()["nodes"][0]["properties"]
    assert node["logging"] is None
    assert Unknown.from_json(node["policy"]) == UNREAD


def test_an_end_that_was_never_described_is_no_node() -> None:
    graph = _graph(OWNS)
    assert "b" not in graph
    assert graph.get("b") is None
    assert list(graph.nodes()) == []


def test_edges_are_found_from_either_end() -> None:
    graph = _graph(ACCOUNT, BUCKET, OWNS)
    assert [e.target for e in graph.edges(EdgeKind.OWNS, source="1")] == ["b"]
    assert [e.source for e in graph.edges(target="b")] == ["1"]
    assert list(graph.edges(EdgeKind.GRANTS, target="b")) == []
    assert list(graph.edges(source="nobody")) == []


def test_a_gap_hides_only_its_kinds_in_its_place() -> None:
    gap = Gap((NodeKind.ROLE, NodeKind.USER), "1", "global", "iam:X", UNREAD)
    graph = _graph(gap)
    assert graph.unseen(NodeKind.ROLE, account="1") == [gap]
    assert graph.unseen(NodeKind.BUCKET) == []
    assert graph.unseen(NodeKind.ROLE, account="2") == []


def test_what_one_account_could_not_read_another_may_tell() -> None:
    told = Node("b", NodeKind.BUCKET, "b", "1", "global", {"policy": {"Statement": []}}, ("r2",))
    for graph in (_graph(BUCKET, told), _graph(told, BUCKET)):
        assert graph.node("b").fact("policy") == {"Statement": []}
