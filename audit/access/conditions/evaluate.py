"""A condition against a context: always, never, or the condition itself when its key is free.

AWS pages "IAM JSON policy elements: Condition operators", "Single-valued vs. multivalued context keys" and "Condition
with multiple keys or values". Rules for a missing key: negative operators, IfExists and ForAllValues hold, ForAnyValue
and all others do not.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from audit.access.conditions import arn, binary, boolean, date, ip, numeric, text
from audit.access.context import FREE
from audit.access.expression import FALSE, TRUE, Leaf, const, split_operator
from audit.access.glob import literal, plain, wild
from audit.access.variables import Resolved, resolve, unresolved

if TYPE_CHECKING:
    from collections.abc import Sequence

    from audit.access.conditions.operator import Operator
    from audit.access.context import Context, Held
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
    """An operator as written: its record, its quantifier and suffix."""

    operator: Operator
    quantifier: str
    if_exists: bool

    @property
    def name(self) -> str:
        """The name of the operator's record."""
        return self.operator.name

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
        return self.quantifier == "" and self.operator.negative


@lru_cache(maxsize=1024)
def read_operator(written: str) -> Test | None:
    """An operator as a policy writes it, or None for one that does not exist (``NullIfExists`` among them)."""
    quantifier, name, if_exists = split_operator(written)
    if written.lower().endswith("ifexists") and not if_exists:
        name, if_exists = name[: -len("IfExists")], True
    operator = CATALOGUE.get(name.lower())
    if operator is None or quantifier.lower() not in QUANTIFIERS or (operator.name == "Null" and if_exists):
        return None
    return Test(operator, QUANTIFIERS[quantifier.lower()], if_exists)


def problem(operator: str, values: tuple[str, ...]) -> str | None:
    """Why a condition of a policy cannot be understood, or None."""
    test = read_operator(operator)
    if test is None:
        return f"unknown condition operator {operator}"
    valid = test.operator.valid
    wrong = next((value for value in values if not valid(value) and "${" not in value), None)
    return None if wrong is None else f"{wrong!r} is no value for {operator}"


def evaluate(leaf: Leaf, context: Context, *, variables: bool = True) -> Expr:
    """Whether a condition holds in a context; ``variables`` is false for documents older than 2012-10-17."""
    test = read_operator(leaf.operator)
    if test is None:
        raise ValueError(f"{leaf.operator} is no condition operator: compile the policy first")
    held = context.held(leaf.key)
    if test.name == "Null":
        return _present(leaf, held)
    if held is FREE:
        return _rest(test, leaf, _values(test, leaf, context, variables=variables))
    # A quantifier sees an empty set where all values are empty texts.
    if held is None or (test.quantifier and not any(held)):
        return const(test.missing)
    if _varied(leaf.values):
        return _compare(test, leaf, held, _values(test, leaf, context, variables=variables))
    return TRUE if _holds(test, held, leaf.values) else FALSE


_MANY = 32


class _Sorted(NamedTuple):
    """Very many values: those that match themselves alone, by what they match, the others, whether any varies."""

    alone: frozenset[str]
    others: tuple[str, ...]
    varied: bool


@lru_cache(maxsize=256)
def _sorted_out(values: tuple[str, ...]) -> _Sorted:
    alone = frozenset(plain(value) for value in values if not wild(value))
    return _Sorted(alone, tuple(filter(wild, values)), any("${" in value for value in values))


def _told_apart(values: _Sorted, held: tuple[str, ...]) -> tuple[str, ...]:
    """The values that could match what is held."""
    return (*(literal(text) for text in held if text in values.alone), *values.others)


def _varied(values: tuple[str, ...]) -> bool:
    if len(values) > _MANY:
        return _sorted_out(values).varied
    for value in values:  # noqa: SIM110 a generator costs more than the search
        if "${" in value:
            return True
    return False


def _present(leaf: Leaf, held: Held) -> Expr:
    if len(leaf.values) != 1:
        return const(len(leaf.values) > 1)
    return leaf if held is FREE else const(("true" if held is None else "false") in leaf.values)


def _rest(test: Test, leaf: Leaf, values: list[Resolved]) -> Expr:
    """The condition that is left on a free key; without a value that could match it is decided."""
    kept = tuple(sorted({value.text for value in values if value.text is not None}))
    if not kept and not test.quantifier and (test.operator.negative or not test.if_exists):
        return const(test.operator.negative)
    return Leaf(leaf.operator, leaf.key, kept)


def _values(test: Test, leaf: Leaf, context: Context, *, variables: bool) -> list[Resolved]:
    if not variables or not test.operator.variables:
        return [unresolved(value) for value in leaf.values]
    return [resolve(value, context) for value in leaf.values]


def _compare(test: Test, leaf: Leaf, held: tuple[str, ...], values: list[Resolved]) -> Expr:
    """Compare known request values; the leaf itself when a policy value still has a free variable in it."""
    known = [value.text for value in values if value.text is not None and not value.free]
    certain = _holds(test, held, known)
    if not any(value.free for value in values):
        return const(certain)
    negative = test.operator.negative
    # More policy values can only help a positive operator and only hurt a negative one.
    if certain is not negative:
        return const(certain)
    return _rest(test, leaf, values)


def _holds(test: Test, held: tuple[str, ...], values: Sequence[str]) -> bool:
    matches, negative = test.operator.matches, test.operator.negative
    if len(values) > _MANY and test.operator.exact:
        values = _told_apart(_sorted_out(tuple(values)), held)

    def one(request: str) -> bool:
        for value in values:  # noqa: SIM110 a generator costs more than the search
            if matches(value, request):
                return True
        return False

    if not test.quantifier:
        return any(map(one, held)) is not negative
    fits = [one(request) is not negative for request in held]
    return all(fits) if test.quantifier == "ForAllValues" else any(fits)
