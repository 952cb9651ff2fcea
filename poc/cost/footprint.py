"""The fixed footprint of a stack as lines of AutoMQ's side: endpoints, keys, console, alarms."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from poc.cost.line import Factor, Group, Line
from poc.cost.volume import HOURS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks.settings import Settings


def footprint(settings: Settings, discount: Decimal) -> Iterator[Line]:
    """What the footprint of these settings costs whatever is written; ``discount`` is AWS's."""
    from stacks.cost import estimate  # noqa: PLC0415  # it needs what the extra deploy brings

    for part in estimate(settings).lines:
        if part.usage_based:
            continue
        price = part.price
        hourly = price is None or price.per == "hour"
        factors = (
            Factor("quantity", Decimal(str(part.quantity)), part.unit),
            *((Factor("hours", HOURS, "h"),) if hourly else ()),
        )
        unit = f"{price.per}s" if price is not None else "hours"
        lacks = "add its price to stacks/prices.yaml"
        yield Line(Group.FOOTPRINT, part.component, factors, unit, price, lacks, discount=discount)
