"""A permissions boundary that the settings name lets the environment's roles work, or is refused with what it keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from components.documents.boundary_requests import requested
from components.documents.statement import document
from stacks.existing import boundary
from stacks.role_requests import role_needs

if TYPE_CHECKING:
    from collections.abc import Callable

    from stacks.settings import Settings

ALL = {"Effect": "Allow", "Action": "*", "Resource": "*"}


@pytest.fixture(scope="module")
def own(own_with: Callable[..., Settings]) -> Settings:
    return own_with(trail=None, auditor={"account": "222233334444", "external_id": "a-long-external-id"})


def deny(action: str, resource: str = "*", **condition: Any) -> dict[str, Any]:
    statement = {"Effect": "Deny", "Action": action, "Resource": resource}
    return document(ALL, {**statement, **({"Condition": condition} if condition else {})})


def test_what_is_requested_is_enough_and_every_action_of_it_is_needed(own: Settings) -> None:
    asked = requested(role_needs(own))
    assert boundary.problems(own, asked) == []
    (statement,) = asked["Statement"]
    own_patterns = [action for action in statement["Action"] if not action.startswith(("kms:", "backup:"))]
    for action in own_patterns[::12]:
        rest = [other for other in statement["Action"] if other != action]
        covered = any("*" in other and action.startswith(other.rstrip("*")) for other in rest)
        assert bool(boundary.problems(own, document({**statement, "Action": rest}))) is not covered, action


@pytest.mark.parametrize(("policy", "kept"), [
    (document(), "automq-data-plane-env-own (s3:GetLifecycleConfiguration"),
    (deny("s3:DeleteObject"), "automq-console-env-own (s3:DeleteObject), automq-data-plane-env-own (s3:DeleteObject)"),
    (deny("s3:PutObject", "arn:aws:s3:::example-streaming-records/*"), "what they need automq-data-plane-env-own (s3:PutObject):"),
    (deny("iam:PassRole"), "automq-console-env-own (iam:PassRole)"),
    (deny("kms:CreateGrant"), "automq-backup-env-own (kms:CreateGrant)"),
    (deny("logs:*"), "automq-trail-to-logs-env-own (logs:CreateLogStream, logs:PutLogEvents)"),
    (deny("iam:GetAccountAuthorizationDetails"), "automq-auditor-env-own (iam:GetAccountAuthorizationDetails)"),
    (deny("ec2:*", StringNotEquals={"aws:RequestedRegion": "eu-west-1"}), "automq-backup-env-own (ec2:CreateSnapshot"),
    (deny("*", StringNotLike={"aws:PrincipalArn": "arn:aws:iam::*:role/workload/*"}), "automq-console-env-own"),
])  # fmt: skip
def test_a_boundary_that_is_too_tight_says_whom_it_keeps_from_what(
    own: Settings, policy: dict[str, Any], kept: str
) -> None:
    (problem,) = boundary.problems(own, policy)
    assert problem.startswith("permissions_boundary arn:aws:iam::111122223333:policy/example-workload-boundary keeps ")
    assert kept in problem, problem
    assert len(problem) < 1500


@pytest.mark.parametrize("policy", [
    document(ALL),
    deny("iam:CreateUser"),
    deny("s3:*", "arn:aws:s3:::somebody-elses/*"),
    deny("ec2:*", StringNotEquals={"aws:RequestedRegion": "us-east-1"}),
    deny("sts:AssumeRole"),
])  # fmt: skip
def test_a_boundary_that_stops_others_things_is_no_problem(own: Settings, policy: dict[str, Any]) -> None:
    assert boundary.problems(own, policy) == []
