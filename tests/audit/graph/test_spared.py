from __future__ import annotations

from typing import Any

from audit.graph.spared import not_needed
from audit.model.snapshot import AccountEntry, Manifest, Record, Snapshot, Unreadable

ACCOUNT, OTHER, REGIONS = "111122223333", "444455556666", ("eu-central-1", "us-east-1")
ECS = {"Statement": [{"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}}]}
RUNS = {"Statement": [{"Effect": "Allow", "Action": "ecs:RunTask", "Resource": "*"}]}


def identities(**outcome: Any) -> Record:
    return Record(ACCOUNT, "global", "iam", "GetAccountAuthorizationDetails", {}, **outcome)


def snapshot(*records: Record) -> Snapshot:
    entries = (AccountEntry(id=ACCOUNT), AccountEntry(id=OTHER, unreadable={"code": "AccessDenied"}))
    manifest = Manifest(taken_at="2026-11-23T00:00:00Z", caller={}, accounts=entries, regions=REGIONS)
    return Snapshot(manifest, records)


def test_what_no_role_lets_in_was_not_needed_in_any_region_of_the_account() -> None:
    found = not_needed(snapshot(identities(response={"RoleDetailList": []})))

    assert set(found) == {ACCOUNT}
    for region in REGIONS:
        assert {"lambda:ListFunctions", "ecs:ListClusters", "ecs:ListTaskDefinitions"} <= set(found[ACCOUNT][region])


def test_what_was_needed_and_what_was_asked_is_not_among_them() -> None:
    role = {"AssumeRolePolicyDocument": ECS, "RolePolicyList": [{"PolicyDocument": RUNS}]}
    asked = Record(ACCOUNT, REGIONS[0], "ecs", "ListClusters", {}, {"clusterArns": []})

    found = not_needed(snapshot(identities(response={"RoleDetailList": [role]}), asked))

    assert all("ecs:ListClusters" not in found[ACCOUNT][region] for region in REGIONS)
    assert "ecs:ListTaskDefinitions" in found[ACCOUNT][REGIONS[0]]
    assert "ecs:ListTaskDefinitions" not in found[ACCOUNT][REGIONS[1]]


def test_where_the_identities_were_not_read_nothing_is_known_to_be_needless() -> None:
    denied = identities(unreadable=Unreadable("AccessDenied", "iam:GetAccountAuthorizationDetails"))

    assert not_needed(snapshot(denied)) == not_needed(snapshot()) == {ACCOUNT: {}}
