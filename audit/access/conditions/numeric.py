"""Numeric operators; a request value that is no number matches none. AWS page as in the package."""

from __future__ import annotations

import re
from decimal import Decimal

from audit.access.conditions.operator import ordered

_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")


def number(text: str) -> Decimal | None:
    """The number that a text writes, or None."""
    text = text.strip()
    return Decimal(text) if _NUMBER.fullmatch(text) else None


OPERATORS = ordered("Numeric", number)
