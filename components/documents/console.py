"""The console's identity policies in their two choices; both stand under the boundary of boundary.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.documents import vendor
from components.documents.actions import (
    COMPUTE_CREATES,
    COMPUTE_MANAGES,
    COMPUTE_READS,
    CREATE_ACTIONS,
    IAM_READS,
    OBJECTS,
    PRICING,
    PULL_IMAGES,
    RECORD_READS,
    TEMPLATE_WRITES,
    ZONE_LISTS,
)
from components.documents.statement import (
    Document,
    KeyArns,
    Statement,
    allow,
    disk_services,
    document,
    in_region,
    joined,
    own_account,
    packed,
    request_tagged,
    resource_tagged,
)
from components.layout import ConsolePermissions, Signal, Wal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from components.cluster_names import ClusterNames
    from components.layout import Names

# ec2:Owner of the images that brokers may run: Amazon's own and what the account subscribed to.
IMAGE_OWNERS = ("amazon", "aws-marketplace")
_CREATED = ("key-pair", "launch-template", "network-interface", "security-group", "volume")
_SESSION_MANAGER = (
    "ssm:UpdateInstanceInformation",
    "ssmmessages:CreateControlChannel",
    "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel",
    "ssmmessages:OpenDataChannel",
)


def console_identity(
    names: Names,
    choice: ConsolePermissions,
    wal: Wal,
    zone_id: str,
    keys: KeyArns,
    image_owners: Sequence[str] = IMAGE_OWNERS,
) -> dict[str, Document]:
    """The console's managed policies by purpose (``names.policy_name(purpose)`` names each), each within its limit."""
    chosen = (
        vendor.contract(names)
        if choice is ConsolePermissions.CONTRACT
        else tight(names, wal, zone_id, tuple(image_owners))
    )
    documents = [*packed(chosen), *packed(kit(names, wal, keys.ops, keys.volumes))]
    purposes = [f"console-{choice.value}-{number + 1}" for number in range(len(documents) - 1)]
    return dict(zip([*purposes, "console-kit"], documents, strict=True))


def tight(names: Names, wal: Wal, zone_id: str, image_owners: tuple[str, ...]) -> list[Statement]:
    """What the console needs and no more: the tight proposal, mode-dependent."""
    file_systems = _file_systems(names) if wal is Wal.FILE_SYSTEM else []
    return [
        *_identity(names),
        *_buckets(names),
        *_records(names, zone_id),
        *_reads(names),
        *_creates(names),
        *_runs(names, image_owners),
        *_tags_and_manages(names),
        *file_systems,
    ]


def clustered_identity(cluster: ClusterNames, zone_id: str, keys: KeyArns) -> dict[str, Document]:
    """The same where brokers run in a cluster; there is one choice, and it fits one policy."""
    return {"console-cluster": document(*clustered(cluster, zone_id, keys.ops))}


def clustered(cluster: ClusterNames, zone_id: str, ops_key: str) -> list[Statement]:
    """What the console needs where brokers run in a cluster: it starts no instance, and passes no role."""
    names = cluster.names
    read, *_ = _identity(names)
    describes = tuple(f"ec2:Describe{what}" for what in ("AvailabilityZones", "SecurityGroups", "Subnets", "Vpcs"))
    # Nodes of a cluster that the account has beside it are none of the console's business.
    groups = names.regional("eks", f"nodegroup/{cluster.name}/*")
    ops, secrets, *_ = _keys(names, Wal.S3, ops_key, ops_key)
    return [
        read,
        *_buckets(names),
        *_records(names, zone_id),
        allow("Discover", (*ZONE_LISTS, "s3:ListAllMyBuckets"), "*"),
        allow("DescribeRegion", describes, "*", in_region(names)),
        allow("Cluster", ("eks:DescribeCluster", "eks:ListNodegroups"), cluster.arn),
        allow("Nodes", "eks:DescribeNodegroup", groups),
        ops,
        secrets,
        *_boot(names),
    ]


