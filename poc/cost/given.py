"""Confluent's prices as the customer has them: the CLI's price list, and costs of the Costs API or the CLI.

``confluent billing price list --cloud aws --region REGION -o json`` gives rows of metric, cluster_type, availability,
network_type and price; the Costs API (``/billing/v1/costs``) and ``confluent billing cost list -o json`` give daily
costs with line_type, price, quantity or original_amount, amount and start_date and end_date.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from audit.model.errors import UsageError
from stacks.prices import Price

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

UNITS = {
    "KafkaBase": "hour",
    "KafkaNumCKUs": "unit-hour",
    "KafkaNetworkWrite": "GB",
    "KafkaNetworkRead": "GB",
    "KafkaStorage": "GB-hour",
    "KafkaPartition": "partition-hour",
}
"""The metrics of the price list that the model charges, and their units ("Billing Dimensions", docs.confluent.io)."""
LINE_TYPES = {
    "KAFKA_BASE": "KafkaBase",
    "KAFKA_NUM_CKU": "KafkaNumCKUs",
    "KAFKA_NUM_CKUS": "KafkaNumCKUs",
    "KAFKA_NETWORK_WRITE": "KafkaNetworkWrite",
    "KAFKA_NETWORK_READ": "KafkaNetworkRead",
    "KAFKA_STORAGE": "KafkaStorage",
    "KAFKA_PARTITION": "KafkaPartition",
}
"""Line types of the Costs API and the metric that each is."""
CREDITS = frozenset({"PROMO_CREDIT"})
"""Line types that lower one bill and no price: they are left out."""
_OTHERS = re.compile(r"\b(?:EUR|GBP|JPY|CAD|AUD|CHF|CNY|INR|SGD|BRL|KRW|SEK|NZD|HKD|MXN)\b|[€£¥₹]")
_NUMBER = re.compile(r"-?[\d,]*\.?\d+(?:[eE]-?\d+)?")


@dataclass(frozen=True, slots=True)
class Asked:
    """Which row of a price list is meant."""

    cluster_type: str
    availability: str
    network: str


@dataclass(frozen=True, slots=True)
class Costs:
    """What was billed: days, effective prices by metric, quantities by metric, other line types' amounts."""

    first: date
    last: date
    prices: Mapping[str, Price]
    quantities: Mapping[str, Decimal]
    further: Mapping[str, Decimal]

    @property
    def hours(self) -> Decimal:
        """The hours that the costs are of."""
        return Decimal((self.last - self.first).days * 24)


def price_list(path: Path, asked: Asked, quoted: date) -> dict[str, Price]:
    """The prices of one kind of cluster; raises UsageError for a file that is no price list, or has no such kind."""
    rows = _rows(path, "price list of the Confluent CLI (confluent billing price list -o json)")
    for row in rows:
        if not {"metric", "cluster_type", "availability", "network_type", "price"} <= row.keys():
            raise UsageError(f"{path} is no price list of the Confluent CLI: write it with -o json")
    found = {}
    kind = (asked.cluster_type, asked.availability, asked.network)
    for row in rows:
        if (row["cluster_type"], row["availability"], row["network_type"]) == kind and row["metric"] in UNITS:
            metric = row["metric"]
            usd = _decimal(path, row["price"], metric)
            found[metric] = Price(
                usd=usd, per=UNITS[metric], source=f"{path.name}, the customer's price list", basis="given", date=quoted
            )
    if not found:
        kinds = sorted({f"{row['cluster_type']} {row['availability']} {row['network_type']}" for row in rows})
        raise UsageError(f"{path} has no prices of {' '.join(kind)}: it has {'; '.join(kinds)}")
    return found


