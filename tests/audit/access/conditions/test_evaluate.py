"""AWS pages "Condition operators" and "Single-valued vs. multivalued context keys", operator by operator."""

from __future__ import annotations

from typing import Any

import pytest

from audit.access.conditions.evaluate import CATALOGUE, evaluate, problem, read_operator
from audit.access.context import Context
from audit.access.expression import FALSE, TRUE, Leaf, negate, substitute

ABSENT: list[str] = []


def holds(operator: str, values: list[str], held: list[str]) -> bool:
    found = evaluate(Leaf(operator, "k", tuple(values)), Context({"k": tuple(held)} if held else {}))
    assert found in {TRUE, FALSE}
    return found == TRUE


@pytest.mark.parametrize(
    ("operator", "values", "held", "expected"),
    [
        ("StringEquals", ["a", "b"], ["b"], True),
        ("StringEquals", ["a*"], ["ab"], False),
        ("StringEquals", ["a"], ["A"], False),
        ("StringNotEquals", ["a", "b"], ["b"], False),
        ("StringNotEquals", ["a"], ["c"], True),
        ("StringEqualsIgnoreCase", ["a"], ["A"], True),
        ("StringNotEqualsIgnoreCase", ["a"], ["A"], False),
        ("StringLike", ["a*c?"], ["abcd"], True),
        ("StringLike", ["${*}x"], ["*x"], True),
        ("StringLike", ["${*}x"], ["ax"], False),
        ("StringNotLike", ["a*"], ["ab"], False),
        ("NumericEquals", ["5"], ["5.0"], True),
        ("NumericNotEquals", ["5"], ["6"], True),
        ("NumericLessThan", ["5"], ["4"], True),
        ("NumericLessThan", ["5"], ["5"], False),
        ("NumericLessThanEquals", ["5"], ["5"], True),
        ("NumericGreaterThan", ["5"], ["6"], True),
        ("NumericGreaterThanEquals", ["5"], ["5"], True),
        ("NumericGreaterThan", ["5"], ["many"], False),
        ("DateEquals", ["2026-01-01T00:00:00Z"], ["2026-01-01T01:00:00+01:00"], True),
        ("DateNotEquals", ["2026-01-01T00:00:00Z"], ["2026-01-02"], True),
        ("DateLessThan", ["2026-01-01"], ["1577836800"], True),
        ("DateLessThanEquals", ["2026-01-01"], ["2026-01-01T00:00:00Z"], True),
        ("DateGreaterThan", ["2026"], ["2026-01-01T00:00:01Z"], True),
        ("DateGreaterThanEquals", ["2026-01"], ["2025-12-31T23:59:59Z"], False),
        ("Bool", ["true"], ["True"], True),
        ("Bool", ["false"], ["true"], False),
        ("BinaryEquals", ["QmlOYXJ5"], ["QmlOYXJ5"], True),
        ("BinaryEquals", ["QmlOYXJ5"], ["QmlOYXJ6"], False),
        ("IpAddress", ["10.0.0.0/8"], ["10.1.2.3"], True),
        ("IpAddress", ["10.0.0.0/8"], ["::ffff:10.1.2.3"], False),
        ("IpAddress", ["2001:db8::/32", "10.0.0.0/8"], ["2001:db8::1"], True),
        ("NotIpAddress", ["10.0.0.0/8"], ["11.0.0.1"], True),
        ("ArnEquals", ["arn:aws:iam::*:role/a*"], ["arn:aws:iam::1:role/ab"], True),
        ("ArnLike", ["arn:aws:iam::1:role/a"], ["arn:aws:iam::2:role/a"], False),
        ("ArnNotEquals", ["arn:aws:iam::1:role/a"], ["arn:aws:iam::1:role/b"], True),
        ("ArnNotLike", ["arn:aws:iam::1:role/*"], ["arn:aws:iam::1:role/b"], False),
        ("Null", ["true"], ABSENT, True),
        ("Null", ["true"], ["x"], False),
        ("Null", ["false"], ["x"], True),
        ("ForAllValues:StringEquals", ["a", "b"], ["a", "b"], True),
        ("ForAllValues:StringEquals", ["a"], ["a", "c"], False),
        ("ForAnyValue:StringEquals", ["a"], ["a", "c"], True),
        ("ForAnyValue:StringLike", ["x*"], ["a", "c"], False),
        ("ForAllValues:StringNotEquals", ["a"], ["b", "c"], True),
        ("ForAllValues:StringNotEquals", ["a"], ["a", "c"], False),
        ("ForAnyValue:StringNotEquals", ["a"], ["a", "c"], True),
        ("ForAnyValue:StringNotEquals", ["a"], ["a"], False),
    ],
)
def test_operators_compare_as_documented(operator: str, values: list[str], held: list[str], *, expected: bool) -> None:
    assert holds(operator, values, held) is expected


