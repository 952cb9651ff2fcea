"""Date operators on ISO 8601 dates and Unix seconds; a date without a zone is UTC. AWS page as in the package."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from audit.access.conditions.operator import ordered

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


OPERATORS = ordered("Date", moment)
