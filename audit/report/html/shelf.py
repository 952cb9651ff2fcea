"""What a page keeps for those who look closer: facts of things, statements, raw answers, each under a number.

Whatever the page names first is kept first: where the room ends, what is left out is counted.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from audit.model.graph import plain
from audit.report.content.statements import statement

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from audit.model.graph import Edge, Node
    from audit.model.snapshot import Record, Snapshot
    from audit.report.content.proof import Place, Sentence
    from audit.report.diagrams.diagram import Box, Diagram, Flow
    from audit.report.diagrams.picture import Picture
    from audit.report.material import Material

ROOM_FOR_RECORDS, ROOM_FOR_FACTS = 2_400_000, 900_000
"""Bytes of raw answers, and of facts, that a page holds at most."""
_MOST_EDGES, _MOST_ABOUT = 12, 60
Json = dict[str, Any]
_ESCAPES = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026"}


@dataclass
class Shelf:
    """What is kept of a material and its snapshot; ``node``, ``record`` and ``statement`` give a thing's number."""

    material: Material
    snapshot: Snapshot
    nodes: dict[str, int] = field(default_factory=dict)
    records: dict[str, int] = field(default_factory=dict)
    statements: dict[str, int] = field(default_factory=dict)
    texts: list[Any] = field(default_factory=list)
    views: Json = field(default_factory=dict)
    kept: int = 0
    left_out: int = 0
    facts_left_out: int = 0

    @cached_property
    def known(self) -> dict[str, Record]:
        """The snapshot's records by id."""
        return {record.id: record for record in self.snapshot.records}

    def node(self, node_id: str) -> int | None:
        """The number of a thing of the graph; None for what the graph has not."""
        return self.nodes.setdefault(node_id, len(self.nodes)) if node_id in self.material.graph else None

    def record(self, record_id: str) -> int | None:
        """The number of a record; None for what the snapshot has not."""
        return self.records.setdefault(record_id, len(self.records)) if record_id in self.known else None

    def statement(self, place: Place, about: Sentence) -> int | None:
        """The number of what stands at a place; None where its text cannot be told."""
        if place.key not in self.statements:
            nodes = [about.subject, *(step.node for step in about.steps)]
            text = statement(self.material.graph, self.known, place, nodes)
            if text is None:
                return None
            self.statements[place.key] = len(self.texts)
            self.texts.append(text)
        return self.statements[place.key]

    def picture(self, picture: Picture) -> str:
        """Keep what stands behind the boxes and arrows of a picture; gives the name of its view."""
        boxes = {path[-1]: box for top in picture.diagram.boxes for path, box in top.walk()}
        self.views[picture.view] = {
            "boxes": {name: self._box(box) for name, box in boxes.items()},
            "flows": [self._flow(picture.diagram, flow) for flow in picture.diagram.flows],
        }
        return picture.view

    def _box(self, box: Box) -> Json:
        return {
            "lines": box.lines,
            "shape": box.shape.value,
            "standing": box.standing.value,
            **self._about(box.about),
        }

    def _flow(self, diagram: Diagram, flow: Flow) -> Json:
        names = [diagram.box(hop).lines[0] for hop in flow.hops]
        return {
            "ends": [names[0], names[-1]],
            "through": names[1:-1],
            "says": flow.detail or flow.label,
            "kind": flow.kind.value,
            "standing": flow.standing.value,
            "crosses": diagram.crosses(flow),
            "evidence": self._records(flow.evidence),
            "edges": [self._edge(edge) for edge in flow.edges[:_MOST_EDGES]],
            "more": max(0, len(flow.edges) - _MOST_EDGES),
            **self._about(flow.about),
        }

    def _about(self, node_ids: tuple[str, ...]) -> Json:
        numbers = [number for one in node_ids[:_MOST_ABOUT] if (number := self.node(one)) is not None]
        return {"about": numbers, "others": max(0, len(node_ids) - _MOST_ABOUT)}

    def _records(self, record_ids: Iterable[str]) -> list[int]:
        return [number for one in record_ids if (number := self.record(one)) is not None]

    def _edge(self, edge: Edge) -> Json:
        because = [
            {"document": one.document, "pointer": one.pointer, "record": self.record(one.record)}
            for one in edge.because
        ]
        return {
            "ends": [{"name": self.material.named(end), "node": self.node(end)} for end in (edge.source, edge.target)],
            "kind": edge.kind.value,
            "because": because,
            "records": self._records(edge.records),
        }

    def sealed(self) -> Markup:
        """All of it as JSON in which no character can end the element that holds it."""
        nodes = [self._facts(self.material.graph.node(one)) for one in self.nodes]
        facts = self._fitting(nodes, ROOM_FOR_FACTS)
        records = self._fitting([_record(self.known[one]) for one in self.records], ROOM_FOR_RECORDS)
        self.facts_left_out = sum(fact is None for fact in facts)
        self.left_out = sum(record is None for record in records)
        self.kept = len(records) - self.left_out
        names = [[self.material.named(one), _kind(self.material.graph.node(one))] for one in self.nodes]
        body = {"names": names, "nodes": facts, "records": records, "ids": list(self.records), "views": self.views}
        return embedded({**body, "statements": self.texts})

    def _facts(self, node: Node) -> Json:
        return {
            "id": node.id,
            "account": node.account,
            "region": node.region,
            "meaning": node.kind.meaning,
            "properties": {name: plain(value) for name, value in sorted(node.properties.items())},
            "records": self._records(node.records),
        }

    @staticmethod
    def _fitting(found: list[Json], room: int) -> list[Json | None]:
        """What fits, in order; a large thing that does not is left out, and a small one after it may still fit."""
        kept: list[Json | None] = []
        for one in found:
            size = len(json.dumps(one, separators=(",", ":")))
            fits = size <= room
            room -= size if fits else 0
            kept.append(one if fits else None)
        return kept


def embedded(data: Mapping[str, Any]) -> Markup:
    """JSON for a script element: ASCII alone, and no character of markup."""
    text = json.dumps(data, separators=(",", ":"), sort_keys=True)
    return Markup(text.translate(_ESCAPES))  # noqa: S704  # ASCII without <, > and &


def _kind(node: Node) -> str:
    return node.kind.value.replace("_", " ")


def _record(record: Record) -> Json:
    found: Json = {"at": record.path, "operation": record.operation, "params": dict(record.params)}
    if record.unreadable is not None:
        return found | {"unreadable": [record.unreadable.code, record.unreadable.permission]}
    return found | ({"absent": record.absent} if record.absent is not None else {"response": record.response})
