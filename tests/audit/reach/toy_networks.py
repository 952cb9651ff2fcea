"""The toy networks under tests/accounts, one function each; run this file to write their snapshots anew.

    .venv/bin/python tests/audit/reach/toy_networks.py

What is built, and what must come out, stands in tests/accounts/README.md and test_toy_networks.py.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from estate import ANYWHERE, EAST, HERE, WEST, A, B, Estate, permission, route
from fronts import balancer, endpoint, private_zone, service, target_group
from hub import Hub, connect

if TYPE_CHECKING:
    from collections.abc import Callable

    from estate import Place

ACCOUNTS = Path(__file__).parents[2] / "accounts"
THERE, FAR = (B, EAST), (A, WEST)
BROKER, REPLICAS = 9112, 9102
TEN = "10.0.0.0/8"
PREMISES, COLOCATION = "192.168.0.0/16", "172.16.0.0/12"


def room(estate: Estate, name: str, number: int, *subnets: tuple[str, str], place: Place = HERE) -> Estate:
    """A VPC ``vpc-<name>`` with 10.<number>.0.0/16, subnets by letter and zone, open ACL, a group that lets all out."""
    vpc = f"vpc-{name}"
    estate.vpc(vpc, f"10.{number}.0.0/16", place=place)
    for third, (letter, zone) in enumerate(subnets):
        estate.subnet(f"subnet-{name}-{letter}", vpc, f"10.{number}.{third}.0/24", zone)
    return estate.acl(f"acl-{name}", vpc, subnets=tuple(f"subnet-{name}-{letter}" for letter, _ in subnets))


def peering() -> Estate:
    """Brokers peered with clients of another account and with reports of another region, which has no way back."""
    made = room(Estate(), "brokers", 0, ("a", "a"))
    for name, number, place in (("clients", 1, THERE), ("reports", 2, FAR), ("remote", 3, HERE), ("late", 4, HERE)):
        room(made, name, number, ("a", "a"), place=place)
        made.group(f"sg-{name}", f"vpc-{name}", [])
        made.interface(f"eni-{name}", f"subnet-{name}-a", f"10.{number}.0.10", f"sg-{name}")
    made.peering("pcx-clients", "vpc-clients", "vpc-brokers").peering("pcx-reports", "vpc-reports", "vpc-brokers")
    made.peering("pcx-remote", "vpc-remote", "vpc-clients")
    made.peering("pcx-late", "vpc-late", "vpc-brokers", "pending-acceptance")
    made.table("rtb-brokers", "vpc-brokers", route("10.1.0.0/16", "pcx-clients"), route("10.4.0.0/16", "pcx-late"))
    made.table("rtb-clients", "vpc-clients", route("10.0.0.0/16", "pcx-clients"), route("10.3.0.0/16", "pcx-remote"))
    made.table("rtb-reports", "vpc-reports", route("10.0.0.0/16", "pcx-reports"))
    made.table("rtb-remote", "vpc-remote", route("10.0.0.0/15", "pcx-remote"))
    made.table("rtb-late", "vpc-late", route("10.0.0.0/16", "pcx-late"))
    in_peer = {"UserId": B, "VpcId": "vpc-clients", "VpcPeeringConnectionId": "pcx-clients", "PeeringStatus": "active"}
    made.group(
        "sg-brokers",
        "vpc-brokers",
        [
            permission(BROKER, groups=["sg-clients"], **in_peer),
            permission(BROKER, cidrs=["10.2.0.0/15", "10.4.0.0/16"]),
            permission(REPLICAS, groups=["sg-brokers"]),
        ],
    )
    return made.interface("eni-broker", "subnet-brokers-a", "10.0.0.10", "sg-brokers", instance="i-broker")


def transit() -> Estate:
    """One gateway with two tables, and another that is peered with it in another region."""
    made = room(Estate(), "brokers", 0, ("a", "a"), ("b", "a"))
    for name, number, place in (("clients", 1, THERE), ("guests", 2, HERE), ("far", 4, FAR)):
        room(made, name, number, ("a", "b" if name == "clients" else "a"), ("b", "c"), place=place)
        made.group(f"sg-{name}", f"vpc-{name}", [])
        made.interface(f"eni-{name}", f"subnet-{name}-a", f"10.{number}.0.10", f"sg-{name}")
    made.interface("eni-guests-b", "subnet-guests-b", "10.2.1.10", "sg-guests")
    hub, far = Hub(made, "tgw-1", HERE, "enable"), Hub(made, "tgw-2", FAR)
    hub.attach("tgw-attach-brokers", "vpc-brokers", "subnet-brokers-a", table="tgw-rtb-shared")
    hub.attach("tgw-attach-clients", "vpc-clients", "subnet-clients-a", table="tgw-rtb-spokes")
    unnamed = {"SecurityGroupReferencingSupport": "disable"}
    hub.attach("tgw-attach-guests", "vpc-guests", "subnet-guests-a", table="tgw-rtb-spokes", **unnamed)
    hub.vpn("tgw-attach-vpn", "vpn-1", "tgw-rtb-spokes")
    far.attach("tgw-attach-far", "vpc-far", "subnet-far-a", table="tgw-rtb-far")
    hub.peer("tgw-attach-peer", far, ("tgw-rtb-shared", "tgw-rtb-far"))
    hub.table(
        "tgw-rtb-spokes",
        ("10.0.0.0/16", "tgw-attach-vpn", "propagated"),
        ("10.0.0.0/16", "tgw-attach-brokers"),
        ("10.0.1.0/24", "blackhole"),
        propagating=("tgw-attach-vpn",),
    )
    hub.table(
        "tgw-rtb-shared",
        ("10.1.0.0/16", "tgw-attach-clients", "propagated"),
        ("10.2.0.0/16", "tgw-attach-guests", "propagated"),
        ("10.4.0.0/16", "tgw-attach-peer"),
        ("10.0.0.0/16", "tgw-attach-brokers", "propagated"),
        propagating=("tgw-attach-clients", "tgw-attach-guests", "tgw-attach-brokers"),
    )
    far.table("tgw-rtb-far", ("10.0.0.0/16", "tgw-attach-peer"), ("10.4.0.0/16", "tgw-attach-far", "propagated"))
    for name in ("brokers", "clients", "guests"):
        made.table(f"rtb-{name}", f"vpc-{name}", route(TEN, "tgw-1"))
    made.table("rtb-far", "vpc-far", route(TEN, "tgw-2"))
    members = [
        permission(BROKER, groups=[f"sg-{name}"], UserId=B if name == "clients" else A)
        for name in ("clients", "guests")
    ]
    made.group("sg-brokers", "vpc-brokers", [*members, permission(REPLICAS, cidrs=[TEN])])
    made.interface("eni-broker-a", "subnet-brokers-a", "10.0.0.10", "sg-brokers")
    return made.interface("eni-broker-b", "subnet-brokers-b", "10.0.1.10", "sg-brokers")


def central_egress() -> Estate:
    """Spokes whose way out is a NAT gateway of another VPC, behind a transit gateway; one has no way back."""
    made = room(room(Estate(), "spoke", 1, ("a", "a")), "lost", 2, ("a", "a"))
    room(made, "egress", 9, ("attach", "a"), ("nat", "a"), place=THERE)
    hub = Hub(made, "tgw-1", THERE)
    hub.attach("tgw-attach-spoke", "vpc-spoke", "subnet-spoke-a", table="tgw-rtb-spokes")
    hub.attach("tgw-attach-lost", "vpc-lost", "subnet-lost-a", table="tgw-rtb-spokes")
    hub.attach("tgw-attach-egress", "vpc-egress", "subnet-egress-attach", table="tgw-rtb-egress")
    hub.table("tgw-rtb-spokes", (ANYWHERE, "tgw-attach-egress"))
    hub.table("tgw-rtb-egress", ("10.1.0.0/16", "tgw-attach-spoke", "propagated"))
    made.internet_gateway("igw-egress", "vpc-egress").nat("nat-egress", "subnet-egress-nat", "10.9.1.5", "54.0.9.5")
    made.table("rtb-attach", "vpc-egress", route(ANYWHERE, "nat-egress"), subnets=("subnet-egress-attach",))
    made.table(
        "rtb-nat", "vpc-egress", route(ANYWHERE, "igw-egress"), route(TEN, "tgw-1"), subnets=("subnet-egress-nat",)
    )
    made.prefix_list("pl-s3", "52.216.0.0/15", title=f"com.amazonaws.{EAST}.s3", owner="AWS")
    for name, number in (("spoke", 1), ("lost", 2)):
        made.table(f"rtb-{name}", f"vpc-{name}", route(ANYWHERE, "tgw-1"))
        made.group(f"sg-{name}", f"vpc-{name}", [permission(protocol="-1", cidrs=[ANYWHERE])])
        made.interface(f"eni-{name}", f"subnet-{name}-a", f"10.{number}.0.10", f"sg-{name}")
    return made


def premises() -> Estate:
    """A VPN to the office, and Direct Connect to a colocation behind a transit gateway."""
    made = room(Estate(), "brokers", 0, ("a", "a"), ("b", "a"), ("c", "a"))
    made.vpn_gateway("vgw-1", "vpc-brokers")
    connect(made, "vpn-office", "vgw-1", PREMISES)
    hub = Hub(made, "tgw-1")
    hub.attach("tgw-attach-brokers", "vpc-brokers", "subnet-brokers-c", table="tgw-rtb-1")
    hub.direct_connect("tgw-attach-dx", "dxgw-1", "tgw-rtb-1")
    hub.table(
        "tgw-rtb-1", ("10.0.0.0/16", "tgw-attach-brokers", "propagated"), (COLOCATION, "tgw-attach-dx", "propagated")
    )
    learned = {"Origin": "EnableVgwRoutePropagation"}
    ways = (route(PREMISES, "vgw-1", **learned), route(COLOCATION, "tgw-1"))
    # Routes that a VPN gateway learned never win over the local one, however specific.
    made.table(
        "rtb-open",
        "vpc-brokers",
        *ways,
        route("10.0.2.0/24", "vgw-1", **learned),
        subnets=("subnet-brokers-a", "subnet-brokers-c"),
    )
    made.table("rtb-closed", "vpc-brokers", subnets=("subnet-brokers-b",))
    made.group(
        "sg-brokers",
        "vpc-brokers",
        [permission(BROKER, cidrs=[PREMISES, COLOCATION]), permission(REPLICAS, groups=["sg-brokers"])],
    )
    for number, letter in enumerate("abc"):
        made.interface(f"eni-broker-{letter}", f"subnet-brokers-{letter}", f"10.0.{number}.10", "sg-brokers")
    return made


def blocked_public_access() -> Estate:
    """Block Public Access in bidirectional mode: one VPC is exempt, of another only what it sends."""
    made = Estate()
    for number, name in enumerate(("open", "outward", "shut")):
        room(made, name, number, ("a", "a"))
        made.internet_gateway(f"igw-{name}", f"vpc-{name}").table(
            f"rtb-{name}", f"vpc-{name}", route(ANYWHERE, f"igw-{name}")
        )
        made.group(f"sg-{name}", f"vpc-{name}", [permission(443, cidrs=[ANYWHERE])])
        made.interface(f"eni-{name}", f"subnet-{name}-a", f"10.{number}.0.10", f"sg-{name}", public=f"54.0.{number}.10")
    return made.block_public_access(
        "block-bidirectional", ("vpc-open", "allow-bidirectional"), ("vpc-outward", "allow-egress")
    )


def inspected() -> Estate:
    """What a firewall's endpoint and an appliance make of packets is not known; what a group forbids is."""
    made = room(Estate(), "brokers", 0, ("a", "a"), ("b", "a"), ("firewall", "a"))
    made.interface(
        "eni-firewall", "subnet-brokers-firewall", "10.0.2.5", InterfaceType="gateway_load_balancer_endpoint"
    )
    endpoint = {
        "VpcEndpointId": "vpce-firewall", "VpcEndpointType": "GatewayLoadBalancer", "VpcId": "vpc-brokers", "OwnerId": A,
        "ServiceName": "com.amazonaws.vpce.us-east-1.vpce-svc-firewall", "State": "available",
        "SubnetIds": ["subnet-brokers-firewall"], "NetworkInterfaceIds": ["eni-firewall"],
    }  # fmt: skip
    made.say(HERE, "DescribeVpcEndpoints", endpoint).internet_gateway("igw-1", "vpc-brokers")
    made.table(
        "rtb-a",
        "vpc-brokers",
        route("10.0.1.0/24", "vpce-firewall"),
        route(ANYWHERE, "vpce-firewall"),
        subnets=("subnet-brokers-a",),
    )
    made.table(
        "rtb-b",
        "vpc-brokers",
        route("10.0.0.0/24", "vpce-firewall"),
        route(ANYWHERE, "eni-appliance"),
        subnets=("subnet-brokers-b",),
    )
    made.table("rtb-firewall", "vpc-brokers", route(ANYWHERE, "igw-1"), subnets=("subnet-brokers-firewall",))
    made.group("sg-brokers", "vpc-brokers", [permission(BROKER, cidrs=["10.0.0.0/16"])]).group(
        "sg-clients", "vpc-brokers", []
    )
    made.interface("eni-client", "subnet-brokers-a", "10.0.0.10", "sg-clients", public="54.0.0.10")
    made.interface("eni-appliance", "subnet-brokers-firewall", "10.0.2.9", "sg-clients", SourceDestCheck=False)
    return made.interface("eni-broker", "subnet-brokers-b", "10.0.1.10", "sg-brokers")


