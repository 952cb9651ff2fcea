"""Who reaches a privilege through others: the fewest steps from a principal to one that has it, and all such paths.

The search goes backwards over the network (audit/access/network.py) from those who have the privilege. First only what
is allowed counts, then also what is undetermined, for those whom nothing certain leads there.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from audit.access.decision import Effect
from audit.access.network import Change, Network, places

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from audit.access.holdings import Caller
    from audit.access.network import Arrow
    from audit.access.targets import Item
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
    """Steps to a principal that has the privilege, as it is or as edited."""

    steps: tuple[Step, ...]
    end: Caller


@dataclass(frozen=True, slots=True)
class Reached:
    """The shortest routes of a principal: some of them, how many there are, and whether each step is certain."""

    routes: tuple[Route, ...]
    number: int
    certain: bool


def search(network: Network, effects: Mapping[int, Effect]) -> Iterator[tuple[Caller, Reached]]:
    """How each principal that does not have a privilege comes to it; nothing of those who do not.

    ``effects`` says of each node that has the privilege, or may have it, which of the two.
    """
    done: set[int] = set()
    for good in ({Effect.ALLOWED}, {Effect.ALLOWED, Effect.UNDETERMINED}):
        goal = sum(1 << place for place, effect in effects.items() if effect in good)
        found = _Search(network, goal, certain=len(good) == 1)
        for depth, level in enumerate(found.levels[1:], start=1):
            for place in places(level & ((1 << network.principals) - 1)):
                if place not in done and place not in effects:
                    done.add(place)
                    yield network.nodes[place], found.reached(place, depth)


@dataclass
class _Search:
    """The nodes by how many steps they are from the goal."""

    network: Network
    goal: int
    certain: bool
    levels: list[int] = field(default_factory=list)
    _counted: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        certain, network = self.certain, self.network
        self._arrows = [arrow for arrow in network.arrows if not arrow.edits and (arrow.certain or not certain)]
        self._changes = [change for change in network.changes if change.certain or not certain]
        self.levels = [self.goal]
        reached = self.goal
        ahead: dict[int, int] = {}
        while self.levels[-1] or max(ahead, default=0) >= len(self.levels) or self._far(reached):
            if not self.levels[-1] and max(ahead, default=0) < len(self.levels):
                fresh = self._far(reached)
            else:
                fresh = self._nearer(ahead)
            self.levels.append(fresh & ~reached)
            reached |= fresh

    def _nearer(self, ahead: dict[int, int]) -> int:
        """The nodes with an arrow to the last level; changes of several steps are kept for their own level."""
        near, depth = self.levels[-1], len(self.levels)
        fresh = ahead.pop(depth, 0)
        for arrow in self._arrows:
            if arrow.targets & near:
                fresh |= arrow.callers
        self._arrows = [arrow for arrow in self._arrows if not arrow.targets & near]
        for change in self._changes:
            if near >> change.after & 1 and not change.far:
                later = depth + change.steps - 1
                ahead[later] = ahead.get(later, 0) | change.callers
        return fresh | ahead.pop(depth, 0)

    def _far(self, reached: int) -> int:
        """Whom only a change over others leads on."""
        fresh = 0
        for change in self._changes:
            if change.far and reached >> change.after & 1:
                fresh |= change.callers
        return fresh & ~reached

    def reached(self, place: int, depth: int) -> Reached:
        """The routes of a node of a level."""
        routes = tuple(islice(self._routes(place, depth), MOST_PATHS))
        return Reached(routes, self._count(place, depth), self.certain)

    def _count(self, place: int, depth: int) -> int:
        if depth == 0:
            return 1
        if place not in self._counted:
            ends = (self._count(node, left) for _, node, left in self._next(place, depth))
            self._counted[place] = sum(ends)
        return self._counted[place]

    def _routes(self, place: int, depth: int) -> Iterator[Route]:
        if depth == 0:
            yield Route((), self.network.nodes[place])
            return
        for move, node, left in self._next(place, depth):
            for route in self._routes(node, left):
                yield Route((*self._steps(place, move, node), *route.steps), route.end)

    def _next(self, place: int, depth: int) -> Iterator[tuple[Arrow | Change, int, int]]:
        """What leads from a node of a level nearer: the arrow or change, the node, and its level."""
        found = False
        for arrow in self.network.arrows_of(place):
            if not arrow.edits and (arrow.certain or not self.certain):
                for node in places(arrow.targets & self.levels[depth - 1]):
                    found = True
                    yield arrow, node, depth - 1
        for far in (False, True):
            for change in () if far and found else self.network.changes_of(place):
                left = self._level(change, depth) if change.far is far else None
                if left is not None and (change.certain or not self.certain):
                    found = True
                    yield change, change.after, left

    def _level(self, change: Change, depth: int) -> int | None:
        """The level of a change's node, where the change leads there from a level."""
        if change.far:
            return next((place for place in range(depth) if self.levels[place] >> change.after & 1), None)
        left = depth - change.steps
        return left if left >= 0 and self.levels[left] >> change.after & 1 else None

    def _step(self, caller: Caller, arrow: Arrow, place: int) -> Step:
        return Step(caller, arrow.way, self.network.item(arrow, place))

    def _steps(self, place: int, move: Arrow | Change, node: int) -> tuple[Step, ...]:
        caller = self.network.nodes[place]
        if not isinstance(move, Change):
            return (self._step(caller, move, node),)
        target = move.principal
        if move.far:
            (edit,) = move.arrows
            to_editor, editor = self._chain(place, edit.callers)
            return (*to_editor, self._step(editor, edit, target), *self._chain(place, 1 << target)[0])
        acting = (self._step(caller, move.acting, target),) if move.acting else ()
        return (*(self._step(caller, arrow, target) for arrow in move.arrows), *acting)

    def _chain(self, place: int, goal: int) -> tuple[tuple[Step, ...], Caller]:
        """The steps of one shortest way of acting as one of these nodes, and which."""
        if goal >> place & 1:
            return (), self.network.nodes[place]
        seen = {place}
        line: list[tuple[int, tuple[Step, ...]]] = [(place, ())]
        for node, steps in line:
            for arrow in self.network.arrows_of(node):
                for target in places(0 if arrow.edits else arrow.targets):
                    if target not in seen:
                        seen.add(target)
                        path = (*steps, self._step(self.network.nodes[node], arrow, target))
                        if goal >> target & 1:
                            return path, self.network.nodes[target]
                        line.append((target, path))
        return (), self.network.nodes[place]
