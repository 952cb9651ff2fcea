from typing import Any

import pytest

from components.client_access import TransitPlan
from components.footprint import Footprint


@pytest.fixture(scope="module")
def declared(declare: Any, plan: Any) -> Any:
    """The footprint, attached to a transit gateway with two networks of clients behind it."""
    transit = TransitPlan("tgw-1", ("10.90.0.0/16", "10.91.0.0/16"), ("vpc-clients",))
    return declare(lambda: Footprint("e", plan(transit=transit)))


def test_one_attachment_stands_in_every_zone(declared: Any) -> None:
    (attachment,) = declared.of("VpcAttachment")
    assert (attachment["transitGatewayId"], attachment["vpcId"]) == ("tgw-1", "Vpc/network")
    assert attachment["subnetIds"] == [f"Subnet/network-private-{place}" for place in range(3)]


def test_every_private_subnet_leads_to_every_network_behind_it_and_nothing_else_does(declared: Any) -> None:
    ways = [route for route in declared.of("Route") if "transitGatewayId" in route]
    assert {(one["routeTableId"], one["destinationCidrBlock"]) for one in ways} == {
        (f"RouteTable/network-private-{place}", cidr) for place in range(3) for cidr in ("10.90.0.0/16", "10.91.0.0/16")
    }


def test_named_vpcs_see_the_environments_names(declared: Any) -> None:
    assert [one["vpcId"] for one in declared.of("ZoneAssociation")] == ["vpc-clients"]
