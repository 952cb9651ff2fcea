"""What each side charges and what it needs, resolved: prices found, counts known. The model takes nothing else."""

from __future__ import annotations

from collections.abc import Mapping  # an alias at run time
from dataclasses import dataclass, field, replace
from decimal import ROUND_CEILING, Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from poc.cost.line import Line
    from stacks.prices import Price

Charges = Mapping[str, "Price"]
"""Prices by name."""


@dataclass(frozen=True, slots=True)
class Confluent:
    """Confluent's side: prices by metric, capacity units on average, and the way clients take to it.

    ``metrics`` are KafkaNumCKUs (a unit and hour), KafkaNetworkWrite and KafkaNetworkRead (a GB), KafkaStorage (a GB
    and hour), KafkaBase (an hour), KafkaPartition (a partition and hour); ``discount`` is the share taken off of them.
    Units follow the load, ``stepped`` in whole ones.
    """

    metrics: Charges
    units: Decimal | None
    stepped: bool = False
    discount: Decimal = Decimal(0)
    network: str = "internet"
    endpoints: int = 0
    further: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class Automq:
    """AutoMQ's own price: by use (``written``, ``read``, ``stored`` a GiB, ``uptime`` an hour) or ``monthly``; or none.

    ``count`` and ``kind`` are the brokers at least and their instance type; a broker holds ``write_each`` bytes a
    second written or ``read_each`` read, and shares of both. ``fixed`` is the footprint that use does not change.
    """

    charges: Charges
    kind: str
    count: int
    write_each: Decimal
    read_each: Decimal
    fixed: tuple[Line, ...] = ()
    further: tuple[Line, ...] = ()
    zones: int = 3


@dataclass(frozen=True, slots=True)
class People:
    """Hours a month that each side takes, the hours of the move, and what an hour costs; None where nobody said."""

    hour: Price | None = None
    confluent: Decimal | None = None
    automq: Decimal | None = None
    move: Decimal | None = None
    both_run: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Terms:
    """Everything but the workload: both sides, AWS's prices, people. ``support`` is AWS's share of its bill."""

    confluent: Confluent
    automq: Automq
    aws: Charges
    instances: Charges
    people: People = field(default_factory=People)
    aws_discount: Decimal = Decimal(0)
    support: Price | None = None

    def confluent_times(self, factor: Decimal) -> Terms:
        """Confluent's prices times a factor."""
        held = self.confluent
        return replace(self, confluent=replace(held, metrics=_times(held.metrics, factor)))

    def units_times(self, factor: Decimal) -> Terms:
        """Confluent's capacity units times a factor of the load."""
        held = self.confluent
        if held.units is None:
            return self
        units = held.units * factor
        whole = units.to_integral_value(ROUND_CEILING) if held.stepped else units
        return replace(self, confluent=replace(held, units=whole))

    def automq_times(self, factor: Decimal) -> Terms:
        """AutoMQ's own prices times a factor."""
        return replace(self, automq=replace(self.automq, charges=_times(self.automq.charges, factor)))

    def people_times(self, factor: Decimal) -> Terms:
        """The hours that AutoMQ's side takes, times a factor."""
        hours = self.people.automq
        return self if hours is None else replace(self, people=replace(self.people, automq=hours * factor))


def _times(charges: Charges, factor: Decimal) -> Charges:
    return {
        name: price.model_copy(
            update={
                "usd": price.usd * factor,
                "tiers": tuple(tier.model_copy(update={"usd": tier.usd * factor}) for tier in price.tiers),
            }
        )
        for name, price in charges.items()
    }
