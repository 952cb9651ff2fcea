"""Past windows from CloudTrail's events: opened, ended, closed early, and what was done in them and outside."""

from __future__ import annotations

import json
from typing import Any

from audit.report.windows_text import windows as told
from audit.windows import windows
from components.documents.buckets import ops_bucket
from components.documents.statement import VendorWindow
from components.layout import Names

NAMES = Names.of("e", "eu-west-1", "111122223333", "ops-issued")
VENDOR, ROLE = "381492316447", "arn:aws:iam::381492316447:role/support"
DEPLOYER = "arn:aws:sts::111122223333:assumed-role/deployer/ci"
UNTIL = "2026-06-01T16:00:00Z"
WINDOW = VendorWindow(ROLE, UNTIL, ("automq/logs/",), ("automq/licence/",))


def put(at: str, window: VendorWindow | None, **more: Any) -> dict[str, Any]:
    """The event of a policy of ours that was put, as CloudTrail records it."""
    policy = ops_bucket(NAMES, "vpce-1", "arn:aws:kms:eu-west-1:111122223333:key/1", window)
    identity = {"type": "AssumedRole", "arn": DEPLOYER, "accountId": NAMES.account}
    parameters = {"bucketName": NAMES.ops_bucket, "bucketPolicy": policy}
    return event(at, "PutBucketPolicy", identity, parameters, **more)


def got(at: str, key: str, account: str = VENDOR, **more: Any) -> dict[str, Any]:
    identity = {"type": "AWSAccount", "principalId": "AROAX:s", "accountId": account}
    return event(at, "GetObject", identity, {"bucketName": NAMES.ops_bucket, "key": key}, **more)


def event(at: str, name: str, identity: dict[str, Any], parameters: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "eventID": f"{name}-{at}", "eventTime": at, "eventSource": "s3.amazonaws.com", "eventName": name,
        "userIdentity": identity, "requestParameters": parameters, "sourceIPAddress": "198.51.100.7", **more,
    }  # fmt: skip


def of(*events: dict[str, Any]) -> Any:
    return windows(events, NAMES.ops_bucket, NAMES.account)


def test_a_window_is_told_with_who_opened_it_and_what_was_read() -> None:
    read = got("2026-06-01T13:00:00Z", "automq/logs/c/1")
    refused = got("2026-06-01T14:00:00Z", "automq/secret", errorCode="AccessDenied")
    found = of(refused, put("2026-06-01T12:00:00Z", WINDOW), read, put("2026-06-02T09:00:00Z", None))
    (window,) = found.windows

    assert (window.principal, window.opened, window.until) == (ROLE, "2026-06-01T12:00:00Z", UNTIL)
    assert (window.opened_by, window.closed, window.ends) == (DEPLOYER, "2026-06-02T09:00:00Z", UNTIL)
    assert (window.reads, window.writes) == (("automq/logs/*",), ("automq/licence/*",))
    assert [(a.call, a.key, a.refused) for a in window.acts] == [
        ("GetObject", "automq/logs/c/1", None), ("GetObject", "automq/secret", "AccessDenied"),
    ]  # fmt: skip
    assert found.outside == ()
    assert "  1 calls done, 1 refused" in list(told(found))


def test_a_policy_put_again_continues_its_window_and_a_changed_end_opens_another() -> None:
    longer = VendorWindow(ROLE, "2026-06-01T20:00:00Z", WINDOW.reads)
    found = of(
        put("2026-06-01T12:00:00Z", WINDOW), put("2026-06-01T12:30:00Z", WINDOW), put("2026-06-01T15:00:00Z", longer)
    )
    assert [(w.opened, w.closed, w.ends) for w in found.windows] == [
        ("2026-06-01T12:00:00Z", "2026-06-01T15:00:00Z", "2026-06-01T15:00:00Z"),
        ("2026-06-01T15:00:00Z", None, "2026-06-01T20:00:00Z"),
    ]


def test_what_is_done_before_after_or_by_another_account_is_outside() -> None:
    early, late = got("2026-06-01T11:59:59Z", "a"), got(UNTIL, "b")
    other = got("2026-06-01T13:00:00Z", "c", account="999988887777")
    found = of(early, put("2026-06-01T12:00:00Z", WINDOW), other, late)

    assert [act.key for act in found.outside] == ["a", "c", "b"]
    assert found.windows[0].acts == ()
    assert "! 3 calls of other accounts outside every window" in list(told(found))


def test_a_refused_change_and_another_bucket_open_nothing() -> None:
    elsewhere = put("2026-06-01T12:00:00Z", WINDOW)
    elsewhere["requestParameters"] = {**elsewhere["requestParameters"], "bucketName": "other"}
    assert of(put("2026-06-01T12:00:00Z", WINDOW, errorCode="AccessDenied"), elsewhere).windows == ()


def test_a_grant_without_an_end_is_told_as_one_until_the_policy_is_deleted() -> None:
    statement = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{VENDOR}:root"}, "Action": "s3:*",
                 "Resource": [f"arn:aws:s3:::{NAMES.ops_bucket}", f"arn:aws:s3:::{NAMES.ops_bucket}/*"]}  # fmt: skip
    opening = put("2026-06-01T12:00:00Z", None)
    opening["requestParameters"]["bucketPolicy"] = {"Statement": statement}
    gone = event("2026-07-01T12:00:00Z", "DeleteBucketPolicy", {}, {"bucketName": NAMES.ops_bucket})
    (window,) = of(opening, gone).windows

    assert (window.until, window.ends, window.reads, window.writes) == (None, "2026-07-01T12:00:00Z", ("*",), ("*",))


def test_what_the_events_do_not_cover_is_said_and_never_taken_for_nothing() -> None:
    assert list(told(of())) == [f"No event of CloudTrail was read: nothing is known of windows on {NAMES.ops_bucket}"]
    lines = list(told(of(put("2026-06-01T12:00:00Z", WINDOW))))
    assert lines[-2].startswith("Read: events from 2026-06-01T12:00:00Z to 2026-06-01T12:00:00Z")
    assert "what was read is not known" in lines[-1]
    assert not any("no call of that account" in line for line in lines)


def test_an_event_that_stands_in_two_files_counts_once() -> None:
    read = got("2026-06-01T13:00:00Z", "automq/logs/c/1")
    found = of(put("2026-06-01T12:00:00Z", WINDOW), read, json.loads(json.dumps(read)))
    assert len(found.windows[0].acts) == 1
