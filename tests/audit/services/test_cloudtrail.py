from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from audit.model.snapshot import AccountEntry
from audit.services import cloudtrail

if TYPE_CHECKING:
    from audit.services.row import Row


@pytest.mark.parametrize("row", cloudtrail.ROWS, ids=lambda row: row.name)
def test_a_row_is_a_call_that_botocore_knows(row: Row, shapes: Any) -> None:
    shapes.check(row)


@pytest.mark.parametrize("row", cloudtrail.ROWS, ids=lambda row: row.name)
def test_what_a_row_would_have_shown_is_unknown_when_it_was_denied(row: Row, whole_account: Any) -> None:
    assert whole_account.everything().unknowns() == []
    assert row.permission in {unknown.permission for unknown in whole_account.denied(row).everything().unknowns()}


@pytest.mark.parametrize("row", cloudtrail.ROWS, ids=lambda row: row.name)
def test_what_a_row_would_have_shown_is_unknown_when_it_was_never_asked(row: Row, whole_account: Any) -> None:
    unknowns = whole_account.without(row).everything().unknowns()
    assert (row.permission, "NotCollected") in {(unknown.permission, unknown.code) for unknown in unknowns}


ACCOUNT, OTHER, REGION = "111122223333", "444455556666", "eu-central-1"
TRAIL = f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/t"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/k-1"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:trail"
GROUP = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/trail"
ITEM = {
    "Name": "t", "TrailARN": TRAIL, "HomeRegion": REGION, "S3BucketName": "audit", "S3KeyPrefix": "p", "KmsKeyId": KEY,
    "SnsTopicARN": TOPIC, "CloudWatchLogsLogGroupArn": f"{GROUP}:*", "IsMultiRegionTrail": True,
    "IncludeGlobalServiceEvents": True, "LogFileValidationEnabled": True, "IsOrganizationTrail": False,
}  # fmt: skip


def test_a_trail_goes_to_its_sinks(world: Any) -> None:
    selectors = [{"Name": "data", "FieldSelectors": []}]
    world.says("cloudtrail:DescribeTrails", {"trailList": [ITEM]})
    world.says("cloudtrail:GetTrailStatus", {"IsLogging": True}, {"Name": TRAIL})
    world.says("cloudtrail:GetEventSelectors", {"AdvancedEventSelectors": selectors}, {"TrailName": TRAIL})
    found = world.described(cloudtrail)
    properties = dict(found.nodes[TRAIL].properties)
    assert [properties.pop(f"{place}_error") for place in ("delivery", "log_group")] == [None, None]
    assert properties == {
        "bucket": "audit", "prefix": "p", "log_group": GROUP, "key": KEY, "topic": TOPIC, "multi_region": True,
        "global_events": True, "validation": True, "organization": False, "home_region": REGION, "logging": True,
        "selectors": selectors,
    }  # fmt: skip
    assert found.edges == {
        (ACCOUNT, "owns", TRAIL),
        (TRAIL, "logs_to", "arn:aws:s3:::audit"),
        (TRAIL, "logs_to", GROUP),
        (TRAIL, "notifies", TOPIC),
        (TRAIL, "encrypted_with", KEY),
    }


def test_basic_selectors_count_where_there_are_no_advanced_ones(world: Any) -> None:
    world.says("cloudtrail:DescribeTrails", {"trailList": [ITEM]})
    answer = {"AdvancedEventSelectors": [], "EventSelectors": [{"ReadWriteType": "All"}]}
    world.says("cloudtrail:GetEventSelectors", answer, {"TrailName": TRAIL})
    assert world.described(cloudtrail).nodes[TRAIL].properties["selectors"] == [{"ReadWriteType": "All"}]


def test_whether_a_trail_logs_is_unknown_when_its_status_was_denied(world: Any) -> None:
    world.says("cloudtrail:DescribeTrails", {"trailList": [ITEM]})
    world.denies("cloudtrail:GetTrailStatus", {"Name": TRAIL})
    assert world.described(cloudtrail).nodes[TRAIL].properties["logging"].permission == "cloudtrail:GetTrailStatus"


def test_a_shadow_trail_is_described_in_its_home_region_only(world: Any) -> None:
    world.says("cloudtrail:DescribeTrails", {"trailList": [ITEM]}, region="us-east-1")
    world.denies("cloudtrail:GetEventSelectors", {"TrailName": TRAIL}, region="us-east-1")
    assert TRAIL not in world.described(cloudtrail, "us-east-1").nodes


def test_a_shadow_trail_whose_home_was_not_walked_is_described_in_the_first_region(world: Any) -> None:
    for region in (REGION, "us-east-1"):
        world.says("cloudtrail:DescribeTrails", {"trailList": [{**ITEM, "HomeRegion": "ap-south-1"}]}, region=region)
    assert TRAIL in world.described(cloudtrail).nodes
    assert TRAIL not in world.described(cloudtrail, "us-east-1").nodes


def test_an_organisation_trail_is_described_by_its_owner_when_that_was_walked(world: Any) -> None:
    trail = ITEM["TrailARN"].replace(ACCOUNT, OTHER)
    world.says("cloudtrail:DescribeTrails", {"trailList": [{**ITEM, "TrailARN": trail}]})
    assert (world.described(cloudtrail).nodes[trail].account, (OTHER, "owns", trail) in world.described(cloudtrail).edges) == (
        OTHER, True,
    )  # fmt: skip
    world.accounts = (AccountEntry(id=ACCOUNT), AccountEntry(id=OTHER))
    assert trail not in world.described(cloudtrail).nodes


def test_an_event_data_store_is_a_further_copy(world: Any) -> None:
    arn = f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:eventdatastore/s"
    world.says("cloudtrail:ListEventDataStores", {"EventDataStores": [{"EventDataStoreArn": arn, "Name": "lake"}]})
    world.says("cloudtrail:GetEventDataStore", {"KmsKeyId": KEY, "RetentionPeriod": 90}, {"EventDataStore": arn})
    found = world.described(cloudtrail)
    assert (found.nodes[arn].name, found.nodes[arn].properties["retention_days"]) == ("lake", 90)
    assert (arn, "encrypted_with", KEY) in found.edges
