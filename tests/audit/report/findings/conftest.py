"""A judged boundary with one finding of each sort: broken, unknown, harmless, waived, and two of one subject."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from audit.model.graph import Citation
from audit.model.verdict import Claim, Finding, Hop, Severity, Verdict
from audit.model.waiver import Waiver
from audit.report.material import Material

if TYPE_CHECKING:
    from collections.abc import Callable

ACCOUNT = "111111111111"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/automq-console-poc"
BUCKET = "arn:aws:s3:::automq-data-poc-us-east-1-111111111111"
RECORD = "a" * 64


def finding(policy: str, verdict: Verdict, text: str, **changes: object) -> Finding:
    path = (
        Hop(ROLE, "its own policies allow s3:GetObject", (Citation(RECORD, "identity/p", "/Statement/0"),)),
        Hop(BUCKET, ""),
    )
    claim = Claim(verdict, "some_reason", BUCKET, text, path if verdict is Verdict.BROKEN else (), (RECORD,))
    made = Finding(
        policy, f"Title of {policy}", Severity.HIGH, claim, "Mend it.", "A page of AWS", "1/r/poc/data-bucket"
    )
    return replace(made, **changes)


WAIVER = Waiver(policy="B003", subject="data-bucket", reason="mended in May", owner="platform team", until="2027-05-31")


@pytest.fixture
def found() -> tuple[Finding, ...]:
    return (
        finding("A001", Verdict.BROKEN, "console can read data-bucket"),
        finding("A001", Verdict.BROKEN, "console can write data-bucket"),
        finding("B002", Verdict.UNKNOWN, "not read", severity=Severity.MEDIUM),
        finding("B003", Verdict.BROKEN, "no bucket key", severity=Severity.LOW, waiver=WAIVER),
        finding("V007", Verdict.HOLDS, "cut off", severity=Severity.INFO),
    )


@pytest.fixture
def material(sample: Material, found: tuple[Finding, ...]) -> Material:
    return Material(sample.contract, sample.graph, (), found, "2026-11-23T00:00:00Z")


@pytest.fixture
def saying(material: Material) -> Callable[[str], Material]:
    """The same material with one finding whose names and texts are what somebody called a thing in AWS."""
    return lambda name: replace(
        material,
        findings=(
            replace(
                finding("A001", Verdict.BROKEN, name), claim=Claim(Verdict.BROKEN, "r", name, name, (Hop(name, name),))
            ),
        ),
    )
