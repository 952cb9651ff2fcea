from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from audit.model.graph import NodeKind
from audit.services import events

if TYPE_CHECKING:
    from audit.services.row import Row


@pytest.mark.parametrize("row", events.ROWS, ids=lambda row: row.name)
def test_a_row_is_a_call_that_botocore_knows(row: Row, shapes: Any) -> None:
    shapes.check(row)


@pytest.mark.parametrize("row", events.ROWS, ids=lambda row: row.name)
def test_what_a_row_would_have_shown_is_unknown_when_it_was_denied(row: Row, whole_account: Any) -> None:
    assert whole_account.everything().unknowns() == []
    assert row.permission in {unknown.permission for unknown in whole_account.denied(row).everything().unknowns()}


@pytest.mark.parametrize("row", events.ROWS, ids=lambda row: row.name)
def test_what_a_row_would_have_shown_is_unknown_when_it_was_never_asked(row: Row, whole_account: Any) -> None:
    unknowns = whole_account.without(row).everything().unknowns()
    assert (row.permission, "NotCollected") in {(unknown.permission, unknown.code) for unknown in unknowns}


ACCOUNT, OTHER, REGION = "111122223333", "444455556666", "eu-central-1"
RULE = f"arn:aws:events:{REGION}:{ACCOUNT}:rule/r"


def _rule(world: Any, **more: Any) -> Any:
    rule = {
        "Name": "r",
        "Arn": RULE,
        "State": "ENABLED",
        "EventBusName": "default",
        "EventPattern": '{"source": ["aws.s3"]}',
    }
    world.says("events:ListEventBuses", {"EventBuses": [{"Name": "default"}]})
    world.says("events:ListRules", {"Rules": [{**rule, **more}]}, {"EventBusName": "default"})
    return world


def test_a_rule_copies_events_to_other_buses_and_accounts_and_notifies_here(world: Any) -> None:
    topic, queue = f"arn:aws:sns:{REGION}:{ACCOUNT}:t", f"arn:aws:sqs:{REGION}:{OTHER}:q"
    bus = f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/b"
    targets = [{"Arn": topic}, {"Arn": queue}, {"Arn": bus}]
    world.says("events:ListTargetsByRule", {"Targets": targets}, {"Rule": "r", "EventBusName": "default"})
    found = _rule(world).described(events)
    assert found.nodes[RULE].properties["pattern"] == {"source": ["aws.s3"]}
    assert {edge for edge in found.edges if edge[0] == RULE} == {
        (RULE, "notifies", topic),
        (RULE, "copies_to", queue),
        (RULE, "copies_to", bus),
    }
    assert topic not in found.nodes


@pytest.mark.parametrize("more", [{"State": "DISABLED"}, {"EventPattern": None, "ScheduleExpression": "rate(1 day)"}])
def test_rules_that_send_no_events_on_are_left_out(world: Any, more: dict[str, Any]) -> None:
    assert _rule(world, **more).described(events).elements == []


def test_unread_buses_leave_one_gap(world: Any) -> None:
    world.denies("events:ListEventBuses")
    assert [(gap.kinds, gap.unknown.permission) for gap in world.described(events).gaps] == [
        ((NodeKind.EVENT_RULE,), "events:ListEventBuses")
    ]
