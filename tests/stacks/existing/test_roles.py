"""Roles that are there already are taken when they can do what they are for, and refused with what they lack."""

from __future__ import annotations

import copy
import dataclasses
import json
from typing import TYPE_CHECKING, Any

import pytest

from audit.model.errors import SettingsError
from components.documents.statement import document
from stacks.existing import look_up, roles
from stacks.existing.roles import Role
from stacks.rehearsal.cloud import Cloud
from stacks.role_requests import document_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from stacks.rehearsal.emulator import Emulator
    from stacks.settings import Settings

ROLES = ("console", "data-plane", "backup", "trail-to-logs")


@pytest.fixture(scope="module")
def own(own_with: Callable[..., Settings]) -> Settings:
    return own_with(trail=None, roles={"existing": list(ROLES)}, permissions_boundary=None)


def asked(own: Settings, role: str) -> Role:
    wanted = document_of(own, role)
    return Role(
        wanted["AssumeRolePolicyDocument"], wanted["Policies"], wanted.get("PermissionsBoundary"), [wanted["RoleName"]]
    )


def wrong(own: Settings, role: str, **facts: Any) -> list[str]:
    return roles.problems(own, {role: dataclasses.replace(asked(own, role), **facts)})


@pytest.mark.parametrize("role", ROLES)
def test_what_is_requested_is_enough_for_each_role(own: Settings, role: str) -> None:
    assert wrong(own, role) == []


@pytest.mark.parametrize("role", ROLES)
def test_what_is_requested_is_enough_before_keys_and_zone_have_names(
    own_with: Callable[..., Settings], role: str
) -> None:
    bare = own_with(trail=None,
        roles={"existing": list(ROLES)}, keys={"existing": {}}, buckets={"existing": {}}, hosted_zone=None,
        permissions_boundary=None,
    )  # fmt: skip
    assert roles.problems(bare, {role: asked(bare, role)}) == []


@pytest.mark.parametrize("role", ROLES)
def test_every_statement_of_the_policies_is_needed(own: Settings, role: str) -> None:
    policies = asked(own, role).policies
    for place, policy in enumerate(policies):
        # Tags of a creation and tags of what is there are told apart by keys that a request leaves open here.
        for statement in (one for one in policy["Statement"] if one["Sid"] != "TagOnCreate"):
            rest = document(*(other for other in policy["Statement"] if other is not statement))
            others = [*policies[:place], rest, *policies[place + 1 :]]
            assert wrong(own, role, policies=others), statement


@pytest.mark.parametrize(("role", "facts", "words"), [
    ("console", {"trust": None}, "is no role of 111122223333"),
    ("console", {"trust": document()}, "does not trust ec2.amazonaws.com (sts:AssumeRole)"),
    ("backup", {"trust": document()}, "does not trust backup.amazonaws.com (sts:AssumeRole)"),
    ("data-plane", {"holders": []}, "is in no instance profile of its name"),
    ("data-plane", {"boundary": document()}, "may not do what it is for, automq-data-plane-env-own (s3:GetLifecycle"),
    ("trail-to-logs", {"policies": []}, "automq-trail-to-logs-env-own (logs:CreateLogStream, logs:PutLogEvents)"),
])  # fmt: skip
def test_a_role_that_cannot_work_is_refused_in_one_sentence(
    own: Settings, role: str, facts: dict[str, Any], words: str
) -> None:
    (problem,) = wrong(own, role, **facts)
    assert problem.startswith(f"roles.existing {role}: automq-{role}-env-own ")
    assert words in problem
    assert f"`byoc requests STACK` prints for {role}" in problem


def test_a_denial_counts_too_and_a_trust_with_another_trail_is_none(own: Settings) -> None:
    policies = copy.deepcopy(list(asked(own, "data-plane").policies))
    policies.append(document({"Effect": "Deny", "Action": "s3:PutObject", "Resource": "*"}))
    (problem,) = wrong(own, "data-plane", policies=policies)
    assert "automq-data-plane-env-own (s3:PutObject):" in problem
    trust = copy.deepcopy(dict(asked(own, "trail-to-logs").trust or {}))
    trust["Statement"][0]["Condition"]["StringEquals"]["aws:SourceArn"] = (
        "arn:aws:cloudtrail:us-east-1:111122223333:trail/x"
    )
    assert "does not trust cloudtrail.amazonaws.com" in wrong(own, "trail-to-logs", trust=trust)[0]


def test_the_stacks_roles_are_there_and_a_weakened_one_stops_the_program(
    own_account: Emulator, own_with: Callable[..., Settings]
) -> None:
    look_up(own_with())
    cloud = Cloud(own_account.environment, own_account.account, own_account.region)
    inline = {"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "s3:DeleteObject", "Resource": "*"}}
    of = {"RoleName": "automq-data-plane-env-own", "PolicyName": "weaker"}

    cloud.call("iam", "PutRolePolicy", {**of, "PolicyDocument": json.dumps(inline)})
    with pytest.raises(SettingsError) as caught:
        look_up(own_with())
    cloud.call("iam", "DeleteRolePolicy", of)
    assert (
        "data-plane: automq-data-plane-env-own may not do what it is for, automq-data-plane-env-own (s3:DeleteObject)"
        in str(caught.value)
    )
