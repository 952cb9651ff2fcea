"""Date operators on ISO 8601 dates and Unix seconds; a date without a zone is UTC. AWS page as in the package."""

from __future__ import annotations

import operator as order
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from audit.access.conditions.operator import Operator

if TYPE_CHECKING:
    from collections.abc import Callable

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECONDS = re.compile(r"-?\d{5,}(\.\d+)?")
_MONTH = re.compile(r"\d{4}(-\d{2})?")


def moment(text: str) -> datetime | None:
    """The moment that a text writes, or None: a date, a date and time, a year, a year and month, or Unix seconds."""
    text = text.strip()
    try:
        if _SECONDS.fullmatch(text):
            return _EPOCH + timedelta(seconds=float(text))
        if _MONTH.fullmatch(text):
            text = (text + "-01-01")[: len("2000-01-01")]
        found = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _compare(holds: Callable[[datetime, datetime], bool]) -> Callable[[str, str], bool]:
    def matches(policy: str, request: str) -> bool:
        limit, value = moment(policy), moment(request)
        return limit is not None and value is not None and holds(value, limit)

    return matches


def _valid(text: str) -> bool:
    return moment(text) is not None


OPERATORS = tuple(
    Operator(f"Date{name}", _compare(holds), _valid, negative=name == "NotEquals")
    for name, holds in (
        ("Equals", order.eq),
        ("NotEquals", order.eq),
        ("LessThan", order.lt),
        ("LessThanEquals", order.le),
        ("GreaterThan", order.gt),
        ("GreaterThanEquals", order.ge),
    )
)
