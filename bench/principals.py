"""An account of many principals as a graph: the same documents for the same number and seed, no AWS anywhere."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

from audit.model.graph import BoundaryGraph, Node, NodeKind

ACCOUNT, REGION, ORGANISATION = "111122223333", "us-east-1", "o-example"
_ARN = "arn:aws"
_OTHERS = (
    "dynamodb:GetItem", "dynamodb:Query", "sqs:SendMessage", "sqs:ReceiveMessage", "logs:PutLogEvents", "ec2:Describe*",
    "cloudwatch:PutMetricData", "states:StartExecution", "ecr:BatchGetImage", "ssm:GetParameter",
)  # fmt: skip
_STORES = (
    "s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:List*", "s3:Get*", "s3:*", "kms:Decrypt",
    "kms:GenerateDataKey", "kms:*",
)  # fmt: skip
_POWERS = (
    "iam:PassRole", "sts:AssumeRole", "lambda:*", "ec2:RunInstances", "iam:CreateAccessKey", "iam:PutRolePolicy",
    "ssm:SendCommand", "ssm:StartSession",
)  # fmt: skip
_CONDITIONS: tuple[dict[str, Any], ...] = (
    {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}},
    {"StringEquals": {"aws:PrincipalTag/team": "data"}},
    {"StringEquals": {"aws:RequestedRegion": REGION}},
    {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
    {"StringEquals": {"aws:SourceVpce": "vpce-0a1b2c3d"}},
)
_TEAMS = ("data", "web", "search", "billing")
_SERVICES = ("ec2.amazonaws.com", "lambda.amazonaws.com", "ecs-tasks.amazonaws.com")
BUCKETS = tuple(f"{_ARN}:s3:::records-{number}" for number in range(4))
KEYS = tuple(f"{_ARN}:kms:{REGION}:{ACCOUNT}:key/records-{number}" for number in range(4))


@dataclass(frozen=True, slots=True)
class Crowd:
    """How many roles, users and managed policies."""

    principals: int = 5000
    policies: int = 1500

    def __str__(self) -> str:
        return f"{self.principals:,} principals, {self.policies:,} managed policies, 4 buckets, 4 keys"


def graph(crowd: Crowd, seed: int = 1) -> BoundaryGraph:
    """The account's graph, with SCPs and RCPs on two levels."""
    return _Making(crowd, random.Random(seed)).graph()  # noqa: S311 a chosen sequence, no secret