def bad_input() -> Estate:
    """What AWS refuses or leaves behind: twins, routes to what is gone, groups in circles, a thousand rules, unread tables."""
    made = room(room(Estate(), "brokers", 0, ("a", "a"), ("b", "a")), "twin", 0, ("a", "a"))
    room(made, "dark", 5, ("a", "a"), place=THERE)
    made.peering("pcx-twin", "vpc-twin", "vpc-brokers").peering("pcx-dark", "vpc-dark", "vpc-brokers")
    gone = {"State": "blackhole"}
    made.table(
        "rtb-brokers",
        "vpc-brokers",
        route("10.1.0.0/16", "pcx-deleted", **gone),
        route("10.2.0.0/16", "tgw-gone"),
        route("10.3.0.0/16", "nat-deleted"),
        route("10.5.0.0/16", "pcx-dark"),
        route(ANYWHERE, "igw-gone"),
    )
    made.nat("nat-deleted", "subnet-brokers-b", "10.0.1.200", "54.0.0.200", State="deleted")
    made.table("rtb-twin", "vpc-twin", route("10.0.1.0/24", "pcx-twin"))
    made.table("rtb-dark", "vpc-dark", route("10.0.0.0/16", "pcx-dark")).refuse("DescribeRouteTables", B)
    made.group("sg-clients", "vpc-brokers", []).group(
        "sg-twin", "vpc-twin", [permission(protocol="-1", cidrs=[ANYWHERE])]
    )
    made.group("sg-dark", "vpc-dark", [])
    made.group("sg-one", "vpc-brokers", [permission(REPLICAS, groups=["sg-two"])])
    made.group("sg-two", "vpc-brokers", [permission(REPLICAS, groups=["sg-one", "sg-two"])])
    foreign = permission(BROKER, groups=["sg-foreign"], UserId="999999999999")
    made.group("sg-foreign-only", "vpc-brokers", [foreign]).group(
        "sg-six", "vpc-brokers", [permission(BROKER, cidrs=["::/0"])]
    )
    many = [permission(port, cidrs=[f"10.0.{port % 250}.0/24"]) for port in range(20000, 20999)]
    made.group("sg-many", "vpc-brokers", [*many, permission(BROKER, cidrs=["10.0.0.0/8"])])
    names = {
        "client": "sg-clients",
        "one": "sg-one",
        "two": "sg-two",
        "foreign": "sg-foreign-only",
        "six": "sg-six",
        "many": "sg-many",
    }
    for number, (name, group) in enumerate(names.items(), start=10):
        subnet, third = ("subnet-brokers-a", 0) if name in {"client", "one"} else ("subnet-brokers-b", 1)
        made.interface(
            f"eni-{name}", subnet, f"10.0.{third}.{number}", group, public="54.0.0.10" if name == "client" else ""
        )
    made.interface("eni-bare", "subnet-brokers-b", "10.0.1.30")
    return made.interface("eni-twin", "subnet-twin-a", "10.0.0.10", "sg-twin").interface(
        "eni-dark", "subnet-dark-a", "10.5.0.10", "sg-dark"
    )


