"""Confluent's prices as customers have them, and files that are none."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from audit.model.errors import UsageError
from poc.cost.given import Asked, costs, price_list

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Written = Callable[[Any], Path]

DAY = dt.date(2026, 10, 6)
ASKED = Asked("dedicated", "high", "private-link")
ROW = {"metric": "KafkaStorage", "cluster_type": "dedicated", "availability": "high", "network_type": "private-link"}


def cost(line_type: str, amount: str, quantity: str | None = None, **more: Any) -> dict[str, Any]:
    dates = {"start_date": "2026-10-01", "end_date": "2026-10-02", "resource": {"id": "lkc-1"}}
    counted = {} if quantity is None else {"quantity": quantity}
    return {"line_type": line_type, "amount": amount, **counted, **dates, **more}


@pytest.fixture
def written(tmp_path: Path) -> Written:
    def write(content: Any) -> Path:
        file = tmp_path / "prices.json"
        file.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
        return file

    return write


def test_a_price_list_gives_the_prices_of_the_cluster_that_is_meant(written: Written) -> None:
    other = {**ROW, "network_type": "internet", "price": 9}
    found = price_list(written([{**ROW, "price": 0.0001}, other]), ASKED, DAY)
    assert {name: (price.usd, price.per, price.date) for name, price in found.items()} == {
        "KafkaStorage": (Decimal("0.0001"), "GB-hour", DAY)
    }


def test_a_price_list_without_the_cluster_says_what_it_has(written: Written) -> None:
    with pytest.raises(UsageError, match="no prices of dedicated high private-link: it has dedicated low private-link"):
        price_list(written([{**ROW, "availability": "low", "price": 1}]), ASKED, DAY)


def test_costs_give_effective_prices_with_the_discount_in_them(written: Written) -> None:
    rows = [
        cost("KAFKA_NETWORK_WRITE", "30", "1000"),
        cost("KAFKA_NETWORK_WRITE", "10", "1000", end_date="2026-10-03"),
        cost("KAFKA_NUM_CKUS", "96", "48"),
        cost("CONNECT_CAPACITY", "24"),
        cost("PROMO_CREDIT", "-24"),
    ]
    found = costs(written({"data": rows}), None)
    assert found.prices["KafkaNetworkWrite"].usd == Decimal("0.02")
    assert found.hours == 48
    # Two CKUs a day ran on average one; what else was billed is carried, credits are not.
    assert found.quantities["KafkaNumCKUs"] / found.hours == 1
    assert dict(found.further) == {"CONNECT_CAPACITY": 24}


def test_the_clis_costs_have_no_quantity_and_it_follows_from_the_price(written: Written) -> None:
    row = cost("KAFKA_STORAGE", "$9.00", price="$0.0001 USD/GB-hour", original_amount="$10.00", resource="lkc-1")
    found = costs(written([row]), "lkc-1")
    assert found.quantities["KafkaStorage"] == 100_000
    assert found.prices["KafkaStorage"].usd == Decimal("0.00009")


def test_costs_of_another_cluster_stay_out(written: Written) -> None:
    rows = [cost("KAFKA_STORAGE", "1", "100"), cost("KAFKA_STORAGE", "9", "100", resource={"id": "lkc-2"})]
    assert costs(written(rows), "lkc-1").prices["KafkaStorage"].usd == Decimal("0.01")
    with pytest.raises(UsageError, match=r"clusters lkc-1, lkc-2: name one in prices\.confluent\.cluster"):
        costs(written(rows), None)
    with pytest.raises(UsageError, match="no costs of cluster lkc-3"):
        costs(written(rows), "lkc-3")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("{", "is no JSON"),
        ([], "holds no rows"),
        ({"data": [1]}, "holds no rows"),
        ([{"line_type": "KAFKA_STORAGE"}], "lacks start_date"),
        ([cost("KAFKA_STORAGE", "1", "1", start_date="")], "a price needs the day it was billed on"),
        ([cost("KAFKA_STORAGE", "1", "1", end_date="2026-10-01")], "covers no whole day"),
        ([cost("KAFKA_STORAGE", "1.00 EUR", "1")], "give the amounts in USD"),
        ([cost("KAFKA_STORAGE", "much", "1")], "no amount in USD"),
    ],
)
def test_a_file_that_is_no_list_of_costs(written: Written, content: Any, sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        costs(written(content), None)


def test_a_file_that_is_no_price_list(written: Written, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is no price list"):
        price_list(written([{"metric": "KafkaStorage"}]), ASKED, DAY)
    with pytest.raises(UsageError, match="cannot be read"):
        price_list(tmp_path / "absent.json", ASKED, DAY)
