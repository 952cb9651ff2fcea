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


@pytest.mark.parametrize("watch", WATCHES)
def test_patterns_are_within_the_limit_of_cloudwatch(watch: Any) -> None:
    pattern = WATCHES[watch].filter_pattern()
    assert len(pattern) <= PATTERN_LIMIT
    assert (pattern.startswith("{ "), pattern.endswith(" }")) == (True, True)
    assert pattern.count("(") == pattern.count(")")
