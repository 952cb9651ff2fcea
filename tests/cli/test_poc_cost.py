"""byoc poc cost, as a user types it."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
import yaml

from cli import docs

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Byoc = Callable[..., Any]

CASE: dict[str, Any] = {
    "format": "byoc-poc/1",
    "name": "orders",
    "workload": {
        "ingress": "20 MiB/s", "fan_out": 3, "retention": "7 d", "topics": 12, "partitions": 96, "record_size": "1 KiB",
    },
    "prices": {
        "confluent": {"cluster_type": "standard", "network": "private-link", "capacity_units": 4},
        "automq": {"source": "offer 7", "date": "2026-11-02", "monthly": "2000 USD"},
    },
}  # fmt: skip
METERS: dict[str, Any] = {
    "format": "byoc-meters/1",
    "source": "S3 request metrics",
    "since": "2026-11-20T08:00:00Z",
    "until": "2026-11-21T08:00:00Z",
    "counted": {"written_gib": 168.75, "read_gib": 337.5, "s3_puts": 1_100_000},
}


@pytest.fixture
def case(here: Path) -> Callable[..., None]:
    """Writes poc.yaml, with some prices otherwise; None takes one out."""

    def write(**prices: Any) -> None:
        told = {name: value for name, value in {**CASE["prices"], **prices}.items() if value is not None}
        (here / "poc.yaml").write_text(yaml.safe_dump({**CASE, "prices": told}), "utf-8")

    write()
    return write


@pytest.mark.usefixtures("case")
def test_the_model_is_written_whole_and_the_same_twice(byoc: Byoc, here: Path) -> None:
    ran = byoc("poc", "cost")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("MODEL: orders, US dollars a month of 730 hours")
    assert "WEAK" in ran.out
    folder = here / "out" / "poc-orders"
    names = {"cost.json", "cost.md", "cost-sides.svg", "cost-changes.svg", "cost-growth.svg"}
    first = {name: (folder / name).read_bytes() for name in names}
    assert {path.name for path in folder.iterdir()} == names
    found = json.loads(first["cost.json"])
    jsonschema.validate(found, json.loads(docs.PAGES["docs/schemas/cost.schema.json"]()))
    for side in ("confluent", "automq"):
        priced = [Decimal(line["usd"]) for line in found[side]["lines"] if line["usd"] is not None]
        assert sum(priced) == Decimal(found[side]["usd"])
        assert all(line["price"]["source"] and line["price"]["date"] for line in found[side]["lines"] if line["price"])
    page = first["cost.md"].decode()
    assert all(line["formula"] for side in ("confluent", "automq") for line in found[side]["lines"] if line["price"])
    assert "times cheaper" not in page
    byoc("poc", "cost")
    assert {name: (folder / name).read_bytes() for name in names} == first


def test_without_an_offer_nothing_is_compared(byoc: Byoc, here: Path, case: Callable[..., None]) -> None:
    case(automq=None)
    ran = byoc("poc", "cost")
    assert "no difference is shown" in ran.out
    assert "AutoMQ's own price may come to $" in ran.out
    found = json.loads((here / "out" / "poc-orders" / "cost.json").read_text("utf-8"))
    assert (found["saved"], found["break_evens"]) == (None, [])


@pytest.mark.usefixtures("case")
def test_meters_stand_beside_the_model_at_the_runs_load(byoc: Byoc, here: Path) -> None:
    (here / "meters.json").write_text(json.dumps(METERS), "utf-8")
    ran = byoc("poc", "cost", "--meters", "meters.json", "--format", "json")
    found = json.loads(ran.out)
    assert found["label"] == "MODEL and MEASURED"
    rows = {row["meter"]: row for row in found["run"]["meters"]}
    # 1,100,000 uploads in a day are 33,458,333 in 730 hours, at $0.005 for 1,000.
    assert (Decimal(rows["s3_puts"]["counted_usd"]), rows["kms_requests"]["counted"]) == (Decimal("167.29"), None)
    # The run wrote 2 MiB/s: the model beside it is of that load, not of the 20 MiB/s of poc.yaml.
    assert Decimal(found["run"]["written_gib"]) == Decimal("5132.8125")
    assert Decimal(rows["s3_puts"]["modelled"]) < 3 * 4 * 2_628_000 + 700_000
    assert "not measured" in (here / "out" / "poc-orders" / "cost.md").read_text("utf-8")


def test_the_footprint_of_a_stack_is_counted(byoc: Byoc, here: Path, case: Callable[..., None]) -> None:
    case(aws={"stack": "poc"})
    assert byoc("poc", "cost").code == 0
    found = json.loads((here / "out" / "poc-orders" / "cost.json").read_text("utf-8"))
    lines = {line["name"]: line for line in found["automq"]["lines"]}
    assert lines["KMS keys"]["usd"] == "4.00"
    assert any(name.startswith("Interface endpoints (") for name in lines)


@pytest.mark.parametrize(
    ("prices", "sentence"),
    [
        ({"automq": {"source": "offer 7", "monthly": "2000 USD"}}, "date"),
        ({"automq": {"source": "offer 7", "date": "2026-11-02", "monthly": "2000 EUR"}}, "never mixed"),
        ({"automq": {"source": "offer 7", "date": "2026-11-02", "monthly": "2000"}}, "write number and currency"),
        ({"automq": {"source": "offer 7", "date": "2026-11-02"}}, "no price is said"),
        ({"aws": {"brokers": {"write_each": "30 MiB"}}}, "unit"),
        ({"aws": {"stack": "absent"}}, "there is no stack absent"),
        ({"assumptions": {"luck": {"low": 0, "likely": 1, "high": 2, "source": "me"}}}, "no assumption of the model"),
        ({"assumptions": {"copies": {"low": 3, "likely": 1, "high": 2, "source": "me"}}}, "not in this order"),
        ({"assumptions": {"read_mib": {"low": 0, "likely": 1, "high": 2, "source": "me"}}}, "divides by it"),
        ({"confluent": {**CASE["prices"]["confluent"], "price_list": "list.json"}}, "price_list_date"),
    ],
)
def test_what_it_cannot_work_with(
    byoc: Byoc, here: Path, case: Callable[..., None], prices: dict[str, Any], sentence: str
) -> None:
    case(**prices)
    assert sentence in byoc("poc", "cost").sentence
    assert not (here / "out").exists()


@pytest.mark.usefixtures("case")
@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"since": "2026-11-20T08:00:00"}, "time zone"),
        ({"until": "2026-11-20T08:30:00Z"}, "shorter than an hour"),
        ({"counted": {"luck": 1}}, "counted.luck"),
        ({"source": ""}, "source"),
    ],
)
def test_meters_that_are_none(byoc: Byoc, here: Path, change: dict[str, Any], sentence: str) -> None:
    (here / "meters.json").write_text(json.dumps({**METERS, **change}), "utf-8")
    assert sentence in byoc("poc", "cost", "--meters", "meters.json").sentence
