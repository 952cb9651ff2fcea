"""Who gained and who lost what between two snapshots of the rehearsed stack, and which statement did it."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING, Any

import answers
import pytest
from answers import DETAILS, edit, statements, without

from audit.difference.access import Comparison, Kind, compare
from audit.difference.causes import Did, did
from audit.model.contract import BoundaryContract
from audit.model.snapshot import Record, Snapshot, Unreadable

if TYPE_CHECKING:
    from answers import Change, Mend
    from conftest import Rehearsed

    from audit.boundary import Boundary


def role(poc: Rehearsed, name: str, mend: Mend) -> Change:
    return answers.role(poc.contract.principals[name].arn, mend)


def attach(statement: dict[str, Any]) -> Mend:
    document = {"Version": "2012-10-17", "Statement": [statement]}
    return lambda found: found["RolePolicyList"].append({"PolicyName": "more", "PolicyDocument": document})


def allow(action: str, resource: str = "*") -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource}


@pytest.fixture(scope="module")
def before(poc: Rehearsed) -> Boundary:
    return poc.judged().boundary


def bucket(poc: Rehearsed, role: str) -> str:
    return poc.contract.buckets[role].name


def told(compared: Comparison) -> dict[tuple[Kind, str, str], set[str]]:
    """Kind, principal and store to the privileges."""
    found: dict[tuple[Kind, str, str], set[str]] = {}
    for change in compared.changes:
        found.setdefault((change.kind, change.principal, change.store), set()).add(change.privilege.value)
    return found


def why(compared: Comparison) -> set[tuple[str, str, str]]:
    return {(one.how, one.what, one.pointer) for change in compared.changes for one in did(compared, change)}


def test_the_same_account_has_no_difference(before: Boundary) -> None:
    assert compare(before, before).changes == ()


def test_the_same_environment_under_other_ids_has_no_difference(poc: Rehearsed, before: Boundary) -> None:
    network = poc.contract.network
    assert network is not None
    ids = {key.arn.rpartition("/")[2]: f"1111{number}" for number, key in enumerate(poc.contract.keys.values())}
    ids |= {endpoint: f"vpce-other{name}" for name, endpoint in network.endpoints.items()}
    ids |= {network.vpc: "vpc-other", poc.contract.account: "999988887777", "env-poc": "env-live"}

    def renamed(text: str) -> str:
        for old, new in ids.items():
            text = text.replace(old, new)
        return text

    records = tuple(Record.read(renamed(r.line()), renamed(r.path)) for r in poc.snapshot.records)
    manifest = type(poc.snapshot.manifest).model_validate_json(renamed(poc.snapshot.manifest.model_dump_json()))
    contract = BoundaryContract.from_json(json.loads(renamed(poc.contract.text())), "other")
    other = dataclasses.replace(poc, contract=contract, snapshot=Snapshot(manifest, records)).judged().boundary

    assert compare(before, other).changes == ()


def test_an_endpoint_condition_that_went_is_a_change_with_the_statement_that_went(
    poc: Rehearsed, before: Boundary
) -> None:
    change = edit("GetBucketPolicy", without("ObjectsOnlyThroughOurEndpoint"), bucket(poc, "data-bucket"))
    compared = compare(before, poc.judged(change).boundary)

    assert told(compared) == {(Kind.CHANGED, "data-plane", "data-bucket"): {"read", "write", "destroy"}}
    assert why(compared) == {("removed", "bucket_policy", "/Statement/1")}
    [found] = did(compared, compared.changes[0])
    assert json.loads(found.text)["Sid"] == "ObjectsOnlyThroughOurEndpoint"
    assert found.record in {record.id for record in poc.snapshot.records}


def test_going_back_names_the_statement_that_came(poc: Rehearsed, before: Boundary) -> None:
    change = edit("GetBucketPolicy", without("ObjectsOnlyThroughOurEndpoint"), bucket(poc, "data-bucket"))
    assert why(compare(poc.judged(change).boundary, before)) == {("added", "bucket_policy", "/Statement/1")}


def test_a_denial_that_came_is_what_took_access_away(poc: Rehearsed, before: Boundary) -> None:
    name = bucket(poc, "ops-bucket")
    denial = {
        "Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{name}/*",
    }  # fmt: skip
    compared = compare(
        before,
        poc.judged(edit("GetBucketPolicy", statements(lambda found: found.append(denial)), name)).boundary,
    )

    assert told(compared) == {
        (Kind.LOST, "console", "ops-bucket"): {"write"},
        (Kind.LOST, "data-plane", "ops-bucket"): {"write"},
        (Kind.LOST, "deployer", "ops-bucket"): {"write"},
    }
    [found] = {one for change in compared.changes for one in did(compared, change)}
    assert (found.how, found.effect, json.loads(found.text)) == ("added", "Deny", denial)


def test_a_boundary_that_was_detached_is_named_with_the_statement_that_it_let_loose(
    poc: Rehearsed, before: Boundary
) -> None:
    def change(found: dict[str, Any]) -> None:
        found.pop("PermissionsBoundary")
        attach(allow("s3:PutBucketPolicy"))(found)

    compared = compare(before, poc.judged(role(poc, "console", change)).boundary)
    gained = {key[2]: privileges for key, privileges in told(compared).items() if key[0] is Kind.GAINED}

    # It could have data-bucket's objects deleted already, by what it starts as data-plane.
    assert gained["data-bucket"] == {"administer"}
    assert {one[:2] for one in why(compared)} == {
        ("removed", "permissions boundary"), ("removed", "boundary"), ("added", "identity/more"),
    }  # fmt: skip
    assert {
        json.loads(one.text)["Effect"] for c in compared.changes for one in did(compared, c) if one.what == "boundary"
    } == {"Deny"}


def test_a_role_that_is_new_brings_its_own_statement_alone(poc: Rehearsed, before: Boundary) -> None:
    def change(said: dict[str, Any]) -> None:
        made = {
            "Path": "/", "RoleName": "reports", "RoleId": "AROAREPORTS", "RolePolicyList": [], "Tags": [],
            "Arn": f"arn:aws:iam::{poc.contract.account}:role/reports", "AttachedManagedPolicies": [],
            "InstanceProfileList": [], "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []},
        }  # fmt: skip
        attach(allow("kms:*"))(made)
        said["RoleDetailList"].append(made)

    compared = compare(before, poc.judged(edit(DETAILS, change)).boundary)

    assert {key[0] for key in told(compared)} == {Kind.GAINED}
    assert {key[1] for key in told(compared)} == {"arn:{partition}:iam::{account}:role/reports"}
    # The key policies that let it in were there before.
    assert why(compared) == {("added", "the principal itself", ""), ("added", "identity/more", "/Statement/0")}


def test_a_listing_that_was_not_read_makes_nobody_a_loser(poc: Rehearsed, before: Boundary) -> None:
    def change(record: Record) -> Record:
        if record.operation != DETAILS:
            return record
        return dataclasses.replace(record, response=None, unreadable=Unreadable("AccessDenied", f"iam:{DETAILS}"))

    compared = compare(before, poc.judged(change).boundary)
    roles = {change.kind for change in compared.changes if change.principal in {"console", "data-plane", "backup"}}
    assert roles == {Kind.UNKNOWN}


def test_a_store_that_was_not_read_is_not_compared(poc: Rehearsed, before: Boundary) -> None:
    name = bucket(poc, "data-bucket")

    def gone(record: Record) -> Record | None:
        if record.operation == "ListBuckets":
            return edit(
                "ListBuckets", lambda said: said.update(Buckets=[b for b in said["Buckets"] if b["Name"] != name])
            )(record)
        return None if record.params.get("Bucket") == name else record

    compared = compare(before, poc.judged(gone).boundary)
    assert compared.uncompared == ("data-bucket",)
    assert "data-bucket" not in {change.store for change in compared.changes}


def test_what_one_side_could_not_read_is_a_doubt_and_no_change(poc: Rehearsed, before: Boundary) -> None:
    def answered(record: Record) -> Record:
        if record.operation != "DescribeOrganization":
            return record
        return dataclasses.replace(record, unreadable=None, absent="AWSOrganizationsNotInUseException")

    manifest = poc.snapshot.manifest
    shown = {name: why for name, why in manifest.emulated.items() if name != "organizations:DescribeOrganization"}
    snapshot = dataclasses.replace(poc.snapshot, manifest=manifest.model_copy(update={"emulated": shown}))
    compared = compare(before, dataclasses.replace(poc, snapshot=snapshot).judged(answered).boundary)
    assert compared.changes == ()
    assert compared.doubts == ("the first is an upper bound: rcp, scp were not read there",)


def test_what_did_it_is_hashable_so_that_alike_changes_can_be_told_together() -> None:
    assert len({Did("added", "a"), Did("added", "a")}) == 1
