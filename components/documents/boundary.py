"""The permissions boundaries of both roles, each one managed policy.

A boundary grants nothing: effective is what it and the identity policies both allow. The console's cuts the vendor's
contract to the tight proposal within 6,144 characters, so it names verbs in groups where both identity policies name
them one by one, and holds region, tags and the environment's own resources by denies that nothing overrides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from components import limits
from components.documents.actions import OBJECTS, RECORD_READS
from components.documents.console import IMAGE_OWNERS, clustered
from components.documents.data_plane import broker_statements
from components.documents.statement import (
    Condition,
    Document,
    KeyArns,
    Statement,
    allow,
    deny,
    disk_services,
    document,
    own_account,
)
from components.layout import ConsolePermissions, Signal, Wal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from components.cluster_names import ClusterNames
    from components.layout import Names

_ENVIRONMENT = "automqEnvironmentID"
# What changes identities or buckets, CreateServiceLinkedRole for Auto Scaling excepted by the statement's condition:
# denied, not only left out, so that no trust or bucket policy gives it back to a session of the role.
_ESCALATION = (
    "iam:A*",
    "iam:C*",
    "iam:D*",
    "iam:E*",
    "iam:Pu*",
    "iam:R*",
    "iam:Se*",
    "iam:T*",
    "iam:U*",
    "s3:DeleteBucket*",
    "s3:PutBucket*",
    "s3:PutLifecycle*",
    "sts:AssumeRole",
)


def console_boundary(
    names: Names,
    choice: ConsolePermissions,
    wal: Wal,
    zone_id: str,
    image_owners: Sequence[str] = IMAGE_OWNERS,
) -> Document:
    """The most that the console may ever do; it exists before the keys do and names them by service and account."""
    allows = [
        *_account(names, wal),
        _storage(names),
        _records(names, zone_id),
        *_compute(names, wal),
        *_runs(names, image_owners),
    ]
    unnamed = (_unnamed(statement) for statement in (*allows, *_kit(names, wal)))
    return _checked(document(*unnamed, *_denies(names, choice, wal)))


def clustered_boundary(cluster: ClusterNames, zone_id: str) -> Document:
    """The most that the console may ever do where brokers run in a cluster: it starts no instance."""
    names = cluster.names
    records = deny("KafkaRecords", "s3:*Object*", f"{names.data_bucket_arn}/*")
    return _checked(
        document(*clustered(cluster, zone_id, names.regional("kms", "key/*")), records, *_everywhere(names))
    )


def _everywhere(names: Names) -> list[Statement]:
    return [
        deny("Escalation", _ESCALATION, "*"),
        deny("Region", "ec2:*", "*", {"StringNotEquals": {"aws:RequestedRegion": names.region}}),
        _footprint(names),
        _sisters(names),
    ]


def data_plane_boundary(names: Names, wal: Wal, zone_id: str) -> Document:
    """The most that brokers may ever do: their identity policy, any key of the account in place of ours, and denies."""
    any_key = names.regional("kms", "key/*")
    keys = KeyArns(any_key, any_key, any_key, any_key)
    return _checked(document(*broker_statements(names, wal, zone_id, keys), *_everywhere(names)))


def _checked(made: Document) -> Document:
    length = limits.size(made)
    if length > limits.MANAGED_POLICY.maximum:
        raise ValueError(
            f"a boundary of {length} characters exceeds the {limits.MANAGED_POLICY.maximum} of a managed policy: "
            "shorten environment_id or name fewer image owners"
        )
    return made


def _unnamed(statement: Statement) -> Statement:
    return {key: value for key, value in statement.items() if key != "Sid"}


def _account(names: Names, wal: Wal) -> list[Statement]:
    iam = f"arn:{names.partition}:iam::{names.account}"
    # Creation is possible on Auto Scaling's path alone; there the reads show what Auto Scaling's own role may do.
    reads = ("iam:CreateServiceL*", "iam:Get*", "iam:List*")
    slr = f"{iam}:role/aws-service-role/autoscaling.amazonaws.com/*"
    to_ec2 = {"StringEquals": {"iam:PassedToService": names.ec2_service}}
    listings = [
        "autoscaling:Describe*",
        "cloudwatch:PutMetricData",
        "ec2:Describe*",
        "ecr:GetAuth*",
        "elasticloadbalancing:Describe*",
        "iam:ListRoles",
        "pricing:*",
        "route53:ListHostedZones*",
        "s3:ListAllMyBuckets",
        "ssm:UpdateInstanceInfo*",
        "ssmmessages:*",
    ]
    if wal is Wal.FILE_SYSTEM:
        listings.append("elasticfilesystem:Describe*")
    return [
        allow("", reads, (*(f"{iam}:{kind}/automq-*" for kind in ("instance-profile", "policy", "role")), slr)),
        allow("", "iam:PassRole", names.data_plane_role_arn, to_ec2),
        allow("", listings, "*", {"StringEqualsIfExists": {"cloudwatch:namespace": names.metric_namespace}}),
    ]


def _storage(names: Names) -> Statement:
    reads = ("s3:GetBucket*", "s3:GetLifecycle*", "s3:ListBucket*")
    places = (names.data_bucket_arn, names.ops_bucket_arn, f"{names.ops_bucket_arn}/*")
    return allow("", (*reads, *OBJECTS), places, own_account(names))


def _records(names: Names, zone_id: str) -> Statement:
    # The zone's reads carry no record names, and ForAllValues is true of none.
    in_zone = {
        "ForAllValues:StringLike": {"route53:ChangeResourceRecordSetsNormalizedRecordNames": f"*.{names.zone_name}"}
    }
    zone = f"arn:{names.partition}:route53:::hostedzone/{zone_id}"
    return allow("", ("route53:ChangeResourceRecordSets", *RECORD_READS), zone, in_zone)


def _compute(names: Names, wal: Wal) -> list[Statement]:
    creates = ["autoscaling:CreateA*", "ec2:Create*"]
    requested: Condition = {"StringEquals": {f"aws:RequestTag/{_ENVIRONMENT}": names.environment_id}}
    # The tags of a request say nothing of the subnet, VPC or snapshot that it uses: only kinds that are created, those
    # of EC2 being instances, volumes and all whose name has a hyphen.
    of = f"arn:{names.partition}"
    created = [f"{of}:autoscaling:*:*:*", *(f"{of}:ec2:*:*:{kind}/*" for kind in ("*-*", "instance", "volume"))]
    own = [
        "autoscaling:*",
        "ec2:AttachV*",
        "ec2:Authorize*",
        "ec2:Create*",
        "ec2:De*",
        "ec2:ModifyL*",
        "ec2:Reboot*",
        "ec2:RunI*",
        "ec2:Stop*",
        "ec2:Term*",
    ]
    if wal is Wal.FILE_SYSTEM:
        creates += ["elasticfilesystem:CreateF*", "elasticfilesystem:TagR*"]
        created.append(f"{of}:elasticfilesystem:*:*:*")
        own.append("elasticfilesystem:*")
        # EFS says of each file system that is made whether it is encrypted, EC2 nothing of that name.
        requested["BoolIfExists"] = {"elasticfilesystem:Encrypted": "true"}
    return [allow("", creates, created, requested), allow("", own, "*", _own(names))]


def _own(names: Names) -> Condition:
    return {"StringEquals": {f"aws:ResourceTag/{_ENVIRONMENT}": names.environment_id}}


def _runs(names: Names, image_owners: Sequence[str]) -> list[Statement]:
    # One statement per group of resource types: a condition key that a type lacks would refuse every start. What is
    # there before, such as subnet and security group, is allowed with the rest of the environment's own.
    run, of = "ec2:RunInstances", f"arn:{names.partition}:ec2:*:*"
    instance: Condition = {
        "StringEquals": {
            f"aws:RequestTag/{_ENVIRONMENT}": names.environment_id,
            "ec2:MetadataHttpTokens": "required",
        },
        "ArnEquals": {"ec2:InstanceProfile": names.data_plane_profile_arn},
    }
    private: Condition = {"BoolIfExists": {"ec2:AssociatePublicIpAddress": "false"}}
    return [
        allow("", run, f"{of}:instance/*", instance),
        allow("", run, [f"{of}:network-interface/*", f"{of}:volume/*"], private),
        allow("", run, f"{of}:image/*", {"StringEquals": {"ec2:Owner": list(image_owners)}}),
    ]


def _kit(names: Names, wal: Wal) -> list[Statement]:
    through: Condition = {
        "StringLike": {
            "kms:ViaService": [f"{of}.{names.region}.*" for of in (*disk_services(wal), "s3", "secretsmanager")]
        },
        # Only CreateGrant has this key; without a service in between, kms:ViaService is absent and refuses it.
        "BoolIfExists": {"kms:GrantIsForAWSResource": "true"},
    }
    boot = (
        "ecr:Batch*",
        "ecr:GetDown*",
        "logs:CreateLogStream",
        "logs:DescribeLogStreams",
        "logs:PutLogEvents",
        "secretsmanager:GetSecretValue",
        "ssm:GetParameters",
    )
    public = f"arn:{names.partition}:ssm:{names.region}::parameter/aws/service/*"
    # The identity policy names the environment's own repositories; their name in full would not fit here.
    repositories = names.regional("ecr", "repository/automq/*")
    own = (repositories, f"{names.log_group_arn(Signal.CONSOLE)}:*", names.secrets_arn, public)
    uses = ("kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey*", "kms:ReEncrypt*")
    return [
        allow("", uses, names.regional("kms", "key/*"), through),
        allow("", boot, own),
    ]


def _denies(names: Names, choice: ConsolePermissions, wal: Wal) -> list[Statement]:
    regional = ["autoscaling:*", "ec2:*"]
    tag_writes = ["ec2:CreateTags", "ec2:DeleteTags", "ec2:DescribeInstanceAttribute"]
    # On creation EC2 and EFS name the request here; a tag that is missing differs too.
    elsewhere = {"ec2:CreateAction": "true"}
    if wal is Wal.FILE_SYSTEM:
        regional.append("elasticfilesystem:*")
        tag_writes.append("elasticfilesystem:TagResource")
        elsewhere["elasticfilesystem:CreateAction"] = "true"
    foreign = {"StringNotEquals": {f"aws:ResourceTag/{_ENVIRONMENT}": names.environment_id}, "Null": elsewhere}
    keys = {"ForAnyValue:StringEquals": {"aws:TagKeys": ["automqVendor", _ENVIRONMENT]}}
    other_services = {"StringNotEquals": {"iam:AWSServiceName": "autoscaling.amazonaws.com"}}
    denies = [
        deny("Escalation", _ESCALATION, "*", other_services),
        deny("Records", "s3:*Object*", f"{names.data_bucket_arn}/*"),
        deny("Foreign", tag_writes, "*", foreign),
        deny("Untag", "ec2:DeleteTags", "*", keys),
        _footprint(names),
        _sisters(names),
        deny("Region", regional, "*", {"StringNotEquals": {"aws:RequestedRegion": names.region}}),
    ]
    return [*denies, _explicit_versions()] if choice is ConsolePermissions.TIGHT else denies


def _footprint(names: Names) -> Statement:
    # What the stack made carries the environment's tags too: its groups, instances and volumes stay the stack's.
    # File systems of its own keep the console out by their policies.
    changes = ("ec2:A*", "ec2:CreateTags", "ec2:De*", "ec2:Re*", "ec2:St*", "ec2:Te*")
    return deny(
        "Footprint", changes, "*", {"StringEquals": {"aws:ResourceTag/automqManagedBy": names.tags["automqManagedBy"]}}
    )


def _sisters(names: Names) -> Statement:
    # What carries the tag of another environment of the account, such as a network interface to attach to an instance.
    another = {"StringNotEquals": _own(names)["StringEquals"], "Null": {f"aws:ResourceTag/{_ENVIRONMENT}": "false"}}
    return deny("Sisters", ["autoscaling:*", "ec2:*"], "*", another)


def _explicit_versions() -> Statement:
    # aws-rules 5: what Auto Scaling later launches from $Latest is bound by no condition of the one who writes it.
    return deny(
        "Versions",
        "autoscaling:*AutoScalingGroup",
        "*",
        {"Bool": {"autoscaling:LaunchTemplateVersionSpecified": "false"}},
    )
