"""What the vendor's roles may do, action by action: facts of its modules, restated."""

from __future__ import annotations

from typing import Any

TAGGED = {"StringEquals": {"aws:ResourceTag/automqVendor": "automq"}}
TO_EC2 = {"StringLike": {"iam:PassedToService": "ec2.amazonaws.com*"}}
_AUTO_SCALING = {"StringEquals": {"iam:AWSServiceName": "autoscaling.amazonaws.com"}}
_OBJECTS = "s3:AbortMultipartUpload s3:DeleteObject s3:GetObject s3:PutObject s3:PutObjectTagging"


def allow(sid: str, actions: str, *resources: str, condition: dict[str, Any] | None = None) -> dict[str, Any]:
    """A statement; actions in words, resources ``*`` unless given."""
    found = {"Sid": sid, "Effect": "Allow", "Action": actions.split(), "Resource": list(resources) or ["*"]}
    return found | ({"Condition": condition} if condition else {})


def document(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def _both(data: str, ops: str, end: str = "") -> tuple[str, str]:
    return f"arn:aws:s3:::{data}{end}", f"arn:aws:s3:::{ops}{end}"


def _records(data: str, ops: str) -> list[dict[str, Any]]:
    rule = "s3:GetLifecycleConfiguration s3:PutLifecycleConfiguration s3:ListBucket"
    return [allow("Buckets", rule, *_both(data, ops)), allow("Objects", _OBJECTS, *_both(data, ops, "/*"))]


def console_account(data: str, ops: str) -> dict[str, Any]:
    """The second generation's console: identity, buckets, names."""
    arn, store = f"arn:aws:s3:::{ops}", f"arn:aws:s3:::{data}"
    return document(
        allow(
            "BasicIamCheckPermissions",
            "iam:GetInstanceProfile iam:GetPolicy iam:GetPolicyVersion iam:GetRole iam:GetRolePolicy"
            " iam:ListAttachedRolePolicies iam:ListInstanceProfilesForRole iam:ListRolePolicies iam:ListRoles",
        ),
        allow("PassAutoMQDataPlaneRole", "iam:PassRole", condition=TO_EC2),
        allow(
            "OpsBucketMetadata",
            "s3:GetBucketPolicy s3:GetLifecycleConfiguration s3:ListBucket s3:ListBucketMultipartUploads"
            " s3:CreateBucket s3:PutBucketPolicy s3:PutBucketTagging s3:PutLifecycleConfiguration",
            arn,
        ),
        allow("OpsBucketObjects", _OBJECTS, f"{arn}/*"),
        allow(
            "ValidateDataBucket",
            "s3:GetBucketLocation s3:GetBucketTagging s3:GetLifecycleConfiguration s3:ListBucket",
            store,
        ),
        allow("DataBucketLifecycleRead", "s3:GetLifecycleConfiguration s3:ListBucket"),
        allow(
            "PrivateDns",
            "route53:ChangeResourceRecordSets route53:GetHostedZone route53:ListResourceRecordSets sts:AssumeRole",
        ),
        allow(
            "DiscoverBucketsAndDns",
            "route53:ListHostedZones route53:ListHostedZonesByName route53:ListHostedZonesByVpc s3:ListAllMyBuckets",
        ),
        allow("CreateAutoScalingServiceRole", "iam:CreateServiceLinkedRole", condition=_AUTO_SCALING),
    )


def console_compute() -> dict[str, Any]:
    """The second generation's console: instances and file systems."""
    return document(
        allow(
            "ProvisionCompute",
            "autoscaling:CreateAutoScalingGroup autoscaling:DescribeAutoScalingGroups ec2:CreateKeyPair"
            " ec2:CreateLaunchTemplate ec2:CreateLaunchTemplateVersion ec2:CreateNetworkInterface"
            " ec2:CreateSecurityGroup ec2:CreateTags ec2:CreateVolume ec2:DeleteLaunchTemplate ec2:DeleteTags"
            " ec2:DescribeAvailabilityZones ec2:DescribeImages ec2:DescribeInstanceAttribute"
            " ec2:DescribeInstanceTypeOfferings ec2:DescribeInstances ec2:DescribeKeyPairs"
            " ec2:DescribeLaunchTemplateVersions ec2:DescribeLaunchTemplates ec2:DescribeNetworkInterfaceAttribute"
            " ec2:DescribeNetworkInterfaces ec2:DescribeRouteTables ec2:DescribeSecurityGroupRules"
            " ec2:DescribeSecurityGroups ec2:DescribeSubnets ec2:DescribeTags ec2:DescribeVolumes"
            " ec2:DescribeVpcEndpoints ec2:DescribeVpcs ec2:ModifyLaunchTemplate ec2:RunInstances"
            " elasticloadbalancing:DescribeTargetGroups pricing:DescribeServices pricing:GetAttributeValues"
            " pricing:GetProducts ssm:GetParameters",
        ),
        allow(
            "ManageTaggedCompute",
            "autoscaling:AttachInstances autoscaling:CreateOrUpdateTags autoscaling:DeleteAutoScalingGroup"
            " autoscaling:DeleteTags autoscaling:DetachInstances autoscaling:ResumeProcesses"
            " autoscaling:SuspendProcesses autoscaling:UpdateAutoScalingGroup ec2:AttachVolume"
            " ec2:AuthorizeSecurityGroupEgress ec2:AuthorizeSecurityGroupIngress ec2:DeleteKeyPair"
            " ec2:DeleteSecurityGroup ec2:DeleteVolume ec2:DetachVolume ec2:RebootInstances ec2:StopInstances"
            " ec2:TerminateInstances",
            condition=TAGGED,
        ),
        allow(
            "NfsReadAndCreatePermissions",
            "ec2:CreateNetworkInterface ec2:DescribeNetworkInterfaceAttribute ec2:DescribeNetworkInterfaces"
            " ec2:DescribeRouteTables elasticfilesystem:CreateFileSystem elasticfilesystem:CreateMountTarget"
            " elasticfilesystem:DescribeFileSystems elasticfilesystem:DescribeMountTargets"
            " elasticfilesystem:DescribeMountTargetSecurityGroups elasticfilesystem:TagResource"
            " elasticfilesystem:UntagResource fsx:CreateFileSystem fsx:CreateStorageVirtualMachine fsx:CreateVolume"
            " fsx:DescribeFileSystems fsx:DescribeStorageVirtualMachines fsx:DescribeVolumes fsx:TagResource"
            " fsx:UntagResource",
        ),
        allow(
            "NfsOperationPermissions",
            "ec2:DeleteNetworkInterface elasticfilesystem:DeleteFileSystem elasticfilesystem:DeleteMountTarget"
            " elasticfilesystem:UpdateFileSystem fsx:DeleteFileSystem fsx:DeleteStorageVirtualMachine"
            " fsx:DeleteVolume fsx:UpdateFileSystem fsx:UpdateVolume",
            condition=TAGGED,
        ),
    )


def data_plane(data: str, ops: str, zone: str) -> dict[str, Any]:
    """The second generation's brokers."""
    return document(
        allow(
            "BucketMetadata",
            "s3:GetLifecycleConfiguration s3:ListBucket s3:ListBucketMultipartUploads s3:PutLifecycleConfiguration",
            *_both(data, ops),
        ),
        allow("BucketObjects", _OBJECTS, *_both(data, ops, "/*")),
        allow("VolumeFailover", "ec2:AttachVolume ec2:DetachVolume", condition=TAGGED),
        allow("ReadComputeMetadata", "ec2:DescribeAvailabilityZones ec2:DescribeVolumes"),
        allow(
            "PrivateDns",
            "route53:ChangeResourceRecordSets route53:GetHostedZone route53:ListResourceRecordSets",
            f"arn:aws:route53:::hostedzone/{zone}",
        ),
    )


def shared(data: str, ops: str) -> dict[str, Any]:
    """The first generation's one role, of console and brokers."""
    return document(
        allow("ServiceLinkedRole", "iam:CreateServiceLinkedRole", condition=_AUTO_SCALING),
        allow("PassRole", "iam:PassRole", condition=TO_EC2),
        allow(
            "Compute",
            "ssm:GetParameters pricing:GetProducts cloudwatch:PutMetricData ec2:DescribeImages"
            " ec2:CreateLaunchTemplate ec2:CreateLaunchTemplateVersion ec2:ModifyLaunchTemplate ec2:RebootInstances"
            " ec2:RunInstances ec2:StopInstances ec2:TerminateInstances ec2:CreateKeyPair ec2:CreateTags"
            " ec2:AttachVolume ec2:DetachVolume ec2:DescribeInstances ec2:DescribeLaunchTemplates"
            " ec2:DescribeLaunchTemplateVersions ec2:DescribeVolumes ec2:DescribeSubnets ec2:DescribeKeyPairs"
            " ec2:DescribeVpcs ec2:DescribeTags ec2:DeleteKeyPair ec2:CreateVolume ec2:DeleteVolume"
            " ec2:DeleteLaunchTemplate ec2:DescribeInstanceTypeOfferings ec2:DescribeSecurityGroups"
            " ec2:CreateSecurityGroup ec2:AuthorizeSecurityGroupIngress ec2:AuthorizeSecurityGroupEgress"
            " ec2:DeleteSecurityGroup autoscaling:CreateAutoScalingGroup autoscaling:DescribeAutoScalingGroups"
            " autoscaling:UpdateAutoScalingGroup autoscaling:DeleteAutoScalingGroup autoscaling:AttachInstances"
            " autoscaling:DetachInstances autoscaling:ResumeProcesses autoscaling:SuspendProcesses"
            " route53:CreateHostedZone route53:GetHostedZone route53:ChangeResourceRecordSets"
            " route53:ListHostedZonesByName route53:ListResourceRecordSets route53:DeleteHostedZone"
            " elasticloadbalancing:DescribeTargetGroups elasticloadbalancing:DescribeTags"
            " elasticloadbalancing:DeleteTargetGroup elasticloadbalancing:DeleteLoadBalancer",
        ),
        allow("EveryBucket", "s3:GetLifecycleConfiguration s3:PutLifecycleConfiguration s3:ListBucket"),
        *_records(data, ops),
    )


def console_on_kubernetes(data: str, ops: str) -> dict[str, Any]:
    """The console of the EKS example."""
    return document(
        allow("PassRole", "iam:PassRole", condition=TO_EC2),
        allow("Groups", "ec2:DescribeVolumes ec2:DescribeSecurityGroups"),
        allow(
            "Names",
            "cloudwatch:PutMetricData ec2:DescribeSubnets ec2:DescribeVpcs ec2:DescribeTags"
            " ec2:DescribeAvailabilityZones route53:CreateHostedZone route53:GetHostedZone"
            " route53:ChangeResourceRecordSets route53:ListHostedZonesByName route53:ListResourceRecordSets"
            " route53:DeleteHostedZone",
        ),
        *_records(data, ops),
        allow("Clusters", "eks:DescribeCluster eks:ListNodegroups eks:DescribeNodegroup"),
    )


def nodes() -> dict[str, Any]:
    """The brokers' node group of the EKS example: its bucket names default to every bucket."""
    return document(
        *_records("*", "*"),
        allow("Volumes", "ec2:AttachVolume ec2:DetachVolume"),
        allow("ReadVolumes", "ec2:DescribeVolumes ec2:DescribeAvailabilityZones"),
    )


def vendor_grant(ops: str) -> dict[str, Any]:
    """What the vendor's page asks the ops bucket's owner to grant to its account."""
    actions = (
        "s3:GetObject s3:GetObjectVersion s3:GetObjectAcl s3:GetObjectTagging s3:GetObjectVersionAcl"
        " s3:GetObjectVersionTagging s3:ListBucket s3:ListBucketVersions s3:ListBucketMultipartUploads s3:PutObject"
    )
    statement = allow("Vendor", actions, f"arn:aws:s3:::{ops}", f"arn:aws:s3:::{ops}/*")
    return document(statement | {"Principal": {"AWS": "arn:aws:iam::381492316447:root"}})
