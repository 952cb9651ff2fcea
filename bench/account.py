"""A synthetic account: the same documents for the same shape and seed, whatever the endpoint answers."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stacks.rehearsal.cloud import Cloud

_SERVICES = ("ec2.amazonaws.com", "lambda.amazonaws.com", "ecs-tasks.amazonaws.com", "glue.amazonaws.com")
_ACTIONS = (
    "s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:List*", "s3:Get*", "s3:*",
    "kms:Decrypt", "kms:GenerateDataKey", "kms:*",
    "ec2:Describe*", "ec2:RunInstances", "iam:Get*", "iam:PassRole", "sts:AssumeRole",
    "logs:*", "lambda:*", "cloudwatch:Put*", "dynamodb:Query", "sqs:SendMessage",
)  # fmt: skip
_SOURCES = ("10.0.0.0/8", "192.168.0.0/16", "0.0.0.0/0")
_ZONES = "abc"
_KAFKA = (9092, 9094)
_CIDRS_OF_A_SUBNET = 16


@dataclass(frozen=True, slots=True)
class Shape:
    """How many of each; ``subnets`` and ``groups`` are a VPC's."""

    roles: int = 500
    users: int = 50
    policies: int = 100
    buckets: int = 50
    keys: int = 20
    vpcs: int = 3
    subnets: int = 6
    groups: int = 20
    log_groups: int = 20

    def __str__(self) -> str:
        # The trail's bucket comes to the others.
        return (
            f"{self.roles} roles, {self.users} users, {self.policies} managed policies, {self.buckets + 1} buckets, "
            f"{self.keys} keys, {self.vpcs} VPCs"
        )


def fill(cloud: Cloud, shape: Shape, seed: int = 1) -> None:
    """Make an account of a shape; botocore's errors pass through."""
    filling = _Filling(cloud, shape, random.Random(seed))  # noqa: S311 a chosen sequence, no secret
    filling.buckets()
    filling.keys()
    filling.policies()
    filling.roles()
    filling.users()
    for number in range(shape.vpcs):
        filling.vpc(number)
    filling.logs()