def costs(path: Path, cluster: str | None) -> Costs:
    """What was billed of one cluster, and beside it; raises UsageError for a file that is none, or has several."""
    rows = _rows(path, "list of costs of Confluent's Costs API or CLI")
    for row in rows:
        missing = [name for name in ("line_type", "start_date", "end_date", "amount") if name not in row]
        if missing:
            raise UsageError(
                f"{path}: a row lacks {missing[0]}: write it with the Costs API, or confluent billing cost list"
            )
    first, last = _days(path, rows)
    kafka = [row for row in rows if row["line_type"] in LINE_TYPES]
    clusters = sorted({_cluster(row) for row in kafka})
    if cluster is None and len(clusters) > 1:
        raise UsageError(f"{path} has costs of clusters {', '.join(clusters)}: name one in prices.confluent.cluster")
    if cluster is not None and cluster not in clusters:
        raise UsageError(f"{path} has no costs of cluster {cluster}: it has {', '.join(clusters) or 'none'}")
    amounts: dict[str, Decimal] = {}
    quantities: dict[str, Decimal] = {}
    further: dict[str, Decimal] = {}
    for row in rows:
        amount = _decimal(path, row["amount"], row["line_type"])
        metric = LINE_TYPES.get(row["line_type"])
        if metric is None and row["line_type"] not in CREDITS:
            further[row["line_type"]] = further.get(row["line_type"], Decimal(0)) + amount
        elif metric is not None and (cluster is None or _cluster(row) == cluster):
            amounts[metric] = amounts.get(metric, Decimal(0)) + amount
            quantities[metric] = quantities.get(metric, Decimal(0)) + _quantity(path, row)
    source = f"{path.name}, billed {first} to {last}, amount ÷ quantity"
    prices = {
        metric: Price(usd=amount / quantities[metric], per=UNITS[metric], source=source, basis="given", date=last)
        for metric, amount in amounts.items()
        if quantities[metric]
    }
    return Costs(first, last, prices, quantities, further)


def _rows(path: Path, what: str) -> list[dict[str, Any]]:
    try:
        data = json.loads(path.read_text("utf-8"), parse_float=Decimal)
    except OSError as error:
        raise UsageError(f"{path} cannot be read ({error.strerror}): name the {what}") from error
    except ValueError as error:
        raise UsageError(f"{path} is no JSON ({error}): name the {what}") from error
    rows = data.get("data") if isinstance(data, dict) else data
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise UsageError(f"{path} holds no rows: name the {what}")
    return rows


def _cluster(row: Mapping[str, Any]) -> str:
    """The cluster of a row: the API nests it, the CLI does not."""
    resource = row.get("resource")
    return str(resource.get("id") if isinstance(resource, dict) else resource or "without an id")


def _days(path: Path, rows: Iterable[Mapping[str, Any]]) -> tuple[date, date]:
    try:
        starts = [date.fromisoformat(str(row["start_date"])[:10]) for row in rows]
        ends = [date.fromisoformat(str(row["end_date"])[:10]) for row in rows]
    except ValueError as error:
        raise UsageError(f"{path}: a row without a date ({error}): a price needs the day it was billed on") from error
    if min(starts) >= max(ends):
        raise UsageError(f"{path} covers no whole day: ask for costs of some days, better of a month")
    return min(starts), max(ends)


def _quantity(path: Path, row: Mapping[str, Any]) -> Decimal:
    """What was used: as the API says it; the CLI leaves it out, there it is the amount before discount by the price."""
    if row.get("quantity") is not None:
        return _decimal(path, row["quantity"], row["line_type"])
    price = _decimal(path, row.get("price", 0), row["line_type"])
    amount = _decimal(path, row.get("original_amount", row["amount"]), row["line_type"])
    return amount / price if price else Decimal(0)


def _decimal(path: Path, value: Any, what: str) -> Decimal:
    """A number, or the first in a text such as ``$1,234.50 USD/GB``; a sum in another currency is refused."""
    text = str(value)
    found = _NUMBER.search(text)
    if found is None or _OTHERS.search(text):
        raise UsageError(f"{path}: {what} has {text!r}, which is no amount in USD: give the amounts in USD")
    try:
        return Decimal(found[0].replace(",", ""))
    except InvalidOperation as error:
        raise UsageError(f"{path}: {what} has {text!r}, which is no number: mend it") from error
