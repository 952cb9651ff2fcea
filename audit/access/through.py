"""Who reaches a privilege through others: the fewest steps from a principal to one that has it, and all such paths.

First only what is allowed counts, then also what is undetermined, for those whom nothing certain leads there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from audit.access.bits import bits_of, places
from audit.access.decision import Effect

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from audit.access.holdings import Caller
    from audit.access.levels import Levels, Route
    from audit.access.network import Network


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
    found: Levels | None = None
    for good in ({Effect.ALLOWED}, {Effect.ALLOWED, Effect.UNDETERMINED}):
        goal = bits_of([place for place, effect in effects.items() if effect in good])
        certain = len(good) == 1
        found = network.levels(goal, certain=certain, same=found)
        for level in found.levels[1:]:
            for place in places(level & ((1 << network.principals) - 1)):
                if place not in done and place not in effects:
                    done.add(place)
                    yield network.nodes[place], Reached(tuple(found.routes(place)), found.number(place), certain)
