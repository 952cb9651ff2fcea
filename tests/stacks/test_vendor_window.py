"""A window is dated, short and names what it opens; anything else is one sentence."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from audit.model.errors import KitError
from stacks.vendor_window import Asked, closed, opened

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
ROLE = "arn:aws:iam::381492316447:role/support"


def asked(lasts: str | None = "4h", until: str | None = None, **change: Any) -> Asked:
    return Asked(**{"lasts": lasts, "until": until, "reads": ("logs",), "writes": (), "principal": ROLE, **change})


@pytest.mark.parametrize(
    ("lasts", "until", "end"),
    [
        ("4h", None, "2026-06-01T16:00:00Z"),
        ("90m", None, "2026-06-01T13:30:00Z"),
        ("3d", None, "2026-06-04T12:00:00Z"),
        (None, "2026-06-04T12:00:00+00:00", "2026-06-04T12:00:00Z"),
    ],
)
def test_a_window_ends_when_it_was_asked_to(lasts: str | None, until: str | None, end: str) -> None:
    window = opened({}, asked(lasts, until), NOW)
    assert window == {"mode": "granted", "principal": ROLE, "until": end, "reads": ["automq/logs/"]}


def test_the_vendors_role_is_remembered_between_windows() -> None:
    shut = closed(opened({}, asked(), NOW))
    assert shut == {"mode": "none", "principal": ROLE}
    assert opened(shut, asked(principal=None), NOW)["principal"] == ROLE


def test_an_expired_window_makes_room_for_the_next() -> None:
    old = {"mode": "granted", "principal": ROLE, "until": "2026-06-01T12:00:00Z", "reads": ["automq/logs/"]}
    assert opened(old, asked(), NOW)["until"] == "2026-06-01T16:00:00Z"


@pytest.mark.parametrize(
    ("standing", "wrong", "told"),
    [
        ({}, asked("73h"), "longer than 72 hours"),
        ({}, asked("99999999999999999999d"), "longer than 72 hours"),
        ({}, asked(None, "2026-06-04T12:00:01Z"), "longer than 72 hours"),
        ({}, asked(None, "2026-06-01T12:00:00Z"), "2026-06-01T12:00:00Z, which is past"),
        ({}, asked(None, "2026-06-02T12:00:00"), "no time in UTC"),
        ({}, asked(None, "2026-06-02T12:00:00+02:00"), "no time in UTC"),
        ({}, asked(None, "tomorrow"), "no time in UTC"),
        ({}, asked("0h"), "no duration"),
        ({}, asked("4"), "no duration"),
        ({}, asked("4h", "2026-06-02T12:00:00Z"), "needs one end"),
        ({}, asked(None), "needs one end"),
        ({}, asked(reads=()), "opens nothing"),
        ({}, asked(principal=None), "add --principal ARN"),
        ({"mode": "granted", "until": "2026-06-01T12:00:01Z"}, asked(), "open until 2026-06-01T12:00:01Z: close it"),
    ],
)
def test_what_is_no_window_is_one_sentence(standing: dict[str, Any], wrong: Asked, told: str) -> None:
    with pytest.raises(KitError) as caught:
        opened(standing, wrong, NOW)
    assert told in str(caught.value)
