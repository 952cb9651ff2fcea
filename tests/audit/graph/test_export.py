from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import networkx as nx
import pytest

from audit.graph.export import graph_json, graphml, read_json
from audit.model.errors import UsageError
from audit.model.facts import Unknown
from audit.model.graph import BoundaryGraph, Citation, Edge, EdgeKind, Gap, Node, NodeKind

if TYPE_CHECKING:
    from pathlib import Path

UNREAD = Unknown("kms:GetKeyPolicy", "AccessDenied", "rec-2")


@pytest.fixture
def graph() -> BoundaryGraph:
    made = BoundaryGraph()
    made.emulated = {"a": "b"}
    properties = {
        "policy": {"Statement": [{"Effect": "Allow"}]},
        "website": None,
        "key": UNREAD,
        "n": 3,
        "odd": "a\x00b",
    }
    made.add(Node("b", NodeKind.BUCKET, "b", "1", "us-east-1", properties, ("rec-1",)))
    made.add(Node("r", NodeKind.ROLE, "r", "1", "global", {"nested": {"deep": [UNREAD]}}, ("rec-3",)))
    made.add(
        Edge("r", "b", EdgeKind.GRANTS, {"n": [1]}, ("rec-1",), (Citation("rec-1", "bucket_policy", "/Statement/0"),))
    )
    made.add(Edge("r", "never-described", EdgeKind.TRUSTS, {}, ("rec-3",)))
    made.add(Edge("r", "b", EdgeKind.GRANTS, {"n": [1]}, ("rec-4",)))
    made.add(Gap((NodeKind.KEY, NodeKind.SECRET), "1", "us-east-1", "kms:ListKeys", UNREAD))
    return made


def test_graph_json_reads_back_byte_for_byte(graph: BoundaryGraph, tmp_path: Path) -> None:
    (tmp_path / "graph.json").write_text(graph_json(graph), "utf-8")
    again = read_json(tmp_path / "graph.json")

    assert graph_json(again) == graph_json(graph)
    assert again.node("b") == graph.node("b")
    assert again.node("r").properties["nested"]["deep"] == [UNREAD]
    assert again.gaps == graph.gaps
    assert "never-described" not in again


def test_graphml_is_read_by_networkx(graph: BoundaryGraph) -> None:
    read = nx.read_graphml(io.BytesIO(graphml(graph).encode()))

    assert set(read.nodes) == {"b", "r", "never-described"}
    assert read.number_of_edges() == 3
    bucket = read.nodes["b"]
    assert json.loads(bucket["property.policy"]) == {"Statement": [{"Effect": "Allow"}]}
    assert "property.website" not in bucket
    assert "$unknown" in json.loads(bucket["property.key"])


@pytest.mark.parametrize(
    "text",
    [
        "no json",
        "[]",
        '{"format": "byoc-graph/9"}',
        '{"format": "byoc-graph/1", "nodes": [{"id": "x"}], "edges": [], "gaps": []}',
        '{"format": "byoc-graph/1", "nodes": [], "edges": [], "gaps": [{"kinds": [], "operation": "o", "$unknown": {}}]}',
    ],
)
def test_what_is_no_graph_is_refused_in_one_sentence(text: str, tmp_path: Path) -> None:
    (tmp_path / "graph.json").write_text(text)

    with pytest.raises(UsageError, match=r"graph\.json"):
        read_json(tmp_path / "graph.json")


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        read_json(tmp_path / "none.json")
