"""The ways from a place: its trails by route tables, peering connections, transit and VPN gateways.

After "Route tables" in the VPC guide and "VPC peering limitations" in the peering guide: peering is not transitive.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from audit.model.graph import NodeKind
from audit.reach import edges, internet, transit
from audit.reach.addresses import EVERYWHERE, Intervals, addresses, union
from audit.reach.path import Doubt
from audit.reach.routes import lookup
from audit.reach.topology import subnet_addresses
from audit.reach.trails import Carries, End, Place, Trail, begun, either, elsewhere, ended, missing

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    from audit.model.graph import Node
    from audit.reach.routes import Route
    from audit.reach.topology import Network


def ways(net: Network, place: Place) -> tuple[Trail, ...]:
    """The trails from a place, which part all addresses of both families; the same for all places of one site."""
    key = "ways", site(net, place)
    if key not in net.memo:
        net.memo[key] = tuple(_from_door(net, place.door) if place.door else _from_subnet(net, place))
    found: tuple[Trail, ...] = net.memo[key]
    return found


def site(net: Network, place: Place) -> Hashable:
    """What decides over a place's packets outside groups: VPC, route table, ACL, and its zone where that matters."""
    if place.door:
        return place.door
    table, acl = net.table(place.subnet, place.vpc), net.acl(place.subnet)
    told = (table.name if table is not None else place.subnet, acl.name if acl is not None else place.subnet)
    joints = transit.subnets_of(net, place.vpc)
    zone = net.zone(place.subnet) if joints else None
    return place.vpc, *told, zone, place.subnet if place.subnet in joints else ""


def places(net: Network, vpc: str, wanted: Intervals, apart: str = "") -> Iterator[Place]:
    """The addresses of a VPC's subnets that are wanted, a place for each site; one subnet's by themselves."""
    key = "places", vpc
    if key not in net.memo:
        found: dict[Hashable, list[tuple[str, Intervals]]] = {}
        for node in net.subnets_of.get(vpc, ()):
            one = Place(vpc, node.name, subnet_addresses(node))
            found.setdefault(site(net, one), []).append((node.name, one.addresses))
        net.memo[key] = [(subnets, union(own for _, own in subnets)) for subnets in found.values()]
    for subnets, addresses_ in net.memo[key]:
        left = addresses_ & wanted
        for name, own in subnets if left else ():
            if name == apart:
                yield from [Place(vpc, name, left & own)] if left & own else []
                left -= own
        if left:
            yield Place(vpc, next(name for name, _ in subnets if name != apart), left)


def _from_subnet(net: Network, place: Place) -> Iterator[Trail]:
    for part, route in lookup(net, place.subnet, place.vpc, EVERYWHERE):
        found = [one for each in route.each for one in _by_route(net, place, begun(net, place, part, each), each)]
        doubt = Doubt("routes_of_one_prefix", net.target(route.target))
        yield from either(found, doubt) if route.others else found


def _by_route(net: Network, place: Place, trail: Trail, route: Route) -> Iterator[Trail]:
    match route.kind:
        case "local":
            yield trail.to(End.VPC, place.vpc)
        case "peering":
            yield from _peered(net, place, trail, route.target)
        case "transit_gateway":
            yield from transit.crossed(net, place, trail, route.target)
        case "vpn_gateway":
            yield _to_premises(net, place, trail, route.target)
        case _:
            yield ended(net, trail, route)


def _peered(net: Network, place: Place, trail: Trail, name: str) -> Iterator[Trail]:
    """Through a peering connection: only to addresses of the VPC at its other side."""
    node = net.named(NodeKind.GATEWAY, name)
    if node is None:
        yield missing(net, trail, name, "peering_gone")
        return
    passed = replace(trail, path=(*trail.path, name))
    vpcs = node.properties["vpcs"]
    if node.properties["state"] not in (None, "active") or place.vpc not in vpcs:
        yield passed.stopped("peering_not_active", name)
        return
    peer = next((vpc for vpc in vpcs if vpc != place.vpc), place.vpc)
    inside = trail.destinations & _peer_addresses(net, node, peer)
    if inside:
        part = replace(passed, destinations=inside, carries=_carries(node))
        yield part.to(End.VPC, peer) if net.named(NodeKind.VPC, peer) else elsewhere(net, part, peer)
    rest = trail.destinations - inside
    if rest:
        yield replace(passed, destinations=rest).stopped("not_transitive", name)


def _peer_addresses(net: Network, peering: Node, vpc: str) -> Intervals:
    if net.named(NodeKind.VPC, vpc) is not None:
        return net.addresses_of(vpc)
    side: dict[str, Any] = next((s for s in peering.properties["sides"] if s.get("VpcId") == vpc), {})
    fields = (("CidrBlockSet", "CidrBlock"), ("Ipv6CidrBlockSet", "Ipv6CidrBlock"))
    found = [item[key] for name, key in fields for item in side.get(name) or () if item.get(key)]
    found += [side["CidrBlock"]] if side.get("CidrBlock") else []
    return addresses(found) if found else EVERYWHERE


def _carries(peering: Node) -> Carries:
    regions = {side.get("Region") for side in peering.properties["sides"]} - {None}
    return Carries.BOTH if len(regions) < 2 else Carries.NONE  # noqa: PLR2004 two sides, two regions


def _to_premises(net: Network, place: Place, trail: Trail, name: str) -> Trail:
    node = net.named(NodeKind.GATEWAY, name)
    if node is None:
        return missing(net, trail, name, "vpn_gateway_gone")
    passed = replace(trail, path=(*trail.path, name))
    if place.vpc not in node.properties["vpcs"]:
        return passed.stopped("vpn_gateway_detached", name)
    return edges.beyond(net, passed.to(End.PREMISES, name), node)


def _from_door(net: Network, door: str) -> Iterator[Trail]:
    """What arrives by a door is routed within its VPC only; by an attachment, as its gateway's table says."""
    attachment = transit.attachment(net, door)
    if attachment is not None:
        yield from transit.arrived(net, attachment)
        return
    node = net.door(door)
    inspected = internet.inspected(net, door)
    for vpc in node.properties["vpcs"] if node is not None else ():
        unread = () if net.named(NodeKind.VPC, vpc) is not None else (net.doubt(NodeKind.VPC, vpc),)
        inside = net.addresses_of(vpc)
        yield Trail(inside, End.VPC, vpc, (door,), carries=Carries.NONE, doubts=(*inspected, *unread))
