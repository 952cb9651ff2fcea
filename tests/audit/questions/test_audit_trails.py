"""Where logs are kept, how long, who can delete them and who hears alarms: one fact changed, one claim follows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from audit.model.graph import EdgeKind, NodeKind
from audit.model.verdict import Verdict
from audit.questions import signals

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Toy

    from audit.model.verdict import Claim

ACCOUNT, REGION = "111111111111", "us-east-1"
BUCKET, LOGS = "arn:aws:s3:::data", "arn:aws:s3:::logs"
CONSOLE = f"arn:aws:iam::{ACCOUNT}:role/console"
TRAIL, GROUP = f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/t", f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/trail"
ALARM, TOPIC = f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:a", f"arn:aws:sns:{REGION}:{ACCOUNT}:topic"
FLOW, QUERIES = f"arn:aws:ec2:{REGION}:{ACCOUNT}:vpc-flow-log/fl-1", f"arn:aws:route53resolver:{REGION}:{ACCOUNT}:log/1"


def _expiring(**expiration: Any) -> list[dict[str, Any]]:
    return [{"Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": expiration}]


def _selecting(*fields: dict[str, Any]) -> list[dict[str, Any]]:
    """Advanced selectors of all management events, and of data events with these fields."""
    data = [{"Field": "eventCategory", "Equals": ["Data"]}, {"Field": "resources.type", "Equals": ["AWS::S3::Object"]}]
    management = {"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]}
    return [management, {"FieldSelectors": [*data, *fields]}]


def _of_data(**more: Any) -> dict[str, Any]:
    return {"Field": "resources.ARN", "StartsWith": [f"{BUCKET}/"], **more}


def _broken(toy: Toy) -> list[tuple[str, str]]:
    found = [claim for claim in toy.claims("audit_trails") if claim.verdict is Verdict.BROKEN]
    assert all(claim.path for claim in found), found
    return [(claim.reason, claim.subject) for claim in found]


def test_in_an_environment_that_is_whole_everything_holds(toy: Toy) -> None:
    claims = toy.claims("audit_trails")

    assert {claim.verdict for claim in claims} == {Verdict.HOLDS}
    assert {claim.reason for claim in claims} == {
        "emitted", "sink_ready", "retained", "reviewed", "declared_access", "alarm_set",
    }  # fmt: skip


BROKEN: dict[str, tuple[Callable[[Toy], object], list[tuple[str, str]]]] = {
    "a flow log of another VPC": (lambda toy: toy.fact(FLOW, resource="vpc-2"), [("signal_not_emitted", LOGS)]),
    "a flow log of accepted packets": (lambda toy: toy.fact(FLOW, traffic="ACCEPT"), [("signal_not_emitted", LOGS)]),
    "a flow log that is not active": (lambda toy: toy.fact(FLOW, status="INACTIVE"), [("signal_not_emitted", LOGS)]),
    "a flow log to elsewhere": (lambda toy: toy.drop(EdgeKind.LOGS_TO, FLOW), [("signal_not_emitted", LOGS)]),
    "queries of another VPC": (lambda toy: toy.fact(QUERIES, vpcs=["vpc-2"]), [("signal_not_emitted", GROUP)]),
    "a stopped trail": (lambda toy: toy.fact(TRAIL, logging=False), [("signal_not_emitted", TRAIL)] * 2),
    "a trail of one region": (lambda toy: toy.fact(TRAIL, multi_region=False), [("signal_not_emitted", TRAIL)]),
    "accesses that nobody logs": (lambda toy: toy.fact(BUCKET, logging=None), [("signal_not_emitted", BUCKET)]),
    "accesses logged elsewhere": (
        lambda toy: toy.fact(BUCKET, logging={"bucket": "theirs", "prefix": ""}), [("signal_not_emitted", BUCKET)],
    ),
    "a log group that keeps too little": (
        lambda toy: toy.fact(GROUP, retention_days=89), [("retention_too_short", GROUP)] * 5,
    ),
    "a bucket that expires too early": (
        lambda toy: toy.fact(LOGS, lifecycle=_expiring(Days=89)), [("retention_too_short", LOGS)] * 2,
    ),
    "a bucket that expires on a date": (
        lambda toy: toy.fact(LOGS, lifecycle=_expiring(Date="2030-01-01T00:00:00Z")),
        [("retention_too_short", LOGS)] * 2,
    ),
    "somebody who can delete the logs": (
        lambda toy: toy.can(CONSOLE, EdgeKind.CAN_DESTROY, GROUP), [("sink_writable", CONSOLE)] * 5,
    ),
    "a copy to another account": (
        lambda toy: toy.edge(GROUP, EdgeKind.COPIES_TO, "arn:aws:kinesis:us-east-1:999999999999:stream/s"),
        [("sink_outside_account", GROUP)] * 5,
    ),
    "alarms that do not exist": (lambda toy: toy.say(alarms=["a", "b"]), [("alarm_missing", "b")]),
    "an alarm whose actions are off": (lambda toy: toy.fact(ALARM, actions_enabled=False), [("alarm_silent", ALARM)]),
    "an alarm without a topic": (lambda toy: toy.drop(EdgeKind.NOTIFIES, ALARM), [("alarm_silent", ALARM)]),
    "a topic that nobody hears": (lambda toy: toy.fact(TOPIC, subscriptions=[]), [("alarm_silent", ALARM)]),
    "a topic whose subscriber has not confirmed": (
        lambda toy: toy.fact(TOPIC, subscriptions=[{"SubscriptionArn": "PendingConfirmation"}]),
        [("alarm_silent", ALARM)],
    ),
    "an alarm that no filter feeds": (lambda toy: toy.fact(GROUP, metric_filters=[]), [("alarm_silent", ALARM)]),
}  # fmt: skip


@pytest.mark.parametrize("name", list(BROKEN))
def test_one_fact_breaks_what_rests_on_it(name: str, toy: Toy) -> None:
    change, expected = BROKEN[name]
    change(toy)

    assert _broken(toy) == expected


def test_a_duty_without_owner_leaves_its_signals_unreviewed(toy: Toy) -> None:
    owners = toy.contract.model_dump(mode="json")["owners"]
    toy.say(owners={duty: owner for duty, owner in owners.items() if duty != "alerts"})

    assert {reason for reason, _ in _broken(toy)} == {"unreviewed"}


def test_a_filter_on_a_group_that_gets_nothing_feeds_no_alarm(toy: Toy) -> None:
    filters = toy.nodes[GROUP].properties["metric_filters"]
    toy.fact(GROUP, metric_filters=[]).node(f"{GROUP}-stray", NodeKind.LOG_GROUP, "stray", metric_filters=filters)

    assert _broken(toy) == [("alarm_silent", ALARM)]


@pytest.mark.parametrize(
    "selectors",
    [
        _selecting(),
        _selecting(_of_data(), {"Field": "readOnly", "Equals": ["true", "false"]}),
        [*_selecting(_of_data(), {"Field": "readOnly", "Equals": ["true"]}),
         *_selecting(_of_data(), {"Field": "readOnly", "NotEquals": ["true"]})],
        [{"ReadWriteType": "All", "DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}]}],
        [{"DataResources": [{"Type": "AWS::S3::Object", "Values": [f"{BUCKET}/"]}]}],
    ],
)  # fmt: skip
def test_selectors_of_all_object_events_record_them(selectors: list[dict[str, Any]], toy: Toy) -> None:
    toy.fact(TRAIL, selectors=selectors)

    assert _broken(toy) == []


@pytest.mark.parametrize(
    "selectors",
    [
        _selecting()[:1],
        _selecting(_of_data(), {"Field": "readOnly", "Equals": ["true"]}),
        _selecting(_of_data(), {"Field": "readOnly", "NotEquals": ["false"]}),
        _selecting(_of_data(), {"Field": "eventName", "Equals": ["GetObject"]}),
        _selecting({"Field": "resources.ARN", "NotStartsWith": [f"{BUCKET}/"]}),
        _selecting({"Field": "resources.ARN", "StartsWith": [f"{BUCKET}/some/"]}),
        _selecting({"Field": "resources.ARN", "StartsWith": [f"{BUCKET}-other/"]}),
        [{"DataResources": [{"Type": "AWS::Lambda::Function", "Values": ["arn:aws:lambda"]}]}],
        [{"ReadWriteType": "WriteOnly", "DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}]}],
    ],
)
def test_selectors_that_leave_object_events_out_do_not(selectors: list[dict[str, Any]], toy: Toy) -> None:
    toy.fact(TRAIL, selectors=selectors)
    texts = [claim.text for claim in toy.claims("audit_trails") if claim.verdict is Verdict.BROKEN]

    assert any("selects no data events of data-bucket" in text for text in texts)


@pytest.mark.parametrize(
    ("selector", "recorded"),
    [
        ({}, True),
        ({"IncludeManagementEvents": False}, False),
        ({"ReadWriteType": "WriteOnly"}, False),
        ({"ExcludeManagementEventSources": ["kms.amazonaws.com"]}, False),
        ({"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]}, True),
        (
            {
                "FieldSelectors": [
                    {"Field": "eventCategory", "Equals": ["Management"]},
                    {"Field": "eventSource", "NotEquals": ["kms.amazonaws.com"]},
                ]
            },
            False,
        ),
    ],
)
def test_management_events_of_every_service_and_both_directions_are_asked(
    selector: dict[str, Any], *, recorded: bool, toy: Toy
) -> None:
    toy.fact(TRAIL, selectors=[selector, *_selecting(_of_data())[1:]])
    broken = [claim for claim in toy.claims("audit_trails") if claim.text.startswith("management events are not")]

    assert (broken == []) is recorded


@pytest.mark.parametrize(
    ("node", "fact"),
    [
        (GROUP, "retention_days"), (GROUP, "metric_filters"), (GROUP, "subscriptions"), (LOGS, "lifecycle"),
        (LOGS, "replication"), (TRAIL, "logging"), (TRAIL, "selectors"), (QUERIES, "vpcs"), (BUCKET, "logging"),
        (TOPIC, "subscriptions"),
    ],
)  # fmt: skip
def test_a_fact_that_could_not_be_read_is_unknown_and_named(node: str, fact: str, toy: Toy) -> None:
    before = {claim.text for claim in toy.claims("audit_trails")}
    toy.fact(node, **{fact: ...})
    more = [claim for claim in toy.claims("audit_trails") if claim.text not in before]

    assert more
    assert {(claim.verdict, claim.missing) for claim in more} == {(Verdict.UNKNOWN, (f"x:Read{fact}",))}


@pytest.mark.parametrize("kind", [NodeKind.LOG_GROUP, NodeKind.ALARM, NodeKind.TRAIL, NodeKind.FLOW_LOG])
def test_a_listing_that_could_not_be_read_breaks_nothing(kind: NodeKind, toy: Toy) -> None:
    before = {claim.text for claim in toy.claims("audit_trails")}
    toy.gap(kind)
    more = [claim for claim in toy.claims("audit_trails") if claim.text not in before]

    assert more
    assert {(claim.verdict, claim.missing) for claim in more} == {(Verdict.UNKNOWN, ("x:List",))}


def test_a_sink_in_another_account_holds_what_is_sent_and_its_readers_are_unknown(toy: Toy) -> None:
    del toy.nodes[LOGS]
    claims = [claim for claim in toy.claims("audit_trails") if claim.subject == LOGS]

    assert {(claim.verdict, claim.reason) for claim in claims} == {
        (Verdict.HOLDS, "emitted"), (Verdict.HOLDS, "reviewed"), (Verdict.UNKNOWN, "not_in_snapshot"),
    }  # fmt: skip


def test_that_nobody_reviews_a_signal_is_told_where_its_place_was_not_read_too(toy: Toy) -> None:
    del toy.nodes[LOGS]
    toy.gap(NodeKind.BUCKET).say(owners={})

    assert LOGS in {claim.subject for claim in toy.claims("audit_trails") if claim.reason == "unreviewed"}


def test_an_owner_without_a_name_reviews_nothing(toy: Toy) -> None:
    toy.say(owners={duty: {"team": " ", "contact": "x@example.com"} for duty in ("alerts", "support")})

    assert "unreviewed" in {claim.reason for claim in toy.claims("audit_trails")}


def test_the_readers_of_a_bucket_that_the_contract_does_not_name_are_unknown(toy: Toy) -> None:
    buckets = toy.contract.model_dump(mode="json")["buckets"]
    toy.say(buckets={"data-bucket": buckets["data-bucket"]})
    unknown = [claim for claim in toy.claims("audit_trails") if claim.verdict is not Verdict.HOLDS]

    assert {(claim.verdict, claim.reason, claim.subject) for claim in unknown} == {
        (Verdict.UNKNOWN, "not_declared", LOGS)
    }


def test_what_a_draft_leaves_out_is_not_known_to_be_missing(toy: Toy) -> None:
    toy.say(log_sinks=[], alarms=[], vendor_access={"reviewed": False})
    claims = toy.claims("audit_trails")

    assert {claim.subject for claim in claims} == set(signals.EMITTERS)
    assert {(claim.verdict, claim.reason) for claim in claims} == {(Verdict.UNKNOWN, "not_reviewed")}


BROKERS = f"arn:aws:iam::{ACCOUNT}:role/brokers"


def _cleaned(toy: Toy, **facts: Any) -> list[Claim]:
    """What is said of how long the brokers' logs stay in a bucket that the brokers may delete from."""
    sinks = [sink.model_dump() for sink in toy.contract.log_sinks if sink.signal != "brokers"]
    mine = {"signal": "brokers", "kind": "bucket", "name": "logs", "retention_days": 30, "reviewed_by": "alerts"}
    toy.say(log_sinks=[*sinks, mine]).can(BROKERS, EdgeKind.CAN_DESTROY, LOGS).fact(LOGS, **facts)
    told = ("brokers in logs: ", "whether logs keeps what is deleted")
    return [c for c in toy.claims("audit_trails") if c.text.startswith(told) and c.reason != "reviewed"]


