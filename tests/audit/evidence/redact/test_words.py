from __future__ import annotations

from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.evidence.redact.key import Pseudonyms
from audit.evidence.redact.words import Words

NAMES = st.from_regex(r"[qwxyz0-9]{2,8}([-_/.][qwxyz0-9]{2,8}){0,3}", fullmatch=True)
"""Of no letters that make a word of AWS: such words stay whole, whatever a pattern cuts."""


def words(*patterns: str) -> Words:
    made = Words(Pseudonyms(b"k" * 32))
    for pattern in patterns:
        made.learn(pattern)
    return made


def test_names_that_share_words_still_do() -> None:
    made = words()
    data, ops = made.replaced("acme-data-prod"), made.replaced("acme-ops-prod")
    assert data.split("-")[0] == ops.split("-")[0]
    assert data.split("-")[2] == ops.split("-")[2]
    assert data.split("-")[1] != ops.split("-")[1]
    assert "acme" not in data


@given(NAMES, st.lists(NAMES, max_size=3), st.data())
def test_a_pattern_matches_what_it_matched(name: str, others: list[str], data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(name)))
    end = data.draw(st.integers(start, len(name)))
    pattern = f"{name[:start]}*{name[end:]}"
    made = words(pattern)
    for one in (name, *others):
        assert fnmatchcase(made.replaced(one), made.replaced(pattern)) or not fnmatchcase(one, pattern), one


@pytest.mark.parametrize(("name", "pattern"), [("000", "0*00"), ("00_000", "00*00"), ("abcab", "ab*ab")])
def test_a_pattern_whose_ends_overlap_matches_what_it_matched(name: str, pattern: str) -> None:
    made = words(pattern)
    assert fnmatchcase(made.replaced(name), made.replaced(pattern))


@given(NAMES, NAMES, st.integers(1, 8))
def test_a_pattern_matches_nothing_that_it_did_not(name: str, other: str, length: int) -> None:
    pattern = f"{name[:length]}*"
    made = words(pattern)
    if not fnmatchcase(other, pattern):
        assert not fnmatchcase(made.replaced(other), made.replaced(pattern))


@given(NAMES, st.integers(1, 8))
def test_a_prefix_is_still_the_beginning(name: str, length: int) -> None:
    made = Words(Pseudonyms(b"k" * 32))
    made.learn_prefix(name[:length])
    assert made.replaced(name).startswith(made.replaced(name[:length]))


@pytest.mark.parametrize(
    "kept", ["us-east-1", "eu-central-1b", "${aws:username}", "use1-az6", "service-role", "default", "v12"]
)
def test_words_of_aws_stay(kept: str) -> None:
    assert words().replaced(f"acme/{kept}/x1").split("/", 1)[1].startswith(kept)


def test_another_key_gives_other_words() -> None:
    assert words().replaced("acme") != Words(Pseudonyms(b"l" * 32)).replaced("acme")
