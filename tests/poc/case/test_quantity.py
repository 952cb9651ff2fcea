"""Units: thousands and 1,024 are told apart, and amounts of money stay exact."""

from __future__ import annotations

from decimal import Decimal

import pytest

from poc.case.quantity import SIZES, Money, duration, rate, size


@pytest.mark.parametrize(
    ("text", "count"),
    [("1 kB", 1000), ("1KiB", 1024), ("1.5 GiB", 3 * 2**29), ("0.3 kB", 300), (" 2 TB ", 2 * 10**12), ("7 B", 7)],
)
def test_sizes(text: str, count: int) -> None:
    assert size(text) == count


def test_a_rate_is_a_size_a_second() -> None:
    assert {unit: rate(f"1 {unit}/s") for unit in SIZES} == SIZES


@pytest.mark.parametrize(("text", "seconds"), [("250 ms", 0.25), ("10 min", 600), ("1.5 h", 5400), ("7 d", 604_800)])
def test_times(text: str, seconds: float) -> None:
    assert duration(text) == seconds


def test_money_stays_exact_and_is_written_as_it_is_read() -> None:
    price = Money.model_validate("0.10 USD")
    assert price.amount * 3 == Decimal("0.30")
    assert str(price) == price.model_dump() == "0.1 USD"
    assert Money.model_validate(price.model_dump()) == price
    assert str(Money.model_validate("25000 EUR")) == "25000 EUR"
