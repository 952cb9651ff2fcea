"""Which services an account's roles let in, and what its principals may do at most, however the policies are written."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from audit.services.authorizations import authorizations
from audit.services.expressions import search

if TYPE_CHECKING:
    from collections.abc import Iterator

ACCOUNT = "111122223333"
LAMBDA = {"Service": "lambda.amazonaws.com"}


def trust(principal: Any, **more: Any) -> dict[str, Any]:
    return {"Statement": [{"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **more}]}


def ways(document: Any) -> Iterator[Any]:
    """A policy as botocore gives it, as JSON, and URL-encoded as IAM answers or by others."""
    dense = json.dumps(document, separators=(",", ":"))
    yield from (document, json.dumps(document), dense, quote(dense), quote(dense, safe="*"))


def trusts(document: Any, service: str = "lambda") -> list[bool]:
    first = {"AssumeRolePolicyDocument": trust({"Service": "backup.amazonaws.com"})}
    roles = ([first, {"AssumeRolePolicyDocument": written}] for written in ways(document))
    return [bool(search(f"trusts(@, '{service}')", {"RoleDetailList": listed})) for listed in roles]


@pytest.mark.parametrize(
    "document",
    [
        trust(LAMBDA),
        trust({"Service": ["edgelambda.amazonaws.com", "lambda.amazonaws.com"]}),
        trust({"AWS": f"arn:aws:iam::{ACCOUNT}:root", **LAMBDA}),
        trust({"Service": "lambda.amazonaws.com.cn"}),
        trust({"Service": "lambda.eu-central-1.amazonaws.com"}),
        trust("*"),
        trust({"AWS": "*"}),
        trust({"AWS": ["*"]}),
        {"statement": {"effect": "Allow", "principal": LAMBDA, "action": "sts:AssumeRole"}},
        {"Statement": {"Effect": "Allow", "NotPrincipal": {"AWS": ACCOUNT}, "Action": "sts:*"}},
        {"Statement": ["?"]},
        [],
    ],
    ids=json.dumps,
)
def test_a_service_is_let_in_however_the_trust_policy_says_it_or_where_it_cannot_be_read(document: Any) -> None:
    assert all(trusts(document))


@pytest.mark.parametrize(
    "document",
    [
        trust({"Service": "ec2.amazonaws.com"}),
        trust({"Service": "edgelambda.amazonaws.com"}),
        trust({"Federated": "cognito-identity.amazonaws.com"}),
        trust(LAMBDA, Effect="Deny"),
        trust({"AWS": ACCOUNT}, Condition={"StringLike": {"aws:PrincipalArn": "*"}}),
        {"Statement": []},
    ],
    ids=json.dumps,
)
def test_a_service_that_no_trust_policy_names_is_not_let_in(document: Any) -> None:
    assert not any(trusts(document))


def test_a_trust_policy_that_is_no_json_may_let_anyone_in() -> None:
    assert authorizations({"RoleDetailList": [{"AssumeRolePolicyDocument": "{"}]}).trusts("lambda")
    assert authorizations({"RoleDetailList": [{}]}).trusts("lambda")


def test_an_account_without_roles_lets_nobody_in_and_may_use_nothing() -> None:
    for answer in ({}, {"RoleDetailList": []}, {"RoleDetailList": None}):
        assert not authorizations(answer).trusts("lambda")
        assert not authorizations(answer).may_use("ecs")


def allows(*actions: str, **more: Any) -> dict[str, Any]:
    return {"Statement": [{"Effect": "Allow", "Action": list(actions), "Resource": "*", **more}]}


def may_use(document: Any, service: str = "ecs") -> list[bool]:
    """Whether it is told, of a policy of each kind of principal and of a version of a managed one."""
    found = []
    for written in ways(document):
        own = [{"PolicyName": "p", "PolicyDocument": written}]
        answers: tuple[dict[str, Any], ...] = (
            {"RoleDetailList": [{"AssumeRolePolicyDocument": trust(LAMBDA), "RolePolicyList": own}]},
            {"UserDetailList": [{"UserPolicyList": own}]},
            {"GroupDetailList": [{"GroupPolicyList": own}]},
            {"Policies": [{"Arn": "p", "PolicyVersionList": [{"IsDefaultVersion": False, "Document": written}]}]},
        )
        found += [bool(search(f"may_use(@, '{service}')", answer)) for answer in answers]
    return found


@pytest.mark.parametrize(
    "document",
    [
        allows("ecs:RunTask"),
        allows("s3:GetObject", "ECS:*"),
        allows("*"),
        allows("*:*"),
        allows("iam:*"),
        allows("iam:Put*Policy"),
        allows("iam:AttachRolePolicy"),
        allows("iam:CreatePolicyVersion"),
        {"Statement": {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}},
        {"Statement": ["?"]},
    ],
    ids=json.dumps,
)
def test_who_is_allowed_an_action_of_the_service_or_to_edit_policies_may_use_it(document: Any) -> None:
    assert all(may_use(document))


@pytest.mark.parametrize(
    "document",
    [
        allows("s3:*"),
        allows("ecs:*", Effect="Deny"),
        allows("iam:PassRole", "iam:Get*", "iam:CreateServiceLinkedRole", "sts:AssumeRole"),
        {"Statement": []},
    ],
    ids=json.dumps,
)
def test_who_is_allowed_nothing_of_the_service_may_not_use_it(document: Any) -> None:
    assert not any(may_use(document))


def test_a_policy_that_is_attached_and_not_listed_may_allow_everything() -> None:
    user = {"AttachedManagedPolicies": [{"PolicyArn": "p", "PolicyName": "p"}]}
    listed = [{"Arn": "p", "PolicyVersionList": [{"Document": allows("s3:*")}]}]

    assert authorizations({"UserDetailList": [user], "Policies": []}).may_use("ecs")
    assert not authorizations({"UserDetailList": [user], "Policies": listed}).may_use("ecs")


def test_another_answer_is_read_anew() -> None:
    one, two = ({"UserDetailList": [{"UserPolicyList": [{"PolicyDocument": allows(a)}]}]} for a in ("ecs:*", "s3:*"))

    assert authorizations(one).may_use("ecs")
    assert not authorizations(two).may_use("ecs")
    assert authorizations({**one, "$params": {}}) is authorizations(one)
