"""Whether the failure of one zone cuts off a subnet of another."""

from __future__ import annotations

from typing import Any

import pytest

from audit.reach.path import Reach
from audit.reach.paths import own_zone


@pytest.fixture
def zoned(toy: Any) -> Any:
    """Brokers in zone a, with a NAT gateway there."""
    toy.subnet("subnet-public", "10.0.9.0/24").table(
        "rtb-1", {"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-1"}
    )
    for subnet in toy.said["DescribeSubnets"]:
        subnet["AvailabilityZone"] = "us-east-1b" if subnet["SubnetId"] == "subnet-c" else "us-east-1a"
    return toy.nat_gateway("subnet-public")


def judged(toy: Any, subnet: str = "subnet-b") -> tuple[Reach, str]:
    (path,) = own_zone(toy.graph(), [subnet])
    return path.verdict, path.reason


def test_a_subnet_of_the_gateways_zone_leaves_through_its_own(zoned: Any) -> None:
    assert judged(zoned) == (Reach.REACHES, "own_zone")
    (path,) = own_zone(zoned.graph(), ["subnet-b"])
    assert path.records


def test_a_subnet_of_another_zone_is_cut_off_with_the_gateways(zoned: Any) -> None:
    assert judged(zoned, "subnet-c") == (Reach.BLOCKED, "nat_of_another_zone")


def test_a_regional_gateway_is_in_every_zone(zoned: Any) -> None:
    zoned.said["DescribeNatGateways"][0] |= {"AvailabilityMode": "regional", "SubnetId": None}
    assert judged(zoned, "subnet-c") == (Reach.REACHES, "own_zone")


def test_a_subnet_without_a_way_out_says_so(zoned: Any) -> None:
    zoned.said["DescribeRouteTables"][0]["Routes"].pop()
    assert judged(zoned) == (Reach.BLOCKED, "no_way_out")


def test_an_internet_gateway_has_no_zone(zoned: Any) -> None:
    zoned.said["DescribeRouteTables"][0]["Routes"][-1] = {"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1"}
    assert judged(zoned) == (Reach.REACHES, "internet_gateway")


def test_another_kind_of_gateway_is_in_doubt(zoned: Any) -> None:
    route = {"DestinationCidrBlock": "0.0.0.0/0", "TransitGatewayId": "tgw-1", "State": "active"}
    zoned.said["DescribeRouteTables"][0]["Routes"][-1] = route
    assert judged(zoned) == (Reach.UNKNOWN, "zone_of_transit_gateway_not_modelled")


@pytest.mark.parametrize("call", ["ec2:DescribeNatGateways", "ec2:DescribeSubnets", "ec2:DescribeRouteTables"])
def test_what_was_not_read_is_in_doubt_and_names_the_permission(zoned: Any, call: str) -> None:
    (path,) = own_zone(zoned.refuse(call).graph(), ["subnet-b"])
    assert (path.verdict, path.missing) == (Reach.UNKNOWN, (call,))
