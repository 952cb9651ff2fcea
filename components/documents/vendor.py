"""The console's identity policy of the vendor's contract: "EC2 Mode Minimal Permissions" of Console 8.3.16.

The console reads its own policies at start-up and wants these actions there. Much of it is too wide (A01 to A03, A13,
A18, A32): the tight boundary beside it decides what takes effect.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.documents.actions import (
    COMPUTE_CREATES,
    COMPUTE_MANAGES,
    COMPUTE_READS,
    IAM_READS,
    OBJECTS,
    PRICING,
    RECORD_READS,
    TEMPLATE_WRITES,
    ZONE_LISTS,
)
from components.documents.statement import Statement, allow

if TYPE_CHECKING:
    from components.layout import Names

_VENDOR_TAGGED = {"StringEquals": {"aws:ResourceTag/automqVendor": "automq"}}
_OPS_METADATA = (
    "s3:GetBucketPolicy",
    "s3:GetLifecycleConfiguration",
    "s3:ListBucket",
    "s3:ListBucketMultipartUploads",
    "s3:CreateBucket",
    "s3:PutBucketPolicy",
    "s3:PutBucketTagging",
    "s3:PutLifecycleConfiguration",
)

_PROVISION = (
    *COMPUTE_CREATES,
    *COMPUTE_READS,
    *TEMPLATE_WRITES,
    "autoscaling:DescribeAutoScalingGroups",
    "ec2:CreateTags",
    "ec2:DeleteTags",
    "ec2:DescribeInstanceAttribute",
    "ec2:RunInstances",
    "elasticloadbalancing:DescribeTargetGroups",
    *PRICING,
    "ssm:GetParameters",
)
_NFS_CREATES = (
    "ec2:CreateNetworkInterface",
    "ec2:DescribeNetworkInterfaceAttribute",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeRouteTables",
    "elasticfilesystem:CreateFileSystem",
    "elasticfilesystem:CreateMountTarget",
    "elasticfilesystem:DescribeFileSystems",
    "elasticfilesystem:DescribeMountTargets",
    "elasticfilesystem:DescribeMountTargetSecurityGroups",
    "elasticfilesystem:TagResource",
    "elasticfilesystem:UntagResource",
    "fsx:CreateFileSystem",
    "fsx:CreateStorageVirtualMachine",
    "fsx:CreateVolume",
    "fsx:DescribeFileSystems",
    "fsx:DescribeStorageVirtualMachines",
    "fsx:DescribeVolumes",
    "fsx:TagResource",
    "fsx:UntagResource",
)
_NFS_MANAGES = (
    "ec2:DeleteNetworkInterface",
    "elasticfilesystem:DeleteFileSystem",
    "elasticfilesystem:DeleteMountTarget",
    "elasticfilesystem:UpdateFileSystem",
    "fsx:DeleteFileSystem",
    "fsx:DeleteStorageVirtualMachine",
    "fsx:DeleteVolume",
    "fsx:UpdateFileSystem",
    "fsx:UpdateVolume",
)


def contract(names: Names) -> list[Statement]:
    """The vendor's statements, action by action; only the bucket names and the partition are ours."""
    return [*_identity(), *_storage(names), *_discovery(), *_compute()]


def _identity() -> list[Statement]:
    return [
        allow("BasicIamCheckPermissions", (*IAM_READS, "iam:ListRoles"), "*"),
        allow(
            "PassAutoMQDataPlaneRole",
            "iam:PassRole",
            "*",
            {"StringLike": {"iam:PassedToService": "ec2.amazonaws.com*"}},
        ),
        allow(
            "CreateAutoScalingServiceRole",
            "iam:CreateServiceLinkedRole",
            "*",
            {"StringEquals": {"iam:AWSServiceName": "autoscaling.amazonaws.com"}},
        ),
    ]


def _storage(names: Names) -> list[Statement]:
    data_reads = ("s3:GetBucketLocation", "s3:GetBucketTagging", "s3:GetLifecycleConfiguration", "s3:ListBucket")
    return [
        allow("OpsBucketMetadata", _OPS_METADATA, names.ops_bucket_arn),
        allow("OpsBucketObjects", OBJECTS, f"{names.ops_bucket_arn}/*"),
        allow("ValidateDataBucket", data_reads, names.data_bucket_arn),
        allow("DataBucketLifecycleRead", ("s3:GetLifecycleConfiguration", "s3:ListBucket"), "*"),
    ]


def _discovery() -> list[Statement]:
    return [
        allow("PrivateDns", ("route53:ChangeResourceRecordSets", *RECORD_READS, "sts:AssumeRole"), "*"),
        allow("DiscoverBucketsAndDns", (*ZONE_LISTS, "s3:ListAllMyBuckets"), "*"),
    ]


def _compute() -> list[Statement]:
    return [
        allow("ProvisionCompute", sorted(_PROVISION), "*"),
        allow("ManageTaggedCompute", COMPUTE_MANAGES, "*", _VENDOR_TAGGED),
        allow("NfsReadAndCreatePermissions", _NFS_CREATES, "*"),
        allow("NfsOperationPermissions", _NFS_MANAGES, "*", _VENDOR_TAGGED),
    ]
