"""What a diagram is made of, whatever draws it: nested boxes, numbered flows, and which of them cross the boundary."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.model.graph import Edge


class Shape(StrEnum):
    """What a box stands for; the drawing rooms give each its look."""

    ACCOUNT = "account"
    NETWORK = "network"
    SUBNETS = "subnets"
    GROUP = "group"
    COMPUTE = "compute"
    ENDPOINT = "endpoint"
    FILTER = "filter"
    STORE = "store"
    KEY = "key"
    LOG = "log"
    OUTSIDE = "outside"
    PERSON = "person"
    IDENTITY = "identity"
    STRANGER = "stranger"
    FOLDED = "folded"


class FlowKind(StrEnum):
    """What a flow carries."""

    RECORDS = "records"
    CONTROL = "control"
    LOGS = "logs"
    KEYS = "keys"
    ACCESS = "access"
    PACKETS = "packets"
    DUTY = "duty"


class Standing(StrEnum):
    """How a box or a flow is known; each looks different without its colour too."""

    SHOWN = "shown"
    """The graph shows it; of access: always."""
    CONDITIONAL = "only_if"
    """The graph shows it where conditions hold that a request must meet."""
    THROUGH = "through_others"
    """The graph shows it by way of others' rights."""
    UNKNOWN = "unknown"
    """Something that settles it could not be read."""
    STOPPED = "stopped"
    """A rule lets it in and the graph shows that nothing arrives."""
    DECLARED = "declared"
    """The contract declares it and the graph does not show it."""


@dataclass(frozen=True, slots=True)
class Box:
    """A place: ``id`` is ours (letters, digits, underscores), ``lines`` come from AWS and are not trusted.

    ``about`` are the ids of the graph's nodes that it stands for.
    """

    id: str
    shape: Shape
    lines: tuple[str, ...]
    children: tuple[Box, ...] = ()
    standing: Standing = Standing.SHOWN
    about: tuple[str, ...] = ()

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
    ``about`` are the ids of the graph's nodes that it rests on, ``edges`` its edges, ``evidence`` the ids of records.
    """

    hops: tuple[str, ...]
    label: str
    kind: FlowKind
    standing: Standing = Standing.SHOWN
    evidence: tuple[str, ...] = ()
    detail: str = ""
    about: tuple[str, ...] = ()
    edges: tuple[Edge, ...] = ()

    @property
    def shown(self) -> bool:
        """Whether the graph shows it, be it only under conditions."""
        return self.standing not in {Standing.DECLARED, Standing.STOPPED, Standing.UNKNOWN}


@dataclass(frozen=True, slots=True)
class Arrow:
    """One line of the drawing: the flows, by number, that share it; ``id`` is ``a1`` and so on, in their order."""

    id: str
    source: str
    target: str
    numbers: tuple[int, ...]
    label: str
    kind: FlowKind
    crosses: bool
    standing: Standing


_Step = tuple[str, str, FlowKind, Standing]
"""The ends of an arrow and what else its flows must share."""


@dataclass(frozen=True)
class Diagram:
    """The whole drawing. ``boundary`` are the ids of the boxes that are the account; flows are numbered from 1.

    ``direction`` is where most flows lead, as D2 and Mermaid lay them out.
    """

    title: str
    boundary: tuple[str, ...]
    boxes: tuple[Box, ...]
    flows: tuple[Flow, ...]
    direction: Literal["right", "down"] = "right"

    def __post_init__(self) -> None:
        missing = {hop for flow in self.flows for hop in flow.hops} - self.paths.keys()
        if missing:
            raise ValueError(f"flows name {', '.join(sorted(missing))}, which no box has: add the box or drop the flow")

    def walk(self) -> Iterator[tuple[tuple[str, ...], Box]]:
        """Every box, each with the ids from the outermost box down to it."""
        for box in self.boxes:
            yield from box.walk()

    @cached_property
    def paths(self) -> dict[str, tuple[str, ...]]:
        """The id of every box to the ids from the outermost down to it."""
        return {path[-1]: path for path, _ in self.walk()}

    @cached_property
    def _by_id(self) -> dict[str, Box]:
        return {box.id: box for _, box in self.walk()}

    def box(self, box_id: str) -> Box:
        """The box of that id; KeyError when there is none."""
        return self._by_id[box_id]

    def inside(self, box_id: str) -> bool:
        """Whether a box lies within the boundary."""
        return any(part in self.boundary for part in self.paths[box_id])

    def crosses(self, flow: Flow) -> bool:
        """Whether some step of a flow enters or leaves the boundary; a duty carries nothing."""
        return any(self._crossed(a, b, flow.kind) for a, b in pairwise(flow.hops))

    def _crossed(self, source: str, target: str, kind: FlowKind) -> bool:
        return kind is not FlowKind.DUTY and self.inside(source) != self.inside(target)

    def arrows(self) -> list[Arrow]:
        """The lines to draw: a step that several flows share is one line; the label stands on a flow's last step."""
        shared: dict[_Step, list[tuple[int, str]]] = {}
        for number, flow in enumerate(self.flows, 1):
            steps = list(pairwise(flow.hops))
            for step in steps:
                label = flow.label if step == steps[-1] else ""
                shared.setdefault((*step, flow.kind, flow.standing), []).append((number, label))
        return [self._arrow(f"a{n}", step, entries) for n, (step, entries) in enumerate(shared.items(), 1)]

    def _arrow(self, arrow_id: str, step: _Step, entries: list[tuple[int, str]]) -> Arrow:
        source, target, kind, standing = step
        numbers = tuple(dict.fromkeys(number for number, _ in entries))
        label = "; ".join(dict.fromkeys(text for _, text in entries if text))
        crosses = self._crossed(source, target, kind)
        return Arrow(arrow_id, source, target, numbers, label, kind, crosses, standing)
