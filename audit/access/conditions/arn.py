"""ARN operators: Equals and Like behave alike, field by field with wildcards. AWS page as in the package."""

from __future__ import annotations

from audit.access.conditions.operator import Operator, any_text
from audit.access.glob import matches_arn

OPERATORS = tuple(
    Operator(name, matches_arn, any_text, negative="Not" in name, variables=True)
    for name in ("ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike")
)
