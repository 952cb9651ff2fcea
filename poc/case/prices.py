"""What both sides cost: the customer's own price list or costs, AutoMQ's offer, AWS, people. No price has a default.

A price without its source or its day is refused, and the case's one currency holds for all of them.
"""

from __future__ import annotations

import datetime as dt  # pydantic reads the annotation when it builds the model
from decimal import Decimal  # the same
from typing import Literal, Self

from pydantic import Field, model_validator

from poc.case.part import Part
from poc.case.quantity import BytesPerSecond, Money, Seconds


class Quoted(Part):
    """A price, where it is from, and the day it was quoted."""

    price: Money = Field(description="the price", examples=["120 USD"])
    source: str = Field(min_length=1, description="who said so, such as an offer's number", examples=["finance"])
    date: dt.date = Field(
        description="the day it was quoted, for a price without one cannot be checked", examples=["2026-11-02"]
    )


class Other(Quoted):
    """Something else that a side costs a month."""

    name: str = Field(min_length=1, description="what it is", examples=["managed connectors"])


class ConfluentPrices(Part):
    """Confluent's side. The customer's costs beat its price list, and that beats weak list prices of third parties."""

    cluster_type: Literal["basic", "standard", "enterprise", "dedicated", "freight", "basic-legacy"] = Field(
        description="the kind of cluster, as confluent billing price list names it", examples=["dedicated"]
    )
    availability: Literal["high", "low"] = Field(default="high", description="high is several zones, low is one")
    network: Literal["internet", "private-link", "peered-vpc", "transit-gateway"] = Field(
        description="how clients reach it", examples=["private-link"]
    )
    endpoints: int = Field(default=1, ge=0, description="interface endpoints, or transit gateway attachments, to it")
    capacity_units: Decimal | None = Field(
        default=None, gt=0, description="CKU or eCKU on average; costs say it themselves", examples=[2]
    )
    costs: str | None = Field(
        default=None,
        description="a file of the Costs API, or of confluent billing cost list -o json",
        examples=["confluent-costs.json"],
    )
    cluster: str | None = Field(default=None, description="the cluster in it, where it has several", examples=["lkc-1"])
    price_list: str | None = Field(
        default=None,
        description="a file of confluent billing price list --cloud aws --region REGION -o json",
        examples=["confluent-prices.json"],
    )
    price_list_date: dt.date | None = Field(
        default=None, description="the day it was printed, which it does not say itself", examples=["2026-10-06"]
    )
    discount_percent: Decimal = Field(
        default=Decimal(0),
        ge=0,
        lt=100,
        description="what is taken off of listed prices; costs have it already",
        examples=[0],
    )
    support: Quoted | None = Field(default=None, description="support a month, where costs do not say it")
    other: tuple[Other, ...] = Field(default=(), description="what else it costs a month, where costs do not say it")

    @model_validator(mode="after")
    def _dated(self) -> Self:
        if self.price_list is not None and self.price_list_date is None:
            raise ValueError("price_list has no date of its own: say price_list_date, the day it was printed")
        return self


class AutomqPrices(Part):
    """AutoMQ's own price, as it was offered. There is no default: without one the model says that it is not priced."""

    source: str = Field(min_length=1, description="who said so, such as an offer's number", examples=["offer 1234"])
    date: dt.date = Field(description="the day it was offered", examples=["2026-11-02"])
    written: Money | None = Field(default=None, description="for each GiB written, compressed", examples=["0.01 USD"])
    read: Money | None = Field(default=None, description="for each GiB read, compressed", examples=["0.005 USD"])
    stored: Money | None = Field(default=None, description="for each GiB kept a month", examples=["0.005 USD"])
    uptime: Money | None = Field(default=None, description="for each hour of the cluster", examples=["1 USD"])
    monthly: Money | None = Field(default=None, description="for a month of prepaid capacity", examples=["4000 USD"])

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        by_use = [self.written, self.read, self.stored, self.uptime]
        if self.monthly is None and not any(by_use):
            raise ValueError("no price is said: write those of the offer, or leave prices.automq out")
        if self.monthly is not None and any(by_use):
            raise ValueError("monthly and prices by use are both said: an offer is one or the other")
        return self


class Brokers(Part):
    """What the brokers run on; their number follows from the peak."""

    instance_type: str = Field(default="r6i.large", description="EC2 instance type", examples=["r6i.large"])
    at_least: int = Field(default=3, ge=1, description="brokers at least: one a zone")
    write_each: BytesPerSecond = Field(
        default=31457280.0,
        gt=0,
        description="what one holds when it only writes; measure it, the default is AutoMQ's AKU",
        examples=["30 MiB/s"],
    )
    read_each: BytesPerSecond = Field(
        default=62914560.0, gt=0, description="what one holds when it only reads", examples=["60 MiB/s"]
    )


class Support(Part):
    """A plan of AWS Support, as a share of AWS's bill."""

    percent: Decimal = Field(ge=0, le=100, description="percent of AWS's bill", examples=[10])
    source: str = Field(min_length=1, description="the plan", examples=["AWS Support plan pricing"])
    date: dt.date = Field(description="the day it was looked up", examples=["2026-11-02"])


class AwsPrices(Part):
    """AWS's side of AutoMQ; list prices are those of stacks/prices.yaml."""

    region: str = Field(default="us-east-1", description="the region; prices are listed for us-east-1 alone")
    stack: str | None = Field(
        default=None,
        description="the stack whose fixed footprint is counted (endpoints, keys, console, alarms)",
        examples=["production"],
    )
    zones: int = Field(default=3, ge=1, le=6, description="availability zones")
    brokers: Brokers = Field(default=Brokers(), description="what the brokers run on")
    discount_percent: Decimal = Field(
        default=Decimal(0), ge=0, lt=100, description="what is taken off of AWS's prices", examples=[0]
    )
    support: Support | None = Field(default=None, description="AWS Support; leave out where it is not known")
    other: tuple[Other, ...] = Field(default=(), description="what else AutoMQ's side costs a month, as replacements")


class Work(Part):
    """People's time on either side, and for the move."""

    hour: Quoted | None = Field(default=None, description="what an hour costs")
    confluent_hours: Decimal | None = Field(default=None, ge=0, description="hours a month now", examples=[20])
    automq_hours: Decimal | None = Field(default=None, ge=0, description="hours a month then", examples=[40])
    migration_hours: Decimal | None = Field(default=None, ge=0, description="hours of the move", examples=[400])
    both_run: Seconds = Field(default=0, description="how long both clusters run", examples=["60 d"])


class Span(Part):
    """A range for one of the model's assumptions."""

    low: Decimal = Field(ge=0, description="the lowest value")
    likely: Decimal = Field(ge=0, description="the likely value")
    high: Decimal = Field(ge=0, description="the highest value")
    source: str = Field(min_length=1, description="where it is from", examples=["measured in the run of 2026-11-20"])


class Prices(Part):
    """The prices of both sides."""

    confluent: ConfluentPrices | None = Field(
        default=None,
        description="Confluent's side",
        examples=[{"cluster_type": "dedicated", "network": "private-link"}],
    )
    automq: AutomqPrices | None = Field(
        default=None,
        description="AutoMQ's own price: ask for an offer, there is no default",
        examples=[{"source": "offer 1234", "date": "2026-11-02", "monthly": "4000 USD"}],
    )
    aws: AwsPrices = Field(default=AwsPrices(), description="what AutoMQ runs on")
    people: Work = Field(default=Work(), description="people's time")
    assumptions: dict[str, Span] = Field(
        default={},
        description="what you know better than the model assumes, by the names that byoc poc cost prints",
    )
