"""AWS Step Functions: state machines and the roles they act as."""

from __future__ import annotations

from functools import partial

from audit.model.graph import NodeKind
from audit.services.row import Row
from audit.services.runs_as import Acting, if_trusted

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
_MACHINE_ROLES = Acting(
    NodeKind.STATE_MACHINE,
    _MACHINES,
    "stateMachines",
    arn="stateMachineArn",
    name="name",
    detail=_MACHINE,
    role="roleArn",
    more={"type": "type"},
)
describe = _MACHINE_ROLES.describe
