"""Trails: where packets go by routes alone, from a subnet or a door, over any number of gateways, to where they end.

A trail says nothing of groups and ACLs; it lists the subnets' borders that it crosses, for whoever filters.
After "Route tables" and "VPC peering limitations" in the VPC guides. Every place's trails part all addresses.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from audit.model.graph import NodeKind
from audit.reach.path import Doubt
from audit.reach.routes import is_gateway_endpoint

if TYPE_CHECKING:
    from audit.model.graph import Citation
    from audit.reach.addresses import Intervals
    from audit.reach.routes import Route
    from audit.reach.topology import Network

Border = tuple[str, str]
"""A subnet and the direction, ``in`` or ``out``, in which its ACL is asked."""


class End(StrEnum):
    """What packets come to by routes alone."""

    VPC = "vpc"
    INTERNET = "internet"
    EGRESS_ONLY = "egress_only"
    NAT = "nat"
    SERVICE = "gateway_endpoint"
    PREMISES = "premises"
    DEVICE = "device"
    ELSEWHERE = "elsewhere"
    UNREAD = "unread"
    NOWHERE = "nowhere"


class Carries(StrEnum):
    """Which rules may name the other side's groups ("Security group rules", "Transit gateway attachments")."""

    BOTH = "both"
    INBOUND = "inbound"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Place:
    """Addresses in a subnet of a VPC, or behind a door: an internet or VPN gateway, an attachment to other premises."""

    vpc: str
    subnet: str
    addresses: Intervals
    door: str = ""


@dataclass(frozen=True, slots=True)
class Trail:
    """Where packets to some destinations go: the end and its physical id, and what is passed on the way.

    ``enters`` is the subnet of a transit gateway's attachment by which the last VPC is entered, ``path`` the physical
    ids of tables and gateways in the packets' order; ``blocked`` is the word for what ends them at ``name``; ``others``
    are trails to the same end by other subnets of the attachment, of which packets may take any.
    """

    destinations: Intervals
    end: End
    name: str = ""
    path: tuple[str, ...] = ()
    borders: tuple[Border, ...] = ()
    enters: str = ""
    carries: Carries = Carries.BOTH
    because: tuple[tuple[str, Citation], ...] = ()
    doubts: tuple[Doubt, ...] = ()
    blocked: str = ""
    others: tuple[Trail, ...] = ()

    @property
    def refusal(self) -> tuple[str, str]:
        """What keeps packets from another end than the trail's: what stops them, or the table that leads elsewhere."""
        table = next((name for name in reversed(self.path) if "rtb-" in name), self.name)
        return (self.name, self.blocked) if self.blocked else (table, "leads_elsewhere")

    def to(self, end: End, name: str, *doubts: Doubt, path: tuple[str, ...] = ()) -> Trail:
        """The trail, ended."""
        return replace(self, end=end, name=name, path=(*self.path, *path), doubts=(*self.doubts, *doubts))

    def stopped(self, word: str, name: str) -> Trail:
        """The trail, blocked by what has this physical id."""
        return replace(self, end=End.NOWHERE, name=name, blocked=word)


def either(trails: list[Trail], doubt: Doubt) -> list[Trail]:
    """Trails of which packets may take any: one with the others; each in doubt where they do not end alike."""
    if len({(one.end, one.name, one.blocked, one.destinations) for one in trails}) == 1:
        return [replace(trails[0], others=tuple(trails[1:]))]
    return [one if one.blocked else replace(one, doubts=(*one.doubts, doubt)) for one in trails]


def borders(trail: Trail, start: Place, subnet: str = "") -> tuple[Border, ...]:
    """Every border from a place along a trail, and into another subnet of the VPC where it ends."""
    # A route's own interface may stand in the very subnet.
    beside = trail.end is End.DEVICE and not trail.borders and trail.name.startswith(("eni-", "i-"))
    first: tuple[Border, ...] = ((start.subnet, "out"),) if start.subnet and not beside else ()
    if not subnet or subnet == trail.enters:
        return (*first, *trail.borders)
    inside: tuple[Border, ...] = ((trail.enters, "out"),) if trail.enters else ()
    return (*first, *trail.borders, *inside, (subnet, "in"))


def begun(net: Network, place: Place, part: Intervals, route: Route) -> Trail:
    """A trail that has passed the first route table of a place."""
    table = net.table(place.subnet, place.vpc)
    path = (table.name,) if table is not None else ()
    return Trail(part, End.NOWHERE, "", path, because=route.because, doubts=route.doubts)


def ended(net: Network, trail: Trail, route: Route) -> Trail:
    """The trail's end at a route's target, which is no other network of the account."""
    table = trail.path[-1] if trail.path else route.target
    match route.kind:
        case "none" | "blackhole":
            return trail.stopped({"none": "no_route"}.get(route.kind, route.kind), table)
        case "unread":
            return trail.to(End.UNREAD, route.target)
        case "internet" | "egress_only" | "nat":
            return trail.to(End(route.kind), route.target, path=(route.target,))
        case "endpoint" if is_gateway_endpoint(net, route.target):
            return trail.to(End.SERVICE, route.target, path=(route.target,))
    return trail.to(End.DEVICE, route.target, _unmodelled(net, trail, route), path=(route.target,))


def _vpc(net: Network, trail: Trail) -> str:
    """The VPC whose table a trail passed last; empty where none is known."""
    found = (net.named(NodeKind.ROUTE_TABLE, name) for name in reversed(trail.path))
    return next((str(table.properties["vpc"]) for table in found if table is not None), "")


def _unmodelled(net: Network, trail: Trail, route: Route) -> Doubt:
    """Why a route's target cannot be judged: an endpoint that was not read, or something not modelled."""
    node = net.target(route.target)
    vpc = _vpc(net, trail)
    if route.kind == "endpoint" and net.hidden(NodeKind.VPC_ENDPOINT, vpc) is not None:
        return net.doubt_in(vpc, NodeKind.VPC_ENDPOINT, node)
    return Doubt(f"{route.kind}_not_modelled", node)


def elsewhere(net: Network, trail: Trail, vpc: str) -> Trail:
    """The trail's end in a VPC that was not walked."""
    return trail.to(End.ELSEWHERE, vpc, net.doubt(NodeKind.VPC, vpc))


def missing(net: Network, trail: Trail, name: str, word: str) -> Trail:
    """The trail's end at a gateway that was not described: unread, or gone as the word says."""
    vpc = _vpc(net, trail)
    if net.hidden(NodeKind.GATEWAY, vpc) is not None:
        return trail.to(End.UNREAD, name, net.doubt_in(vpc, NodeKind.GATEWAY, name))
    return trail.stopped(word, name)
