"""AWS CloudFormation: stacks and the service roles they act as."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audit.model.graph import Node, NodeKind
from audit.services.facts import tags
from audit.services.row import Row
from audit.services.runs_as import if_trusted, runs_as

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.services.facts import Element, Facts

_STACKS = "cloudformation:DescribeStacks"

ROWS = (
    Row(
        "cloudformation",
        "DescribeStacks",
        _STACKS,
        "which stacks there are, and as which roles whoever changes their templates can act",
        **if_trusted("cloudformation", "cloudformation"),
    ),
)


def describe(facts: Facts) -> Iterator[Element]:
    """Stacks with their service role; their parameters are redacted by the collector."""
    yield from facts.described(_STACKS, "Stacks", (NodeKind.STACK,), _stack)


def _stack(facts: Facts, item: dict[str, Any], record: str) -> Iterator[Element]:
    arn = item["StackId"]
    properties = {
        "role": item.get("RoleARN"),
        "status": item.get("StackStatus"),
        "parent": item.get("ParentId"),
        "tags": tags(item),
    }
    yield Node(arn, NodeKind.STACK, item["StackName"], facts.account, facts.region, properties, (record,))
    yield from runs_as(facts, arn, item.get("RoleARN"), record)
