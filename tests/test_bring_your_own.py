"""The stack bring-your-own holds what it promises with other teams' things, and what those teams change is found."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from answers import DETAILS, edit

from audit.model.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from answers import Mend
    from conftest import Rehearsed

    from cli.judging import Judged


TRAIL_BUCKET = "example-security-trail"
BOUNDARY = "arn:aws:iam::111122223333:policy/example-workload-boundary"


@pytest.fixture(scope="module")
def own(rehearsed: Callable[..., Rehearsed]) -> Rehearsed:
    return rehearsed("bring-your-own")


def broken(judged: Judged) -> set[str]:
    found = [f for f in judged.findings if f.verdict is Verdict.BROKEN]
    assert all(f.claim.path for f in found)
    return {f.policy for f in found}


def test_nothing_is_broken_and_unknown_is_what_no_emulator_shows(own: Rehearsed) -> None:
    before = own.judged()
    claims = [claim for answer in before.answers for claim in answer.claims] + [f.claim for f in before.findings]
    assert broken(before) == set()
    assert {claim.reason for claim in claims if claim.verdict is Verdict.UNKNOWN} == {"emulator_cannot_show"}


def test_the_named_buckets_are_used_and_none_beside_them_is_made(own: Rehearsed) -> None:
    (listing,) = [record for record in own.snapshot.records if record.operation == "ListBuckets"]
    assert listing.response is not None
    there = {bucket["Name"] for bucket in listing.response["Buckets"]}
    assert {bucket.name for bucket in own.contract.buckets.values()} == there - {TRAIL_BUCKET}
    assert len(there) == 5


def without(sid: str) -> Mend:
    def mend(answer: dict[str, Any]) -> None:
        policy = json.loads(answer["Policy"])
        policy["Statement"] = [one for one in policy["Statement"] if one["Sid"] != sid]
        answer["Policy"] = json.dumps(policy)

    return mend


CHANGES: list[tuple[str, str, Mend, set[str]]] = [
    ("requests in plain text are let in", "GetBucketPolicy", without("TlsOnly"), {"B007"}),
    ("records are expired by age", "GetBucketLifecycleConfiguration",
     lambda a: a["Rules"].append({"ID": "x", "Status": "Enabled", "Filter": {}, "Expiration": {"Days": 3}}), {"B010"}),
    ("access is not logged", "GetBucketLogging", lambda a: a.clear(), {"B011", "T001"}),
    ("the public is not blocked", "GetPublicAccessBlock",
     lambda a: a["PublicAccessBlockConfiguration"].update(BlockPublicPolicy=False), {"B004"}),
]  # fmt: skip


@pytest.mark.parametrize(("operation", "mend", "policies"), [c[1:] for c in CHANGES], ids=[c[0] for c in CHANGES])
def test_what_the_buckets_owner_changes_is_found(
    own: Rehearsed, operation: str, mend: Mend, policies: set[str]
) -> None:
    assert broken(own.judged(edit(operation, mend, "example-streaming-records"))) == policies


def test_a_policy_without_the_endpoint_is_not_taken_for_one_with_it(own: Rehearsed) -> None:
    unbound = edit("GetBucketPolicy", without("ObjectsOnlyThroughOurEndpoint"), "example-streaming-records")
    # The organisation, which an emulator lacks, could deny it still.
    found = {(f.verdict, f.claim.reason) for f in own.judged(unbound).findings if f.policy == "A005"}
    assert (Verdict.UNKNOWN, "reached_around_endpoint") in found


def test_the_named_zone_and_boundary_are_used_and_none_beside_them_is_made(own: Rehearsed) -> None:
    assert own.contract.network is not None
    assert own.contract.network.hosted_zone == "Z0B1C2D3E4F506172839A"
    bound = [role.get("PermissionsBoundary", {}) for role in roles(own) if role["RoleName"].startswith("automq-")]
    assert {one.get("PermissionsBoundaryArn") for one in bound} == {BOUNDARY}
    assert len(bound) == 3


def test_the_roles_that_were_there_are_used_and_nothing_is_attached_to_them(own: Rehearsed) -> None:
    attached = {role["RoleName"]: [one["PolicyName"] for one in role["AttachedManagedPolicies"]] for role in roles(own)}
    assert all(name.startswith("automq-console-env-own-") for name in attached["automq-console-env-own"])
    assert attached["automq-data-plane-env-own"] == ["automq-data-plane-env-own-1"]
    assert attached["automq-backup-env-own"] == ["automq-backup-env-own"]


def roles(own: Rehearsed) -> list[dict[str, Any]]:
    (details,) = [record for record in own.snapshot.records if record.operation == DETAILS]
    assert details.response is not None
    return list(details.response["RoleDetailList"])


def test_a_role_without_the_boundary_is_found(own: Rehearsed) -> None:
    def unbound(answer: dict[str, Any]) -> None:
        for role in answer["RoleDetailList"]:
            if role["RoleName"] == "automq-console-env-own":
                del role["PermissionsBoundary"]

    assert broken(own.judged(edit(DETAILS, unbound))) == {"R001"}


def test_the_named_trail_is_the_only_one_and_its_group_is_what_the_alarms_count(own: Rehearsed) -> None:
    told: dict[str, Any] = {
        record.operation: record.response
        for record in own.snapshot.records
        if record.operation in {"DescribeTrails", "DescribeMetricFilters"}
    }
    assert [trail["Name"] for trail in told["DescribeTrails"]["trailList"]] == ["example-security"]
    assert {one["logGroupName"] for one in told["DescribeMetricFilters"]["metricFilters"]} == {
        "/example/security/trail"
    }


TRAIL_CHANGES: list[tuple[str, str, Mend, set[str]]] = [
    ("it is stopped", "GetTrailStatus", lambda a: a.update(IsLogging=False), {"L001", "T001"}),
    ("it cannot be proven whole", "DescribeTrails",
     lambda a: a["trailList"][0].update(LogFileValidationEnabled=False), {"L001"}),
    ("it leaves out what is done to records", "GetEventSelectors", lambda a: a["AdvancedEventSelectors"].pop(1), {"T001"}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("operation", "mend", "policies"), [c[1:] for c in TRAIL_CHANGES], ids=[c[0] for c in TRAIL_CHANGES]
)
def test_what_the_trails_owner_changes_is_found(own: Rehearsed, operation: str, mend: Mend, policies: set[str]) -> None:
    assert broken(own.judged(edit(operation, mend))) == policies


def test_of_an_organisations_trail_existence_is_known_and_what_its_account_does_with_it_is_not(
    rehearsed: Callable[..., Rehearsed],
) -> None:
    elsewhere = {
        "existing": "arn:aws:cloudtrail:us-east-1:999988887777:trail/organization",
        "bucket": "example-organization-trail",
    }
    judged = rehearsed("bring-your-own", trail=elsewhere).judged()
    about = [c for answer in judged.answers for c in answer.claims if "example-organization-trail" in c.text]
    assert Verdict.BROKEN not in {claim.verdict for claim in about}
    # How long it is kept, who deletes it and where it is copied, only that account knows.
    assert {claim.reason for claim in about if claim.verdict is Verdict.HOLDS} == {"emitted", "reviewed"}
    # Nobody is alarmed by what is counted nowhere here.
    assert broken(judged) == {"T006"}
