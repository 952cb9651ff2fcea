from __future__ import annotations

import re
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.access.glob import STAR, intersects, literal, matches, matches_action, matches_arn, matches_resource, plain

PATTERNS = st.text("ab*?", max_size=7)
TEXTS = st.text("ab", max_size=7)


def obvious(pattern: str, text: str) -> bool:
    parts = (".*" if char == "*" else "." if char == "?" else re.escape(char) for char in pattern)
    return re.fullmatch("".join(parts), text) is not None


@given(PATTERNS, TEXTS)
def test_wildcards_match_as_a_regular_expression_would(pattern: str, text: str) -> None:
    assert matches(pattern, text) == obvious(pattern, text)


@given(st.text("ab*?:", max_size=6))
def test_a_literal_matches_only_itself(text: str) -> None:
    assert matches(literal(text), text)
    assert not matches(literal(text), text + "a")


@given(PATTERNS, PATTERNS, TEXTS)
def test_patterns_with_a_common_text_intersect(one: str, two: str, text: str) -> None:
    if matches(one, text) and matches(two, text):
        assert intersects(one, two)


@pytest.mark.parametrize(("one", "two"), [("a*", "b*"), ("*a", "*b"), ("a?", "a"), ("", "?*"), ("aa*b", "ab*")])
def test_patterns_without_a_common_text_do_not_intersect(one: str, two: str) -> None:
    assert not intersects(one, two)


# AWS page "IAM JSON policy elements: Resource".
@pytest.mark.parametrize(
    ("pattern", "resource", "expected"),
    [
        ("*", "anything", True),
        ("arn:aws:s3:::b/*", "arn:aws:s3:::b/x/y:z", True),
        ("arn:aws:s3:::B/*", "arn:aws:s3:::b/x", False),
        ("arn:aws:s3:::b", "arn:aws:s3:::b/x", False),
        ("arn:aws:sqs:us-east-1:*", "arn:aws:sqs:us-east-1:111111111111:q", True),
        ("arn:aws:sqs", "arn:aws:sqs:us-east-1:111111111111:q", True),
        ("arn:aws:sqs:us-?ast-1:*:q", "arn:aws:sqs:us-east-1:111111111111:q", True),
        ("arn:aws:sqs:u*st-1:111111111111:q", "arn:aws:sqs:us:east-1:111111111111:q", False),
        ("arn:aws:s3*", "arn:aws:s3:::b", True),
        ("arn:aws-cn:s3:::b", "arn:aws:s3:::b", False),
        ("arn:aws:logs:*:*:log-group:/a:*", "arn:aws:logs:us-east-1:111111111111:log-group:/a:log-stream:s", True),
    ],
)
def test_resources_match_field_by_field(pattern: str, resource: str, *, expected: bool) -> None:
    assert matches_resource(pattern, resource) is expected


# Kept, for without that the tries grow with every star, and the test runs out of its time.
@cache
def places(pattern: str, text: str, at: int = 0) -> bool:
    """Whether a star before a colon, or in the last field, runs on over colons: tried one character at a time."""
    if at == len(pattern):
        return text == ""
    char, rest = pattern[at], pattern[at + 1 :].lstrip("*")
    if char == "*":
        crosses = not rest or rest.startswith(":") or pattern[:at].count(":") >= 5
        return places(pattern, text, at + 1) or (
            bool(text) and (crosses or text[0] != ":") and places(pattern, text[1:], at)
        )
    if char == "?":
        return text[:1] not in {"", ":"} and places(pattern, text[1:], at + 1)
    return text[:1] == plain(char) and places(pattern, text[1:], at + 1)


@given(
    st.lists(st.text(f"ab*?{STAR}", max_size=3), min_size=5, max_size=7),
    st.lists(st.text("ab*", max_size=3), min_size=5, max_size=9),
)
def test_stars_run_on_as_they_do_one_character_at_a_time(pattern: list[str], text: list[str]) -> None:
    wanted, given_ = "arn:" + ":".join(pattern), "arn:" + ":".join(text)
    fields = wanted.split(":", 5), given_.split(":", 5)
    by_field = all(map(matches, *fields))
    assert matches_resource(wanted, given_) == (by_field or places(wanted, given_))


def test_actions_do_not_mind_case_and_arns_compare_six_fields() -> None:
    assert matches_action("S3:getobj*", "s3:GetObject")
    assert not matches_action("s3:Get?", "s3:GetObject")
    assert matches_arn("arn:aws:iam::*:role/x", "arn:aws:iam::1:role/x")
    assert not matches_arn("arn:aws:iam::*", "arn:aws:iam::1:role/x")
    assert not matches_arn("*", "no arn")