@pytest.mark.parametrize("name", sorted(operator.name for operator in CATALOGUE.values() if operator.name != "Null"))
def test_a_missing_key_meets_negated_operators_if_exists_and_for_all_values(name: str) -> None:
    value = ["2026-01-01" if name.startswith("Date") else "1"]
    assert holds(name, value, ABSENT) is ("Not" in name)
    assert holds(f"{name}IfExists", value, ABSENT) is True
    assert holds(f"ForAllValues:{name}", value, ABSENT) is True
    assert holds(f"ForAnyValue:{name}", value, ABSENT) is False


def test_keys_do_not_mind_case_and_a_free_key_leaves_the_condition() -> None:
    leaf = Leaf("StringEquals", "aws:SourceVPCE", ("v",))
    assert evaluate(leaf, Context({"aws:sourcevpce": ("v",)})) == TRUE
    assert evaluate(leaf, Context({}, free=True)) == leaf
    assert evaluate(leaf, Context({}, free=True, closed=("aws:source",))) == FALSE
    assert evaluate(leaf, Context({"aws:sourcevpce": ()}, free=True)) == FALSE


@pytest.mark.parametrize(
    ("tag", "free", "expected"),
    [("a", False, TRUE), ("b", False, FALSE), (None, False, FALSE)],
)
def test_variables_count_in_values(tag: str | None, expected: Any, *, free: bool) -> None:
    context = Context({"k": ("a",), "aws:principaltag/t": () if tag is None else (tag,)}, free)
    assert evaluate(Leaf("StringEquals", "k", ("${aws:PrincipalTag/t}",)), context) == expected


def test_a_variable_without_value_matches_nothing_and_older_versions_know_none() -> None:
    context = Context({"k": ("${aws:username}",)})
    leaf = Leaf("StringNotEquals", "k", ("${aws:username}",))
    assert evaluate(leaf, context) == TRUE
    assert evaluate(leaf, context, variables=False) == FALSE


@pytest.mark.parametrize(
    "written", ["StringSortOf", "NullIfExists", "ForSomeValues:StringEquals", "", "ForAllValues:", "Not"]
)
def test_unknown_operators_are_problems(written: str) -> None:
    assert read_operator(written) is None
    assert problem(written, ("a",)) is not None


@pytest.mark.parametrize(
    ("operator", "value"),
    [("NumericEquals", "x"), ("DateEquals", "soon"), ("Bool", "maybe"), ("IpAddress", "10.0.0.0/99"), ("Null", "no")],
)
def test_values_of_another_type_are_problems(operator: str, value: str) -> None:
    assert problem(operator, (value,)) is not None


TYPED = {
    "Numeric": ["5", "4", "6"],
    "Date": ["2026-01-01", "2025-01-01", "2027-01-01"],
    "IpAddress": ["10.0.0.0/8", "10.1.1.1", "11.1.1.1"],
    "NotIpAddress": ["10.0.0.0/8", "10.1.1.1", "11.1.1.1"],
    "Binary": ["YQ==", "Yg=="],
    "Bool": ["true", "false"],
    "Null": ["true", "false"],
    "Arn": ["arn:aws:iam::1:role/a", "arn:aws:iam::1:role/b"],
    "String": ["a", "b"],
}


@pytest.mark.parametrize("quantifier", ["", "ForAllValues:", "ForAnyValue:"])
@pytest.mark.parametrize("suffix", ["", "IfExists"])
@pytest.mark.parametrize("name", sorted(operator.name for operator in CATALOGUE.values()))
def test_a_condition_and_its_contrary_never_agree(name: str, suffix: str, quantifier: str) -> None:
    if name == "Null" and (suffix or quantifier):
        return
    values = next(values for start, values in TYPED.items() if name.startswith(start))
    leaf = Leaf(f"{quantifier}{name}{suffix}", "k", (values[0],))
    several = [values] if quantifier else []
    for held in [ABSENT, *([value] for value in values), *several]:
        context = Context({"k": tuple(held)} if held else {})
        contrary = substitute(negate(leaf), lambda atom, c=context: evaluate(atom, c))  # type: ignore[misc]
        assert evaluate(leaf, context) != contrary, (leaf, held)
