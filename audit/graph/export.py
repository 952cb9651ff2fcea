"""The graph as files: graph.json, which reads back whole, and GraphML for other tools."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import networkx as nx

from audit.model.errors import UsageError
from audit.model.facts import Unknown
from audit.model.graph import FORMAT, BoundaryGraph, Citation, Edge, EdgeKind, Gap, Node, NodeKind

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_NODES = {kind.value: kind for kind in NodeKind}
_EDGES = {kind.value: kind for kind in EdgeKind}
_compact = json.JSONEncoder(sort_keys=True, ensure_ascii=False).encode


def graph_json(graph: BoundaryGraph) -> str:
    """The text of graph.json: node-link form with sorted keys, a node, an edge or a gap a line."""
    return (
        "{\n"
        + ",\n".join(f"{_compact(key)}: {_lines(value)}" for key, value in sorted(graph.to_json().items()))
        + "\n}\n"
    )


def _lines(value: Any) -> str:
    # A whole graph indented is mostly blanks, and Python writes those many times slower.
    return "[\n" + ",\n".join(map(_compact, value)) + "\n]" if isinstance(value, list) and value else _compact(value)


def graphml(graph: BoundaryGraph) -> str:
    """The text of graph.graphml; properties that are no plain values are JSON texts, an absent one is left out."""
    flat: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    body = graph.to_json()
    for node in body["nodes"]:
        named = {key: node[key] for key in ("kind", "name", "account", "region")}
        flat.add_node(node["id"], **named, **_scalars(node["properties"]))
    for number, edge in enumerate(body["edges"]):
        properties = _scalars(edge["properties"])
        flat.add_edge(edge["source"], edge["target"], key=str(number), kind=edge["kind"], **properties)
    text = io.BytesIO()
    nx.write_graphml(flat, text, infer_numeric_types=False)
    return text.getvalue().decode() + "\n"


def _scalars(properties: Mapping[str, Any]) -> dict[str, str]:
    # One type a property, so that a key means the same at every node: text as it stands, all else as JSON.
    found = {f"property.{key}": value for key, value in sorted(properties.items()) if value is not None}
    return {key: _xml(v if isinstance(v, str) else json.dumps(v, sort_keys=True)) for key, v in found.items()}


def _xml(text: str) -> str:
    # XML 1.0 has no place for control characters, which descriptions and tags may hold.
    return "".join(char if char >= " " or char in "\t\n\r" else "\N{REPLACEMENT CHARACTER}" for char in text)


def read_json(path: Path) -> BoundaryGraph:
    """Read a graph.json; raises UsageError for a file that is none or of another version."""
    try:
        body = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"{path} cannot be read as a graph ({error}): write it again with byoc audit") from error
    version = body.get("format") if isinstance(body, dict) else None
    if version != FORMAT:
        raise UsageError(f"{path} has format {version}, this kit reads {FORMAT}: use the kit that wrote it")
    try:
        return from_json(body)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UsageError(
            f"{path} is damaged ({error!r}): write it again with byoc audit --from its snapshot"
        ) from error


def from_json(body: Mapping[str, Any]) -> BoundaryGraph:
    """A graph from its parsed node-link form; unknown fields are passed over."""
    graph = BoundaryGraph()
    graph.emulated = dict(body.get("emulated") or {})
    for node in body["nodes"]:
        graph.add(_node(node))
    for edge in body["edges"]:
        graph.add(_edge(edge))
    for gap in body["gaps"]:
        graph.add(_gap(gap))
    return graph


def _node(body: Mapping[str, Any]) -> Node:
    kind, records = _NODES[body["kind"]], tuple(body["records"])
    properties = _facts(body["properties"])
    return Node(body["id"], kind, body["name"], body["account"], body["region"], properties, records)


def _edge(body: Mapping[str, Any]) -> Edge:
    because = tuple(Citation(c["record"], c["document"], c["pointer"]) for c in body["because"])
    kind, records = _EDGES[body["kind"]], tuple(body["records"])
    return Edge(body["source"], body["target"], kind, _facts(body["properties"]), records, because)


def _gap(body: Mapping[str, Any]) -> Gap:
    unknown = Unknown.from_json({"$unknown": body["$unknown"]})
    if unknown is None:
        raise ValueError(f"a gap of {body['operation']} without its reason")
    kinds = tuple(_NODES[kind] for kind in body["kinds"])
    return Gap(kinds, body["account"], body["region"], body["operation"], unknown)


def _facts(value: Any) -> Any:
    unknown = Unknown.from_json(value)
    if unknown is not None:
        return unknown
    if isinstance(value, dict):
        return {key: _facts(item) for key, item in value.items()}
    return [_facts(item) for item in value] if isinstance(value, list) else value