def private_names() -> Estate:
    """Brokers with two private zones: one resolves where they are, the other where their peered clients are too."""
    made = room(room(Estate(), "brokers", 0, ("a", "a")), "clients", 1, ("a", "a"))
    made.peering("pcx-1", "vpc-clients", "vpc-brokers")
    made.table("rtb-brokers", "vpc-brokers", route("10.1.0.0/16", "pcx-1")).table(
        "rtb-clients", "vpc-clients", route("10.0.0.0/16", "pcx-1")
    )
    made.group("sg-brokers", "vpc-brokers", [permission(BROKER, cidrs=[TEN])]).group("sg-clients", "vpc-clients", [])
    made.interface("eni-broker", "subnet-brokers-a", "10.0.0.10", "sg-brokers")
    made.interface("eni-client", "subnet-clients-a", "10.1.0.10", "sg-clients")
    private_zone(made, "Z1", "kafka.internal.", "vpc-brokers", records={"bootstrap.kafka.internal.": "10.0.0.10"})
    names = {"bootstrap.kafka.shared.": "10.0.0.10"}
    return private_zone(made, "Z2", "kafka.shared.", "vpc-brokers", "vpc-clients", records=names)


def balancers() -> Estate:
    """Brokers behind network load balancers that keep or hide their clients, internal and public; a console behind HTTPS."""
    made = room(Estate(), "brokers", 0, ("brokers", "a"), ("doors", "a"), ("clients", "a"))
    made.internet_gateway("igw-1", "vpc-brokers").table("rtb-brokers", "vpc-brokers")
    made.table("rtb-doors", "vpc-brokers", route(ANYWHERE, "igw-1"), subnets=("subnet-brokers-doors",))
    clients, doors = "10.0.2.0/24", "10.0.1.0/24"
    made.group("sg-clients", "vpc-brokers", []).interface(
        "eni-client", "subnet-brokers-clients", "10.0.2.10", "sg-clients"
    )
    behind = {"kept": clients, "hidden": doors, "wrong": clients, "public": ANYWHERE, "console": doors}
    fronts = {
        "kept": ("net", clients),
        "hidden": ("net", clients),
        "public": ("net", ANYWHERE),
        "console": ("app", "203.0.113.0/24"),
    }
    for number, (name, admitted) in enumerate(behind.items(), start=10):
        made.group(f"sg-{name}", "vpc-brokers", [permission(BROKER, cidrs=[admitted])])
        made.interface(f"eni-{name}", "subnet-brokers-brokers", f"10.0.0.{number}", f"sg-{name}", instance=f"i-{name}")
    for number, (name, (kind, admitted)) in enumerate(fronts.items(), start=10):
        made.group(f"sg-front-{name}", "vpc-brokers", [permission(443 if kind == "app" else 9092, cidrs=[admitted])])
        port = 443 if kind == "app" else 9092
        public = f"54.0.0.{number}" if name in {"public", "console"} else ""
        where = {"subnet-brokers-doors": f"10.0.1.{number}"}
        arn = balancer(made, f"{kind}/front-{name}", where, f"sg-front-{name}", listening={port: name}, public=public)
        targets = (f"10.0.0.{number}", "10.0.0.12") if name == "hidden" else (f"10.0.0.{number}",)
        if name == "public":
            targets = ("i-public",)
        if name == "console":
            targets = ("10.0.0.14",)
        target_group(made, name, arn, *targets, port=BROKER, preserve={"kept": True, "hidden": False}.get(name))
    return made


