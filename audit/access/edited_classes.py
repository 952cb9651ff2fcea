"""Principals that an edit makes alike, and what reaching them is worth to those who can make the edit."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from audit.access.bits import bits_of, places
from audit.access.edits import WRITTEN

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

    from audit.access.holdings import Caller
    from audit.access.levels import Levels

_MOST_CLASSES = 512
_ANY_OF_MANY = "any of many"
"""The mark of a node that stands for what an edit makes of very many principals."""


@dataclass(eq=False)
class EditedClass:
    """Nodes that an edit makes alike, one of them as edited, and what they are told by the documents around.

    ``make`` gives the one that stands for all. ``several`` stands for many classes at once: what it makes may do at
    least what each may, so it is never certain.
    """

    make: Callable[[], Caller | None]
    standing: Hashable | None
    unlimited: bool
    members: list[int] = field(default_factory=list)
    several: bool = False
    _bits: tuple[int, int] = (0, 0)

    @cached_property
    def after(self) -> Caller:
        """One of the nodes as edited."""
        after = self.make()
        if after is None:
            raise ValueError("a class is of nodes that the edit changes")
        return after

    @property
    def nodes(self) -> int:
        """The nodes, as bits."""
        if self._bits[0] != len(self.members):
            self._bits = len(self.members), bits_of(self.members)
        return self._bits[1]


@dataclass
class _Group:
    """The classes of one standing, by their numbers, that are all with or all without limits; their nodes as bits."""

    numbers: list[int] = field(default_factory=list)
    nodes: int = 0


@dataclass(eq=False)
class Classes:
    """Classes in the order of their first nodes; ``known`` is how many nodes of the network were looked at."""

    listed: list[EditedClass] = field(default_factory=list)
    known: int = 0
    _places: dict[Hashable, int] = field(default_factory=dict)
    _of: dict[int, int] = field(default_factory=dict)
    _groups: dict[tuple[Hashable | None, bool], _Group] = field(default_factory=dict)
    _added: dict[tuple[Hashable | None, bool], list[int]] = field(default_factory=dict)
    _found: dict[Hashable, list[EditedClass]] = field(default_factory=dict)

    def add(
        self, node: int, name: Hashable, terms: tuple[Hashable | None, bool], make: Callable[[], Caller | None]
    ) -> None:
        """Add a node to the class of a name; ``terms`` are the standing and whether nothing limits it."""
        number = self._places.setdefault(name, len(self.listed))
        if number == len(self.listed):
            self.listed.append(EditedClass(make, *terms))
            self._groups.setdefault(terms, _Group()).numbers.append(number)
        self.listed[number].members.append(node)
        self._of[node] = number
        self._added.setdefault(terms, []).append(node)

    def worth(self, weighed: Weighing, *, free: bool) -> list[EditedClass]:
        """Those by whose edit somebody gains, or few that stand for many; with ``free`` those that nothing limits."""
        if self._added:
            for terms, nodes in self._added.items():
                self._groups[terms].nodes |= bits_of(nodes)
            self._added.clear()
            self._found.clear()
        gaining = {
            terms: gained
            for terms, group in self._groups.items()
            if (terms[1] or not free) and (gained := weighed.worth(terms[0], unlimited=terms[1]) & group.nodes)
        }
        key = tuple(gaining.items())
        if key not in self._found:
            self._found[key] = few(self._of_nodes(gaining))
        return self._found[key]

    def _of_nodes(self, gaining: Mapping[tuple[Hashable | None, bool], int]) -> list[EditedClass]:
        """The classes of these nodes, which are listed by the terms of their classes."""
        chosen: set[int] = set()
        for terms, nodes in gaining.items():
            group = self._groups[terms]
            chosen.update(group.numbers if nodes == group.nodes else map(self._of.__getitem__, places(nodes)))
        return [self.listed[number] for number in sorted(chosen)]


@dataclass(eq=False)
class Weighing:
    """Whether an edit of a class gives anybody anything.

    ``editors`` are the levels of who comes to the edit, ``bars`` by standing who comes to a principal without limits by
    each number of steps, ``onward`` tells whom nodes can act as.
    """

    editors: Mapping[bool, Levels]
    bars: Mapping[tuple[Hashable | None, bool], list[int]]
    onward: Callable[[int], int]
    _gains: dict[tuple[Hashable | None, bool, bool], int] = field(default_factory=dict)

    def sooner(self, found: EditedClass, *, certain: bool) -> list[int]:
        """Who comes soon enough to a principal without limits; as soon is enough only for what has none either."""
        return self._sooner(found.standing, found.unlimited, certain=certain)

    def gain(self, found: EditedClass, *, certain: bool) -> int:
        """The principals that somebody who gains by the edit can act as, or is."""
        return self._gain(found.standing, found.unlimited, certain=certain)

    def _sooner(self, standing: Hashable | None, unlimited: bool, *, certain: bool) -> list[int]:  # noqa: FBT001 the key of what is kept
        return self.bars.get((standing, certain), [0])[0 if unlimited else 1 :] or [0]

    def _gain(self, standing: Hashable | None, unlimited: bool, *, certain: bool) -> int:  # noqa: FBT001 the key of what is kept
        key = standing, certain, unlimited
        if key not in self._gains:
            over, own = _gaining(self.editors[certain], self._sooner(standing, unlimited, certain=certain))
            self._gains[key] = self.onward(over) | own
        return self._gains[key]

    def worth(self, standing: Hashable | None, *, unlimited: bool) -> int:
        """The principals an edit of which gives somebody something, where it leads to such ones."""
        return self._gain(standing, unlimited, certain=True) | self._gain(standing, unlimited, certain=False)


def few(classes: list[EditedClass]) -> list[EditedClass]:
    """The classes, or where there are very many one for each standing, which errs on the side of too much access.

    Searching each of thousands takes hours in accounts of ten thousand principals. Named principals stay by themselves.
    """
    if len(classes) <= _MOST_CLASSES:
        return classes
    kept = [found for found in classes if found.standing is None]
    together: dict[Hashable, EditedClass] = {}
    for found in classes:
        if found.standing is None:
            continue
        if found.standing not in together:
            together[found.standing] = _stand_in(found)
        together[found.standing].members += found.members
    return [*kept, *together.values()]


def _stand_in(found: EditedClass) -> EditedClass:
    policies = replace(found.after.policies, identity=(WRITTEN,), boundary=None)
    after = replace(found.after, policies=policies, edits=f"{found.after.edits},{_ANY_OF_MANY}")
    return EditedClass(lambda: after, found.standing, unlimited=False, several=True)


def _gaining(editors: Levels, sooner: list[int]) -> tuple[int, int]:
    """Of those who come to an edit, who may not come sooner to a principal without limits, by ``sooner`` for each step.

    First those who take a step more to act as what is edited, then those who are it.
    """
    over = own = 0
    for depth, level in enumerate(editors.levels):
        over |= level & ~_at(sooner, depth + 2)
        own |= level & ~_at(sooner, depth + 1) if depth else 0
    return over, own


def meeting(editors: Levels, acting: Levels, sooner: list[int]) -> dict[int, int]:
    """By how many steps it takes, who comes to the edit and to acting as what it edits.

    Who makes the edit and is what it edits is a change of its own; who comes sooner to a principal without limits, or
    in fewer steps to the same, is left out.
    """
    found: dict[int, int] = {}
    done = 0
    for steps in range(2, len(editors.levels) + len(acting.levels)):
        bits = 0
        for before in range(max(0, steps - len(acting.levels)), min(steps, len(editors.levels))):
            bits |= editors.levels[before] & acting.levels[steps - 1 - before]
        bits &= ~(done | _at(sooner, steps))
        if bits:
            found[steps] = bits
        done |= bits
    return found


def _at(sooner: list[int], steps: int) -> int:
    return sooner[min(steps, len(sooner) - 1)]
