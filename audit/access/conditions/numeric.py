"""Numeric operators; a request value that is no number matches none. AWS page as in the package."""

from __future__ import annotations

import operator as order
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from audit.access.conditions.operator import Operator

if TYPE_CHECKING:
    from collections.abc import Callable


def number(text: str) -> Decimal | None:
    """The finite number that a text writes, or None."""
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def _compare(holds: Callable[[Decimal, Decimal], bool]) -> Callable[[str, str], bool]:
    def matches(policy: str, request: str) -> bool:
        limit, value = number(policy), number(request)
        return limit is not None and value is not None and holds(value, limit)

    return matches


def _valid(text: str) -> bool:
    return number(text) is not None


OPERATORS = tuple(
    Operator(f"Numeric{name}", _compare(holds), _valid, negative=name == "NotEquals")
    for name, holds in (
        ("Equals", order.eq),
        ("NotEquals", order.eq),
        ("LessThan", order.lt),
        ("LessThanEquals", order.le),
        ("GreaterThan", order.gt),
        ("GreaterThanEquals", order.ge),
    )
)
