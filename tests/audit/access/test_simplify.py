from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.access.conditions.evaluate import evaluate
from audit.access.context import Context
from audit.access.expression import (
    FALSE,
    TRUE,
    Expr,
    Leaf,
    Opaque,
    all_of,
    any_of,
    negate,
    substitute,
    to_json,
)
from audit.access.simplify import assume, simplify

VALUES = {
    "vpce": ("v1", "v2", "v3"),
    "ip": ("10.0.0.1", "10.1.0.1", "11.0.0.1", "2001:db8::1"),
    "n": ("1", "2", "3"),
    "mfa": ("true", "false"),
}
LEAVES = st.one_of(
    st.builds(
        Leaf,
        st.sampled_from(
            ["StringEquals", "StringNotEquals", "StringLike", "StringEqualsIfExists", "ForAnyValue:StringLike"]
        ),
        st.just("vpce"),
        st.sampled_from([("v1",), ("v2",), ("v1", "v2"), ("v*",), ("*1",)]),
    ),
    st.builds(
        Leaf,
        st.sampled_from(["IpAddress", "NotIpAddress"]),
        st.just("ip"),
        st.sampled_from([("10.0.0.0/8",), ("10.1.0.0/16",), ("11.0.0.0/8", "2001:db8::/32")]),
    ),
    st.builds(
        Leaf,
        st.sampled_from(["NumericLessThan", "NumericGreaterThanEquals", "NumericEquals", "NumericLessThanIfExists"]),
        st.just("n"),
        st.sampled_from([("2",), ("3",)]),
    ),
    st.builds(
        Leaf, st.sampled_from(["Bool", "BoolIfExists"]), st.just("mfa"), st.sampled_from([("true",), ("false",)])
    ),
    st.builds(Leaf, st.just("Null"), st.sampled_from(sorted(VALUES)), st.sampled_from([("true",), ("false",)])),
)
EXPRESSIONS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: all_of(*parts)),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: any_of(*parts)),
        inner.map(negate),
    ),
    max_leaves=7,
)
CONTEXTS = st.fixed_dictionaries(
    {}, optional={key: st.sampled_from(values).map(lambda value: (value,)) for key, values in VALUES.items()}
).map(Context)


def value(expr: Expr, context: Context) -> Expr:
    return substitute(expr, lambda atom: evaluate(atom, context) if isinstance(atom, Leaf) else atom)


@settings(max_examples=250, deadline=None)
@given(EXPRESSIONS, CONTEXTS)
def test_a_simplified_expression_means_the_same(expr: Expr, context: Context) -> None:
    assert value(simplify(expr), context) == value(expr, context)


@settings(max_examples=100, deadline=None)
@given(EXPRESSIONS, CONTEXTS)
def test_a_contrary_is_one_in_every_context(expr: Expr, context: Context) -> None:
    assert value(negate(expr), context) != value(expr, context)


def equal(*values: str, key: str = "aws:SourceVpce", operator: str = "StringEquals") -> Leaf:
    return Leaf(operator, key, values)


@pytest.mark.parametrize(
    "parts",
    [
        (equal("a"), equal("b")),
        (equal("a"), equal("a", operator="StringNotEquals")),
        (equal("a"), equal("true", operator="Null")),
        (equal("a*", operator="StringLike"), equal("b*", operator="StringLike")),
        (equal("10.0.0.0/8", operator="IpAddress"), equal("11.0.0.0/8", operator="IpAddress")),
        (equal("10.0.0.0/16", operator="IpAddress"), equal("10.0.0.0/8", operator="NotIpAddress")),
        (equal("2", operator="NumericLessThan"), equal("2", operator="NumericGreaterThanEquals")),
        (equal("2026-01-01", operator="DateLessThan"), equal("2026-01-02", operator="DateGreaterThan")),
        (any_of(equal("a"), equal("b")), any_of(equal("c"), equal("d"))),
        (any_of(equal("a"), equal("x", key="other")), equal("b"), equal("y", key="OTHER")),
    ],
)
def test_contradictions_are_found(parts: tuple[Expr, ...]) -> None:
    assert simplify(all_of(*parts)) == FALSE


@pytest.mark.parametrize(
    "parts",
    [
        (equal("a*", operator="StringLike"), equal("*b", operator="StringLike")),
        (equal("10.0.0.0/8", operator="IpAddress"), equal("10.1.0.0/16", operator="NotIpAddress")),
        (equal("2", operator="NumericGreaterThan"), equal("3", operator="NumericLessThan")),
        (equal("a", operator="ForAnyValue:StringEquals"), equal("b", operator="ForAnyValue:StringEquals")),
        (equal("a", key="aws:TagKeys"), equal("b", key="aws:TagKeys")),
    ],
)
def test_what_can_hold_together_is_no_contradiction(parts: tuple[Expr, ...]) -> None:
    assert simplify(all_of(*parts)) != FALSE


@pytest.mark.parametrize(
    ("expr", "short"),
    [
        (any_of(equal("a"), equal("b")), equal("a", "b")),
        (any_of(equal("a"), equal("a", operator="StringNotEquals")), TRUE),
        (all_of(equal("a", "b"), equal("b", "c")), equal("b")),
        (negate(equal("a", operator="StringNotEquals")), equal("a")),
        (all_of(equal("a"), equal("false", operator="Null")), equal("a")),
        (
            all_of(equal("10.0.0.0/8", operator="IpAddress"), equal("10.1.0.0/16", operator="IpAddress")),
            equal("10.1.0.0/16", operator="IpAddress"),
        ),
        (any_of(equal("a"), all_of(equal("a"), equal("x", key="k"))), equal("a")),
        (any_of(equal("true", operator="Bool"), equal("false", operator="BoolIfExists")), TRUE),
    ],
)
def test_expressions_become_short(expr: Expr, short: Expr) -> None:
    assert simplify(expr) == short


def test_a_key_can_be_taken_for_granted_unless_nothing_would_remain() -> None:
    tls = Leaf("BoolIfExists", "aws:SecureTransport", ("true",))
    assert assume(all_of(tls, equal("a")), "aws:SecureTransport", "true") == equal("a")
    plain = Leaf("Bool", "aws:SecureTransport", ("false",))
    assert assume(plain, "aws:SecureTransport", "true") == plain


def test_json_has_and_or_not_and_leaves() -> None:
    leaf = {"operator": "StringEquals", "key": "aws:SourceVpce", "values": ["a"]}
    other = Leaf("BinaryEquals", "k", ("YQ==",))
    expr = any_of(all_of(equal("a"), equal("b", key="k")), negate(other))
    assert to_json(expr) == {
        "or": [
            {"and": [leaf, {"operator": "StringEquals", "key": "k", "values": ["b"]}]},
            {"not": {"operator": "BinaryEquals", "key": "k", "values": ["YQ=="]}},
        ]
    }
    assert to_json(TRUE) is None
    with pytest.raises(ValueError, match="no form"):
        to_json(Opaque("scp", "Allow"))
