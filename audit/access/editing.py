"""Adds to a network what edits make of principals, in rounds, until no edit makes a further one."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate
from operator import or_
from typing import TYPE_CHECKING

from audit.access.changes import Change, Changes
from audit.access.edited_classes import Weighing, meeting
from audit.access.made_alike import MadeAlike, unlimited

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    from audit.access.edited_classes import Classes, EditedClass
    from audit.access.levels import Levels
    from audit.access.network import Arrow, Network

_MOST_ROUNDS = 6
"""Edits that only another edit makes possible: there are no more kinds of edits that help each other."""
_BOTH = (True, False)


@dataclass
class Editing:
    """Adds the nodes and changes of all edits to a network."""

    network: Network

    @cached_property
    def _alike(self) -> MadeAlike:
        return MadeAlike(self.network)

    def run(self) -> None:
        """First to principals without limits, by which the rest is measured; then to all."""
        fresh = range(self.network.principals)
        for free in (True, False):
            fresh = self._settle(fresh, free=free)

    def _settle(self, fresh: range, *, free: bool) -> range:
        """Until no edit makes a further node, and nobody further makes one."""
        network, before = self.network, -1
        for _ in range(_MOST_ROUNDS):
            while fresh:
                start = len(network.nodes)
                own = [change for place in fresh for change in self._edit_itself(place)]
                network.changes = Changes([*network.changes.listed, *own])
                fresh = range(start, len(network.nodes))
            start = len(network.nodes)
            self._alike.look_again()
            others = list(_Round(network, self._alike, free=free).edit_others())
            network.changes = Changes([*(one for one in network.changes.listed if not one.acting), *others])
            fresh = range(start, len(network.nodes))
            size = sum(bits.bit_count() for change in others for bits in change.callers[False].values())
            if not fresh and size == before:
                break
            before = size
        return fresh

    def _edit_itself(self, place: int) -> Iterator[Change]:
        """A node's edits of its own principal; only those that lift all its limits where there are such."""
        network = self.network
        principal, bit = network.principal(place), 1 << place
        own = [arrow for arrow in network.arrows_of(place) if arrow.edits and arrow.targets >> principal & 1]
        found = [(arrow, after) for arrow in own if (after := self._alike.after(arrow, place)) is not None]
        if not found:
            return
        named = self._alike.told(network.nodes[place]) is None
        best = [] if named else [(arrow, after) for arrow, after in found if arrow.certain and unlimited(after)]
        for arrow, after in best or found:
            callers = {certain: {1: bit} if arrow.certain or not certain else {} for certain in _BOTH}
            yield Change(arrow, network.edited(after), callers)


@dataclass
class _Round:
    """The edits of others, by the changes that are known by now; what arrows have in common is searched once."""

    network: Network
    alike: MadeAlike
    free: bool
    _levels: dict[tuple[int, bool], Levels] = field(default_factory=dict)
    _reach: dict[int, int] = field(default_factory=dict)
    _weighed: dict[int, Weighing] = field(default_factory=dict)
    _worth: dict[tuple[Classes, Weighing], list[EditedClass]] = field(default_factory=dict)
    _callers: dict[tuple[EditedClass, Weighing, bool], dict[int, int]] = field(default_factory=dict)

    def edit_others(self) -> Iterator[Change]:
        """Who can edit a principal and act as it, unless it comes as soon to one without limits."""
        _ = self._bars
        for arrow in [arrow for arrow in self.network.arrows if arrow.edits]:
            weighed = self._weighing(arrow)
            for found in self._worthwhile(self.alike.classes(arrow), weighed):
                certain = arrow.certain and not found.several
                callers = {one: self._meeting(found, weighed, one) if certain or not one else {} for one in _BOTH}
                if any(callers.values()):
                    after = self.network.edited(found.after)
                    acting = {certain: self._to(found.nodes, certain=certain) for certain in _BOTH}
                    yield Change(arrow, after, callers, weighed.editors, acting)

    def _to(self, goal: int, *, certain: bool) -> Levels:
        if (goal, certain) not in self._levels:
            same = self._levels.get((goal, not certain))
            self._levels[goal, certain] = self.network.levels(goal, certain=certain, same=same)
        return self._levels[goal, certain]

    @cached_property
    def _bars(self) -> dict[tuple[Hashable | None, bool], list[int]]:
        """By standing, who comes to a principal without limits by each number of steps."""
        return {
            (standing, certain): [*accumulate(self._to(nodes, certain=certain).levels, or_, initial=0)]
            for standing, nodes in self.alike.strong().items()
            for certain in _BOTH
        }

    def _weighing(self, arrow: Arrow) -> Weighing:
        if arrow.callers not in self._weighed:
            editors = {certain: self._to(arrow.callers, certain=certain) for certain in _BOTH}
            self._weighed[arrow.callers] = Weighing(editors, self._bars, self._onward)
        return self._weighed[arrow.callers]

    def _worthwhile(self, classes: Classes, weighed: Weighing) -> list[EditedClass]:
        key = classes, weighed
        if key not in self._worth:
            self._worth[key] = classes.worth(weighed, free=self.free)
        return self._worth[key]

    def _meeting(self, found: EditedClass, weighed: Weighing, certain: bool) -> dict[int, int]:  # noqa: FBT001 the key of what is kept
        """By how many steps it takes, who makes an edit of the class and acts as one of it."""
        key = found, weighed, certain
        if key not in self._callers:
            nodes = found.nodes
            self._callers[key] = {}
            if weighed.gain(found, certain=certain) & nodes:
                bar = [0] if found.several else weighed.sooner(found, certain=certain)
                self._callers[key] = meeting(weighed.editors[certain], self._to(nodes, certain=certain), bar)
        return self._callers[key]

    def _onward(self, nodes: int) -> int:
        """Whom these nodes can act as, over any number of others."""
        if nodes not in self._reach:
            acting, changes = self.network.acting(certain=False), self.network.changes
            reached, near = 0, nodes
            while near:
                fresh = acting.after(near) | changes.onward(near)
                near = fresh & ~reached
                reached |= fresh
            self._reach[nodes] = reached
        return self._reach[nodes]
