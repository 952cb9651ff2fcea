"""From poc.yaml to terms: finds each price, or says that there is none. Files are beside poc.yaml."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

import yaml

from audit.model.errors import UsageError
from poc.cost.assumptions import with_given
from poc.cost.given import UNITS, Asked, Costs, costs, price_list
from poc.cost.line import ONE_MONTH, Factor, Group, Line, number
from poc.cost.model import Model
from poc.cost.terms import Automq, Confluent, People, Terms
from poc.cost.volume import HOURS, Volume
from stacks.prices import STALE_AFTER_DAYS, Price, prices

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from poc.case.model import Case
    from poc.case.prices import AutomqPrices, ConfluentPrices, Other, Prices, Quoted
    from poc.cost.terms import Charges

_APART = Decimal("0.1")
"""How far an invoice's quantity may be from the workload's before it is said."""
_FOLLOWS = {"KafkaNetworkWrite": "written", "KafkaNetworkRead": "read"}


@dataclass(frozen=True, slots=True)
class Resolved:
    """The model, and what must be said beside it."""

    model: Model
    notes: tuple[str, ...]


def resolve(case: Case, given: Prices, folder: Path, fixed: Sequence[Line] = ()) -> Resolved:
    """The model of a case; ``folder`` holds poc.yaml, ``fixed`` is the footprint's. Raises UsageError for bad files."""
    if case.currency != "USD":
        raise UsageError(
            f"the case is in {case.currency}, AWS's list prices are in USD: convert your amounts and set currency: USD"
        )
    listed, volume = prices(), Volume.of(case.workload)
    billed = _billed(given.confluent, folder)
    terms = Terms(
        confluent=_confluent(given.confluent, billed, folder),
        automq=Automq(
            charges=_charges(given.automq),
            kind=given.aws.brokers.instance_type,
            count=given.aws.brokers.at_least,
            write_each=Decimal(str(given.aws.brokers.write_each)),
            read_each=Decimal(str(given.aws.brokers.read_each)),
            fixed=tuple(fixed),
            further=tuple(_other(given.aws.other)),
            zones=given.aws.zones,
        ),
        aws={name: listed.price(name) for name in listed.prices},
        instances={kind: price for kind in listed.instances.usd_an_hour if (price := listed.instance(kind))},
        people=_people(given),
        aws_discount=given.aws.discount_percent / 100,
        support=_support(given),
    )
    assumptions = with_given({name: span.model_dump() for name, span in given.assumptions.items()})
    model = Model(volume, terms, assumptions)
    return Resolved(model, tuple(_notes(model, given, billed)))


def _billed(given: ConfluentPrices | None, folder: Path) -> Costs | None:
    return costs(folder / given.costs, given.cluster) if given is not None and given.costs is not None else None


def _confluent(given: ConfluentPrices | None, billed: Costs | None, folder: Path) -> Confluent:
    if given is None:
        return Confluent({}, None)
    listed = _listed(given, folder)
    metrics = {**listed, **(billed.prices if billed is not None else {})}
    units, discount = given.capacity_units, given.discount_percent / 100
    if billed is not None:
        # What was billed has its discount already, and one share cannot hold for a part of the prices.
        metrics, discount = {**_less(listed, discount), **billed.prices}, Decimal(0)
        used = billed.quantities.get("KafkaNumCKUs")
        units = used / billed.hours if used is not None else units
    return Confluent(
        metrics,
        units,
        stepped=given.cluster_type == "dedicated",
        discount=discount,
        network=given.network,
        endpoints=given.endpoints,
        further=(*_carried(billed), *_priced(given.support, Group.SUPPORT, "Support"), *_other(given.other)),
    )


def _listed(given: ConfluentPrices, folder: Path) -> Charges:
    """The customer's price list, else the weak list of third parties, which does not know every kind of cluster."""
    if given.price_list is not None and given.price_list_date is not None:
        asked = Asked(given.cluster_type, given.availability, given.network)
        return price_list(folder / given.price_list, asked, given.price_list_date)
    return {} if given.costs is not None else weak_list().get(given.cluster_type, {})


@cache
def weak_list() -> dict[str, dict[str, Price]]:
    """List prices that third parties transcribed, by cluster type; storage, listed by the month, by the hour."""
    text = resources.files(__package__).joinpath("confluent_list.yaml").read_text("utf-8")
    found = {}
    for kind, given in yaml.safe_load(text).items():
        amounts = {metric: Decimal(str(usd)) for metric, usd in given["prices"].items()}
        amounts["KafkaStorage"] /= HOURS
        found[kind] = {
            metric: Price(usd=usd, per=UNITS[metric], source=given["source"], basis="weak", date=given["date"])
            for metric, usd in amounts.items()
        }
    return found


