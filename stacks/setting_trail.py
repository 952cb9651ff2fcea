"""The settings of the trail: made, or named."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from components.documents.bucket_requests import BucketRole
from stacks.setting_groups import Part

if TYPE_CHECKING:
    from stacks.settings import Settings


class Trail(Part):
    """A trail of the account or of its organisation; nothing of it is changed."""

    existing: str = Field(
        description="the trail's ARN, that of the management account for an organisation's",
        pattern=r"^arn:aws[a-z-]*:cloudtrail:[a-z0-9-]+:\d{12}:trail/[\w.-]{3,128}$",
    )
    log_group: str | None = Field(
        default=None,
        description="its log group, where that is of the environment's account and region: the alarms count there, "
        "and without one there are none",
        pattern=r"^[a-zA-Z0-9_/.#-]+$",
        max_length=512,
    )
    bucket: str | None = Field(
        default=None,
        description="its bucket, of whichever account: what the contract names where there is no log group",
        pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$",
    )


def trail_problem(settings: Settings) -> str | None:
    """What is wrong with the trail that the settings name, None when nothing is."""
    trail = settings.trail
    if trail is None:
        return None
    if trail.log_group is None and trail.bucket is None:
        return f"trail.existing {trail.existing} has no place: name its trail.log_group or its trail.bucket"
    if "trail-to-logs" in settings.roles.existing:
        return "roles.existing has trail-to-logs, the role of a trail that the stack makes: leave it or trail out"
    ours = {settings.names.audit_bucket} if BucketRole.AUDIT not in settings.buckets.existing else set()
    if trail.bucket in ours | {settings.names.data_bucket, settings.names.ops_bucket}:
        return f"trail.bucket {trail.bucket} is a bucket of the environment: name the one that the trail writes to"
    return None
