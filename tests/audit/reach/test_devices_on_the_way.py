"""Devices that route tables lead packets through are hops that nobody can judge: never dropped, never passed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from estate import ANYWHERE, HERE, Estate, entry, permission, route
from hub import Hub, connect

from audit.reach.packets import decide

if TYPE_CHECKING:
    from audit.reach.packets import Answer


def two_subnets(*routes: Any, back: tuple[Any, ...] = (), door: str = "igw-1") -> Estate:
    """A VPC with a machine in each of two subnets, and an appliance that does not check sources in a third."""
    estate = Estate().vpc("vpc-1", "10.1.0.0/16").internet_gateway("igw-1", "vpc-1").vpn_gateway("vgw-1", "vpc-1")
    estate.group("sg-1", "vpc-1", [permission(cidrs=[ANYWHERE], protocol="-1")])
    connect(estate, "vpn-1", "vgw-1")
    for number, found in ((1, routes), (2, back or (route(ANYWHERE, door),)), (3, ())):
        name = f"subnet-{number}"
        estate.subnet(name, "vpc-1", f"10.1.{number}.0/24").acl(f"acl-{number}", "vpc-1", subnets=(name,))
        estate.table(f"rtb-{number}", "vpc-1", *found, subnets=(name,))
        more = {"SourceDestCheck": number != 3}
        public = f"54.0.0.{number}"
        estate.interface(f"eni-{number}", name, f"10.1.{number}.10", "sg-1", public=public, **more)
    return estate.nat("nat-1", "subnet-3", "10.1.3.9", "54.0.0.9")


def associated(estate: Estate, gateway: str, target: str) -> Estate:
    """With a table of the gateway's own, which leads what arrives to a device."""
    estate.table("rtb-edge", "vpc-1", route("10.1.2.0/24", target))
    edge = [{"GatewayId": gateway, "Main": False, "AssociationState": {"State": "associated"}}]
    estate.said[HERE]["DescribeRouteTables"][-1]["Associations"] = edge
    return estate


def ask(estate: Estate, start: str, end: str) -> Answer:
    return decide(estate.graph(), start, end, "tcp", 443)


@pytest.mark.parametrize("target", ["eni-3", "vpce-firewall"])
def test_routes_more_specific_than_the_local_one_lead_through_a_device(target: str) -> None:
    aside, there, back = two_subnets(), two_subnets(route("10.1.2.0/24", target)), (route("10.1.1.0/24", target),)

    assert ask(aside, "eni-1", "eni-2").verdict == "reaches"
    for start in ("eni-1", "subnet-1"):
        assert ask(there, start, "eni-2").verdict == "unknown"
        assert ask(two_subnets(back=back), start, "eni-2").verdict == "unknown"


def test_a_nat_gateway_within_the_vpc_passes_packets_on_but_no_answers_to_others() -> None:
    there = ask(two_subnets(route("10.1.2.0/24", "nat-1")), "eni-1", "eni-2")

    assert (there.verdict, there.path[2:5]) == ("reaches", ("rtb-1", "nat-1", "rtb-3"))
    assert ask(two_subnets(back=(route("10.1.1.0/24", "nat-1"),)), "eni-1", "eni-2").verdict != "reaches"


@pytest.mark.parametrize("target", ["eni-3", "vpce-firewall"])
@pytest.mark.parametrize(("door", "far"), [("igw-1", "internet"), ("vgw-1", "192.168.1.1")])
def test_a_table_at_a_gateways_edge_leads_what_arrives_through_a_device(target: str, door: str, far: str) -> None:
    assert ask(two_subnets(door=door), far, "eni-2").verdict == "reaches"
    assert ask(two_subnets(door=door), "eni-2", far).verdict == "reaches"
    assert ask(associated(two_subnets(door=door), door, target), far, "eni-2").verdict == "unknown"
    assert ask(associated(two_subnets(door=door), door, target), "eni-2", far).verdict == "unknown"


def test_an_edge_table_that_leads_nowhere_else_is_no_device() -> None:
    assert ask(associated(two_subnets(), "igw-1", "local"), "internet", "eni-2").verdict == "reaches"


@pytest.mark.parametrize("target", ["eni-3", "vpce-firewall"])
def test_what_enters_by_a_transit_gateway_may_be_led_through_a_device(target: str) -> None:
    estate = two_subnets(back=(route("10.2.0.0/16", "tgw-1"),)).vpc("vpc-2", "10.2.0.0/16")
    estate.subnet("subnet-far", "vpc-2", "10.2.0.0/24").acl("acl-far", "vpc-2", subnets=("subnet-far",))
    estate.table("rtb-far", "vpc-2", route("10.1.0.0/16", "tgw-1")).group("sg-2", "vpc-2", [])
    estate.interface("eni-far", "subnet-far", "10.2.0.10", "sg-2")
    estate.subnet("subnet-door", "vpc-1", "10.1.4.0/24").acl("acl-4", "vpc-1", subnets=("subnet-door",))
    hub = Hub(estate, "tgw-1").attach("tgw-attach-1", "vpc-1", "subnet-door", table="tgw-rtb-1")
    hub.attach("tgw-attach-2", "vpc-2", "subnet-far", table="tgw-rtb-1")
    hub.table("tgw-rtb-1", ("10.1.0.0/16", "tgw-attach-1", "static"), ("10.2.0.0/16", "tgw-attach-2", "static"))
    estate.table("rtb-door", "vpc-1", route("10.1.2.0/24", target), subnets=("subnet-door",))

    assert ask(estate, "eni-far", "eni-2").verdict == "unknown"
    assert ask(estate, "eni-far", "eni-1").verdict == "blocked"


def test_an_appliance_in_the_very_subnet_is_got_to_past_no_acl() -> None:
    estate = two_subnets(route("10.1.2.0/24", "eni-appliance"))
    acl = next(one for one in estate.listed("DescribeNetworkAcls") if one["NetworkAclId"] == "acl-1")
    acl["Entries"].insert(0, entry(1, out=True, cidr="10.1.2.0/24", action="deny"))

    assert ask(estate, "eni-1", "eni-2").verdict == "unknown"