def private_link() -> Estate:
    """Brokers offered to another account by PrivateLink, whose endpoint stands in its own VPC of the same addresses."""
    made = room(room(Estate(), "brokers", 0, ("a", "a")), "clients", 0, ("a", "a"), place=THERE)
    made.table("rtb-brokers", "vpc-brokers").table("rtb-clients", "vpc-clients")
    made.group("sg-brokers", "vpc-brokers", [permission(BROKER, cidrs=["10.0.0.20/32"])])
    made.interface("eni-broker", "subnet-brokers-a", "10.0.0.10", "sg-brokers")
    arn = balancer(made, "net/front", {"subnet-brokers-a": "10.0.0.20"}, listening={9092: "brokers"})
    target_group(made, "brokers", arn, "10.0.0.10", port=BROKER)
    connected = {"vpce-clients": (B, "available"), "vpce-late": ("333333333333", "pendingAcceptance")}
    called = service(made, "vpce-svc-1", arn, f"arn:aws:iam::{B}:root", connected=connected)
    made.group("sg-clients", "vpc-clients", []).group(
        "sg-endpoint", "vpc-clients", [permission(9092, groups=["sg-clients"], UserId=B)]
    )
    made.interface("eni-client", "subnet-clients-a", "10.0.0.30", "sg-clients")
    return endpoint(made, "vpce-clients", called, "subnet-clients-a", "10.0.0.40", "sg-endpoint")


TOYS: dict[str, Callable[[], Estate]] = {
    "network-peering": peering,
    "network-transit-tables": transit,
    "network-central-egress": central_egress,
    "network-premises": premises,
    "network-blocked-public-access": blocked_public_access,
    "network-inspected": inspected,
    "network-bad-input": bad_input,
    "network-private-names": private_names,
    "network-balancers": balancers,
    "network-private-link": private_link,
}


def main() -> None:
    """Write every toy's snapshot anew."""
    for name, made in TOYS.items():
        shutil.rmtree(ACCOUNTS / name, ignore_errors=True)
        made().snapshot().write(ACCOUNTS / name)
        sys.stdout.write(f"{name}\n")


if __name__ == "__main__":
    main()
