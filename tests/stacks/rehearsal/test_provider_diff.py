"""What an update of one resource would be, from its row alone."""

from __future__ import annotations

from typing import Any

import pytest

from stacks.rehearsal.provider_diff import config_diff, resource_diff
from stacks.rehearsal.types import row, rows

VPC, POLICY = "aws:ec2/vpc:Vpc", "aws:s3/bucketPolicy:BucketPolicy"
PLAIN = {"cidrBlock": "10.0.0.0/16"}


@pytest.mark.parametrize(
    ("token", "old", "new", "changed", "replaced"),
    [
        (VPC, PLAIN, PLAIN, [], []),
        (VPC, PLAIN, {"cidrBlock": "10.1.0.0/16"}, ["cidrBlock"], ["cidrBlock"]),
        (VPC, PLAIN, {**PLAIN, "enableDnsHostnames": True}, ["enableDnsHostnames"], []),
        (VPC, {**PLAIN, "enableDnsHostnames": True}, PLAIN, ["enableDnsHostnames"], ["enableDnsHostnames"]),
        (POLICY, {"bucket": "b", "policy": "{}"}, {"bucket": "b", "policy": "[]"}, ["policy"], []),
        (POLICY, {"bucket": "b", "policy": "{}"}, {"bucket": "c", "policy": "{}"}, ["bucket"], ["bucket"]),
        ("aws:s3/bucket:Bucket", {"bucket": "b"}, {"bucket": "b", "forceDestroy": True}, ["forceDestroy"], []),
        ("aws:cloudwatch/logGroup:LogGroup", {"name": "g", "retentionInDays": 1}, {"name": "g", "retentionInDays": 3}, ["retentionInDays"], []),
        ("aws:iam/role:Role", {"name": "r", "path": "/"}, {"name": "r", "path": "/x/"}, ["path"], ["path"]),
    ],
)  # fmt: skip
def test_a_change_is_made_in_place_only_where_a_call_makes_it(
    token: str, old: dict[str, Any], new: dict[str, Any], changed: list[str], replaced: list[str]
) -> None:
    found = resource_diff(row(token), old, new, {}, None)
    assert list(found.diffs) == changed
    assert list(found.replaces) == replaced


def test_what_keeps_its_name_is_deleted_before_it_is_made_anew() -> None:
    role, vpc = row("aws:iam/role:Role"), row(VPC)
    assert resource_diff(role, {"name": "r", "path": "/"}, {"name": "r", "path": "/x/"}, {}, None).deleteBeforeReplace
    assert not resource_diff(role, {"name": "r"}, {"name": "s"}, {}, None).deleteBeforeReplace
    assert not resource_diff(vpc, PLAIN, {"cidrBlock": "10.1.0.0/16"}, {}, None).deleteBeforeReplace


def test_changed_default_tags_change_every_tagged_resource() -> None:
    old = {"tagsAll": {"kit": "ours"}}
    assert list(resource_diff(row(VPC), PLAIN, PLAIN, old, {"kit": "theirs"}).diffs) == ["tagsAll"]
    assert list(resource_diff(row(VPC), PLAIN, PLAIN, old, {"kit": "ours"}).diffs) == []
    assert list(resource_diff(row(POLICY), {}, {}, {}, {"kit": "ours"}).diffs) == []


def test_a_provider_in_another_region_is_another_provider() -> None:
    assert list(config_diff({"region": "a"}, {"region": "b"}).replaces) == ["region"]
    assert list(config_diff({"region": "a", "version": "1"}, {"region": "a", "version": "2"}).diffs) == []


def test_every_tagged_type_can_change_its_tags() -> None:
    stuck = [
        token
        for token, entry in rows().items()
        if entry.tagged and entry.replacing({"tags": {"a": "b"}}, {"tags": {"a": "c"}})
    ]
    assert stuck == []
