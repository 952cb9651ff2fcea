from __future__ import annotations

from typing import Any

from audit.model.facts import Unknown
from audit.services.reading import document, evidence, tags, then, whole

UNKNOWN = Unknown("s3:GetBucketPolicy", "AccessDenied", "r")
BUCKET = {"Bucket": "b"}


def test_only_a_value_is_changed() -> None:
    assert (then(2, lambda value: value + 1), then(None, str), then(UNKNOWN, str)) == (3, None, UNKNOWN)


def test_tags_are_a_dict_or_unknown() -> None:
    assert tags([{"Key": "a", "Value": "b"}, {"Key": "c"}]) == {"a": "b", "c": None}
    assert tags([{"TagKey": "a", "TagValue": "b"}], "TagKey", "TagValue") == {"a": "b"}
    assert (tags(None), tags(UNKNOWN)) == ({}, UNKNOWN)


def test_a_document_is_parsed_absent_or_unknown(world: Any) -> None:
    assert document(world.facts("global"), "s3:GetBucketPolicy", "Policy", BUCKET).code == "NotCollected"
    record = world.says("s3:GetBucketPolicy", {"Policy": '{"a": 1}'}, BUCKET)
    assert document(world.facts("global"), "s3:GetBucketPolicy", "Policy", BUCKET) == {"a": 1}
    world.records.remove(record)
    record = world.says("s3:GetBucketPolicy", {"Policy": "no"}, BUCKET)
    expected = Unknown("s3:GetBucketPolicy", "MalformedDocument", record.id)
    assert document(world.facts("global"), "s3:GetBucketPolicy", "Policy", BUCKET) == expected


def test_a_listing_joins_its_pages(world: Any) -> None:
    world.says("oam:ListLinks", {"Items": [1], "NextToken": "2"})
    world.says("oam:ListLinks", {"Items": [2]}, {"NextToken": "2"})
    assert whole(world.facts(), "oam:ListLinks", "Items") == [1, 2]


def test_a_listing_joins_the_pages_that_markers_lead_to(world: Any) -> None:
    world.says("oam:ListLinks", {"Items": [1], "NextMarker": "2"})
    assert whole(world.facts(), "oam:ListLinks", "Items").code == "Truncated"
    world.says("oam:ListLinks", {"Items": [2]}, {"Marker": "2"})
    assert whole(world.facts(), "oam:ListLinks", "Items") == [1, 2]


def test_a_listing_that_names_its_own_page_again_ends(world: Any) -> None:
    world.says("oam:ListLinks", {"Items": [1], "NextToken": "2"})
    world.says("oam:ListLinks", {"Items": [2], "NextToken": "2"}, {"NextToken": "2"})
    assert whole(world.facts(), "oam:ListLinks", "Items") == [1, 2]


def test_a_missing_page_is_truncated_and_a_denied_one_keeps_its_reason(world: Any) -> None:
    world.says("oam:ListLinks", {"Items": [1], "NextToken": "2"})
    assert whole(world.facts(), "oam:ListLinks", "Items").code == "Truncated"
    world.denies("oam:ListLinks", {"NextToken": "2"})
    assert whole(world.facts(), "oam:ListLinks", "Items").code == "AccessDenied"


def test_evidence_names_each_record_once(world: Any) -> None:
    record = world.says("oam:ListLinks", {})
    assert evidence(record, None, record) == (record.id,)
