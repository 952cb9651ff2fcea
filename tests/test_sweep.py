"""Each row's records are made unreadable in turn: what needs them becomes unknown, and nothing is guessed."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest

from audit.model.snapshot import Unreadable
from audit.model.verdict import Verdict
from audit.services import rows

if TYPE_CHECKING:
    from conftest import Rehearsed

    from audit.model.snapshot import Record
    from audit.model.verdict import Claim
    from cli.judging import Judged


@pytest.fixture(scope="module")
def before(poc: Rehearsed) -> Judged:
    return poc.judged()


def _claims(judged: Judged, verdict: Verdict) -> set[tuple[str, str, str]]:
    claims = [(a.question, claim) for a in judged.answers for claim in a.claims]
    claims += [(finding.policy, finding.claim) for finding in judged.findings]
    return {(name, c.subject, c.text) for name, c in claims if c.verdict is verdict}


def _unknown(judged: Judged) -> dict[tuple[str, str, str], Claim]:
    claims = [(a.question, claim) for a in judged.answers for claim in a.claims]
    claims += [(finding.policy, finding.claim) for finding in judged.findings]
    return {(name, c.subject, c.text): c for name, c in claims if c.verdict is Verdict.UNKNOWN}


@pytest.mark.parametrize("name", sorted(rows()))
def test_what_could_not_be_read_is_unknown_and_never_guessed(name: str, poc: Rehearsed, before: Judged) -> None:
    row = rows()[name]

    def deny(record: Record) -> Record:
        if f"{record.service}:{record.operation}" != name:
            return record
        refused = Unreadable("AccessDenied", row.permission)
        return dataclasses.replace(record, response=None, absent=None, unreadable=refused)

    after = poc.judged(deny)

    assert _claims(after, Verdict.HOLDS) <= _claims(before, Verdict.HOLDS)
    assert _claims(after, Verdict.BROKEN) <= _claims(before, Verdict.BROKEN)
    known = _unknown(before)
    for key, claim in _unknown(after).items():
        if key not in known:
            assert row.permission in claim.missing, claim.text
    lost = _claims(before, Verdict.HOLDS) - _claims(after, Verdict.HOLDS)
    if lost:
        assert set(_unknown(after)) - set(known), f"claims vanished and nothing says why: {lost}"
