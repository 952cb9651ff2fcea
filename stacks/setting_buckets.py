"""The settings of the buckets: each made, or named."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from components.documents.bucket_requests import ENCRYPTED_WITH, BucketRole
from stacks.setting_groups import Part, bucket_name_problem

if TYPE_CHECKING:
    from stacks.settings import Settings


class Buckets(Part):
    """The buckets; nothing of those that are there already is changed."""

    existing: dict[BucketRole, str] = Field(
        default={},
        description="buckets of the account that are there already, names by role (data, ops, audit, access-logs), "
        "each with the policy that byoc requests prints; the others are made",
    )


def buckets_problem(settings: Settings) -> str | None:
    """What is wrong with the buckets' names, None when nothing is."""
    named, ops = settings.buckets.existing, settings.automq_config.ops_bucket
    if settings.data_bucket is not None and BucketRole.DATA in named:
        return "data_bucket names a bucket to make, buckets.existing.data one that is there: leave one of them out"
    if named.get(BucketRole.OPS, ops) != ops:
        return f"buckets.existing.ops is {named[BucketRole.OPS]}, automq_config was issued for {ops}: name that one"
    if settings.data_bucket == ops:
        return f"data_bucket {ops} is the ops bucket of automq_config: give it another name"
    given = {"data_bucket": settings.data_bucket, **{f"buckets.existing.{role}": name for role, name in named.items()}}
    problems = (bucket_name_problem(field, name) for field, name in given.items() if name is not None)
    return next(filter(None, problems), None) or _keyless(settings) or _twice(settings)


def _keyless(settings: Settings) -> str | None:
    for role in settings.buckets.existing:
        purpose = ENCRYPTED_WITH.get(role)
        if purpose is not None and purpose not in settings.keys.existing:
            return (
                f"buckets.existing.{role} is named and keys.existing.{purpose} is not, and the bucket's default "
                f"encryption must name that key before the stack stands: name the key that it has in "
                f"keys.existing.{purpose}"
            )
    return None


def _twice(settings: Settings) -> str | None:
    names = settings.names
    by_role = {
        BucketRole.DATA: names.data_bucket,
        BucketRole.OPS: names.ops_bucket,
        BucketRole.AUDIT: names.audit_bucket,
        BucketRole.ACCESS_LOGS: names.access_logs_bucket,
    }
    for role, name in settings.buckets.existing.items():
        other = next((other for other, theirs in by_role.items() if theirs == name and other is not role), None)
        if other:
            return f"buckets.existing.{role} {name} is the {other} bucket too: name a bucket for each"
    return None
