"""Changes: from whoever can edit a principal and act as it, to the principal as edited.

Both may be over others, and the editor may be someone else than the one who acts. Principals that an edit makes alike
are one class, of which one stands for all. Who comes as soon to a principal without limits gains nothing by one with.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property, reduce
from itertools import islice
from operator import or_
from typing import TYPE_CHECKING

from audit.access.bits import Arcs, bits_of, places
from audit.access.edits import edited
from audit.access.levels import MOST_PATHS, Route, Step

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from audit.access.levels import Levels
    from audit.access.network import Arrow, Network


@dataclass(eq=False)
class Change:
    """Callers that turn a principal into an edited one, which is the node ``after``.

    ``callers`` are by whether all is certain and by how many steps it takes. ``to_editor`` leads to who makes the edit,
    ``acting`` to the principal; None where it edits itself.
    """

    edit: Arrow
    after: int
    callers: dict[bool, dict[int, int]]
    to_editor: Mapping[bool, Levels] = field(default_factory=dict)
    acting: Mapping[bool, Levels] = field(default_factory=dict)

    def number(self, place: int, certain: bool) -> int:  # noqa: FBT001 the key of callers
        """In how many ways a caller makes it."""
        return self.to_editor[certain].number(place) * self.acting[certain].number(place) if self.acting else 1

    def routes(self, network: Network, place: int, *, certain: bool) -> Iterator[Route]:
        """The steps of a caller, and the principal as edited."""
        if not self.acting:
            caller = network.nodes[place]
            yield Route((Step(caller, self.edit.way, self.edit.item(caller)),), network.nodes[self.after], self.after)
            return
        found = (
            (first, then)
            for first in self.to_editor[certain].routes(place)
            for then in self.acting[certain].routes(place)
        )
        for first, then in islice(found, MOST_PATHS):
            edit = Step(first.end, self.edit.way, self.edit.item(then.end))
            after = edited(network.ways.held, then.end, self.edit.way)
            yield Route((*first.steps, edit, *then.steps), after, self.after)


@dataclass(eq=False)
class Changes:
    """Changes by the node that they lead to and by who makes them; never added to once searched."""

    listed: list[Change] = field(default_factory=list)

    @cached_property
    def sure(self) -> bool:
        """Whether all is certain."""
        return all(change.callers[True] == change.callers[False] for change in self.listed)

    @cached_property
    def _by_caller(self) -> dict[int, list[Change]]:
        found: dict[int, list[Change]] = {}
        for change in self.listed:
            bits = 0
            for by_steps in change.callers.values():
                for callers in by_steps.values():
                    bits |= callers
            for place in places(bits):
                found.setdefault(place, []).append(change)
        return found

    @cached_property
    def own(self) -> dict[bool, Arcs]:
        """From nodes to what they edit themselves to be, which is one step; by whether only what is certain counts."""
        found = {True: Arcs(), False: Arcs()}
        for change in self.listed:
            for certain, by_steps in change.callers.items():
                for caller in by_steps.values() if not change.acting else ():
                    found[certain].add(caller.bit_length() - 1, change.after)
        return found

    @cached_property
    def _of_others(self) -> tuple[int, dict[tuple[int, bool], dict[int, int]]]:
        """The nodes that are edited by others, and who comes to each by how many steps."""
        found: dict[tuple[int, bool], dict[int, int]] = {}
        for change in self.listed:
            for certain, by_steps in change.callers.items() if change.acting else ():
                into = found.setdefault((change.after, certain), {})
                for steps, callers in by_steps.items():
                    into[steps] = into.get(steps, 0) | callers
        return bits_of({after for after, _ in found}), found

    def by_others(self, nodes: int, *, certain: bool) -> Iterator[tuple[int, int]]:
        """Who comes to one of these nodes by an edit of another principal, with how many steps it takes."""
        edited_ones, together = self._of_others
        for place in places(nodes & edited_ones):
            yield from together[place, certain].items()

    @cached_property
    def _of_any_number(self) -> list[tuple[int, int]]:
        _, together = self._of_others
        found: dict[int, int] = {}
        for (after, _), by_steps in together.items():
            found[after] = reduce(or_, by_steps.values(), found.get(after, 0))
        return list(found.items())

    def onward(self, nodes: int) -> int:
        """What these nodes edit themselves and others to be."""
        found = self.own[True].forth.to(nodes) | self.own[False].forth.to(nodes)
        return found | bits_of([after for after, callers in self._of_any_number if callers & nodes])

    def of(self, place: int) -> list[Change]:
        """The changes that a node can make."""
        return self._by_caller.get(place, [])
