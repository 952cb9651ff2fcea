"""Global Accelerator: takes internet packets into private subnets of a VPC that has an internet gateway."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audit.model.graph import Node, NodeKind
from audit.services.row import Row, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.services.facts import Element, Facts

_ACCELERATORS = "globalaccelerator:ListAccelerators"

ROWS = (
    Row(
        "globalaccelerator",
        "ListAccelerators",
        _ACCELERATORS,
        "whether internet packets may enter by an accelerator",
        Scope.GLOBAL,
    ),
)


def describe(facts: Facts) -> Iterator[Element]:
    """Accelerators as entrances; which VPC each leads to is not said by the listing, so ``vpc`` is None."""
    yield from facts.described(_ACCELERATORS, "Accelerators", (NodeKind.ENTRANCE,), _accelerator)


def _accelerator(facts: Facts, item: dict[str, Any], record: str) -> Iterator[Element]:
    arn = item["AcceleratorArn"]
    properties = {
        "type": "global_accelerator",
        "vpc": None,
        "enabled": item.get("Enabled"),
        "state": item.get("Status"),
    }
    yield Node(arn, NodeKind.ENTRANCE, item.get("Name") or arn, facts.account, facts.region, properties, (record,))