def _less(charges: Charges, discount: Decimal) -> Charges:
    return {name: price.model_copy(update={"usd": price.usd * (1 - discount)}) for name, price in charges.items()}


def _carried(billed: Costs | None) -> Iterator[Line]:
    """What was billed beside the cluster's own dimensions, as it was, for a month of 730 hours."""
    if billed is None:
        return
    for line_type, amount in sorted(billed.further.items()):
        source = f"billed {billed.first} to {billed.last}"
        price = Price(usd=Decimal(1), per="USD", source=source, basis="given", date=billed.last)
        factors = (
            Factor("billed", amount, "USD"),
            Factor("hours", HOURS, "h"),
            Factor("hours billed", billed.hours, "h", divides=True),
        )
        group = Group.SUPPORT if line_type == "SUPPORT" else Group.OTHER
        yield Line(group, line_type.replace("_", " ").capitalize(), factors, "USD", price)


def _charges(given: AutomqPrices | None) -> Charges:
    if given is None:
        return {}
    units = {"written": "GiB", "read": "GiB", "stored": "GiB-month", "uptime": "hour", "monthly": "month"}
    return {
        name: Price(usd=amount.amount, per=unit, source=given.source, basis="given", date=given.date)
        for name, unit in units.items()
        if (amount := getattr(given, name)) is not None
    }


def _priced(given: Quoted | None, group: Group, name: str) -> Iterator[Line]:
    if given is not None:
        yield Line(group, name, ONE_MONTH, "months", _price(given, "month"))


def _other(given: Sequence[Other]) -> Iterator[Line]:
    for one in given:
        yield from _priced(one, Group.OTHER, one.name)


def _price(given: Quoted, per: str) -> Price:
    return Price(usd=given.price.amount, per=per, source=given.source, basis="given", date=given.date)


def _people(given: Prices) -> People:
    work = given.people
    hour = _price(work.hour, "hour") if work.hour is not None else None
    both = Decimal(str(work.both_run))
    return People(hour, work.confluent_hours, work.automq_hours, work.migration_hours, both)


def _support(given: Prices) -> Price | None:
    plan = given.aws.support
    if plan is None:
        return None
    return Price(usd=plan.percent / 100, per="USD", source=plan.source, basis="given", date=plan.date)


def _notes(model: Model, given: Prices, billed: Costs | None) -> Iterator[str]:
    side = model.terms.confluent
    if given.confluent is None:
        yield "Confluent's side is not priced: write prices.confluent"
    weak = sorted({price.source for price in side.metrics.values() if price.basis == "weak"})
    if weak:
        yield (
            f"Confluent's prices are WEAK ({'; '.join(weak)}): "
            "give prices.confluent.costs or prices.confluent.price_list"
        )
    recalled = sorted({line.price.source for line in _lines(model) if line.price and line.price.basis == "recalled"})
    if recalled:
        yield f"some of AWS's prices are from memory, read their pages first: {', '.join(recalled)}"
    yield from _aws_notes(model, given)
    for metric, name in _FOLLOWS.items():
        if billed is None or metric not in billed.quantities:
            continue
        month, told = billed.quantities[metric] * HOURS / billed.hours, getattr(model.volume, name)
        if told and abs(month / told - 1) > _APART:
            yield (
                f"the costs say {number(month)} GB {name} in 730 h, the workload {number(told)} GiB: "
                "prices are taken from the costs, amounts from the workload; mend it if it is to be the same"
            )


def _aws_notes(model: Model, given: Prices) -> Iterator[str]:
    """That AWS's prices are of another region, or much older than the newest price that was given."""
    listed = prices()
    if given.aws.region != listed.region:
        yield f"AWS's prices are those of {listed.region}, not of {given.aws.region}: expect others"
    if given.aws.stack is None:
        yield "AutoMQ's fixed footprint (endpoints, keys, console, alarms) is not counted: say prices.aws.stack"
    dates = [
        line.price.date for line in _lines(model) if line.price and line.price.date and line.price.basis == "given"
    ]
    if dates and (max(dates) - listed.date).days > STALE_AFTER_DAYS:
        yield f"AWS's prices are of {listed.date}, {(max(dates) - listed.date).days} days before yours: read them again"


def _lines(model: Model) -> tuple[Line, ...]:
    return (*model.confluent().lines, *model.automq().lines)
