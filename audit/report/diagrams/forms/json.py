"""A diagram as JSON: its boxes, and its flows by number with the edges and records that show them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audit.report import json_files

if TYPE_CHECKING:
    from audit.report.diagrams.diagram import Box, Diagram, Flow

EXTENSION = "json"


def render(diagram: Diagram) -> bytes:
    """One document; the same diagram gives the same bytes."""
    return json_files.text(
        {
            "title": diagram.title,
            "boundary": list(diagram.boundary),
            "boxes": list(map(_box, diagram.boxes)),
            "flows": [_flow(diagram, number, flow) for number, flow in enumerate(diagram.flows, 1)],
        }
    ).encode(errors="backslashreplace")


def _box(box: Box) -> dict[str, Any]:
    return {
        "id": box.id, "shape": box.shape.value, "lines": list(box.lines), "standing": box.standing.value,
        "about": list(box.about), "children": list(map(_box, box.children)),
    }  # fmt: skip


def _flow(diagram: Diagram, number: int, flow: Flow) -> dict[str, Any]:
    return {
        "number": number, "hops": list(flow.hops), "label": flow.label, "detail": flow.detail,
        "kind": flow.kind.value, "standing": flow.standing.value, "crosses": diagram.crosses(flow),
        "about": list(flow.about), "evidence": list(flow.evidence),
        "edges": [{"source": edge.source, "kind": str(edge.kind), "target": edge.target} for edge in flow.edges],
    }  # fmt: skip
