"""AWS Batch: job definitions and the roles their jobs run as."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jmespath

from audit.model.graph import Node, NodeKind
from audit.services.row import Row
from audit.services.runs_as import if_trusted, runs_as

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.services.facts import Element, Facts

_DEFINITIONS = "batch:DescribeJobDefinitions"
_ROLES = jmespath.compile(
    "[containerProperties.jobRoleArn, nodeProperties.nodeRangeProperties[].container.jobRoleArn,"
    " [ecsProperties, nodeProperties.nodeRangeProperties[].ecsProperties][].taskProperties[].taskRoleArn][]"
)

ROWS = (
    Row(
        "batch",
        "DescribeJobDefinitions",
        _DEFINITIONS,
        "as which roles whoever submits a job can act",
        params={"status": "ACTIVE"},
        # Its jobs run as roles of ECS's; but no queue works without a role that trusts Batch itself.
        **if_trusted("batch", "batch"),
    ),
)


def describe(facts: Facts) -> Iterator[Element]:
    """Active job definitions with the roles of their containers."""
    yield from facts.described(_DEFINITIONS, "jobDefinitions", (NodeKind.JOB_DEFINITION,), _definition)


def _definition(facts: Facts, item: dict[str, Any], record: str) -> Iterator[Element]:
    arn, name = item["jobDefinitionArn"], f"{item['jobDefinitionName']}:{item['revision']}"
    roles = sorted({role for role in _ROLES.search(item) if role})
    yield Node(arn, NodeKind.JOB_DEFINITION, name, facts.account, facts.region, {"roles": roles}, (record,))
    for role in roles:
        yield from runs_as(facts, arn, role, record)
