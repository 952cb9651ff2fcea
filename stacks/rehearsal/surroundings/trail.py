"""The trail that settings name, set up as the environment asked its owner to."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from audit.model.arn import Arn
from components.documents import logs, trust
from components.documents.event_selectors import event_selectors
from components.layout import Purpose
from stacks.rehearsal.surroundings.step import Step

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks.settings import Settings

_ROLE = "example-trail-to-logs"


def steps(settings: Settings) -> Iterator[Step]:
    """The calls of the trail's owner; of another account's trail, the bucket is in that account and not here."""
    given = settings.trail
    if given is None:
        return
    names, owner = settings.names, Arn.parse(given.existing).account
    ours = owner == settings.aws_account_id
    bucket = given.bucket or f"aws-cloudtrail-logs-{owner}"
    made: dict[str, Any] = {
        "Name": Arn.parse(given.existing).name,
        "S3BucketName": bucket,
        "IsOrganizationTrail": not ours,
        **dict.fromkeys(("IsMultiRegionTrail", "IncludeGlobalServiceEvents", "EnableLogFileValidation"), True),
    }
    if ours:
        elsewhere = {"LocationConstraint": settings.region}
        placed = {} if settings.region == "us-east-1" else {"CreateBucketConfiguration": elsewhere}
        yield Step("s3", "CreateBucket", {"Bucket": bucket, **placed})
    if given.log_group is not None:
        yield from _group(settings, given.log_group)
        made["CloudWatchLogsLogGroupArn"] = f"{names.regional('logs', f'log-group:{given.log_group}')}:*"
        made["CloudWatchLogsRoleArn"] = names.role_arn(_ROLE)
    asked = event_selectors([names.data_bucket_arn, names.ops_bucket_arn], names.audit_bucket_arn)
    yield Step("cloudtrail", "CreateTrail", made, (given.existing,))
    yield Step("cloudtrail", "PutEventSelectors", {"TrailName": given.existing, "AdvancedEventSelectors": asked})
    yield Step("cloudtrail", "StartLogging", {"Name": given.existing})


def _group(settings: Settings, group: str) -> Iterator[Step]:
    """Its log group, under the environment's key for logs where that is there already, and CloudTrail's role for it."""
    names, key = settings.names, settings.keys.existing.get(Purpose.LOGS)
    encrypted = {} if key is None else {"kmsKeyId": key}
    yield Step("logs", "CreateLogGroup", {"logGroupName": group, **encrypted})
    yield Step("logs", "PutRetentionPolicy", {"logGroupName": group, "retentionInDays": settings.retention.trail})
    trusted = json.dumps(trust.trail(names))
    yield Step("iam", "CreateRole", {"RoleName": _ROLE, "AssumeRolePolicyDocument": trusted})
    writes = {"PolicyName": "write", "PolicyDocument": json.dumps(logs.trail_to_logs(names))}
    yield Step("iam", "PutRolePolicy", {"RoleName": _ROLE, **writes})
