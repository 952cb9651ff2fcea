"""What every family's operators have in common."""

from __future__ import annotations

import operator as order
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

_COMPARISONS: tuple[tuple[str, Callable[[Any, Any], bool]], ...] = (
    ("Equals", order.eq),
    ("NotEquals", order.eq),
    ("LessThan", order.lt),
    ("LessThanEquals", order.le),
    ("GreaterThan", order.gt),
    ("GreaterThanEquals", order.ge),
)


@dataclass(frozen=True, slots=True)
class Operator:
    """One operator: ``matches(policy value, request value)``; a negative one holds where its matches does not.

    ``valid`` says whether a policy value is of the family's type; ``variables`` whether policy variables count in it;
    ``exact`` whether a value without wildcards matches itself alone.
    """

    name: str
    matches: Callable[[str, str], bool]
    valid: Callable[[str], bool]
    negative: bool = False
    variables: bool = False
    exact: bool = False


def ordered(family: str, read: Callable[[str], Any]) -> tuple[Operator, ...]:
    """The six comparisons of a family with an order; ``read`` gives None for a text that is no value of it."""

    def valid(text: str) -> bool:
        return read(text) is not None

    def matching(holds: Callable[[Any, Any], bool]) -> Callable[[str, str], bool]:
        def matches(policy: str, request: str) -> bool:
            limit, value = read(policy), read(request)
            return limit is not None and value is not None and holds(value, limit)

        return matches

    return tuple(
        Operator(f"{family}{name}", matching(holds), valid, negative=name == "NotEquals")
        for name, holds in _COMPARISONS
    )


def any_text(_value: str) -> bool:
    """Every text is a value."""
    return True
