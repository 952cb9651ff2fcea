"""Numeric operators; a request value that is no number matches none. AWS page as in the package."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from audit.access.conditions.operator import ordered


def number(text: str) -> Decimal | None:
    """The finite number that a text writes, or None."""
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


OPERATORS = ordered("Numeric", number)
