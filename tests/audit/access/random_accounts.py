"""Small random accounts in which some come to the bucket over others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from toy import (
    BUCKET,
    READS,
    REGION,
    A,
    account,
    allow,
    arn_of,
    deny,
    group,
    limited,
    managed,
    role,
    thing,
    trusts,
    user,
)

from audit.model.graph import BoundaryGraph, Node, NodeKind

if TYPE_CHECKING:
    import random

_ROLES = tuple(arn_of("role", name) for name in ("r0", "r1", "r2"))
_USERS = tuple(arn_of("user", name) for name in ("u0", "u1"))
_FUNCTION = f"arn:aws:lambda:{REGION}:{A}:function:f"
_GROUP = arn_of("group", "g0")
_POLICY = f"arn:aws:iam::{A}:policy/m0"
_ON_ROLES = (
    "sts:AssumeRole", "iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy", "iam:DeleteRolePermissionsBoundary",
    "iam:DetachRolePolicy", "iam:DeleteRolePolicy", "iam:TagRole", "iam:PassRole",
)  # fmt: skip
_ON_USERS = ("iam:CreateAccessKey", "iam:PutUserPolicy", "iam:DeleteUserPermissionsBoundary")
_ON_LAMBDA = ("lambda:UpdateFunctionCode", "lambda:CreateFunction", "lambda:InvokeFunction", "lambda:*")
_CONDITIONS = (
    {"StringEquals": {"aws:PrincipalTag/team": "a"}}, {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
    {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}},
    {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/r1"}}, {"StringEquals": {"aws:RequestedRegion": REGION}},
)  # fmt: skip


def random_account(chance: random.Random) -> BoundaryGraph:
    """Three roles, two users, a group, a function, perhaps a boundary, an SCP and a bucket policy."""
    made = [_role(chance, name) for name in _ROLES] + [_user(chance, name) for name in _USERS]
    made.append(group("g0", *_statements(chance)))
    others = thing(NodeKind.FUNCTION, _FUNCTION, chance.choice(_ROLES))
    scp = [[_document(allow("*"), deny(chance.choice(_ON_ROLES), _resource(chance, _ROLES)))]]
    opens = {
        "Effect": "Allow",
        "Principal": {"AWS": chance.choice(_ROLES)},
        "Action": "s3:GetObject",
        "Resource": f"{BUCKET}/*",
    }
    return account(
        *made,
        *others,
        scp=scp if chance.random() < 0.3 else None,
        bucket=_document(opens) if chance.random() < 0.3 else None,
    )


def _document(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def _resource(chance: random.Random, names: tuple[str, ...]) -> str:
    return chance.choice((*names, *names, "*", names[0][:-1] + "*"))


def _statements(chance: random.Random) -> list[dict[str, Any]]:
    return [_statement(chance) for _ in range(chance.randint(0, 2))]


def _statement(chance: random.Random) -> dict[str, Any]:
    action, resource = chance.choice(
        (
            (chance.choice(_ON_ROLES), _resource(chance, _ROLES)),
            (chance.choice(_ON_ROLES), _resource(chance, _ROLES)),
            (chance.choice(_ON_USERS), _resource(chance, _USERS)),
            (chance.choice(_ON_LAMBDA), chance.choice((_FUNCTION, "*"))),
            (["iam:PassRole", "lambda:*"], "*"),
            (chance.choice(("iam:PutGroupPolicy", "iam:AddUserToGroup")), _GROUP),
            ("iam:CreatePolicyVersion", _POLICY),
            ("s3:GetObject", f"{BUCKET}/*"),
            ("*", "*"),
        )
    )
    if action == "*" and chance.random() < 0.6:
        action = "iam:*"
    condition = chance.choice(_CONDITIONS) if chance.random() < 0.15 else None
    made = allow if chance.random() < 0.85 else deny
    return made(action, resource, condition)


def _facts(chance: random.Random) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    if chance.random() < 0.2:
        facts["boundary"] = limited(allow(chance.choice((["s3:*"], ["iam:*", "sts:*"], ["*"], ["sts:*", "s3:*"]))))
    if chance.random() < 0.25:
        facts["managed"] = [managed("m0", *_statements(chance))]
    if chance.random() < 0.2:
        facts["tags"] = {"team": chance.choice("ab")}
    return facts


def _role(chance: random.Random, arn: str) -> Node:
    whom = chance.choice(("ec2.amazonaws.com", "lambda.amazonaws.com", f"arn:aws:iam::{A}:root", *_ROLES, *_USERS))
    reads = [READS] if chance.random() < 0.15 else []
    return role(arn.rpartition("/")[2], *reads, *_statements(chance), trust=trusts(whom), **_facts(chance))


def _user(chance: random.Random, arn: str) -> Node:
    facts = {**_facts(chance), "groups": ["g0"] if chance.random() < 0.4 else []}
    return user(arn.rpartition("/")[2], *_statements(chance), **facts)
