"""Confluent's Metrics and Costs APIs: rates and levels of the cluster, thirty days of its bill, what is refused is said."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from loopback_server import JsonAnswers, serving

from poc.case.cluster import Cluster
from poc.cost import given
from poc.inventory.consumption import Consumption, read
from poc.inventory.model import Bill

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOW = datetime(2026, 11, 28, 15, 42, 7, tzinfo=UTC)


def cost(line: str, amount: float, quantity: float, cluster: str, **more: Any) -> dict[str, Any]:
    dates = {"start_date": "2026-11-24", "end_date": "2026-11-25", "granularity": "DAILY"}
    resource = {"id": cluster, "display_name": "orders", "environment": {"id": "env-a"}}
    billed = {"amount": amount, "original_amount": amount, "price": 0.1, "quantity": quantity, "unit": "GB"}
    return {"line_type": line, "product": "KAFKA", **dates, **billed, "resource": resource, **more}


FIRST = [cost("KAFKA_NETWORK_WRITE", 0.1, 2, "lkc-a"), cost("KAFKA_NETWORK_WRITE", 0.2, 4, "lkc-a")]
SECOND = [cost("KAFKA_STORAGE", 7.25, 100, "lkc-b"), cost("KAFKA_BASE", 33, 720, "lkc-a")]
POINTS = {
    "received_bytes": [3_600_000.0, 7_200_000.0],
    "sent_bytes": [36_000],
    "retained_bytes": [5_000_000_000, 6_000_000_000],
    "partition_count": [42],
    "active_connection_count": [],
    "request_count": ["many"],
}


class Answers(JsonAnswers):
    """Answers in the forms of the two APIs' OpenAPI documents; records are refused, and costs come on two pages."""

    asked: list[tuple[str, Any]]
    rows: list[list[dict[str, Any]]]

    def do_POST(self) -> None:  # noqa: N802  # http.server calls it so
        query = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.asked.append((self.path, query))
        name = query["aggregations"][0]["metric"].removeprefix("io.confluent.kafka.server/")
        points = [{"timestamp": "2026-11-28T14:00:00Z", "value": value} for value in POINTS.get(name, [])]
        self.say(200 if name in POINTS else 403, {"data": points})

    def do_GET(self) -> None:  # noqa: N802  # http.server calls it so
        self.asked.append((self.path, self.headers["Authorization"]))
        if "page_token=2" in self.path:
            self.say(200, {"data": self.rows[1], "metadata": {"next": None}})
        else:
            self.say(200, {"data": self.rows[0], "metadata": {"next": f"{self.here}/billing/v1/costs?page_token=2"}})


@pytest.fixture
def cloud() -> Iterator[str]:
    Answers.asked, Answers.rows = [], [FIRST, SECOND]
    with serving(Answers) as address:
        yield address


def consumed(url: str) -> Consumption:
    confluent = {"environment": "env-a", "cluster": "lkc-a", "url": url, "telemetry": url}
    login = {"username": "KEY", "password": "secretsmanager:word"}
    source = {"platform": "confluent-cloud", "bootstrap": "b:9092", "confluent": {**confluent, "login": login}}
    return read(Cluster.model_validate(source), lambda _: "word-of-cloud", NOW)


def test_bytes_are_hourly_rates_of_a_week_and_levels_are_of_single_minutes(cloud: str) -> None:
    meters = {one.metric: one for one in consumed(cloud).meters}
    told = meters["received_bytes"]
    assert (told.unit, told.mean, told.highest, told.values) == ("bytes/s", 1500, 2000, 2)
    assert told.of == "hourly means of 7 days to 2026-11-28T15:00:00Z"
    assert (meters["retained_bytes"].mean, meters["retained_bytes"].highest) == (5.5e9, 6e9)
    assert meters["partition_count"].highest == 42
    queries = {
        query["aggregations"][0]["metric"].rpartition("/")[2]: query for path, query in Answers.asked if "met" in path
    }
    assert queries["received_bytes"]["intervals"] == ["2026-11-21T15:00:00Z/2026-11-28T15:00:00Z"]
    assert queries["received_bytes"]["granularity"] == "PT1H"
    assert queries["partition_count"]["granularity"] == "PT1M"
    assert {query["filter"]["value"] for query in queries.values()} == {"lkc-a"}


def test_what_is_refused_empty_or_no_number_is_not_seen_and_never_nought(cloud: str) -> None:
    found = consumed(cloud)
    lacking = {one.what: one.why for one in found.unseen}
    assert lacking["metric received_records"].endswith("answered 403: not there, or not for this key")
    assert lacking["metric active_connection_count"].startswith("no values in ")
    assert "none of the Metrics API" in lacking["metric request_count"]
    assert {one.metric for one in found.meters}.isdisjoint(name.removeprefix("metric ") for name in lacking)
    assert "word-of" not in str(found.unseen)


def test_the_bill_is_of_thirty_days_that_are_over_and_counts_to_the_cent(cloud: str) -> None:
    found = consumed(cloud)
    assert found.billed == "2026-10-26 to 2026-11-25, the last day not among them"
    assert found.costs == (
        Bill(line_type="KAFKA_BASE", usd=Decimal(33), of_cluster=True),
        Bill(line_type="KAFKA_NETWORK_WRITE", usd=Decimal("0.3"), of_cluster=True),
        Bill(line_type="KAFKA_STORAGE", usd=Decimal("7.25"), of_cluster=False),
    )
    asked = [path for path, _ in Answers.asked if path.startswith("/billing")]
    assert "start_date=2026-10-26&end_date=2026-11-25" in asked[0]


def test_the_cost_model_reads_the_rows_as_they_came(cloud: str, tmp_path: Path) -> None:
    file = tmp_path / "confluent-costs.json"
    file.write_text(json.dumps({"data": list(consumed(cloud).rows)}))
    assert given.costs(file, "lkc-a").prices["KafkaNetworkWrite"].usd == Decimal("0.3") / 6


def test_a_bill_that_is_none_is_not_seen(cloud: str) -> None:
    Answers.rows = [[{"amount": "a lot", "line_type": "KAFKA_BASE"}], []]
    found = consumed(cloud)
    assert (found.costs, found.billed, found.rows) == ((), None, ())
    assert "costs" in {one.what for one in found.unseen}


def test_without_a_key_nothing_is_asked() -> None:
    found = read(Cluster(platform="other", bootstrap="b:9092"), lambda _: "", NOW)
    assert {one.what: one.why.partition(":")[0] for one in found.unseen} == dict.fromkeys(
        ("metrics", "costs"), "the case has no key of Confluent Cloud"
    )
