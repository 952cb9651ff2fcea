"""The price file: list prices of AWS with page, date and how far each was checked; the one home of AWS prices."""

from __future__ import annotations

import datetime as dt  # noqa: TC003  # pydantic reads the annotation when it runs
import re
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict

Basis = Literal["given", "read", "quoted", "recalled", "weak"]
"""How far a price was checked: the payer's own, its page read, a dated page that quotes it, from memory, copied."""
CENT = Decimal("0.01")
STALE_AFTER_DAYS = 180
_PER = re.compile(r"([\d,]+) (.+)")


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Tier(_Data):
    """A price up to a quantity a month, or for all above the tiers before it where ``up_to`` is not given."""

    usd: Decimal
    up_to: Decimal | None = None


class Price(_Data):
    """One list price, the page that decides it, and how far it was checked; ``date`` is the file's where it has none.

    ``per`` is a unit, or a number of them such as ``1,000 requests``; ``tiers`` replace ``usd`` for whoever charges a
    month's quantity.
    """

    usd: Decimal
    per: str
    source: str
    basis: Basis
    date: dt.date | None = None
    quoted_by: str = ""
    tiers: tuple[Tier, ...] = ()

    @property
    def many(self) -> Decimal:
        """How many units the price is for: 1,000 for ``1,000 requests``."""
        found = _PER.fullmatch(self.per)
        return Decimal(found[1].replace(",", "")) if found else Decimal(1)

    def exact(self, quantity: Decimal) -> Decimal:
        """What a month's quantity costs, not rounded; each tier's part at that tier's price."""
        if not self.tiers:
            return quantity / self.many * self.usd
        charged, below = Decimal(0), Decimal(0)
        for tier in self.tiers:
            top = quantity if tier.up_to is None else min(quantity, tier.up_to)
            charged += max(top - below, Decimal(0)) / self.many * tier.usd
            below = top
        return charged


class Instances(_Data):
    """Hourly prices by instance type."""

    source: str
    basis: Basis
    usd_an_hour: dict[str, Decimal]


class Usage(_Data):
    """A part whose cost depends on use; ``only`` names the setting without which there is no such part."""

    component: str
    unit: str
    source: str
    only: Literal["private_link", "no_internet", "file_systems", "instances"] | None = None


class Prices(_Data):
    """The price file: one region, one date."""

    region: str
    date: dt.date
    hours_a_month: int
    quoted_by: str
    prices: dict[str, Price]
    instances: Instances
    usage: tuple[Usage, ...]

    def price(self, name: str) -> Price:
        """A price with its date."""
        found = self.prices[name]
        return found if found.date else found.model_copy(update={"date": self.date})

    def instance(self, kind: str) -> Price | None:
        """The hourly price of an instance type with its date, None where none is listed."""
        usd = self.instances.usd_an_hour.get(kind)
        if usd is None:
            return None
        held = self.instances
        return Price(usd=usd, per="hour", source=held.source, basis=held.basis, date=self.date)


@cache
def prices() -> Prices:
    """The price file of the distribution."""
    text = resources.files("stacks").joinpath("prices.yaml").read_text("utf-8")
    return Prices.model_validate(yaml.safe_load(text))
