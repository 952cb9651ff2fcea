from typing import Any

import pytest

from components.client_access import PeerPlan
from components.footprint import Footprint

OURS, THEIRS = "111122223333", "222233334444"


@pytest.fixture(scope="module")
def declared(declare: Any, plan: Any) -> Any:
    """The footprint with a peer of its own account, one of another region and one of another account."""
    peers = (
        PeerPlan("vpc-own", OURS, "eu-west-1", "10.80.0.0/16"),
        PeerPlan("vpc-far", OURS, "eu-west-2", "10.81.0.0/16"),
        PeerPlan("vpc-theirs", THEIRS, "eu-west-1", "10.82.0.0/16"),
    )
    return declare(lambda: Footprint("e", plan(peers=peers)))


def test_each_peer_has_a_connection_that_only_the_own_account_and_region_accepts_at_once(declared: Any) -> None:
    made = {one["peerVpcId"]: one for one in declared.of("VpcPeeringConnection")}
    assert {vpc: one.get("autoAccept") for vpc, one in made.items()} == {
        "vpc-own": True, "vpc-far": None, "vpc-theirs": None,
    }  # fmt: skip
    assert {vpc: (one["peerOwnerId"], one.get("peerRegion")) for vpc, one in made.items()} == {
        "vpc-own": (OURS, None), "vpc-far": (OURS, "eu-west-2"), "vpc-theirs": (THEIRS, None),
    }  # fmt: skip


def test_every_private_subnet_leads_to_every_peer(declared: Any) -> None:
    ways = [route for route in declared.of("Route") if "vpcPeeringConnectionId" in route]
    assert {(one["routeTableId"], one["destinationCidrBlock"]) for one in ways} == {
        (f"RouteTable/network-private-{place}", cidr)
        for place in range(3)
        for cidr in ("10.80.0.0/16", "10.81.0.0/16", "10.82.0.0/16")
    }


def test_peers_of_the_own_account_see_the_environments_names(declared: Any) -> None:
    assert {one["vpcId"] for one in declared.of("ZoneAssociation")} == {"vpc-own", "vpc-far"}
