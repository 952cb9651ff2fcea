"""A line of a bill: factors whose product is charged at a price, so that the formula that is shown is the one used."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from stacks.prices import CENT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from stacks.prices import Price


class Group(StrEnum):
    """What a line is for, in the order of a bill."""

    SOFTWARE = "service and software"
    COMPUTE = "compute"
    TRAFFIC = "traffic"
    STORAGE = "storage"
    REQUESTS = "storage requests"
    LOGGING = "logs and audit events"
    FOOTPRINT = "fixed footprint"
    OTHER = "other services"
    SUPPORT = "support"
    PEOPLE = "people's time"


@dataclass(frozen=True, slots=True)
class Factor:
    """A number with its name and unit; ``divides`` for one that the product is divided by."""

    name: str
    value: Decimal
    unit: str = ""
    divides: bool = False


ONE_MONTH = (Factor("months", Decimal(1)),)
"""What is paid by the month."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line: a quantity at a price. Without a price nothing is charged, and ``lacks`` says what would price it.

    ``meter`` is the meter of a run that counts the quantity; ``vital`` lines must be priced before sides are compared;
    ``discount`` is the share taken off of the price.
    """

    group: Group
    name: str
    factors: tuple[Factor, ...]
    unit: str
    price: Price | None
    lacks: str = ""
    meter: str = ""
    vital: bool = False
    discount: Decimal = Decimal(0)

    @property
    def quantity(self) -> Decimal:
        """The product of the factors."""
        found = Decimal(1)
        for factor in self.factors:
            found = found / factor.value if factor.divides else found * factor.value
        return found

    @property
    def usd(self) -> Decimal | None:
        """What it costs a month, to the cent; None where it has no price."""
        return self.cost(self.quantity)

    def cost(self, quantity: Decimal) -> Decimal | None:
        """What another quantity would cost."""
        return None if self.price is None else cents(self.price.exact(quantity) * (1 - self.discount))

    @property
    def formula(self) -> str:
        """The factors' names, such as ``written × copies``."""
        return _joined((factor, factor.name) for factor in self.factors)

    @property
    def numbers(self) -> str:
        """The same with numbers."""
        return _joined((factor, f"{number(factor.value)} {factor.unit}".strip()) for factor in self.factors)


@dataclass(frozen=True, slots=True)
class Bill:
    """What one side costs a month."""

    lines: tuple[Line, ...]

    @property
    def usd(self) -> Decimal:
        """The sum of the lines that have a price."""
        return sum((line.usd or Decimal(0) for line in self.lines), Decimal(0))

    @property
    def unpriced(self) -> tuple[Line, ...]:
        """The lines without a price: the sum is that much too low."""
        return tuple(line for line in self.lines if line.price is None)

    @property
    def whole(self) -> bool:
        """Whether all that a comparison rests on has a price."""
        return not any(line.vital for line in self.unpriced)

    def of(self, group: Group) -> Decimal:
        """The sum of a group's lines."""
        return Bill(tuple(line for line in self.lines if line.group is group)).usd


def cents(amount: Decimal) -> Decimal:
    """An amount to the cent, half a cent up."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def number(value: Decimal) -> str:
    """A number for people: thousands apart, four digits after the point at most, more for what is small."""
    places = 4 if not value or abs(value) >= CENT else 8
    text = f"{value:,.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def money(amount: Decimal) -> str:
    """An amount of US dollars for people."""
    return f"-${-amount:,.2f}" if amount < 0 else f"${amount:,.2f}"


def _joined(parts: Iterable[tuple[Factor, str]]) -> str:
    text = ""
    for factor, said in parts:
        sign = " ÷ " if factor.divides else " × "
        text += said if not text else sign + said
    return text
