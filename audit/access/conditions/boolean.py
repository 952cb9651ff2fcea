"""Bool and Null: a key's truth, and whether a key is there at all. AWS page as in the package."""

from __future__ import annotations

from audit.access.conditions.operator import Operator


def _same(policy: str, request: str) -> bool:
    return policy.lower() == request.lower()


def _valid(text: str) -> bool:
    return text.lower() in {"true", "false"}


def _never(_policy: str, _request: str) -> bool:
    return False


# Null compares presence, not values: evaluate.py treats it before any value is looked at.
OPERATORS = (Operator("Bool", _same, _valid, variables=True), Operator("Null", _never, _valid))
