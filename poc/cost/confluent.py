"""Confluent's side of the model: its billing dimensions, and what AWS charges for the way to it.

The dimensions and their units are those of "Billing Dimensions in Confluent Cloud" (docs.confluent.io); a GB there is
2^30 bytes.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from poc.cost.line import Factor, Group, Line
from poc.cost.volume import HOURS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from poc.cost.assumptions import Values
    from poc.cost.terms import Terms
    from poc.cost.volume import Volume

OWN_LIST = "give prices.confluent.price_list or prices.confluent.costs"
_HOURS = Factor("hours", HOURS, "h")


def lines(terms: Terms, volume: Volume, values: Values) -> Iterator[Line]:
    """The lines of a month."""
    yield from _dimensions(terms, volume, values)
    yield from _way(terms, volume, values)
    yield from terms.confluent.further
    yield hours_of_people(terms, terms.people.confluent, "confluent_hours")


def _dimensions(terms: Terms, volume: Volume, values: Values) -> Iterator[Line]:
    side = terms.confluent
    off = side.discount
    written, read = Factor("written", volume.written, "GiB"), Factor("read", volume.read, "GiB")
    stored, copies = Factor("stored", volume.stored, "GiB"), Factor("copies", values["copies"])
    capacity = Factor("capacity units", side.units or Decimal(0), "CKU or eCKU")
    rows = (
        (Group.SOFTWARE, "Capacity", "KafkaNumCKUs", (capacity, _HOURS), "unit-hours", side.units is not None),
        (Group.TRAFFIC, "Data written", "KafkaNetworkWrite", (written,), "GB", True),
        (Group.TRAFFIC, "Data read", "KafkaNetworkRead", (read,), "GB", True),
        (Group.STORAGE, "Data stored", "KafkaStorage", (stored, copies, _HOURS), "GB-hours", True),
    )
    for group, name, metric, factors, unit, known in rows:
        price = side.metrics.get(metric) if known else None
        lacks = OWN_LIST if known else "say prices.confluent.capacity_units"
        yield Line(group, name, factors, unit, price, lacks, vital=True, discount=off)
    if "KafkaBase" in side.metrics:
        yield Line(Group.SOFTWARE, "Base", (_HOURS,), "hours", side.metrics["KafkaBase"], discount=off)
    if "KafkaPartition" in side.metrics:
        many = Factor("partitions", Decimal(volume.partitions))
        price = side.metrics["KafkaPartition"]
        yield Line(Group.SOFTWARE, "Partitions", (many, _HOURS), "partition-hours", price, discount=off)


def _way(terms: Terms, volume: Volume, values: Values) -> Iterator[Line]:
    """What AWS charges the customer for the way between its VPC and Confluent's."""
    aws, off = terms.aws, terms.aws_discount
    moved = Factor("(written + read)", volume.written + volume.read, "GiB")
    match terms.confluent.network:
        case "private-link":
            many = (
                Factor("endpoints", Decimal(terms.confluent.endpoints)),
                Factor("zones", Decimal(terms.automq.zones)),
            )
            name, price = "Interface endpoints to Confluent", aws["interface_endpoint"]
            yield Line(Group.FOOTPRINT, name, (*many, _HOURS), "hours", price, discount=off)
            data = aws["interface_endpoint_data"]
            yield Line(Group.TRAFFIC, "Endpoint data", (moved,), "GB", data, discount=off)
        case "peered-vpc":
            share = Factor("cross-zone share", values["cross_zone"])
            name, price = "Traffic between zones over the peering", aws["cross_zone"]
            yield Line(Group.TRAFFIC, name, (moved, share), "GB", price, discount=off)
        case "transit-gateway":
            name, price = "Transit gateway attachments", aws["transit_gateway_attachment"]
            each = Factor("attachments", Decimal(terms.confluent.endpoints))
            yield Line(Group.FOOTPRINT, name, (each, _HOURS), "hours", price, discount=off)
            name, price = "Transit gateway data", aws["transit_gateway_data"]
            yield Line(Group.TRAFFIC, name, (moved,), "GB", price, discount=off)
        case _:
            lacks = "it depends on the path of clients to Confluent: add it under prices.confluent.other"
            yield Line(Group.TRAFFIC, "The way to Confluent over the internet", (moved,), "GB", None, lacks)


def hours_of_people(terms: Terms, hours: Decimal | None, setting: str) -> Line:
    """The line of people's time."""
    price = terms.people.hour if hours is not None else None
    lacks = f"say prices.people.{setting}" if hours is None else "say prices.people.hour"
    factors = (Factor("hours of work", hours or Decimal(0), "h"),)
    return Line(Group.PEOPLE, "Running it", factors, "hours", price, lacks)
