from typing import Any

import pytest

from components.alarms import WATCHES, Alarms, AlarmsArgs

PATTERN_LIMIT = 1024


def make() -> Any:
    return Alarms(
        "alarms", AlarmsArgs("automq-e", "automq-alarms-e", "AutoMQ/e", "trail", "arn:key", "{}", ("a@example.com",))
    )


def test_every_watch_counts_events_of_the_trail_and_alarms_on_the_first(declare: Any) -> None:
    declared = declare(make)
    for watch in WATCHES:
        found = declared.one("LogMetricFilter", f"alarms-{watch}")
        alarm = declared.one("MetricAlarm", f"alarms-{watch}")
        assert found["logGroupName"] == "trail"
        assert found["metricTransformation"]["name"] == alarm["metricName"]
        assert found["metricTransformation"]["namespace"] == alarm["namespace"]
        assert (alarm["threshold"], alarm["comparisonOperator"]) == (1, "GreaterThanOrEqualToThreshold")
        assert alarm["alarmActions"] == ["arn:Topic/alarms"]


def test_the_issues_six_dangers_are_watched() -> None:
    assert set(WATCHES) == {
        "bucket-policy-change", "key-policy-change", "trail-stop", "boundary-removal", "security-group-change", "root-use",
    }  # fmt: skip


def test_the_topic_is_encrypted_and_tells_somebody(declare: Any) -> None:
    declared = declare(make)
    assert declared.of("Topic")[0]["kmsMasterKeyId"] == "arn:key"
    (told,) = declared.of("TopicSubscription")
    assert (told["protocol"], told["endpoint"]) == ("email", "a@example.com")


def test_a_break_glass_role_alarms_when_it_is_taken_and_when_it_acts(declare: Any) -> None:
    role = "arn:aws:iam::111122223333:role/break-glass"
    args = AlarmsArgs("automq-e", "automq-alarms-e", "AutoMQ/e", "trail", "arn:key", "{}", break_glass=role)
    declared = declare(lambda: Alarms("alarms", args))
    pattern = declared.one("LogMetricFilter", "alarms-break-glass-use")["pattern"]

    assert pattern.count(role) == 2
    assert "requestParameters.roleArn" in pattern
    assert "sessionContext.sessionIssuer.arn" in pattern
    assert declared.one("MetricAlarm", "alarms-break-glass-use")["alarmActions"] == ["arn:Topic/alarms"]
    assert len(declared.of("MetricAlarm")) == len(WATCHES) + 1


@pytest.mark.parametrize("watch", WATCHES)
def test_patterns_are_within_the_limit_of_cloudwatch(watch: Any) -> None:
    pattern = WATCHES[watch].filter_pattern()
    assert len(pattern) <= PATTERN_LIMIT
    assert (pattern.startswith("{ "), pattern.endswith(" }")) == (True, True)
    assert pattern.count("(") == pattern.count(")")
