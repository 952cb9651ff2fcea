from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from audit.services import cloudwatch

if TYPE_CHECKING:
    from audit.services.row import Row


@pytest.mark.parametrize("row", cloudwatch.ROWS, ids=lambda row: row.name)
def test_a_row_is_a_call_that_botocore_knows(row: Row, shapes: Any) -> None:
    shapes.check(row)


@pytest.mark.parametrize("row", cloudwatch.ROWS, ids=lambda row: row.name)
def test_what_a_row_would_have_shown_is_unknown_when_it_was_denied(row: Row, whole_account: Any) -> None:
    assert whole_account.everything().unknowns() == []
    assert row.permission in {unknown.permission for unknown in whole_account.denied(row).everything().unknowns()}


@pytest.mark.parametrize("row", cloudwatch.ROWS, ids=lambda row: row.name)
def test_what_a_row_would_have_shown_is_unknown_when_it_was_never_asked(row: Row, whole_account: Any) -> None:
    unknowns = whole_account.without(row).everything().unknowns()
    assert (row.permission, "NotCollected") in {(unknown.permission, unknown.code) for unknown in unknowns}


ACCOUNT, REGION = "111122223333", "eu-central-1"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:alerts"


def _alarm(name: str, **more: Any) -> dict[str, Any]:
    return {"AlarmName": name, "AlarmArn": f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:{name}", **more}


def test_an_alarm_names_what_it_watches_and_whom_it_notifies(world: Any) -> None:
    metric = _alarm("m", MetricName="Stops", Namespace="n", ActionsEnabled=True, AlarmActions=[TOPIC], Threshold=1.0)
    composite = _alarm("c", AlarmRule="ALARM(m)", ActionsEnabled=False)
    world.says("cloudwatch:DescribeAlarms", {"MetricAlarms": [metric], "CompositeAlarms": [composite]})
    found = world.described(cloudwatch)
    first, second = (found.nodes[alarm["AlarmArn"]] for alarm in (metric, composite))
    assert [first.properties[name] for name in ("metric", "namespace", "actions", "actions_enabled", "rule")] == [
        "Stops", "n", [TOPIC], True, None,
    ]  # fmt: skip
    assert [second.properties[name] for name in ("metric", "actions", "actions_enabled", "rule")] == [
        None,
        [],
        False,
        "ALARM(m)",
    ]
    assert found.edges == {(metric["AlarmArn"], "notifies", TOPIC)}
    assert TOPIC not in found.nodes


def test_the_row_asks_for_every_type_of_alarm(shapes: Any) -> None:
    row = cloudwatch.ROWS[0]
    assert set(row.params["AlarmTypes"]) == set(shapes.operation(row).input_shape.members["AlarmTypes"].member.enum)
