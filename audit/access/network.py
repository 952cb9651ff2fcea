"""Principals as nodes, ways as arrows from many callers to many targets; edits make further nodes.

A principal as edited is a node of its own, with its own ways. It is reached by whoever can make the edit and act as
that principal: the principal itself, or someone who can do both, each perhaps over others (audit/access/changes.py).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from audit.access.bits import Arcs, Gathered, bits_of
from audit.access.changes import Changes
from audit.access.decision import Effect
from audit.access.editing import Editing
from audit.access.levels import Levels
from audit.access.primitives import Gains
from audit.access.principals import Kind
from audit.model.arn import Arn
from audit.model.graph import NodeKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from audit.access.holdings import Caller
    from audit.access.kin import Batch, Item, Kin
    from audit.access.ways import Way, Ways

_SERVICE_LINKED = "/aws-service-role/"


@dataclass(eq=False)
class Arrow:
    """A way with the nodes that it leads from, ``taken_by``, and to, as bits.

    It is ``certain`` when every need is allowed, whatever was not read; it ``edits`` its target instead of gaining it.
    """

    way: Way
    targets: int = 0
    taken_by: Gathered = field(default_factory=Gathered)
    certain: bool = field(init=False)
    edits: bool = field(init=False)

    def __post_init__(self) -> None:
        self.certain = self.way.decision.effect is Effect.ALLOWED
        self.edits = self.way.primitive.gains is Gains.OWN

    @property
    def callers(self) -> int:
        """The nodes that it leads from."""
        return self.taken_by.bits

    def item(self, target: Caller) -> Item:
        """What it is about at one of its targets."""
        return self.way.kin.by_target[target.principal.text][0]


@dataclass
class Acting:
    """Callers by the targets that they can act as, as bits, and from callers to targets that stand alone."""

    _several: dict[int, Gathered] = field(default_factory=dict)
    alone: Arcs = field(default_factory=Arcs)
    _before: dict[int, int] = field(default_factory=dict)
    _before_alone: dict[int, int] = field(default_factory=dict)

    def before(self, targets: int) -> int:
        """Who can act as one of these; searches come by the same ones again and again."""
        if targets not in self._before:
            found = self._before_alone.get(targets)
            if found is None:
                found = self._before_alone[targets] = self.alone.back.to(targets)
            for some, callers in self._several.items():
                if some & targets:
                    found |= callers.bits
            self._before[targets] = found
        return self._before[targets]

    def after(self, callers: int) -> int:
        """As whom one of these can act."""
        found = self.alone.forth.to(callers)
        for targets, some in self._several.items():
            found |= targets if some.bits & callers else 0
        return found

    def adding(self, targets: int) -> Callable[[int], None]:
        """What notes that the caller of a place can act as these targets."""
        if targets.bit_count() == 1:
            return partial(self._add_alone, targets.bit_length() - 1)
        return partial(self._add, self._several.setdefault(targets, Gathered()))

    def _add_alone(self, target: int, caller: int) -> None:
        self._before.clear()
        self._before_alone.clear()
        self.alone.add(caller, target)

    def _add(self, callers: Gathered, caller: int) -> None:
        self._before.clear()
        callers.add(caller)


@dataclass
class Network:
    """The nodes and arrows of one graph; built once, searched for every privilege."""

    ways: Ways
    nodes: list[Caller] = field(default_factory=list)
    changes: Changes = field(default_factory=Changes)
    _places: dict[tuple[str, str], int] = field(default_factory=dict)
    _arrows: dict[Way, Arrow] = field(default_factory=dict)
    _of: dict[int, list[Arrow]] = field(default_factory=dict)
    _bits: dict[Batch, int] = field(default_factory=dict)
    _adding: dict[Arrow, list[Callable[[int], None]]] = field(default_factory=dict)
    _acting: dict[bool, Acting] = field(default_factory=lambda: {True: Acting(), False: Acting()})

    _doubtful: bool = False

    def __post_init__(self) -> None:
        for caller in self._actors():
            self.add(caller)
        self.principals = len(self.nodes)
        for place in range(self.principals):
            self._ask(place)
        Editing(self).run()

    @property
    def arrows(self) -> Iterable[Arrow]:
        """Every arrow."""
        return self._arrows.values()

    def acting(self, *, certain: bool) -> Acting:
        """Who can act as whom, whatever the way; with ``certain`` only what is allowed counts."""
        return self._acting[certain]

    def arrows_of(self, place: int) -> list[Arrow]:
        """The arrows that lead from a node."""
        return self._of[place]

    def place(self, name: str) -> int | None:
        """The place of a principal as it is."""
        return self._places.get((name, ""))

    def principal(self, place: int) -> int:
        """The place of a node's principal as it is."""
        return self._places[self.nodes[place].principal.text, ""]

    def edited(self, caller: Caller) -> int:
        """The place of a principal as edited, a new node where it was none."""
        fresh = len(self.nodes)
        place = self.add(caller)
        if place == fresh:
            self._ask(place)
        return place

    @property
    def sure(self) -> bool:
        """Whether every arrow and every change is certain."""
        return not self._doubtful and self.changes.sure

    def levels(self, goal: int, *, certain: bool, same: Levels | None = None) -> Levels:
        """How far everyone is from these nodes, by the changes that are known by now; ``same`` as in Levels."""
        return Levels(self, goal, certain, same)

    def add(self, caller: Caller) -> int:
        """The place of a caller."""
        place = self._places.setdefault(caller.name, len(self.nodes))
        if place == len(self.nodes):
            self.nodes.append(caller)
        return place

    def _actors(self) -> Iterator[Caller]:
        """Everyone of the walked accounts but service-linked roles, and whom trust policies name beyond them."""
        held = self.ways.held
        yield from (caller for caller in held.own if _SERVICE_LINKED not in caller.principal.text)
        roles = list(held.graph.nodes(NodeKind.ROLE))
        partition = Arn.parse(roles[0].id).partition if roles else ""
        for caller in held.outsiders(map(self.ways.targets.trust, roles), partition):
            if caller.principal.kind is not Kind.SERVICE:
                yield caller

    def _ask(self, place: int) -> None:
        """A node's own arrows."""
        mine: dict[Arrow, None] = {}
        for way in self.ways.of(self.nodes[place]):
            arrow = self._arrows.get(way)
            if arrow is None:
                arrow = self._arrows[way] = self._arrow(way)
            for add in self._adding[arrow]:
                add(place)
            mine[arrow] = None
        self._of[place] = list(mine)

    def _arrow(self, way: Way) -> Arrow:
        arrow = Arrow(way, self._targets(way.kin))
        acting = [] if arrow.edits else [one for certain, one in self._acting.items() if arrow.certain or not certain]
        self._adding[arrow] = [arrow.taken_by.add, *(one.adding(arrow.targets) for one in acting)]
        self._doubtful |= not (arrow.edits or arrow.certain)
        return arrow

    def _targets(self, kin: Kin) -> int:
        if kin.batch not in self._bits:
            found = (self.place(name) for name in kin.by_target)
            self._bits[kin.batch] = bits_of([place for place in found if place is not None])
        return self._bits[kin.batch]
