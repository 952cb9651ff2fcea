"""A condition against a context: always, never, or the condition itself when its key is free.

AWS pages "IAM JSON policy elements: Condition operators", "Single-valued vs. multivalued context keys" and "Condition
with multiple keys or values". Rules for a missing key: negative operators, IfExists and ForAllValues hold, ForAnyValue
and all others do not.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from audit.access.conditions import arn, binary, boolean, date, ip, numeric, text
from audit.access.context import Free
from audit.access.expression import Leaf, const, split_operator
from audit.access.variables import Resolved, resolve

if TYPE_CHECKING:
    from audit.access.context import Context
    from audit.access.expression import Expr

CATALOGUE = {
    operator.name.lower(): operator
    for family in (text, arn, numeric, date, boolean, binary, ip)
    for operator in family.OPERATORS
}
"""Every operator by lower-case name."""
QUANTIFIERS = {"": "", "forallvalues": "ForAllValues", "foranyvalue": "ForAnyValue"}


@dataclass(frozen=True, slots=True)
class Test:
    """An operator as written: its record's name, its quantifier and suffix."""

    name: str
    quantifier: str
    if_exists: bool

    @property
    def written(self) -> str:
        """The operator in its canonical spelling."""
        prefix = f"{self.quantifier}:" if self.quantifier else ""
        return f"{prefix}{self.name}{'IfExists' if self.if_exists else ''}"

    @property
    def missing(self) -> bool:
        """Whether the condition holds when the request lacks the key."""
        if self.if_exists or self.quantifier == "ForAllValues":
            return True
        return self.quantifier == "" and CATALOGUE[self.name.lower()].negative


@lru_cache(maxsize=1024)
def read_operator(written: str) -> Test | None:
    """An operator as a policy writes it, or None for one that does not exist (``NullIfExists`` among them)."""
    quantifier, name, if_exists = split_operator(written)
    if written.lower().endswith("ifexists") and not if_exists:
        name, if_exists = name[: -len("IfExists")], True
    operator = CATALOGUE.get(name.lower())
    if operator is None or quantifier.lower() not in QUANTIFIERS or (operator.name == "Null" and if_exists):
        return None
    return Test(operator.name, QUANTIFIERS[quantifier.lower()], if_exists)


def problem(operator: str, values: tuple[str, ...]) -> str | None:
    """Why a condition of a policy cannot be understood, or None."""
    test = read_operator(operator)
    if test is None:
        return f"unknown condition operator {operator}"
    record = CATALOGUE[test.name.lower()]
    wrong = next((value for value in values if not record.valid(value) and "${" not in value), None)
    return None if wrong is None else f"{wrong!r} is no value for {operator}"


def evaluate(leaf: Leaf, context: Context, *, variables: bool = True) -> Expr:
    """Whether a condition holds in a context; ``variables`` is false for documents older than 2012-10-17."""
    test = read_operator(leaf.operator)
    if test is None:
        raise ValueError(f"{leaf.operator} is no condition operator: compile the policy first")
    held = context.held(leaf.key)
    if test.name == "Null":
        return leaf if isinstance(held, Free) else const(("true" if held is None else "false") in leaf.values)
    values = _values(test, leaf, context, variables=variables)
    if isinstance(held, Free):
        return _rest(test, leaf, values)
    if held is None:
        return const(test.missing)
    return _compare(test, leaf, held, values)


def _rest(test: Test, leaf: Leaf, values: list[Resolved]) -> Expr:
    """The condition that is left on a free key; without a value that could match it is decided."""
    kept = tuple(sorted({value.text for value in values if value.text is not None}))
    if not kept and not test.quantifier and (CATALOGUE[test.name.lower()].negative or not test.if_exists):
        return const(CATALOGUE[test.name.lower()].negative)
    return Leaf(leaf.operator, leaf.key, kept)


def _values(test: Test, leaf: Leaf, context: Context, *, variables: bool) -> list[Resolved]:
    if not variables or not CATALOGUE[test.name.lower()].variables:
        return [Resolved(value) for value in leaf.values]
    return [resolve(value, context) for value in leaf.values]


def _compare(test: Test, leaf: Leaf, held: tuple[str, ...], values: list[Resolved]) -> Expr:
    """Compare known request values; the leaf itself when a policy value still has a free variable in it."""
    known = [value.text for value in values if value.text is not None and not value.free]
    certain = _holds(test, held, known)
    if not any(value.free for value in values):
        return const(certain)
    negative = CATALOGUE[test.name.lower()].negative
    # More policy values can only help a positive operator and only hurt a negative one.
    if certain is not negative:
        return const(certain)
    return _rest(test, leaf, values)


def _holds(test: Test, held: tuple[str, ...], values: list[str]) -> bool:
    operator = CATALOGUE[test.name.lower()]

    def one(request: str) -> bool:
        return any(operator.matches(value, request) for value in values)

    if test.quantifier == "ForAllValues":
        return all(one(request) is not operator.negative for request in held)
    if test.quantifier == "ForAnyValue":
        return any(one(request) is not operator.negative for request in held)
    return any(one(request) for request in held) is not operator.negative
