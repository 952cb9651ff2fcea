"""CloudTrail over every region, with object-level events of the buckets that hold records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pulumi
import pulumi_aws as aws

from components.documents.event_selectors import event_selectors

if TYPE_CHECKING:
    from collections.abc import Sequence


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
            advanced_event_selectors=[_selector(one) for one in event_selectors(args.records, args.log_bucket_arn)],
            opts=pulumi.ResourceOptions(parent=self, depends_on=[*args.after]),
        )
        self.arn = trail.arn
        self.register_outputs({"arn": self.arn})


def _selector(of: dict[str, Any]) -> aws.cloudtrail.TrailAdvancedEventSelectorArgsDict:
    return {"name": of["Name"], "field_selectors": [_field(one) for one in of["FieldSelectors"]]}


def _field(of: dict[str, Any]) -> aws.cloudtrail.TrailAdvancedEventSelectorFieldSelectorArgsDict:
    if "Equals" in of:
        return {"field": of["Field"], "equals": of["Equals"]}
    return {"field": of["Field"], "starts_withs": of["StartsWith"]}
