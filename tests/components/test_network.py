from typing import Any

import pytest

from components.network import Network, NetworkArgs

ZONES = ("eu-west-1a", "eu-west-1b", "eu-west-1c")
PRIVATE = ("10.42.10.0/24", "10.42.11.0/24", "10.42.12.0/24")
PUBLIC = ("10.42.0.0/24", "10.42.1.0/24", "10.42.2.0/24")


def args(**change: Any) -> Any:
    given = {
        "name": "automq-e", "cidr": "10.42.0.0/16", "zones": ZONES, "private_cidrs": PRIVATE,
        "flow_log_destination": "arn:aws:s3:::audit",
    }  # fmt: skip
    return NetworkArgs(**(given | change))


@pytest.mark.parametrize(("nat", "gateways", "default_routes"), [("none", 0, 1), ("single", 1, 4), ("per_zone", 3, 4)])
def test_nat_follows_the_setting(declare: Any, nat: Any, gateways: Any, default_routes: Any) -> None:
    declared = declare(lambda: Network("net", args(nat=nat, public_cidrs=PUBLIC)))
    assert len(declared.of("NatGateway")) == len(declared.of("Eip")) == gateways
    assert len(declared.of("Route")) == default_routes


def test_each_zone_leaves_by_its_own_gateway(declare: Any) -> None:
    declared = declare(lambda: Network("net", args(nat="per_zone", public_cidrs=PUBLIC)))
    ways = [declared.one("Route", f"net-private-{place}")["natGatewayId"] for place in range(3)]
    assert ways == [f"NatGateway/net-nat-{place}" for place in range(3)]
    assert [nat["subnetId"] for nat in declared.of("NatGateway")] == [f"Subnet/net-public-{n}" for n in range(3)]


def test_without_public_subnets_there_is_no_way_to_the_internet(declare: Any) -> None:
    declared = declare(lambda: Network("net", args()))
    assert not declared.kinds() & {"InternetGateway", "Route", "NatGateway", "Eip"}


def test_no_subnet_hands_out_public_addresses(declare: Any) -> None:
    declared = declare(lambda: Network("net", args(nat="single", public_cidrs=PUBLIC)))
    assert {subnet["mapPublicIpOnLaunch"] for subnet in declared.of("Subnet")} == {False}
    assert len(declared.of("Subnet")) == 6


def test_private_subnets_never_route_to_the_internet_gateway(declare: Any) -> None:
    declared = declare(lambda: Network("net", args(nat="single", public_cidrs=PUBLIC)))
    public = [route for route in declared.of("Route") if "gatewayId" in route]
    assert [route["routeTableId"] for route in public] == ["RouteTable/net-public"]


def test_the_default_group_is_emptied(declare: Any) -> None:
    (group,) = declare(lambda: Network("net", args())).of("DefaultSecurityGroup")
    assert (group["ingress"], group["egress"]) == ([], [])


def test_all_traffic_is_logged_to_the_bucket(declare: Any) -> None:
    (log,) = declare(lambda: Network("net", args())).of("FlowLog")
    assert (log["trafficType"], log["logDestinationType"]) == ("ALL", "s3")
    assert (log["logDestination"], log["vpcId"]) == ("arn:aws:s3:::audit", "Vpc/net")


def test_nat_without_public_subnets_is_refused() -> None:
    with pytest.raises(ValueError, match="needs public subnets"):
        args(nat="single")


def test_a_zone_without_a_subnet_is_refused() -> None:
    with pytest.raises(ValueError, match="one CIDR per zone"):
        args(private_cidrs=PRIVATE[:2])
