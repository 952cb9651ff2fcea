"""The log account's bucket that the settings name: whether it is there, and not the environment's own.

Its policy, encryption and lifecycle are its owner's, and S3 tells them no other account (page "GetBucketPolicy"): where
they do not fit, CloudTrail and EC2 refuse to make the trail and the flow logs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks.existing.reading import Reader
    from stacks.settings import Settings


@dataclass(frozen=True, slots=True)
class LogBucket:
    """A bucket as AWS tells of it to another account.

    ``there`` is False for a name that nobody has; ``ours`` says that the environment's account has it; ``region`` is
    empty where the owner lets it be seen no further.
    """

    there: bool = True
    ours: bool = False
    region: str = ""


def read(reader: Reader, name: str) -> LogBucket:
    """Ask AWS for a bucket of another account."""
    head, code = reader.asked("s3", "HeadBucket", {"Bucket": name})
    listed = {bucket["Name"] for bucket in reader.answer("s3", "ListBuckets", {})["Buckets"]}
    return LogBucket(code not in {"404", "NoSuchBucket"}, name in listed, head["BucketRegion"] if head else "")


def problems(settings: Settings, found: LogBucket) -> list[str]:
    """Everything that is known to keep the bucket from taking the logs, a sentence for each thing."""
    return list(_problems(settings, found))


def _problems(settings: Settings, found: LogBucket) -> Iterator[str]:
    given = settings.log_account
    if given is None:
        return
    head, where = f"log_account.bucket {given.bucket}", f"{given.account} in {settings.region}"
    if not found.there:
        yield f"{head} is not there: let its owner do what `byoc requests STACK` prints, or name a bucket of {where}"
    elif found.ours:
        yield f"{head} is the environment's account's own: name it in buckets.existing.audit, or a bucket of {where}"
    elif found.region not in {"", settings.region}:
        yield f"{head} is in {found.region}: name a bucket of {where}"
