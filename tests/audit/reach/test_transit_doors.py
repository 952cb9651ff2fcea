"""The subnets of an attachment by which packets enter a VPC, one of each zone."""

from __future__ import annotations

from estate import ANYWHERE, Estate, permission, route
from hub import Hub

from audit.reach.packets import decide


def two_doors(*routes: tuple[str, str]) -> Estate:
    """A VPC that other premises enter by a subnet of either zone, each with a table and a route of its own."""
    made = Estate().vpc("vpc-1", "10.0.0.0/16")
    for number, zone in enumerate("ab"):
        made.subnet(f"subnet-{zone}", "vpc-1", f"10.0.{number}.0/24", zone)
        more = [route(cidr, target) for cidr, target in routes[number : number + 1]]
        made.table(f"rtb-{zone}", "vpc-1", *more, route(ANYWHERE, "tgw-1"), subnets=(f"subnet-{zone}",))
    made.acl("acl-1", "vpc-1", subnets=("subnet-a", "subnet-b"))
    hub = Hub(made, "tgw-1").attach("tgw-attach-1", "vpc-1", "subnet-a", "subnet-b", table="tgw-rtb-1")
    hub.vpn("tgw-attach-vpn", "vpn-1", "tgw-rtb-1")
    hub.table("tgw-rtb-1", ("10.0.0.0/8", "tgw-attach-1"), ("192.168.0.0/16", "tgw-attach-vpn"))
    made.group("sg-1", "vpc-1", [permission(9112, cidrs=[ANYWHERE])])
    return made.interface("eni-1", "subnet-a", "10.0.0.10", "sg-1")


def test_doors_whose_tables_part_addresses_elsewhere_lead_to_the_same_machine() -> None:
    graph = two_doors(("10.8.0.0/24", "eni-device"), ("10.9.0.0/24", "eni-device")).graph()
    assert decide(graph, "192.168.1.1", "eni-1", "tcp", 9112).verdict == "reaches"


def test_a_door_that_sends_the_packets_through_a_device_leaves_them_in_doubt() -> None:
    graph = two_doors(("10.8.0.0/24", "eni-device"), ("10.0.0.0/24", "eni-device")).graph()
    assert decide(graph, "192.168.1.1", "eni-1", "tcp", 9112).verdict == "unknown"