def _noncurrent(days: int) -> list[dict[str, Any]]:
    return [{"Status": "Enabled", "NoncurrentVersionExpiration": {"NoncurrentDays": days}}]


@pytest.mark.parametrize(
    "facts", [{"versioning": None}, {"versioning": "Suspended"}, {"versioning": "Enabled", "lifecycle": _noncurrent(2)}]
)
def test_logs_that_brokers_may_delete_are_not_kept_however_long_the_bucket_would(
    facts: dict[str, Any], toy: Toy
) -> None:
    (claim,) = _cleaned(toy, **facts)

    assert (claim.verdict, claim.reason) == (Verdict.BROKEN, "log_deleted_by_writer")
    assert claim.path[0].node == BROKERS


@pytest.mark.parametrize("rules", [[], _noncurrent(30)])
def test_logs_whose_versions_stay_are_kept(rules: list[dict[str, Any]], toy: Toy) -> None:
    (claim,) = _cleaned(toy, versioning="Enabled", lifecycle=rules)

    assert (claim.verdict, claim.reason) == (Verdict.HOLDS, "retained")


@pytest.mark.parametrize("unread", ["versioning", "lifecycle"])
def test_whether_versions_stay_is_unknown_where_it_was_not_read(unread: str, toy: Toy) -> None:
    (claim,) = _cleaned(toy, **{"versioning": "Enabled", "lifecycle": [], unread: ...})

    assert (claim.verdict, claim.missing) == (Verdict.UNKNOWN, (f"x:Read{unread}",))
