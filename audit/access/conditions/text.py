"""String operators: exact, without case, with wildcards. AWS page as in the package."""

from __future__ import annotations

from audit.access.conditions.operator import Operator, any_text
from audit.access.glob import matches, plain


def _equals(policy: str, request: str) -> bool:
    return plain(policy) == request


def _equals_ignoring_case(policy: str, request: str) -> bool:
    return plain(policy).lower() == request.lower()


OPERATORS = tuple(
    Operator(name, compare, any_text, negative="Not" in name, variables=True, exact="Case" not in name)
    for name, compare in (
        ("StringEquals", _equals),
        ("StringNotEquals", _equals),
        ("StringEqualsIgnoreCase", _equals_ignoring_case),
        ("StringNotEqualsIgnoreCase", _equals_ignoring_case),
        ("StringLike", matches),
        ("StringNotLike", matches),
    )
)
