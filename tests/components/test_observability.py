from dataclasses import replace
from typing import Any

import pytest

from components.layout import Names
from components.observability import LogStore, Observability
from components.roles import Grants, GrantsArgs, Role, RoleArgs


@pytest.fixture(scope="module")
def declared(declare: Any, plan: Any) -> Any:
    def program() -> None:
        store = LogStore("logs", plan())
        role = Role("trail-to-logs", RoleArgs("automq-trail-to-logs-e", "writes", "{}"))
        Observability("observability", plan(), store, role, Grants("trail-to-logs", GrantsArgs(role.name)))

    return declare(program)


def test_trail_and_flow_logs_expire_on_their_own_days(declared: Any) -> None:
    rules = declared.one("BucketLifecycleConfiguration", "audit")["rules"]
    days = {
        rule["filter"]["prefix"]: rule["expiration"]["days"] for rule in rules if "days" in rule.get("expiration", {})
    }
    assert days == {"trail/": 365, "flow/": 90}


def test_access_logs_expire_and_are_under_the_key_of_s3(declared: Any) -> None:
    rules = declared.one("BucketLifecycleConfiguration", "access-logs")["rules"]
    assert {"days": 90} in [rule.get("expiration") for rule in rules]
    (rule,) = declared.one("BucketServerSideEncryptionConfiguration", "access-logs")["rules"]
    assert rule["applyServerSideEncryptionByDefault"] == {"sseAlgorithm": "AES256"}


def test_the_trail_writes_below_its_prefix_and_into_its_group(declared: Any) -> None:
    (trail,) = declared.of("Trail")
    assert (trail["s3KeyPrefix"], trail["cloudWatchLogsGroupArn"]) == ("trail", "arn:LogGroup/signals-trail:*")
    assert trail["cloudWatchLogsRoleArn"] == "arn:Role/trail-to-logs"


def test_alarms_watch_the_trails_group(declared: Any) -> None:
    assert {found["logGroupName"] for found in declared.of("LogMetricFilter")} == {"/automq/e/trail"}
    assert {topic["name"] for topic in declared.of("Topic")} == {"automq-alarms-e"}


def test_the_audit_locks_days_are_passed_on(declare: Any, plan: Any) -> None:
    declared = declare(lambda: LogStore("logs", plan(audit_lock=30)))
    (lock,) = declared.of("BucketObjectLockConfiguration")
    assert lock["rule"]["defaultRetention"]["days"] == 30


def test_of_a_trail_that_is_there_already_only_the_alarms_are_made_over_its_group(declare: Any, plan: Any) -> None:
    named = Names.of("e", "eu-west-1", "111122223333", "ops-issued")
    arn = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/theirs"

    def over(group: str | None) -> Any:
        given = plan(names=replace(named, given_trail=arn, given_trail_group=group))
        return declare(lambda: Observability("observability", given, LogStore("logs", given), None, None))

    counted = over("/theirs/trail")
    assert counted.of("Trail") == []
    assert {found["logGroupName"] for found in counted.of("LogMetricFilter")} == {"/theirs/trail"}
    assert "/automq/e/trail" not in {group["name"] for group in counted.of("LogGroup")}
    assert [over(None).of(kind) for kind in ("Trail", "LogMetricFilter", "MetricAlarm")] == [[], [], []]
