"""What Confluent Cloud measured and billed of the source: its Metrics API and its Costs API, with the Cloud API key.

The Metrics API is asked by POST with a query ("Confluent Cloud Metrics API", version 2); nothing is written by it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import httpx

from poc.case.secret import resolve
from poc.inventory.confluent import SECONDS, pages, why
from poc.inventory.model import Bill, Meter, Unseen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from poc.case.cluster import Cluster, ConfluentCloud

# Counters: the sum of an hour, as a rate. Metrics of kafka.server, of which the Metrics API keeps seven days.
_RATES = {
    "received_bytes": "bytes/s", "sent_bytes": "bytes/s", "received_records": "records/s", "sent_records": "records/s",
    "request_count": "requests/s",
}  # fmt: skip
# Gauges: of single minutes, for a sum of an hour's minutes would say nothing.
_LEVELS = {"retained_bytes": "bytes", "partition_count": "partitions", "active_connection_count": "connections"}
_DAYS, _BILLED_DAYS = 7, 30
# "Cost data can take up to 72 hours to become available" ("Retrieve Invoices and Costs in Confluent Cloud").
_LATE = timedelta(days=3)
_HOUR, _MOST_POINTS = 3600, 1000


@dataclass(frozen=True, slots=True)
class Consumption:
    """What was measured and billed; ``rows`` are the Costs API's own, which the cost model reads from a file."""

    meters: tuple[Meter, ...] = ()
    costs: tuple[Bill, ...] = ()
    billed: str | None = None
    rows: tuple[Mapping[str, Any], ...] = ()
    unseen: tuple[Unseen, ...] = ()


def read(cluster: Cluster, fetch: Callable[[str], str], now: datetime | None = None) -> Consumption:
    """The last seven days' load, and what thirty days cost; what could not be asked is unseen."""
    cloud, now = cluster.confluent, now or datetime.now(UTC)
    if cloud is None:
        none = "the case has no key of Confluent Cloud: add source.confluent to poc.yaml, if it runs there"
        return Consumption(unseen=tuple(Unseen(what=what, why=none) for what in ("metrics", "costs")))
    unseen: list[Unseen] = []
    with httpx.Client(auth=(cloud.login.username, resolve(cloud.login.password, fetch)), timeout=SECONDS) as client:
        meters = tuple(_meters(client, cloud, now, unseen))
        rows, billed = _rows(client, cloud, now, unseen)
    return Consumption(meters, _bills(rows, cloud.cluster), billed, rows, tuple(unseen))


def _meters(client: httpx.Client, cloud: ConfluentCloud, now: datetime, unseen: list[Unseen]) -> Iterable[Meter]:
    hour = now.replace(minute=0, second=0, microsecond=0)
    minute = now.replace(second=0, microsecond=0) - timedelta(minutes=5)
    week = f"hourly means of {_DAYS} days to {_text(hour)}"
    for metric, unit in {**_RATES, **_LEVELS}.items():
        rate = metric in _RATES
        since = hour - timedelta(days=_DAYS) if rate else minute - timedelta(minutes=15)
        interval = f"{_text(since)}/{_text(hour if rate else minute)}"
        try:
            values = _values(client, cloud, metric, interval, "PT1H" if rate else "PT1M")
        except (httpx.HTTPError, ValueError) as error:
            unseen.append(Unseen(what=f"metric {metric}", why=why(error)))
            continue
        if not values:
            unseen.append(Unseen(what=f"metric {metric}", why=f"no values in {interval}"))
            continue
        scale, of = (_HOUR, week) if rate else (1, f"single minutes of {interval}")
        mean = sum(values) / len(values) / scale
        yield Meter(metric=metric, unit=unit, mean=mean, highest=max(values) / scale, values=len(values), of=of)


def _values(client: httpx.Client, cloud: ConfluentCloud, metric: str, interval: str, granularity: str) -> list[float]:
    """The points of one metric of the whole cluster; raises ValueError for an answer that holds none by its form."""
    # No `agg`: the API takes the one that belongs to the metric.
    query = {
        "aggregations": [{"metric": f"io.confluent.kafka.server/{metric}"}],
        "filter": {"field": "resource.kafka.id", "op": "EQ", "value": cloud.cluster},
        "granularity": granularity,
        "intervals": [interval],
        "limit": _MOST_POINTS,
    }
    answer = client.post(f"{cloud.telemetry.rstrip('/')}/v2/metrics/cloud/query", json=query)
    answer.raise_for_status()
    body = answer.json()
    points = body.get("data") if isinstance(body, dict) else None
    if not isinstance(points, list) or not all(
        isinstance(one, dict) and _is_number(one.get("value")) for one in points
    ):
        raise ValueError("an answer without points, which is none of the Metrics API")
    return [float(one["value"]) for one in points]


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _rows(
    client: httpx.Client, cloud: ConfluentCloud, now: datetime, unseen: list[Unseen]
) -> tuple[tuple[Mapping[str, Any], ...], str | None]:
    """The daily costs of thirty days that are surely billed, and those days in words."""
    last = now.date() - _LATE
    first = last - timedelta(days=_BILLED_DAYS)
    asked = urlencode({"start_date": first.isoformat(), "end_date": last.isoformat(), "page_size": 5000})
    try:
        found = tuple(
            row for body in pages(client, f"{cloud.url.rstrip('/')}/billing/v1/costs?{asked}") for row in body["data"]
        )
        _bills(found, cloud.cluster)
    except (httpx.HTTPError, ValueError, KeyError, TypeError, ArithmeticError) as error:
        unseen.append(Unseen(what="costs", why=why(error)))
        return (), None
    return found, f"{first} to {last}, the last day not among them"


def _bills(rows: Iterable[Mapping[str, Any]], cluster: str) -> tuple[Bill, ...]:
    """What each kind of line came to, of the cluster and of everything else."""
    sums: dict[tuple[str, bool], Decimal] = {}
    for row in rows:
        resource = row.get("resource")
        of_cluster = isinstance(resource, dict) and resource.get("id") == cluster
        key = (str(row["line_type"]), of_cluster)
        sums[key] = sums.get(key, Decimal(0)) + Decimal(str(row["amount"]))
    order = sorted(sums.items(), key=lambda one: (not one[0][1], -one[1], one[0][0]))
    return tuple(Bill(line_type=line, usd=usd, of_cluster=of_cluster) for (line, of_cluster), usd in order)


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
