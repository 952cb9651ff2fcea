"""The trail that the settings name: whether it is there, on, and records what the environment's own would."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from audit.model.event_selectors import records_management, records_objects

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from stacks.existing.reading import Reader
    from stacks.setting_trail import Trail as Given
    from stacks.settings import Settings

_ABSENT = ("TrailNotFoundException", "CloudTrailARNInvalidException", "InvalidTrailNameException")


@dataclass(frozen=True)
class Trail:
    """A trail as DescribeTrails tells of it, None when it is not listed in the account.

    ``logging`` and ``selectors`` are None where they could not be read: they are the owner's, and an organisation's
    trail may keep them from its members.
    """

    facts: Mapping[str, Any] | None
    logging: bool | None = None
    selectors: Sequence[dict[str, Any]] | None = None


def read(reader: Reader, arn: str) -> Trail:
    """Ask AWS for a trail."""
    listed = reader.answer("cloudtrail", "DescribeTrails", {"trailNameList": [arn]}, _ABSENT)
    found = next((one for one in (listed or {}).get("trailList", ()) if one["TrailARN"] == arn), None)
    if found is None:
        return Trail(None)
    status, _ = reader.asked("cloudtrail", "GetTrailStatus", {"Name": arn})
    told, _ = reader.asked("cloudtrail", "GetEventSelectors", {"TrailName": arn})
    chosen = None if told is None else told.get("AdvancedEventSelectors") or told.get("EventSelectors") or []
    return Trail(found, None if status is None else status["IsLogging"], chosen)


def problems(settings: Settings, found: Trail) -> list[str]:
    """Everything that the named trail leaves out, a sentence for each thing; what could not be read is the audit's."""
    return [] if settings.trail is None else list(_problems(settings, settings.trail, found))


def _problems(settings: Settings, given: Given, found: Trail) -> Iterator[str]:
    head = f"trail.existing {given.existing}"
    ask = "let its owner do what `byoc requests STACK` prints for it"
    if found.facts is None:
        yield f"{head} is not there: name a trail that records {settings.aws_account_id}"
        return
    if found.logging is False:
        yield f"{head} is off: {ask}"
    if not found.facts.get("IsMultiRegionTrail") or not found.facts.get("IncludeGlobalServiceEvents"):
        yield f"{head} leaves out other regions or global services: {ask}"
    if found.selectors is not None:
        yield from (f"{head} leaves out {what}: {ask}" for what in _left_out(settings, found.selectors))
    yield from _misplaced(settings, given, found.facts, head)


def _left_out(settings: Settings, selectors: Sequence[dict[str, Any]]) -> Iterator[str]:
    names = settings.names
    if not records_management(selectors):
        yield "management events, of some service or some direction"
    for bucket in (names.data_bucket, names.ops_bucket):
        if not records_objects(selectors, names.bucket_arn(bucket)):
            yield f"what is done to the objects of {bucket}"


def _misplaced(settings: Settings, given: Given, facts: Mapping[str, Any], head: str) -> Iterator[str]:
    names = settings.names
    wanted = names.regional("logs", f"log-group:{given.log_group}")
    group = str(facts.get("CloudWatchLogsLogGroupArn") or "").removesuffix(":*")
    if given.log_group is not None and group != wanted:
        yield f"{head} writes to {group or 'no log group'}, trail.log_group is {wanted}: name the group it writes to"
    if given.bucket is not None and facts.get("S3BucketName") != given.bucket:
        yield f"{head} writes to the bucket {facts.get('S3BucketName')}, trail.bucket is {given.bucket}: name that one"
