"""The brokers' identity policy; it follows the write-ahead log's mode."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.documents.actions import OBJECTS, RECORD_READS
from components.documents.file_systems import CLIENT
from components.documents.statement import (
    Document,
    KeyArns,
    Statement,
    allow,
    document,
    in_region,
    joined,
    own_account,
    resource_tagged,
)
from components.layout import Signal, Wal

if TYPE_CHECKING:
    from components.layout import Names


def data_plane_identity(names: Names, wal: Wal, zone_id: str, keys: KeyArns) -> dict[str, Document]:
    """The brokers' managed policy by purpose."""
    return {"data-plane": document(*broker_statements(names, wal, zone_id, keys))}


def broker_statements(names: Names, wal: Wal, zone_id: str, keys: KeyArns) -> list[Statement]:
    """What brokers need: objects, their records in the zone, keys through S3, logs, and what the mode adds."""
    statements = [*_storage(names), *_records(names, zone_id), *_keys(names, keys), *_signals(names)]
    if wal is Wal.EBS:
        statements += _volumes(names, keys)
    if wal is Wal.FILE_SYSTEM:
        statements += _file_systems(names)
    return statements


def _storage(names: Names) -> list[Statement]:
    # ListBucket is a must: without it S3 answers 403 for a missing object, and the readiness probe fails the broker.
    reads = ("s3:GetLifecycleConfiguration", "s3:ListBucket", "s3:ListBucketMultipartUploads")
    buckets = (names.data_bucket_arn, names.ops_bucket_arn)
    return [
        allow("Buckets", reads, buckets, own_account(names)),
        allow("Objects", OBJECTS, [f"{bucket}/*" for bucket in buckets], own_account(names)),
    ]


def _records(names: Names, zone_id: str) -> list[Statement]:
    zone = f"arn:{names.partition}:route53:::hostedzone/{zone_id}"
    types = {
        "ForAllValues:StringEquals": {"route53:ChangeResourceRecordSetsRecordTypes": ["A", "AAAA", "CNAME"]},
        "ForAllValues:StringLike": {
            "route53:ChangeResourceRecordSetsNormalizedRecordNames": [f"*.{names.zone_name}"],
        },
    }
    return [
        allow("Records", "route53:ChangeResourceRecordSets", zone, types),
        allow("Zone", RECORD_READS, zone),
    ]


def _keys(names: Names, keys: KeyArns) -> list[Statement]:
    # Brokers send no encryption header: the bucket's default key decides, and multipart uploads read it back.
    uses = ("kms:Decrypt", "kms:GenerateDataKey")
    arns = sorted({keys.data, keys.ops})
    return [allow("KeysThroughS3", uses, arns, {"StringEquals": {"kms:ViaService": names.via("s3")}})]


def _signals(names: Names) -> list[Statement]:
    ship = ("logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents")
    namespace = {"StringEquals": {"cloudwatch:namespace": names.metric_namespace}}
    describes = ("ec2:DescribeAvailabilityZones", "ec2:DescribeVolumes")
    return [
        allow("Compute", describes, "*", in_region(names)),
        allow("ShipLogs", ship, f"{names.log_group_arn(Signal.BROKERS)}:*"),
        allow("Metrics", "cloudwatch:PutMetricData", "*", namespace),
    ]


def _volumes(names: Names, keys: KeyArns) -> list[Statement]:
    via = {"StringEquals": {"kms:ViaService": names.via("ec2")}}
    places = [names.regional("ec2", "instance/*"), names.regional("ec2", "volume/*")]
    return [
        allow("VolumeFailover", ("ec2:AttachVolume", "ec2:DetachVolume"), places, resource_tagged(names)),
        allow("VolumesKey", ("kms:Decrypt", "kms:DescribeKey"), keys.volumes, via),
        allow(
            "VolumesKeyGrant",
            "kms:CreateGrant",
            keys.volumes,
            joined(via, {"Bool": {"kms:GrantIsForAWSResource": "true"}}),
        ),
    ]


def _file_systems(names: Names) -> list[Statement]:
    place = names.regional("elasticfilesystem", "file-system/*")
    return [allow("MountFileSystem", CLIENT, place, resource_tagged(names))]