def kit(names: Names, wal: Wal, ops_key: str, volumes_key: str) -> list[Statement]:
    """What our own footprint adds to the vendor's list, whichever was chosen (aws-rules 4)."""
    return [*_keys(names, wal, ops_key, volumes_key), *_boot(names)]


def _ec2(names: Names, *kinds: str) -> list[str]:
    return [names.regional("ec2", f"{kind}/*") for kind in kinds]


def _identity(names: Names) -> list[Statement]:
    # automq-*-E would also be the names of an environment X-E.
    chosen = (f"console-{choice.value}-?" for choice in ConsolePermissions)
    policies = ("console-boundary", "console-kit", *chosen, "data-plane", "data-plane-boundary")
    of_environment = [
        names.console_role_arn,
        names.data_plane_role_arn,
        names.console_role_arn.replace(":role/", ":instance-profile/"),
        names.data_plane_profile_arn,
        *(names.policy_arn(purpose) for purpose in policies),
    ]
    slr = names.auto_scaling_role_arn.rpartition("/")[0] + "/*"
    return [
        allow("IamRead", IAM_READS, of_environment),
        allow(
            "PassDataPlane",
            "iam:PassRole",
            names.data_plane_role_arn,
            {"StringEquals": {"iam:PassedToService": names.ec2_service}},
        ),
        allow(
            "AutoScalingRole",
            "iam:CreateServiceLinkedRole",
            slr,
            {"StringEquals": {"iam:AWSServiceName": "autoscaling.amazonaws.com"}},
        ),
    ]


def _buckets(names: Names) -> list[Statement]:
    ops_reads = ("s3:GetBucketPolicy", "s3:GetLifecycleConfiguration", "s3:ListBucket", "s3:ListBucketMultipartUploads")
    data_reads = ("s3:GetBucketLocation", "s3:GetBucketTagging", "s3:GetLifecycleConfiguration", "s3:ListBucket")
    return [
        allow("OpsBucket", ops_reads, names.ops_bucket_arn, own_account(names)),
        allow("OpsObjects", OBJECTS, f"{names.ops_bucket_arn}/*", own_account(names)),
        allow("DataBucket", data_reads, names.data_bucket_arn, own_account(names)),
    ]


def _records(names: Names, zone_id: str) -> list[Statement]:
    zone = f"arn:{names.partition}:route53:::hostedzone/{zone_id}"
    in_zone = {
        "ForAllValues:StringLike": {"route53:ChangeResourceRecordSetsNormalizedRecordNames": [f"*.{names.zone_name}"]}
    }
    return [
        allow("Records", "route53:ChangeResourceRecordSets", zone, in_zone),
        allow("Zone", RECORD_READS, zone),
    ]


def _reads(names: Names) -> list[Statement]:
    regional = (*COMPUTE_READS, "autoscaling:DescribeAutoScalingGroups", "elasticloadbalancing:DescribeTargetGroups")
    public_parameters = f"arn:{names.partition}:ssm:{names.region}::parameter/aws/service/*"
    return [
        allow("Discover", ("iam:ListRoles", *ZONE_LISTS, "s3:ListAllMyBuckets", *PRICING), "*"),
        allow("DescribeRegion", regional, "*", in_region(names)),
        allow("PublicImageParameter", "ssm:GetParameters", public_parameters),
    ]


def _creates(names: Names) -> list[Statement]:
    created = (
        names.regional("autoscaling", "autoScalingGroup:*"),
        *_ec2(names, *_CREATED),
    )
    within = _ec2(names, "security-group", "subnet", "vpc")
    return [
        allow("CreateTagged", COMPUTE_CREATES, created, request_tagged(names)),
        allow(
            "CreateWithin", ("ec2:CreateNetworkInterface", "ec2:CreateSecurityGroup"), within, resource_tagged(names)
        ),
    ]


