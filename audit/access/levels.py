"""How far everyone is from a goal: searched backwards over arrows and changes, with all shortest routes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

from audit.access.bits import bits_of, places

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.access.changes import Change
    from audit.access.holdings import Caller
    from audit.access.kin import Item
    from audit.access.network import Arrow, Network
    from audit.access.ways import Way

MOST_PATHS = 8
"""How many of the shortest paths are listed; how many there are is counted."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step: who acts, by which way, on which item; an edit changes the item's target instead of gaining it."""

    actor: Caller
    way: Way
    item: Item


@dataclass(frozen=True, slots=True)
class Route:
    """Steps to a principal of the goal, as it is or as edited, and its node, or that of one that stands for it."""

    steps: tuple[Step, ...]
    end: Caller
    place: int


@dataclass
class Levels:
    """The nodes by how many steps they are from a goal; with ``certain`` only over what is allowed.

    ``same`` is another search for the goal, whose answer is taken where nothing can make a difference.
    """

    network: Network
    goal: int
    certain: bool
    same: Levels | None = None
    levels: list[int] = field(default_factory=list)
    reached: int = 0
    _counted: dict[int, int] = field(default_factory=dict)
    _along: dict[tuple[Arrow, int], int] = field(default_factory=dict)
    _ahead: dict[tuple[Arrow, int], tuple[tuple[int, ...], int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._changes = self.network.changes
        self.known = len(self.network.nodes)
        if self.same is not None and self._is_same(self.same):
            self.levels, self.reached = self.same.levels, self.same.reached
        else:
            self._search()

    def _is_same(self, other: Levels) -> bool:
        """Whether another search for the goal finds the same: nothing was added, and nothing is uncertain."""
        return self.network.sure and (other.known, other.goal, other._changes) == (self.known, self.goal, self._changes)

    def _search(self) -> None:
        certain = self.certain
        acting = self.network.acting(certain=certain)
        own = self._changes.own[certain]
        ahead: dict[int, int] = {}
        near = self.reached = self.goal
        while near or ahead:
            self.levels.append(near)
            depth = len(self.levels)
            fresh = 0
            if near:
                fresh |= acting.before(near) | own.back.to(near)
                for steps, callers in self._changes.by_others(near, certain=certain):
                    later = depth - 1 + steps
                    ahead[later] = ahead.get(later, 0) | callers
            near = (fresh | ahead.pop(depth, 0)) & ~self.reached
            self.reached |= near

    def depth(self, place: int) -> int | None:
        """How many steps a node is away; None for one that does not come there."""
        return next((depth for depth in range(len(self.levels)) if self._has(depth, place)), None)

    def _has(self, depth: int, place: int) -> bool:
        level = self._read[depth]
        return place >> 3 < len(level) and bool(level[place >> 3] >> (place & 7) & 1)

    @cached_property
    def _read(self) -> list[bytes]:
        """The levels where one bit is found without going over all."""
        return [level.to_bytes((level.bit_length() + 7) // 8, "little") for level in self.levels]

    def number(self, place: int) -> int:
        """How many shortest routes a node has."""
        depth = self.depth(place)
        return 0 if depth is None else self._count(place, depth)

    def routes(self, place: int) -> Iterator[Route]:
        """The first of a node's shortest routes."""
        depth = self.depth(place)
        if depth is not None:
            yield from islice(self._routes(place, depth), MOST_PATHS)

    def _count(self, place: int, depth: int) -> int:
        if depth == 0:
            return 1
        if place not in self._counted:
            arrows = sum(self._number(arrow, depth) for arrow in self._arrows(place))
            changes = ((change, self._count(change.after, left)) for change, left in self._changed(place, depth))
            self._counted[place] = arrows + sum(change.number(place, self.certain) * rest for change, rest in changes)
        return self._counted[place]

    def _number(self, arrow: Arrow, depth: int) -> int:
        """How many shortest routes an arrow begins, whoever takes it."""
        key = arrow, depth
        if key not in self._along:
            nearer = places(arrow.targets & self.levels[depth - 1])
            self._along[key] = sum(self._count(node, depth - 1) for node in nearer)
        return self._along[key]

    def _routes(self, place: int, depth: int) -> Iterator[Route]:
        caller = self.network.nodes[place]
        if depth == 0:
            yield Route((), caller, place)
            return
        for arrow, node in self._over(place, depth):
            step = Step(caller, arrow.way, arrow.item(self.network.nodes[node]))
            for rest in self._routes(node, depth - 1):
                yield Route((step, *rest.steps), rest.end, rest.place)
        for change, left in self._changed(place, depth):
            for done in change.routes(self.network, place, certain=self.certain):
                for rest in self._routes(change.after, left):
                    named = self._named(rest, self.network.nodes[change.after], done.end)
                    yield Route((*done.steps, *named.steps), named.end, rest.place)

    def _over(self, place: int, depth: int) -> Iterator[tuple[Arrow, int]]:
        """The arrows of a node of a level that lead nearer, each with where it leads."""
        for arrow in self._arrows(place):
            first, rest = self._nearer(arrow, depth)
            for node in first:
                yield arrow, node
            for node in places(rest):
                yield arrow, node

    def _nearer(self, arrow: Arrow, depth: int) -> tuple[tuple[int, ...], int]:
        """Where an arrow leads nearer: as many as are listed, and the rest."""
        key = arrow, depth
        if key not in self._ahead:
            nearer = arrow.targets & self.levels[depth - 1]
            first = tuple(islice(places(nearer), MOST_PATHS))
            self._ahead[key] = first, nearer & ~bits_of(first)
        return self._ahead[key]

    def _arrows(self, place: int) -> Iterator[Arrow]:
        for arrow in self.network.arrows_of(place):
            if not arrow.edits and (arrow.certain or not self.certain):
                yield arrow

    def _changed(self, place: int, depth: int) -> Iterator[tuple[Change, int]]:
        """The changes of a node of a level that lead nearer, each with the level of its node."""
        for change in self._changes.of(place):
            for steps, callers in change.callers[self.certain].items():
                left = depth - steps
                if left >= 0 and self._has(left, change.after) and callers >> place & 1:
                    yield change, left

    @staticmethod
    def _named(route: Route, stand_in: Caller, caller: Caller) -> Route:
        """A route in which a principal takes the place of the one that stood for it."""
        if stand_in.principal.text == caller.principal.text:
            return route
        steps = list(route.steps)
        for number, step in enumerate(steps):
            if step.actor.principal.text == stand_in.principal.text:
                own = step.way.kin.by_target.get(caller.principal.text)
                item = own[0] if own and step.item.target == stand_in.principal.text else step.item
                actor = replace(caller, edits=step.actor.edits, policies=step.actor.policies)
                actor = caller if step.actor is stand_in else actor
                steps[number] = Step(actor, step.way, item)
        return Route(tuple(steps), caller if route.end is stand_in else route.end, route.place)
