"""The settings of a log account: the bucket there that takes the environment's trail and flow logs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from audit.model.arn import Arn
from components.documents.bucket_requests import BucketRole
from stacks.setting_groups import ACCOUNT_PATTERN, Part, bucket_name_problem
from stacks.setting_keys import KEY_ARN_PATTERN

if TYPE_CHECKING:
    from stacks.settings import Settings


class LogAccount(Part):
    """Another account that keeps the logs; nothing of it is changed."""

    account: str = Field(description="the log account, in quotes", pattern=ACCOUNT_PATTERN)
    bucket: str = Field(
        description="its bucket in the environment's region, in place of the audit bucket, with the policy that byoc "
        "requests prints"
    )
    key: str = Field(
        description="its KMS key (ARN) that encrypts the bucket by default, and the trail's files; with what byoc "
        "requests prints in its policy",
        pattern=KEY_ARN_PATTERN,
    )


def log_account_problem(settings: Settings) -> str | None:
    """What is wrong with the log account that the settings name, None when nothing is."""
    given = settings.log_account
    if given is None:
        return None
    if given.account == settings.aws_account_id:
        return (
            f"log_account.account {given.account} is the environment's own: name its bucket in buckets.existing.audit, "
            "and leave log_account out"
        )
    if BucketRole.AUDIT in settings.buckets.existing:
        return "buckets.existing.audit and log_account both say where logs go: leave one of them out"
    names = settings.names
    if given.bucket in {names.data_bucket, names.ops_bucket, names.access_logs_bucket}:
        return f"log_account.bucket {given.bucket} is a bucket of the environment: name the log account's"
    key = Arn.parse(given.key)
    if (key.account, key.region) != (given.account, settings.region):
        # CloudTrail page "Create a KMS key": key and bucket are of one region.
        return (
            f"log_account.key is a key of {key.account} in {key.region}: name one of {given.account} in "
            f"{settings.region}"
        )
    return bucket_name_problem("log_account.bucket", given.bucket)
