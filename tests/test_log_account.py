"""Trail and flow logs go to a log account: what the audit knows of them with that account walked, and without."""

from __future__ import annotations

import dataclasses
import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from answers import edit

from audit.model.verdict import Verdict
from audit.report.diagrams.views import boundary, logs_and_keys
from cli import guarding
from components.documents.guardrails import resource_control_policies, service_control_policies

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Rehearsed

    from audit.model.verdict import Claim
    from cli.judging import Judged

LOGS, BUCKET = "222244446666", "example-log-archive"
KEY = f"arn:aws:kms:us-east-1:{LOGS}:key/0b1c2d3e-4f50-6172-8394-a5b6c7d8e9f5"


@pytest.fixture(scope="module")
def both(poc_with: Callable[..., Rehearsed]) -> Rehearsed:
    """Both accounts, walked."""
    return poc_with(log_account={"account": LOGS, "bucket": BUCKET, "key": KEY})


@pytest.fixture(scope="module")
def before(both: Rehearsed) -> Judged:
    return both.judged()


def alone(both: Rehearsed) -> Judged:
    """The environment's account as it is walked by itself."""
    manifest = both.snapshot.manifest
    manifest = manifest.model_copy(update={"accounts": tuple(one for one in manifest.accounts if one.id != LOGS)})
    own = tuple(record for record in both.snapshot.records if record.account != LOGS)
    return dataclasses.replace(
        both, snapshot=dataclasses.replace(both.snapshot, manifest=manifest, records=own)
    ).judged()


def of_bucket(judged: Judged) -> dict[str, Claim]:
    claims = [claim for answer in judged.answers for claim in answer.claims]
    return {claim.reason: claim for claim in claims if BUCKET in claim.text}


def broken(judged: Judged) -> set[str]:
    return {f.policy for f in judged.findings if f.verdict is Verdict.BROKEN}


def test_nothing_is_broken_and_what_is_for_the_log_account_to_say_is_unknown(before: Judged) -> None:
    claims = [claim for answer in before.answers for claim in answer.claims]
    unknown = {claim.reason: claim.text for claim in claims if claim.verdict is Verdict.UNKNOWN}
    assert broken(before) == set()
    assert set(unknown) == {"emulator_cannot_show", "not_declared"}
    assert f"who may delete it is for the log account {LOGS} to say" in unknown["not_declared"]


def test_with_the_log_account_walked_emission_and_retention_are_known(before: Judged) -> None:
    claims = of_bucket(before)
    assert {reason for reason, claim in claims.items() if claim.verdict is Verdict.HOLDS} >= {"emitted", "retained"}


def test_without_it_retention_and_readers_are_unknown_and_the_account_is_named(both: Rehearsed) -> None:
    judged = alone(both)
    claims = of_bucket(judged)
    assert claims["emitted"].verdict is Verdict.HOLDS
    assert claims["not_in_snapshot"].verdict is Verdict.UNKNOWN
    assert f"the log account {LOGS} was not walked" in claims["not_in_snapshot"].text
    assert "retained" not in claims
    assert broken(judged) == set()


def test_the_stack_makes_no_audit_bucket_and_its_trail_is_under_the_log_accounts_key(both: Rehearsed) -> None:
    listed = {
        bucket["Name"]
        for record in both.snapshot.records
        if record.operation == "ListBuckets" and record.account != LOGS
        for bucket in (record.response or {})["Buckets"]
    }
    (trail,) = next(r for r in both.snapshot.records if r.operation == "DescribeTrails").response["trailList"]
    assert not any("audit" in name for name in listed)
    assert BUCKET not in listed
    assert (trail["S3BucketName"], trail["KmsKeyId"]) == (BUCKET, KEY)


def expiring(answer: dict[str, Any]) -> None:
    answer["Rules"] = [{"ID": "x", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 7}}]


@pytest.mark.parametrize(("operation", "mend", "of", "found"), [
    ("GetBucketLifecycleConfiguration", expiring, BUCKET, {"T003"}),
    ("DescribeFlowLogs", lambda a: [log.update(DeliverLogsStatus="FAILED") for log in a["FlowLogs"]], "", {"N003", "T001"}),
    ("GetTrailStatus", lambda a: a.update(LatestDeliveryError="AccessDenied"), "", {"L001"}),
    ("GetTrailStatus", lambda a: a.update(LatestCloudWatchLogsDeliveryError="Access denied"), "", {"T001"}),
])  # fmt: skip
def test_what_the_log_account_takes_back_is_found(
    both: Rehearsed, operation: str, mend: Callable[[dict[str, Any]], object], of: str, found: set[str]
) -> None:
    assert broken(both.judged(edit(operation, mend, of))) == found


def test_a_bucket_of_a_third_account_is_no_log_accounts(both: Rehearsed) -> None:
    sinks = [
        sink.model_copy(update={"account": "999988887777"}) if sink.account else sink
        for sink in both.contract.log_sinks
    ]
    judged = both.judged(contract=both.contract.model_copy(update={"log_sinks": tuple(sinks)}))
    assert broken(judged) == {"T002"}


def test_guardrails_name_the_accounts_own_buckets_alone(both: Rehearsed) -> None:
    deployer, last = (f"arn:aws:iam::{both.contract.account}:role/{name}" for name in ("deployer", "last"))
    what = guarding.guarded(both.contract, deployer, last)
    written = [*service_control_policies(what), *resource_control_policies(what)]
    named = set(re.findall(r"arn:aws:s3:::([\w.-]+)", json.dumps(written)))
    assert named == {bucket.name for bucket in both.contract.buckets.values()}


def test_the_logs_are_drawn_outside_of_the_account_and_cross_its_boundary(both: Rehearsed, before: Judged) -> None:
    logs = logs_and_keys.draw(before.boundary)
    (outer,) = [box for box in logs.boxes if any(BUCKET in inner.lines for _, inner in box.walk())]
    assert (outer.id in logs.boundary, outer.lines) == (False, (f"Account {LOGS}: kept in",))
    whole = boundary.draw(before.boundary)
    theirs = next(box.id for box in whole.boxes if box.lines[0] == f"Account {LOGS}")
    assert {flow.hops for flow in whole.flows if theirs in flow.hops} == {("logs", theirs), ("vpc", theirs)}
    unseen = boundary.draw(alone(both).boundary)
    assert (f"Account {LOGS}", "keeps logs, not walked") in {box.lines for box in unseen.boxes}