@dataclass
class _Filling:
    cloud: Cloud
    shape: Shape
    chance: random.Random
    resources: list[str] = field(default_factory=lambda: ["*"])
    managed: list[str] = field(default_factory=list)

    def buckets(self) -> None:
        """Buckets that insist on TLS and block public access."""
        for number in range(self.shape.buckets):
            name = f"team-{number:03d}-store"
            arn = f"arn:{self.cloud.partition}:s3:::{name}"
            self.resources.append(f"{arn}/*")
            self.cloud.call("s3", "CreateBucket", {"Bucket": name})
            tls = {"Bool": {"aws:SecureTransport": "false"}}
            statement = _statement("Deny", ["s3:*"], [arn, f"{arn}/*"]) | {"Principal": "*", "Condition": tls}
            self.cloud.call("s3", "PutBucketPolicy", {"Bucket": name, "Policy": _document(statement)})
            blocks = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
            block = dict.fromkeys(blocks, True)
            self.cloud.call("s3", "PutPublicAccessBlock", {"Bucket": name, "PublicAccessBlockConfiguration": block})

    def keys(self) -> None:
        """Customer managed keys with the default policy."""
        for number in range(self.shape.keys):
            made = self.cloud.call("kms", "CreateKey", {"Description": f"team {number}"})
            self.resources.append(made["KeyMetadata"]["Arn"])

    def policies(self) -> None:
        """Managed policies of one to five statements, one in ten a denial."""
        for number in range(self.shape.policies):
            statements = [self._chosen() for _ in range(self.chance.randint(1, 5))]
            ask = {"PolicyName": f"team-policy-{number:03d}", "PolicyDocument": _document(*statements)}
            self.managed.append(self.cloud.call("iam", "CreatePolicy", ask)["Policy"]["Arn"])

    def _chosen(self) -> dict[str, Any]:
        effect = "Deny" if self.chance.random() < 1 / 10 else "Allow"
        actions = self.chance.sample(_ACTIONS, self.chance.randint(1, 4))
        # Every third statement is on everything, as in accounts that grew.
        resource = "*" if self.chance.random() < 1 / 3 else self.chance.choice(self.resources)
        return _statement(effect, actions, [resource])

    def roles(self) -> None:
        """Roles with one to three managed policies, three in ten with one of their own too."""
        for number in range(self.shape.roles):
            name = _role(number)
            trust = _statement("Allow", ["sts:AssumeRole"], []) | {"Principal": self._trusted(number)}
            ask = {"RoleName": name, "AssumeRolePolicyDocument": _document(trust)}
            self.cloud.call("iam", "CreateRole", ask)
            for arn in self.chance.sample(self.managed, self.chance.randint(1, 3)):
                self.cloud.call("iam", "AttachRolePolicy", {"RoleName": name, "PolicyArn": arn})
            if self.chance.random() < 3 / 10:
                own = _statement("Allow", self.chance.sample(_ACTIONS, 2), ["*"])
                ask = {"RoleName": name, "PolicyName": "own", "PolicyDocument": _document(own)}
                self.cloud.call("iam", "PutRolePolicy", ask)

    def _trusted(self, number: int) -> dict[str, str]:
        """A service mostly, else the account or an earlier role."""
        account = f"arn:{self.cloud.partition}:iam::{self.cloud.account}"
        kind = self.chance.random()
        if kind < 1 / 2:
            return {"Service": self.chance.choice(_SERVICES)}
        if kind < 3 / 4 or not number:
            return {"AWS": f"{account}:root"}
        return {"AWS": f"{account}:role/{_role(self.chance.randrange(number))}"}

    def users(self) -> None:
        """Users with one managed policy each."""
        for number in range(self.shape.users):
            name = f"person-{number:03d}"
            self.cloud.call("iam", "CreateUser", {"UserName": name})
            ask = {"UserName": name, "PolicyArn": self.chance.choice(self.managed)}
            self.cloud.call("iam", "AttachUserPolicy", ask)

    def vpc(self, number: int) -> None:
        """A VPC with its subnets and its groups, each open on Kafka's ports to some range."""
        vpc = self.cloud.call("ec2", "CreateVpc", {"CidrBlock": f"10.{number}.0.0/16"})["Vpc"]["VpcId"]
        for place in range(self.shape.subnets):
            cidr = f"10.{number}.{place * _CIDRS_OF_A_SUBNET}.0/20"
            zone = f"{self.cloud.region}{_ZONES[place % len(_ZONES)]}"
            self.cloud.call("ec2", "CreateSubnet", {"VpcId": vpc, "CidrBlock": cidr, "AvailabilityZone": zone})
        for place in range(self.shape.groups):
            ask = {"VpcId": vpc, "GroupName": f"team-{number}-{place:02d}", "Description": "a team's"}
            group = self.cloud.call("ec2", "CreateSecurityGroup", ask)["GroupId"]
            ranges = [{"CidrIp": self.chance.choice((*_SOURCES, f"10.{number}.0.0/16"))}]
            rule = {"IpProtocol": "tcp", "FromPort": _KAFKA[0], "ToPort": _KAFKA[1], "IpRanges": ranges}
            self.cloud.call("ec2", "AuthorizeSecurityGroupIngress", {"GroupId": group, "IpPermissions": [rule]})

    def logs(self) -> None:
        """Log groups, and the organisation's own trail with its bucket."""
        for number in range(self.shape.log_groups):
            self.cloud.call("logs", "CreateLogGroup", {"logGroupName": f"/team/app-{number:02d}"})
        self.cloud.call("s3", "CreateBucket", {"Bucket": "company-trail"})
        trail = {"Name": "company", "S3BucketName": "company-trail", "IsMultiRegionTrail": True}
        self.cloud.call("cloudtrail", "CreateTrail", trail)
        self.cloud.call("cloudtrail", "StartLogging", {"Name": "company"})


def _role(number: int) -> str:
    return f"team-role-{number:04d}"


def _statement(effect: str, actions: list[str], resources: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {"Effect": effect, "Action": actions}
    return found | ({"Resource": resources} if resources else {})


def _document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
