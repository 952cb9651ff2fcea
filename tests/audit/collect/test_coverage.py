from __future__ import annotations

from audit.collect.coverage import Coverage, coverage
from audit.model.snapshot import AccountEntry, Manifest, Record, Snapshot, Unreadable


def test_calls_are_counted_by_account_region_and_operation() -> None:
    policy = ("111122223333", "global", "s3", "GetBucketPolicy")
    records = (
        Record(*policy, {"Bucket": "a"}, {"Policy": "{}"}),
        Record(*policy, {"Bucket": "b"}, absent="NoSuchBucketPolicy"),
        Record(*policy, {"Bucket": "c"}, unreadable=Unreadable("AccessDenied", "s3:GetBucketPolicy")),
        Record(*policy, {"Bucket": "d"}, unreadable=Unreadable("SlowDown", "s3:GetBucketPolicy")),
        Record("111122223333", "eu-central-1", "ec2", "DescribeVpcs", {}, {"Vpcs": []}),
    )
    caller = {"Account": "111122223333"}
    manifest = Manifest(
        taken_at="2026-11-23T00:00:00Z", caller=caller, accounts=(AccountEntry(id="111122223333"),), regions=()
    )

    assert coverage(Snapshot(manifest, records)) == [
        Coverage("111122223333", "eu-central-1", "ec2:DescribeVpcs", 1, 0, 0),
        Coverage(
            "111122223333", "global", "s3:GetBucketPolicy", 1, 1, 2,
            ("AccessDenied", "SlowDown"), ("s3:GetBucketPolicy",),
        ),
    ]  # fmt: skip
