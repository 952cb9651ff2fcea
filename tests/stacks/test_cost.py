"""The fixed monthly cost of a footprint."""

from __future__ import annotations

import base64
import json
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from stacks import cost
from stacks.prices import prices
from stacks.settings import Settings

ISSUED = {"clientId": "id", "clientSecret": "secret", "opsBucket": {"bucketName": "automq-ops-poc"}}


def settings(region: str = "us-east-1", **more: Any) -> Settings:
    issued = {**ISSUED, "environmentId": "env-poc", "region": region}
    config = base64.b64encode(json.dumps(issued).encode()).decode()
    return Settings.from_config(
        {
            "environment_id": "env-poc",
            "aws_account_id": "111122223333",
            "region": region,
            "automq_config": config,
            **more,
        }
    )


def lines(**more: Any) -> dict[str, cost.Line]:
    return {line.component: line for line in cost.estimate(settings(**more)).lines}


def test_each_part_is_quantity_times_price() -> None:
    found = lines()
    assert found["NAT gateways"].monthly_usd == Decimal("0.045") * 730
    assert found["KMS keys"].monthly_usd == 4.00
    assert found["Alarms"].monthly_usd == Decimal("0.10") * int(found["Alarms"].quantity)
    endpoints = next(line for name, line in found.items() if name.startswith("Interface endpoints"))
    assert endpoints.monthly_usd == int(endpoints.quantity) * Decimal("0.01") * 730
    assert endpoints.quantity % 3 == 0


def test_the_sum_is_that_of_the_fixed_lines() -> None:
    estimate = cost.estimate(settings())
    assert estimate.fixed_usd == sum(line.monthly_usd or 0 for line in estimate.lines)
    assert cost.rows(estimate)[-1] == ("Fixed, a month", "", f"${estimate.fixed_usd:.2f}")


def test_what_depends_on_use_carries_no_number() -> None:
    usage = [line for line in cost.estimate(settings()).lines if line.usage_based]
    assert len(usage) >= 5
    assert {line.monthly_usd for line in usage} == {None}


def test_privatelink_adds_its_load_balancer() -> None:
    link = {"private_link": {"principals": ["arn:aws:iam::222233334444:root"]}}
    more = lines(clients=link).keys() - lines().keys()
    assert more == {"The clients' network load balancer", "Clients' load balancer and data between its zones"}


def test_without_internet_the_proxys_endpoint_is_paid_and_no_gateway() -> None:
    proxy = {"service_name": "com.amazonaws.vpce.us-east-1.vpce-svc-0a1b2c3d4e5f60718"}
    mirror = "111122223333.dkr.ecr.us-east-1.amazonaws.com/automq/env-poc/console:1"
    found = lines(
        network={"nat": "none", "public_subnets": False}, console={"image": mirror}, no_internet={"proxy": proxy}
    )
    before = next(line.quantity for name, line in lines().items() if name.startswith("Interface endpoints"))

    assert "NAT gateways" not in found
    assert next(line.quantity for name, line in found.items() if name.startswith("Interface endpoints")) == before + 3


def test_the_network_decides_what_is_paid() -> None:
    assert lines(network={"nat": "per_zone"})["NAT gateways"].quantity == 3
    assert "NAT gateways" not in lines(network={"nat": "none"})


def test_a_load_balancer_is_paid_only_where_there_is_one() -> None:
    assert "The console's load balancer" not in lines()
    door = {
        "access": "load_balancer",
        "certificate_arn": "arn:aws:acm:us-east-1:111122223333:certificate/0",
        "sources": ["10.0.0.0/8"],
    }
    assert "The console's load balancer" in lines(console=door)


def test_old_prices_are_flagged_after_180_days() -> None:
    dated = prices().date

    def stale(days: int) -> bool:
        return any("days old" in note for note in cost.estimate(settings(), dated + timedelta(days=days)).notes)

    assert not stale(180)
    assert stale(181)


def test_another_region_is_flagged() -> None:
    notes = cost.estimate(settings(region="eu-central-1")).notes
    assert any("prices are those of us-east-1, not of eu-central-1" in note for note in notes)
    assert not any("prices are those of" in note for note in cost.estimate(settings()).notes)


def test_an_instance_without_price_is_said_to_have_none() -> None:
    estimate = cost.estimate(settings(console={"instance_type": "x9.huge"}), date(2026, 7, 1))
    assert any("no price is listed for The console's instance (x9.huge)" in note for note in estimate.notes)
    assert ("The console's instance (x9.huge)", "1", "no price listed") in cost.rows(estimate)


def test_every_price_names_its_page_and_how_far_it_was_checked() -> None:
    listed = prices()
    for price in listed.prices.values():
        assert price.source.endswith("pricing")
        assert price.usd > 0
    assert listed.quoted_by


def test_file_systems_are_paid_by_their_throughput_and_only_where_the_log_is_on_them() -> None:
    named = "The log's file systems (40 MiB/s)"
    found = lines(wal="FSWAL", file_systems={"count": 2, "throughput_mibps": 20})
    assert found[named].monthly_usd == 40 * prices().prices["file_system_throughput"].usd
    assert "The log on file systems" in found
    assert not any("file systems" in component for component in lines())
