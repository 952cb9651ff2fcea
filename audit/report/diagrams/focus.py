"""A diagram around some of the graph's nodes: what is near them, and of the rest how much there is."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from audit.report.diagrams.diagram import Box, Diagram, Shape

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator


def focused(diagram: Diagram, nodes: Collection[str], depth: int) -> Diagram | None:
    """The boxes of the nodes and all within so many flows of them, the rest folded; None where no box is theirs."""
    near = _standing_for(diagram, {*nodes})
    if not near:
        return None
    for _ in range(depth):
        near |= {
            hop for flow in diagram.flows if any(_touches(diagram, hop, near) for hop in flow.hops) for hop in flow.hops
        }
    kept = {part for box in near for part in diagram.paths[box]}
    kept |= {inner for box in near for inner in _whole(diagram.box(box), near)}
    boxes, left = _kept(diagram.boxes, kept)
    flows = tuple(flow for flow in diagram.flows if {*flow.hops} <= kept)
    return replace(diagram, boxes=(*boxes, *_rest("outside", left)), flows=flows)


def _standing_for(diagram: Diagram, nodes: set[str]) -> set[str]:
    """The innermost boxes that stand for some nodes."""
    found = [(path, box) for path, box in diagram.walk() if nodes & {*box.about}]
    return {path[-1] for path, _ in found if not any(path[-1] in other[:-1] for other, _ in found)}


def _touches(diagram: Diagram, hop: str, near: set[str]) -> bool:
    """Whether an end of a flow is a box near, one within it, or one that it is within."""
    return bool(near & {*diagram.paths[hop]}) or any(hop in diagram.paths[box] for box in near)


def _whole(box: Box, near: set[str]) -> set[str]:
    """What is in a box near, all of it where none of it is nearer."""
    inner = {path[-1] for path, _ in box.walk()} - {box.id}
    return set() if inner & near else inner


def _kept(boxes: Collection[Box], kept: set[str]) -> tuple[list[Box], list[Box]]:
    """The boxes to keep, each with what is kept of its children, and the innermost ones that are not."""
    found, left = [], []
    for box in boxes:
        if box.id not in kept:
            left += [inner for _, inner in box.walk() if not inner.children]
        elif box.children:
            children, rest = _kept(box.children, kept)
            found.append(replace(box, children=(*children, *_rest(box.id, rest))))
        else:
            found.append(box)
    return found, left


def _rest(within: str, left: list[Box]) -> Iterator[Box]:
    if left:
        about = tuple(dict.fromkeys(node for box in left for node in box.about))
        yield Box(f"rest_{within}", Shape.FOLDED, (f"Others \u00d7 {max(len(left), len(about)):,}",), about=about)