def _runs(names: Names, image_owners: tuple[str, ...]) -> list[Statement]:
    # One statement per group of resource types: a condition key that a type lacks would refuse every start.
    run = "ec2:RunInstances"
    instance = joined(
        request_tagged(names),
        {
            "StringEquals": {"ec2:MetadataHttpTokens": "required"},
            "ArnEquals": {"ec2:InstanceProfile": names.data_plane_profile_arn},
        },
    )
    private = {"BoolIfExists": {"ec2:AssociatePublicIpAddress": "false"}}
    tagged = _ec2(names, "key-pair", "launch-template", "security-group", "subnet")
    image = f"arn:{names.partition}:ec2:{names.region}::image/*"
    return [
        allow("RunInstance", run, _ec2(names, "instance"), instance),
        allow("RunWith", run, _ec2(names, "network-interface", "volume"), private),
        allow("RunWithin", run, tagged, resource_tagged(names)),
        allow("RunImage", run, image, {"StringEquals": {"ec2:Owner": list(image_owners)}}),
    ]


def _tags_and_manages(names: Names) -> list[Statement]:
    on_create = joined(request_tagged(names), {"StringEquals": {"ec2:CreateAction": list(CREATE_ACTIONS)}})
    own = (
        *COMPUTE_MANAGES,
        *TEMPLATE_WRITES,
        "ec2:CreateTags",
        "ec2:DeleteNetworkInterface",
        "ec2:DeleteTags",
        "ec2:DescribeInstanceAttribute",
    )
    return [
        allow("TagOnCreate", "ec2:CreateTags", _ec2(names, "instance", *_CREATED), on_create),
        allow("ManageOwn", own, "*", resource_tagged(names)),
    ]


def _file_systems(names: Names) -> list[Statement]:
    file_system = names.regional("elasticfilesystem", "file-system/*")
    reads = tuple(
        f"elasticfilesystem:Describe{what}" for what in ("FileSystems", "MountTargetSecurityGroups", "MountTargets")
    )
    manages = tuple(
        f"elasticfilesystem:{what}"
        for what in ("CreateMountTarget", "DeleteFileSystem", "DeleteMountTarget", "UpdateFileSystem")
    )
    on_create = joined(request_tagged(names), {"StringEquals": {"elasticfilesystem:CreateAction": "CreateFileSystem"}})
    created = joined(request_tagged(names), {"Bool": {"elasticfilesystem:Encrypted": "true"}})
    return [
        allow("ReadFileSystems", reads, file_system),
        allow("CreateFileSystem", "elasticfilesystem:CreateFileSystem", file_system, created),
        allow("TagFileSystem", "elasticfilesystem:TagResource", file_system, on_create),
        allow("ManageFileSystems", manages, file_system, resource_tagged(names)),
    ]


def _keys(names: Names, wal: Wal, ops_key: str, volumes_key: str) -> list[Statement]:
    use = ("kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncrypt*")
    makes = {"StringEquals": {"kms:ViaService": names.via(*disk_services(wal))}}
    return [
        allow(
            "OpsKeyThroughS3",
            ("kms:Decrypt", "kms:GenerateDataKey"),
            ops_key,
            {"StringEquals": {"kms:ViaService": names.via("s3")}},
        ),
        allow(
            "OpsKeyThroughSecrets",
            "kms:Decrypt",
            ops_key,
            {"StringEquals": {"kms:ViaService": names.via("secretsmanager")}},
        ),
        allow("VolumesKeyThroughDisks", use, volumes_key, makes),
        allow(
            "VolumesKeyGrant",
            "kms:CreateGrant",
            volumes_key,
            joined(makes, {"Bool": {"kms:GrantIsForAWSResource": "true"}}),
        ),
    ]


def _boot(names: Names) -> list[Statement]:
    ship = ("logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents")
    return [
        allow("Secrets", "secretsmanager:GetSecretValue", names.secrets_arn),
        allow("PullImage", PULL_IMAGES, names.repositories_arn),
        allow("ShipLogs", ship, f"{names.log_group_arn(Signal.CONSOLE)}:*"),
        allow(
            "Metrics",
            "cloudwatch:PutMetricData",
            "*",
            {"StringEquals": {"cloudwatch:namespace": names.metric_namespace}},
        ),
        allow("SessionManagerAndRegistry", (*_SESSION_MANAGER, "ecr:GetAuthorizationToken"), "*", in_region(names)),
    ]
