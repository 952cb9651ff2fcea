"""From checkov's answers to findings: what failed, what is skipped, what nobody could see."""

from __future__ import annotations

from typing import Any

import pytest

from audit.checkov import findings
from audit.checkov.findings import Subject
from audit.checkov.process import Checked, Failed
from audit.checkov.skips import Skip, Skips
from audit.model.errors import UsageError
from audit.model.verdict import Result, Severity, Verdict, standing

URN = "urn:pulumi:dev::examples::aws:s3/bucket:Bucket::data"
ADDRESS = "aws_s3_bucket.data"
NONE = Skips(format="byoc-skips/1", skips=())
SKIP = Skip(name="by design", checks=("CKV_1",), resources=("*::Bucket::data", URN), stacks=("dev",), reason="a reason")
SKIPS = Skips(format="byoc-skips/1", skips=(SKIP,))


def failed(*keys: str, severity: str | None = None) -> Failed:
    return Failed("CKV_1", "Ensure a thing", ADDRESS, severity, None, keys)


def checked(*failures: Failed, passed: tuple[Any, ...] = ()) -> Checked:
    return Checked(failures, passed, frozenset({ADDRESS}), frozenset())


def subject(**more: Any) -> dict[str, Subject]:
    return {ADDRESS: Subject(URN, "aws:s3/bucket:Bucket", "data", "footprint/buckets", **more)}


def test_a_failure_names_the_resource_by_urn_and_its_component() -> None:
    (found,) = findings.of(checked(failed()), subject(), NONE, "dev")
    assert (found.policy, found.verdict, found.severity, found.claim.subject) == (
        "CKV_1",
        Verdict.BROKEN,
        Severity.MEDIUM,
        URN,
    )
    assert found.claim.text == "aws:s3/bucket:Bucket data of footprint/buckets: Ensure a thing"


@pytest.mark.parametrize(
    ("said", "severity"), [("CRITICAL", "critical"), ("HIGH", "high"), ("LOW", "low"), ("MEDIUM", "medium")]
)
def test_a_severity_that_a_check_says_is_kept(said: str, severity: str) -> None:
    (found,) = findings.of(checked(failed(severity=said)), subject(), NONE, "dev")
    assert found.severity == severity


def test_a_skip_is_a_waiver_with_its_reason_and_breaks_nothing() -> None:
    found = findings.of(checked(failed()), subject(), SKIPS, "dev")
    assert found[0].waiver is not None
    assert found[0].waiver.reason == "a reason"
    assert standing(found) is Verdict.HOLDS
    assert findings.results(checked(failed()), subject(), found) == {"CKV_1": Result.NOTHING_TO_JUDGE}


def test_a_skip_is_of_its_checks_resources_and_stacks_alone() -> None:
    assert SKIP.covers("CKV_1", URN, "dev")
    assert not SKIP.covers("CKV_2", URN, "dev")
    assert not SKIP.covers("CKV_1", URN + "2", "dev")
    assert not SKIP.covers("CKV_1", URN, "prod")


@pytest.mark.parametrize(
    ("unknown", "key", "depends"),
    [
        ({"kms_key_id": True}, "kms_key_id", True),
        ({"kms_key_id": True}, "encrypted", False),
        ({"policy": True}, "policy/Statement/[0]/Action", True),
        ({"disk": [{"kms_key_id": True}]}, "disk/[0]/encrypted", False),
        ({"disk": [{"kms_key_id": True}]}, "disk/[0]/kms_key_id", True),
        ({"rule": [{"by": [{"kms_key_id": True}]}]}, "rule/*/by/kms_key_id", True),
        ({"rule": [{"by": [{"kms_key_id": True}]}]}, "rule", False),
        ({"ids": [False, True]}, "ids", True),
        ({}, "resource_type", False),
    ],
)  # fmt: skip
def test_a_failure_that_rests_on_what_is_not_known_is_unknown(
    unknown: dict[str, Any], key: str, *, depends: bool
) -> None:
    (found,) = findings.of(checked(failed(key)), subject(unknown=unknown), NONE, "dev")
    assert (found.verdict is Verdict.UNKNOWN) is depends


def test_what_could_not_be_checked_is_unknown_and_never_a_pass() -> None:
    of = subject(unchecked=(("value_secret", "userData is secret"),), unread=frozenset({"policy"}))
    found = findings.of(checked(passed=(("CKV_2", ADDRESS, ("policy",)),)), of, NONE, "dev")
    assert [(one.policy, one.claim.reason) for one in found] == [("PLAN", "value_secret")]
    assert "not checked: userData is secret" in found[0].claim.text
    assert standing(found) is Verdict.UNKNOWN


def test_a_check_that_passed_without_seeing_is_unknown() -> None:
    passed = (("CKV_2", ADDRESS, ("policy/Statement",)), ("CKV_3", ADDRESS, ("bucket",)), ("CKV_4", ADDRESS, ()))
    of = subject(unread=frozenset({"policy"}))
    assert findings.results(checked(passed=passed), of, ()) == {
        "CKV_2": Result.UNKNOWN,
        "CKV_3": Result.HOLDS,
        "CKV_4": Result.UNKNOWN,
    }


def test_a_check_that_failed_once_is_broken_whatever_else_passed() -> None:
    both = checked(failed(), passed=(("CKV_1", ADDRESS, ()),))
    assert findings.results(both, subject(), findings.of(both, subject(), NONE, "dev")) == {"CKV_1": Result.BROKEN}


def test_a_resource_that_checkov_did_not_see_is_an_error() -> None:
    with pytest.raises(UsageError, match=r"did not see aws_s3_bucket\.other"):
        findings.of(checked(), {**subject(), "aws_s3_bucket.other": Subject(URN, "t", "n")}, NONE, "dev")
