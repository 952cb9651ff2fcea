"""The wide permissions that the vendor's own policies ask for, as data: requests that should be refused.

The ids are those of the catalogue of weaknesses of the vendor's modules.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Ask:
    """An action on a resource of somebody else (``$account``, ``$ops`` … are filled in) and what that amounts to.

    Beyond what ``context`` says, somebody else's resource has no tags. ``with_`` are further requests without which
    this one is of no use by itself: one of them must be allowed.
    """

    action: str
    resource: str
    means: str
    context: Mapping[str, str | None] = field(default_factory=dict)
    with_: tuple[Ask, ...] = ()


@dataclass(frozen=True, slots=True)
class Weakness:
    """What the vendor's policies allow more widely than an environment needs, in one or more dangerous requests."""

    id: str
    asks: tuple[Ask, ...]


_ANOTHER: Mapping[str, str | None] = {
    "aws:ResourceTag/automqVendor": "automq",
    "aws:ResourceTag/automqEnvironmentID": "another",
}
"""The tags of what another environment of the vendor's owns."""
_NOT_THE_VENDORS: Mapping[str, str | None] = {
    "aws:ResourceTag/automqVendor": None,
    "aws:ResourceTag/automqEnvironmentID": None,
}
_ELSEWHERE: Mapping[str, str | None] = {
    "aws:ResourceTag/automqEnvironmentID": "another",
    "ec2:CreateAction": None,
    "elasticfilesystem:CreateAction": None,
}
_EC2, _BUCKETS = "arn:$partition:ec2:$region:$account", "arn:$partition:s3:::another"
_INSTANCE, _VOLUME, _GROUP = (
    f"{_EC2}:instance/i-another",
    f"{_EC2}:volume/vol-another",
    f"{_EC2}:security-group/sg-another",
)
_ROLE, _PROFILE = "arn:$partition:iam::$account:role/another", "arn:$partition:iam::$account:instance-profile/another"
_ZONE = "arn:$partition:route53:::hostedzone/ANOTHER"
_SCALING = "arn:$partition:autoscaling:$region:$account:autoScalingGroup:another:autoScalingGroupName/another"
_BALANCER = "arn:$partition:elasticloadbalancing:$region:$account:loadbalancer/net/another/1"
_FILES = "arn:$partition:elasticfilesystem:$region:$account:file-system/fs-another"
_FSX = "arn:$partition:fsx:$region:$account:file-system/fs-another"

WEAKNESSES = (
    Weakness("A01", (Ask("sts:AssumeRole", _ROLE, "take any role of the account"),)),
    Weakness(
        "A02",
        (
            Ask(
                "iam:PassRole",
                _ROLE,
                "give an instance any role",
                {"iam:PassedToService": "ec2.$suffix"},
                with_=(
                    Ask(
                        "ec2:RunInstances",
                        f"{_EC2}:instance/i-new",
                        "start one with it",
                        {"ec2:InstanceProfile": _PROFILE},
                    ),
                    Ask("ec2:AssociateIamInstanceProfile", _INSTANCE, "set it", {"ec2:NewInstanceProfile": _PROFILE}),
                    Ask(
                        "ec2:ReplaceIamInstanceProfileAssociation",
                        _INSTANCE,
                        "set it",
                        {"ec2:NewInstanceProfile": _PROFILE},
                    ),
                ),
            ),
        ),
    ),
    Weakness(
        "A03",
        (
            Ask("ec2:CreateTags", _INSTANCE, "tag any instance as its own", _ELSEWHERE),
            Ask("elasticfilesystem:TagResource", _FILES, "tag any file system as its own", _ELSEWHERE),
            Ask("fsx:TagResource", _FSX, "tag any FSx file system as its own", _ELSEWHERE),
        ),
    ),
    Weakness(
        "A04",
        (
            Ask("s3:GetObject", f"{_BUCKETS}/key", "read objects of any bucket"),
            Ask("s3:PutObject", f"{_BUCKETS}/key", "overwrite objects of any bucket"),
            Ask("s3:DeleteObject", f"{_BUCKETS}/key", "delete objects of any bucket"),
        ),
    ),
    Weakness(
        "A05",
        (
            Ask("ec2:TerminateInstances", _INSTANCE, "terminate any instance", _NOT_THE_VENDORS),
            Ask("ec2:DetachVolume", _VOLUME, "take any volume from its instance", _NOT_THE_VENDORS),
            Ask("ec2:DeleteVolume", _VOLUME, "delete any volume", _NOT_THE_VENDORS),
            Ask("ec2:DeleteSecurityGroup", _GROUP, "delete any security group", _NOT_THE_VENDORS),
            Ask("autoscaling:DeleteAutoScalingGroup", _SCALING, "delete any Auto Scaling group", _NOT_THE_VENDORS),
            Ask("elasticloadbalancing:DeleteLoadBalancer", _BALANCER, "delete any load balancer", _NOT_THE_VENDORS),
            Ask("route53:DeleteHostedZone", _ZONE, "delete any hosted zone"),
        ),
    ),
    Weakness(
        "A13",
        (
            Ask("s3:PutBucketPolicy", "$ops", "rewrite the ops bucket's policy"),
            Ask("s3:PutBucketPolicy", "$data", "rewrite the data bucket's policy"),
        ),
    ),
    Weakness("A15", (Ask("ec2:DescribeInstanceAttribute", _INSTANCE, "read any instance's user data", _ELSEWHERE),)),
    Weakness(
        "A18",
        (
            Ask("ec2:TerminateInstances", _INSTANCE, "terminate instances of other environments", _ANOTHER),
            Ask("ec2:DetachVolume", _VOLUME, "take volumes of other environments from their instances", _ANOTHER),
            Ask("elasticfilesystem:DeleteFileSystem", _FILES, "delete file systems of other environments", _ANOTHER),
            Ask("fsx:DeleteFileSystem", _FSX, "delete FSx file systems of other environments", _ANOTHER),
        ),
    ),
    Weakness(
        "A19",
        (
            Ask("s3:PutLifecycleConfiguration", "$data", "expire every record by a lifecycle rule"),
            Ask("s3:PutLifecycleConfiguration", "$ops", "expire logs and licences by a lifecycle rule"),
            Ask("s3:PutLifecycleConfiguration", _BUCKETS, "expire objects of any bucket by a lifecycle rule"),
        ),
    ),
    Weakness(
        "A32",
        (
            Ask("s3:ListBucket", _BUCKETS, "list the objects of any bucket"),
            Ask("iam:GetRolePolicy", _ROLE, "read the policies of any role"),
        ),
    ),
    Weakness(
        "A33",
        (Ask("route53:ChangeResourceRecordSets", _ZONE, "rewrite the records of any hosted zone"),),
    ),
)
