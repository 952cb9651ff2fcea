"""A trail that the settings name is taken when it records what the environment's own would."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from audit.model.errors import SettingsError
from components.documents.event_selectors import event_selectors
from stacks.existing import look_up, trail
from stacks.existing.trail import Trail

if TYPE_CHECKING:
    from collections.abc import Callable

    from stacks.rehearsal.emulator import Emulator
    from stacks.settings import Settings

ARN = "arn:aws:cloudtrail:us-east-1:111122223333:trail/example-security"
GROUP = "arn:aws:logs:us-east-1:111122223333:log-group:/example/security/trail:*"
FACTS = {
    "TrailARN": ARN,
    "S3BucketName": "example-security-trail",
    "IsMultiRegionTrail": True,
    "IncludeGlobalServiceEvents": True,
    "CloudWatchLogsLogGroupArn": GROUP,
}
DATA, OPS = "arn:aws:s3:::example-streaming-records", "arn:aws:s3:::example-streaming-operations"
WHOLE = event_selectors([DATA, OPS], "arn:aws:s3:::example-streaming-audit")
MANAGEMENT = WHOLE[:1]


def test_a_trail_that_is_on_and_records_objects_and_management_is_taken(own_with: Callable[..., Settings]) -> None:
    assert trail.problems(own_with(), Trail(FACTS, logging=True, selectors=WHOLE)) == []


def test_what_its_owner_keeps_to_itself_is_left_to_the_audit(own_with: Callable[..., Settings]) -> None:
    assert trail.problems(own_with(), Trail(FACTS, logging=None, selectors=None)) == []


@pytest.mark.parametrize(("found", "words"), [
    (Trail(None), "is not there: name a trail that records 111122223333"),
    (Trail(FACTS, logging=False, selectors=WHOLE), "is off: let its owner do what `byoc requests STACK` prints"),
    (Trail({**FACTS, "IsMultiRegionTrail": False}, logging=True, selectors=WHOLE), "leaves out other regions or global services"),
    (Trail(FACTS, logging=True, selectors=event_selectors([DATA], "arn:aws:s3:::x")), "leaves out what is done to the objects of example-streaming-operations"),
    (Trail(FACTS, logging=True, selectors=WHOLE[1:]), "leaves out management events, of some service or some direction"),
    (Trail({**FACTS, "CloudWatchLogsLogGroupArn": None}, logging=True, selectors=WHOLE), "writes to no log group, trail.log_group is "),
    (Trail({**FACTS, "S3BucketName": "another"}, logging=True, selectors=WHOLE), "writes to the bucket another, trail.bucket is example-security-trail"),
])  # fmt: skip
def test_a_trail_that_leaves_something_out_is_refused_in_one_sentence(
    own_with: Callable[..., Settings], found: Trail, words: str
) -> None:
    (problem,) = trail.problems(own_with(), found)
    assert problem.startswith(f"trail.existing {ARN} ")
    assert words in problem


def test_one_that_records_no_objects_is_told_bucket_by_bucket(own_with: Callable[..., Settings]) -> None:
    told = trail.problems(own_with(), Trail(FACTS, logging=True, selectors=MANAGEMENT))
    assert [problem.rpartition("objects of ")[2].partition(":")[0] for problem in told] == [
        "example-streaming-records", "example-streaming-operations",
    ]  # fmt: skip


def test_a_trail_that_is_not_there_stops_the_program(own_account: Emulator, own_with: Callable[..., Settings]) -> None:
    absent = ARN.replace("example-security", "nobodys")
    look_up(own_with())
    with pytest.raises(SettingsError) as caught:
        look_up(own_with(trail={"existing": absent}))
    assert str(caught.value) == f"trail.existing {absent} is not there: name a trail that records 111122223333"


@pytest.mark.parametrize(("changes", "words"), [
    ({"trail": {"log_group": None, "bucket": None}}, "has no place: name its trail.log_group or its trail.bucket"),
    ({"trail": {"existing": "example-security"}}, "trail.existing"),
    ({"trail": {"bucket": "example-streaming-records"}}, "is a bucket of the environment"),
    ({"roles": {"existing": ["console", "data-plane", "trail-to-logs"]}}, "leave it or trail out"),
])  # fmt: skip
def test_settings_of_the_trail_that_cannot_be_are_refused(
    own_with: Callable[..., Settings], changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        own_with(**changes)
    assert words in str(caught.value)
