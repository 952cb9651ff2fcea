"""Conditions in three values."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter

from audit.boundary import Boundary
from audit.model.contract import BoundaryContract
from audit.model.facts import Unknown
from audit.model.graph import BoundaryGraph, Node, NodeKind
from audit.policy.condition import Condition
from audit.policy.holds import hold

READ: TypeAdapter[Any] = TypeAdapter(Condition)
NODE = Node("n", NodeKind.BUCKET, "n", "1", "r", {
    "yes": True, "no": False, "none": None, "n": 5, "text": "abc", "list": ["a", "b"], "hidden": Unknown("p", "c", "r"),
    "deep": {"in": [Unknown("p", "c", "r")]}, "gone": "2026-01-01T00:00:00Z", "now": "2026-12-01T00:00:00Z",
    "ahead": "2026-12-01T00:00:00.500000Z",
})  # fmt: skip
T = {"property": "yes", "operator": "equals", "value": True}
F = {"property": "no", "operator": "equals", "value": True}
U = {"property": "hidden", "operator": "exists"}

BOUNDARY = Boundary(
    BoundaryGraph(), BoundaryContract(environment_id="e", account="1" * 12, region="r"), "2026-12-01T00:00:00Z"
)


def verdict(condition: dict[str, Any]) -> str:
    return hold(READ.validate_python(condition), NODE, BOUNDARY, {"self": {"days": 5}}).verdict.value


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"and": [T, T]}, "holds"), ({"and": [T, U]}, "unknown"), ({"and": [U, F]}, "broken"),
        ({"or": [F, T]}, "holds"), ({"or": [U, T]}, "holds"), ({"or": [F, U]}, "unknown"), ({"or": [F, F]}, "broken"),
        ({"not": T}, "broken"), ({"not": F}, "holds"), ({"not": U}, "unknown"),
    ],
)  # fmt: skip
def test_kleene(condition: dict[str, Any], expected: str) -> None:
    assert verdict(condition) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("gone", "holds"), ("now", "holds"), ("ahead", "unknown"), ("none", "broken"), ("text", "unknown"),
        ("n", "unknown"), ("hidden", "unknown"), ("missing", "unknown"),
    ],
)  # fmt: skip
def test_a_moment_is_past_from_itself_on_and_unknown_before(path: str, expected: str) -> None:
    assert verdict({"past": path}) == expected
    assert verdict({"not": {"past": path}}) == {"holds": "broken", "broken": "holds"}.get(expected, "unknown")


@pytest.mark.parametrize(
    ("path", "operator", "value", "expected"),
    [
        ("text", "equals", "abc", "holds"), ("text", "not_equals", "abc", "broken"),
        ("text", "in", ["abc"], "holds"), ("text", "not_in", ["abc"], "broken"),
        ("list", "contains", "a", "holds"), ("list", "contains", "z", "broken"), ("none", "contains", "a", "broken"),
        ("text", "exists", None, "holds"), ("none", "exists", None, "broken"), ("none", "absent", None, "holds"),
        ("none", "empty", None, "holds"), ("list", "empty", None, "broken"), ("list", "not_empty", None, "holds"),
        ("n", "at_least", 5, "holds"), ("n", "at_least", 6, "broken"), ("n", "at_most", 5, "holds"),
        ("none", "at_least", 0, "broken"), ("yes", "at_least", 0, "broken"),
        ("text", "matches", "a.c", "holds"), ("text", "matches", "a", "broken"),
        ("list", "subset_of", ["a", "b", "c"], "holds"), ("list", "subset_of", ["a"], "broken"),
        ("no", "empty", None, "broken"),
    ],
)  # fmt: skip
def test_operators(path: str, operator: str, value: Any, expected: str) -> None:
    assert verdict({"property": path, "operator": operator, "value": value}) == expected


@pytest.mark.parametrize("path", ["hidden", "deep.other", "never", "never.deep", "text | keys(@)"])
@pytest.mark.parametrize("operator", ["exists", "absent", "empty", "not_empty"])
def test_what_cannot_be_read_is_unknown(path: str, operator: str) -> None:
    assert verdict({"property": path, "operator": operator}) == "unknown"


def test_values_come_from_the_contract() -> None:
    assert verdict({"property": "n", "operator": "equals", "value": {"contract": "self.days"}}) == "holds"
    assert verdict({"property": "n", "operator": "equals", "value": {"contract": "self.gone"}}) == "unknown"
    assert verdict({"says": "self.days", "operator": "equals", "value": 5}) == "holds"


@pytest.mark.parametrize("wrong", [
    {"property": "n", "operator": "equals"}, {"property": "n", "operator": "exists", "value": 1},
    {"property": "[0]", "operator": "exists"}, {"property": "n", "operator": "is"}, {"and": []}, {"nothing": 1},
])  # fmt: skip
def test_a_malformed_condition_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        READ.validate_python(wrong)
