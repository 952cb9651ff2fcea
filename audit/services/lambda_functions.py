"""AWS Lambda: functions, the roles they run as, and where they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audit.model.graph import Node, NodeKind
from audit.services.row import Row
from audit.services.runs_as import if_trusted, runs_as

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.services.facts import Element, Facts

_FUNCTIONS = "lambda:ListFunctions"

ROWS = (
    Row(
        "lambda",
        "ListFunctions",
        _FUNCTIONS,
        "which functions there are, and as which roles whoever changes their code can act",
        **if_trusted("lambda"),
    ),
)


def describe(facts: Facts) -> Iterator[Element]:
    """Functions with their role, network and layers; their environment is redacted by the collector."""
    yield from facts.described(_FUNCTIONS, "Functions", (NodeKind.FUNCTION,), _function)


def _function(facts: Facts, item: dict[str, Any], record: str) -> Iterator[Element]:
    arn, network = item["FunctionArn"], item.get("VpcConfig") or {}
    properties = {
        "role": item.get("Role"),
        "vpc": network.get("VpcId") or None,
        "subnets": network.get("SubnetIds") or [],
        "groups": network.get("SecurityGroupIds") or [],
        "environment": (item.get("Environment") or {}).get("Variables"),
        "layers": [layer["Arn"] for layer in item.get("Layers") or ()],
        "package": item.get("PackageType"),
    }
    yield Node(arn, NodeKind.FUNCTION, item["FunctionName"], facts.account, facts.region, properties, (record,))
    yield from runs_as(facts, arn, item.get("Role"), record)
