"""AWS Step Functions: state machines and the roles they act as."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from audit.model.graph import Node, NodeKind
from audit.services.row import Row
from audit.services.runs_as import if_trusted, runs_as

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.services.facts import Element, Facts

_states = partial(Row, "stepfunctions")
_MACHINES, _MACHINE = "stepfunctions:ListStateMachines", "stepfunctions:DescribeStateMachine"

ROWS = (
    _states(
        "ListStateMachines",
        "states:ListStateMachines",
        "which state machines there are",
        **if_trusted("states", "states"),
    ),
    _states(
        "DescribeStateMachine",
        "states:DescribeStateMachine",
        "as which role whoever changes a state machine can act; its definition is left out",
        params={"includedData": "METADATA_ONLY"},
        parent=_MACHINES,
        each="stateMachines[].{stateMachineArn: stateMachineArn}",
    ),
)


def describe(facts: Facts) -> Iterator[Element]:
    """State machines with their role."""
    yield from facts.described(_MACHINES, "stateMachines", (NodeKind.STATE_MACHINE,), _machine)


def _machine(facts: Facts, item: dict[str, Any], record: str) -> Iterator[Element]:
    arn = item["stateMachineArn"]
    role = facts.value(_MACHINE, "roleArn", {"stateMachineArn": arn})
    properties = {"role": role, "type": item.get("type")}
    yield Node(arn, NodeKind.STATE_MACHINE, item["name"], facts.account, facts.region, properties, (record,))
    yield from runs_as(facts, arn, role, record)