@dataclass
class _Making:
    crowd: Crowd
    chance: random.Random
    managed: list[dict[str, Any]] = field(default_factory=list)

    def graph(self) -> BoundaryGraph:
        self.managed = [self._policy() for _ in range(self.crowd.policies)]
        made = BoundaryGraph()
        made.add(self._account())
        made.add(Node(f"{_ARN}:iam::{ACCOUNT}:root", NodeKind.ROOT_USER, "root", ACCOUNT, "global"))
        for bucket, key in zip(BUCKETS, KEYS, strict=True):
            made.add(_bucket(bucket, key))
            made.add(_key(key))
        for number in range(self.crowd.principals):
            made.add(self._user(number) if number % 10 == 0 else self._role(number))
        return made

    def _account(self) -> Node:
        everything = _document({"Effect": "Allow", "Action": "*", "Resource": "*"})
        regions = {"StringNotEquals": {"aws:RequestedRegion": [REGION, "eu-central-1"]}}
        guard = _document({"Effect": "Deny", "NotAction": ["iam:*", "sts:*"], "Resource": "*", "Condition": regions})
        facts = {
            "organization": {"Id": ORGANISATION, "MasterAccountId": "999988887777"},
            "scp": [[everything], [everything, guard]],
            "rcp": [],
            "s3_public_access_block": None,
        }
        return Node(ACCOUNT, NodeKind.ACCOUNT, ACCOUNT, ACCOUNT, "global", facts)

    def _policy(self) -> dict[str, Any]:
        return _document(*(self._statement() for _ in range(self.chance.randint(1, 5))))

    def _statement(self) -> dict[str, Any]:
        kind = self.chance.random()
        share = ((0.6, _OTHERS), (0.92, _STORES), (0.995, _POWERS), (1.0, ("*",)))
        actions = next(found for limit, found in share if kind <= limit)
        made: dict[str, Any] = {
            "Effect": "Deny" if self.chance.random() < 0.05 else "Allow",  # noqa: PLR2004 shares of an account
            "Action": self.chance.sample(actions, min(len(actions), self.chance.randint(1, 3))),
            "Resource": self._resource(),
        }
        if self.chance.random() < 0.15:  # noqa: PLR2004 as above
            made["Condition"] = self.chance.choice(_CONDITIONS)
        return made

    def _resource(self) -> str:
        kind = self.chance.random()
        if kind < 0.25:  # noqa: PLR2004 as above
            return "*"
        if kind < 0.35:  # noqa: PLR2004 as above
            return self.chance.choice((*(f"{bucket}/*" for bucket in BUCKETS), *KEYS))
        if kind < 0.38:  # noqa: PLR2004 as above
            return f"{_ARN}:s3:::team-*/${{aws:username}}/*"
        return f"{_ARN}:s3:::team-{self.chance.randrange(200)}/*"

    def _role(self, number: int) -> Node:
        principal: dict[str, Any] = {"Service": self.chance.choice(_SERVICES)}
        kind = self.chance.random()
        if kind < 0.1:  # noqa: PLR2004 as above
            principal = {"AWS": f"{_ARN}:iam::{ACCOUNT}:root"}
        elif kind < 0.2 and number > 1:  # noqa: PLR2004 as above
            principal = {"AWS": _role_arn(self.chance.randrange(1, number))}
        trust = _document({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"})
        facts = {"trust": trust, "service_linked": False, "instance_profiles": [], **self._own(f"AROA{number}")}
        return Node(_role_arn(number), NodeKind.ROLE, f"role-{number:05d}", ACCOUNT, "global", facts, ("iam",))

    def _user(self, number: int) -> Node:
        facts = {"groups": [], **self._own(f"AIDA{number}")}
        arn = f"{_ARN}:iam::{ACCOUNT}:user/user-{number:05d}"
        return Node(arn, NodeKind.USER, f"user-{number:05d}", ACCOUNT, "global", facts, ("iam",))

    def _own(self, unique: str) -> dict[str, Any]:
        places = self.chance.sample(range(len(self.managed)), self.chance.randint(1, 3))
        identity = [
            {
                "name": f"team-{place}",
                "arn": f"{_ARN}:iam::{ACCOUNT}:policy/team-{place}",
                "document": self.managed[place],
            }
            for place in places
        ]
        boundary = self.managed[self.chance.randrange(5)] if self.chance.random() < 0.1 else None  # noqa: PLR2004 as above
        return {
            "identity": identity,
            "boundary": None if boundary is None else {"arn": None, "document": boundary},
            "path": "/",
            "tags": {"team": self.chance.choice(_TEAMS)},
            "unique_id": unique,
        }


def _role_arn(number: int) -> str:
    return f"{_ARN}:iam::{ACCOUNT}:role/role-{number:05d}"


def _document(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def _bucket(arn: str, key: str) -> Node:
    closed = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)
    tls = {"Bool": {"aws:SecureTransport": "false"}}
    other = {"StringNotEqualsIfExists": {"s3:x-amz-server-side-encryption-aws-kms-key-id": key}}
    everyone = {"Effect": "Deny", "Principal": "*", "Resource": [arn, f"{arn}/*"]}
    policy = _document(
        {**everyone, "Action": "s3:*", "Condition": tls}, {**everyone, "Action": "s3:PutObject", "Condition": other}
    )
    facts: dict[str, Any] = {
        "policy": policy,
        "public_access_block": closed,
        "access_points": [],
        "ownership": "BucketOwnerEnforced",
        "acl": None,
        "acl_owner": None,
        "encryption": {"algorithm": "aws:kms", "key": key, "bucket_key": True, "blocked": []},
        "location": REGION,
        "tags": {},
    }
    return Node(arn, NodeKind.BUCKET, arn.rpartition(":")[2], ACCOUNT, REGION, facts, ("s3",))


def _key(arn: str) -> Node:
    root = {"AWS": f"{_ARN}:iam::{ACCOUNT}:root"}
    policy = _document({"Effect": "Allow", "Principal": root, "Action": "kms:*", "Resource": "*"})
    facts = {"policy": policy, "grants": [], "tags": {}, "aliases": [], "manager": "CUSTOMER"}
    return Node(arn, NodeKind.KEY, arn.rpartition("/")[2], ACCOUNT, REGION, facts, ("kms",))
