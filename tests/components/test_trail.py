from typing import Any

from components.documents.event_selectors import event_selectors
from components.trail import Trail, TrailArgs

DATA, OPS, AUDIT = "arn:aws:s3:::data", "arn:aws:s3:::ops", "arn:aws:s3:::audit"


def test_the_trail_covers_every_region_and_its_files_are_validated(declare: Any) -> None:
    args = TrailArgs("automq-e", "audit", "trail", AUDIT, [DATA, OPS], "arn:key", "arn:group", "arn:role")
    (trail,) = declare(lambda: Trail("trail", args)).of("Trail")
    assert all(
        trail[flag]
        for flag in ("isMultiRegionTrail", "includeGlobalServiceEvents", "enableLogFileValidation", "enableLogging")
    )
    assert (trail["kmsKeyId"], trail["cloudWatchLogsGroupArn"]) == ("arn:key", "arn:group:*")
    assert (trail["s3BucketName"], trail["cloudWatchLogsRoleArn"]) == ("audit", "arn:role")
    assert trail["s3KeyPrefix"] == "trail"
    named = [
        (one["name"], [field["field"] for field in one["fieldSelectors"]]) for one in trail["advancedEventSelectors"]
    ]
    asked = event_selectors([DATA, OPS], AUDIT)
    assert named == [(one["Name"], [field["Field"] for field in one["FieldSelectors"]]) for one in asked]


def fields(selector: Any) -> Any:
    return {f["Field"]: f.get("Equals", f.get("StartsWith")) for f in selector["FieldSelectors"]}


def test_every_object_event_of_the_record_buckets_is_logged() -> None:
    records = fields(event_selectors([DATA, OPS], AUDIT)[1])
    assert records["resources.ARN"] == [f"{DATA}/", f"{OPS}/"]
    assert "eventName" not in records


def test_a_delivery_into_the_audit_bucket_does_not_log_itself() -> None:
    logs = fields(event_selectors([DATA, OPS], AUDIT)[2])
    assert logs["resources.ARN"] == [f"{AUDIT}/"]
    assert {"GetObject", "DeleteObject"} <= set(logs["eventName"])
    assert "PutObject" not in logs["eventName"]


def test_management_events_are_logged_without_exception() -> None:
    assert fields(event_selectors([DATA], AUDIT)[0]) == {"eventCategory": ["Management"]}
