"""A small reference evaluator for these tests, and the documents of a sample environment."""

from __future__ import annotations

from datetime import datetime
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

import pytest

from components.documents.statement import KeyArns
from components.layout import Names

if TYPE_CHECKING:
    from collections.abc import Callable

Context = dict[str, Any]


def texts(value: Any) -> list[str]:
    return [str(each) for each in (value if isinstance(value, (list, tuple)) else [value])]


def _like(value: str, pattern: str) -> bool:
    return fnmatchcase(value, pattern.replace("[", "[[]"))


_OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "StringEquals": lambda value, wanted: value == wanted,
    "StringLike": _like,
    "ArnEquals": _like,
    "ArnLike": _like,
    "Bool": lambda value, wanted: value.lower() == wanted.lower(),
    "DateLessThan": lambda value, wanted: datetime.fromisoformat(value) < datetime.fromisoformat(wanted),
    "DateGreaterThanEquals": lambda value, wanted: datetime.fromisoformat(value) >= datetime.fromisoformat(wanted),
}
_NEGATED = {"StringNotEquals": "StringEquals", "ArnNotEquals": "ArnEquals", "StringNotLike": "StringLike"}


def _key_holds(operator: str, key: str, wanted: list[str], context: Context) -> bool:
    if operator == "Null":
        return (key not in context) == (wanted[0] == "true")
    quantifier, _, operator = operator.rpartition(":")
    base = operator.removesuffix("IfExists")
    if key not in context:
        return operator.endswith("IfExists") or base in _NEGATED or quantifier == "ForAllValues"
    test = _OPERATORS[_NEGATED.get(base, base)]
    values = texts(context[key])
    matches = [any(test(value, each) for each in wanted) for value in values]
    if quantifier == "ForAllValues":
        return all(matches)
    return not any(matches) if base in _NEGATED else any(matches)


def applies(statement: dict[str, Any], action: str, resource: str, context: Context) -> bool:
    lowered = {key.lower(): value for key, value in context.items()}
    return (
        any(_like(action.lower(), each.lower()) for each in texts(statement["Action"]))
        and any(_like(resource, each) for each in texts(statement["Resource"]))
        and all(
            _key_holds(operator, key.lower(), texts(wanted), lowered)
            for operator, keys in statement.get("Condition", {}).items()
            for key, wanted in keys.items()
        )
    )


def decide(documents: list[dict[str, Any]], action: str, resource: str, context: Context) -> str:
    effects = {
        statement["Effect"]
        for document in documents
        for statement in document["Statement"]
        if applies(statement, action, resource, context)
    }
    return "deny" if "Deny" in effects else "allow" if "Allow" in effects else "nothing"


@pytest.fixture(scope="session")
def names() -> Names:
    return Names.of("env-abc", "eu-west-1", "111122223333", "automq-ops-abc")


@pytest.fixture(scope="session")
def keys(names: Names) -> KeyArns:
    return KeyArns(*(names.regional("kms", f"key/{purpose}") for purpose in ("data", "ops", "logs", "volumes")))


@pytest.fixture(scope="session")
def evaluate() -> Callable[..., str]:
    """decide(documents, action, resource, context) -> allow, deny or nothing."""
    return decide
