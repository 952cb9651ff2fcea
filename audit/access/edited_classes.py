"""Principals that an edit makes alike, and what reaching them is worth to those who can make the edit."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

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

    ``several`` stands for many classes at once: its ``after`` may do at least what each may, so it is never certain.
    """

    after: Caller
    standing: Hashable | None
    unlimited: bool
    nodes: int = 0
    several: bool = False


@dataclass
class Weighing:
    """Whether an edit of a class gives anybody anything.

    ``editors`` are the levels of who comes to the edit, ``bars`` by standing who comes to a principal without limits by
    each number of steps, ``onward`` tells whom nodes can act as.
    """

    editors: Mapping[bool, Levels]
    bars: Mapping[tuple[Hashable | None, bool], list[int]]
    onward: Callable[[int], int]
    _gains: dict[tuple[Hashable | None, bool, bool], int] = field(default_factory=dict)
    _worth: dict[tuple[Hashable | None, bool], int] = field(default_factory=dict)

    def sooner(self, found: EditedClass, *, certain: bool) -> list[int]:
        """Who comes soon enough to a principal without limits; as soon is enough only for what has none either."""
        return self.bars.get((found.standing, certain), [0])[0 if found.unlimited else 1 :] or [0]

    def gain(self, found: EditedClass, *, certain: bool) -> int:
        """The principals that somebody who gains by the edit can act as, or is."""
        key = found.standing, certain, found.unlimited
        if key not in self._gains:
            over, own = _gaining(self.editors[certain], self.sooner(found, certain=certain))
            self._gains[key] = self.onward(over) | own
        return self._gains[key]

    def is_worth(self, found: EditedClass) -> bool:
        """Whether somebody gains by an edit of the class."""
        key = found.standing, found.unlimited
        if key not in self._worth:
            self._worth[key] = self.gain(found, certain=True) | self.gain(found, certain=False)
        return bool(self._worth[key] & found.nodes)


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
        together[found.standing].nodes |= found.nodes
    return [*kept, *together.values()]


def _stand_in(found: EditedClass) -> EditedClass:
    policies = replace(found.after.policies, identity=(WRITTEN,), boundary=None)
    after = replace(found.after, policies=policies, edits=f"{found.after.edits},{_ANY_OF_MANY}")
    return EditedClass(after, found.standing, unlimited=False, several=True)


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
        for before in range(steps):
            bits |= editors.level(before) & acting.level(steps - 1 - before)
        bits &= ~(done | _at(sooner, steps))
        if bits:
            found[steps] = bits
        done |= bits
    return found


def _at(sooner: list[int], steps: int) -> int:
    return sooner[min(steps, len(sooner) - 1)]
