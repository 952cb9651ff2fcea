"""What a diagram is made of, whatever draws it: nested boxes, numbered flows, and which of them cross the boundary."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class Shape(StrEnum):
    """What a box stands for; the drawing rooms give each its look."""

    ACCOUNT = "account"
    NETWORK = "network"
    SUBNETS = "subnets"
    GROUP = "group"
    COMPUTE = "compute"
    ENDPOINT = "endpoint"
    STORE = "store"
    KEY = "key"
    LOG = "log"
    OUTSIDE = "outside"
    PERSON = "person"


class FlowKind(StrEnum):
    """What a flow carries."""

    RECORDS = "records"
    CONTROL = "control"
    LOGS = "logs"


@dataclass(frozen=True, slots=True)
class Box:
    """A place: ``id`` is ours (letters, digits, underscores), ``lines`` come from AWS and are not trusted."""

    id: str
    shape: Shape
    lines: tuple[str, ...]
    children: tuple[Box, ...] = ()

    def walk(self, above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Box]]:
        """This box and all within it, each with the ids from the outermost box down to it."""
        path = (*above, self.id)
        yield path, self
        for child in self.children:
            yield from child.walk(path)


@dataclass(frozen=True, slots=True)
class Flow:
    """Something that moves from the first of ``hops`` (box ids) over the others to the last.

    ``label`` is short and stands on the arrow; ``detail``, when there is one, stands in the table of flows.
    ``shown`` is false when the contract declares the flow and the graph does not show it.
    """

    hops: tuple[str, ...]
    label: str
    kind: FlowKind
    shown: bool = True
    evidence: tuple[str, ...] = ()
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Arrow:
    """One line of the drawing: the flows, by number, that share it."""

    source: str
    target: str
    numbers: tuple[int, ...]
    label: str
    kind: FlowKind
    crosses: bool
    shown: bool


@dataclass(frozen=True)
class Diagram:
    """The whole drawing. ``boundary`` is the id of the box that the flows may cross; flows are numbered from 1."""

    title: str
    boundary: str
    boxes: tuple[Box, ...]
    flows: tuple[Flow, ...]
    paths: dict[str, tuple[str, ...]] = field(init=False)

    def __post_init__(self) -> None:
        found = {path[-1]: path for box in self.boxes for path, _ in box.walk()}
        object.__setattr__(self, "paths", found)
        missing = {hop for flow in self.flows for hop in flow.hops} - found.keys()
        if missing:
            raise ValueError(f"flows name {', '.join(sorted(missing))}, which no box has: add the box or drop the flow")

    def box(self, box_id: str) -> Box:
        """The box of that id; KeyError when there is none."""
        return {path[-1]: box for top in self.boxes for path, box in top.walk()}[box_id]

    def inside(self, box_id: str) -> bool:
        """Whether a box lies within the boundary."""
        return self.boundary in self.paths[box_id]

    def crosses(self, flow: Flow) -> bool:
        """Whether some step of a flow enters or leaves the boundary."""
        return any(self.inside(a) != self.inside(b) for a, b in pairwise(flow.hops))

    def arrows(self) -> list[Arrow]:
        """The lines to draw: a step that several flows share is one line; the label stands on a flow's last step."""
        shared: dict[tuple[str, str, FlowKind, bool], list[tuple[int, str]]] = {}
        for number, flow in enumerate(self.flows, 1):
            steps = list(pairwise(flow.hops))
            for step in steps:
                label = flow.label if step == steps[-1] else ""
                shared.setdefault((*step, flow.kind, flow.shown), []).append((number, label))
        return [self._arrow(*key, entries) for key, entries in shared.items()]

    def _arrow(self, source: str, target: str, kind: FlowKind, shown: bool, entries: list[tuple[int, str]]) -> Arrow:  # noqa: FBT001  # the key of the sharing, in its order
        numbers = tuple(number for number, _ in entries)
        label = "; ".join(dict.fromkeys(text for _, text in entries if text))
        return Arrow(source, target, numbers, label, kind, self.inside(source) != self.inside(target), shown)
