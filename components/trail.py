"""CloudTrail over every region, with object-level events of the buckets that hold records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

if TYPE_CHECKING:
    from collections.abc import Sequence

# The delivery services only put objects: naming the rest keeps a delivery from logging itself.
READS_AND_DELETES = (
    "CopyObject", "DeleteObject", "DeleteObjects", "GetObject", "GetObjectAcl", "GetObjectAttributes",
    "GetObjectTorrent", "HeadObject", "ListObjects", "ListObjectsV2", "PutObjectAcl", "PutObjectLegalHold",
    "PutObjectRetention", "SelectObjectContent",
)  # fmt: skip


@dataclass(frozen=True)
class TrailArgs:
    """Where the trail writes, below which prefix, and what it watches; CloudTrail tests both places when it is made.

    ``records`` are the ARNs of buckets whose every object event is logged, ``log_bucket_arn`` the one of which only
    reads and deletes are. ``after`` are the bucket's policy and the role's rights.
    """

    trail: str
    bucket: pulumi.Input[str]
    prefix: str
    log_bucket_arn: str
    records: Sequence[str]
    key_arn: pulumi.Input[str]
    log_group_arn: pulumi.Input[str]
    role_arn: pulumi.Input[str]
    after: Sequence[pulumi.Resource] = ()


class Trail(pulumi.ComponentResource):
    """A multi-region trail with file validation, delivered to a bucket and to a log group."""

    arn: pulumi.Output[str]

    def __init__(self, name: str, args: TrailArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("byoc:aws:Trail", name, None, opts)
        trail = aws.cloudtrail.Trail(
            name,
            name=args.trail,
            s3_bucket_name=args.bucket,
            s3_key_prefix=args.prefix,
            kms_key_id=args.key_arn,
            cloud_watch_logs_group_arn=pulumi.Output.concat(args.log_group_arn, ":*"),
            cloud_watch_logs_role_arn=args.role_arn,
            is_multi_region_trail=True,
            include_global_service_events=True,
            enable_log_file_validation=True,
            enable_logging=True,
            advanced_event_selectors=event_selectors(args.records, args.log_bucket_arn),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[*args.after]),
        )
        self.arn = trail.arn
        self.register_outputs({"arn": self.arn})


def event_selectors(
    records: Sequence[str], log_bucket_arn: str
) -> list[aws.cloudtrail.TrailAdvancedEventSelectorArgsDict]:
    """Management events, object events of the record buckets, and reads and deletes of the log bucket."""
    objects: list[aws.cloudtrail.TrailAdvancedEventSelectorFieldSelectorArgsDict] = [
        {"field": "eventCategory", "equals": ["Data"]},
        {"field": "resources.type", "equals": ["AWS::S3::Object"]},
    ]
    return [
        {"name": "Management events", "field_selectors": [{"field": "eventCategory", "equals": ["Management"]}]},
        {
            "name": "Objects of the record buckets",
            "field_selectors": [*objects, {"field": "resources.ARN", "starts_withs": [f"{arn}/" for arn in records]}],
        },
        {
            "name": "Reads and deletes of logs",
            "field_selectors": [
                *objects,
                {"field": "eventName", "equals": list(READS_AND_DELETES)},
                {"field": "resources.ARN", "starts_withs": [f"{log_bucket_arn}/"]},
            ],
        },
    ]
