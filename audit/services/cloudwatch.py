"""CloudWatch: alarms and whom they notify."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audit.model.graph import Edge, EdgeKind, Gap, Node, NodeKind
from audit.model.snapshot import GLOBAL
from audit.services.receivers import receiver
from audit.services.row import Detail, Row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.model.facts import Fact
    from audit.services.facts import Facts

_ALARMS = "[MetricAlarms, CompositeAlarms, LogAlarms][]"
# Without types, AWS answers with metric alarms alone.
_TYPES = ("MetricAlarm", "CompositeAlarm", "LogAlarm")

ROWS: tuple[Row, ...] = (
    Row("cloudwatch", "DescribeAlarms", "cloudwatch:DescribeAlarms", "what is watched, and who hears of it",
        params={"AlarmTypes": list(_TYPES)},
        leads={Detail.TOPIC: f"{_ALARMS}.AlarmActions[] | [?contains(@, ':sns:')]"}),
)  # fmt: skip


def describe(facts: Facts) -> Iterator[Node | Edge | Gap]:
    """Every alarm of the account in the region."""
    if facts.region != GLOBAL:
        yield from facts.described("cloudwatch:DescribeAlarms", _ALARMS, (NodeKind.ALARM,), _alarm)


def _alarm(facts: Facts, alarm: dict[str, Any], record: str) -> Iterator[Node | Edge]:
    """``rule`` is a composite alarm's; ``actions`` are those of the ALARM state."""
    arn, actions = alarm["AlarmArn"], alarm.get("AlarmActions") or []
    properties: dict[str, Fact] = {
        "metric": alarm.get("MetricName"),
        "namespace": alarm.get("Namespace"),
        "dimensions": alarm.get("Dimensions") or [],
        "metrics": alarm.get("Metrics") or [],
        "rule": alarm.get("AlarmRule"),
        "threshold": alarm.get("Threshold"),
        "comparison": alarm.get("ComparisonOperator"),
        "missing_data": alarm.get("TreatMissingData"),
        "actions": actions,
        "actions_enabled": bool(alarm.get("ActionsEnabled")),
    }
    yield Node(arn, NodeKind.ALARM, alarm["AlarmName"], facts.account, facts.region, properties, (record,))
    for action in actions:
        yield from receiver(action, record)
        yield Edge(arn, action, EdgeKind.NOTIFIES, {}, (record,))
