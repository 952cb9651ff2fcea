"""Transit gateways: attachments, the table that each is associated with, and where its routes lead.

After "How transit gateways work" and "Network ACLs for transit gateways" in the guide: packets leave a VPC by the
attachment's subnet in their own zone, past that subnet's inbound ACL; they enter the other VPC by an attachment's
subnet, whose table routes them on and whose outbound ACL they pass unless they end there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from audit.model.facts import Unknown
from audit.model.graph import Citation, Node, NodeKind
from audit.reach.addresses import EVERYWHERE, Intervals, addresses
from audit.reach.path import Doubt
from audit.reach.routes import lookup
from audit.reach.security_groups import prefix_list
from audit.reach.trails import Carries, End, Place, Trail, begun, either, elsewhere, ended, missing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.reach.routes import Route
    from audit.reach.topology import Network

PREMISES = frozenset({"vpn", "direct-connect-gateway", "connect", "connect-peer", "vpn-concentrator"})
"""Types of attachments that lead out of AWS's networks."""
_GONE = {"deleted", "deleting", "failed", "failing", "rejected", "rejecting", "pendingAcceptance", "initiating"}


_AGAIN = End.NOWHERE
"""The end, for the moment, of what a VPC routes to a transit gateway again."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """What all walked accounts say of one side of an attachment; ``table`` None: associated with none.

    ``unread``: why its subnets and options are not known, where nobody could read them.
    """

    name: str
    node: str
    gateway: str
    type: str
    resource: str
    alive: bool
    subnets: tuple[str, ...]
    table: Any
    support: Any
    peer: str
    unread: Unknown | None


def attachments(net: Network) -> tuple[Attachment, ...]:
    """Every attachment's side, once."""
    if "attachments" not in net.memo:
        sides: dict[tuple[str, str], list[Node]] = {}
        for node in net.all(NodeKind.GATEWAY):
            if node.properties.get("type") == "transit_gateway_attachment":
                sides.setdefault((node.name, str(node.properties["gateway"])), []).append(node)
        net.memo["attachments"] = tuple(_merged(net, nodes) for nodes in sides.values())
    found: tuple[Attachment, ...] = net.memo["attachments"]
    return found


def attachment(net: Network, name: str, gateway: str = "") -> Attachment | None:
    """The attachment of a physical id, at one gateway where both ends of a peering were walked."""
    return next((one for one in attachments(net) if one.name == name and gateway in ("", one.gateway)), None)


def _merged(net: Network, nodes: list[Node]) -> Attachment:
    facts = [node.properties for node in nodes]
    known = [f["table"] for f in facts if "table" in f and not isinstance(f["table"], Unknown)]
    unread = Unknown("ec2:DescribeTransitGatewayAttachments", "NotCollected", "")
    table = next(iter(known), next((f["table"] for f in facts if "table" in f), unread))
    vpcs = [vpc for f in facts for vpc in f.get("vpcs") or ()]
    subnets = [f["subnets"] for f in facts if f.get("subnets")]
    listed = [found for found in subnets if not isinstance(found, Unknown)]
    first = nodes[0]
    return Attachment(
        first.name, first.id, str(facts[0]["gateway"]),
        next((f["resource_type"] for f in facts if f.get("resource_type")), "vpc" if vpcs else ""),
        next((f["resource"] for f in facts if f.get("resource")), next(iter(vpcs), "")),
        all(f.get("state") not in _GONE for f in facts),
        tuple(dict.fromkeys(subnet for found in listed for subnet in found)),
        _listed(net, first.name, str(facts[0]["gateway"])) if isinstance(table, Unknown) or table is None else table,
        next((f["options"] for f in facts if f.get("options") and not isinstance(f["options"], Unknown)), None),
        next((str(f["peer"].get("gateway") or "") for f in facts if f.get("peer")), ""),
        next((found for found in subnets if isinstance(found, Unknown) and not listed), None),
    )  # fmt: skip


def _listed(net: Network, name: str, gateway: str) -> Any:
    """The table whose own listing of associations names the attachment; Unknown while a listing was not read."""
    found: Any = None
    for table in net.all(NodeKind.TRANSIT_ROUTE_TABLE):
        if table.properties["gateway"] == gateway:
            associated = table.properties["associations"]
            if isinstance(associated, Unknown):
                found = associated
            elif name in (associated or ()):
                return table.name
    return net.unread(NodeKind.TRANSIT_ROUTE_TABLE) or found


def of_vpc(net: Network, vpc: str) -> list[Attachment]:
    """The living attachments of a VPC."""
    if "attached" not in net.memo:
        found: dict[str, list[Attachment]] = {}
        for one in attachments(net):
            if one.type == "vpc" and one.alive:
                found.setdefault(one.resource, []).append(one)
        net.memo["attached"] = found
    attached: dict[str, list[Attachment]] = net.memo["attached"]
    return attached.get(vpc, [])


def subnets_of(net: Network, vpc: str) -> frozenset[str]:
    """The subnets of a VPC that hold attachments."""
    return frozenset(subnet for one in of_vpc(net, vpc) for subnet in one.subnets)


def crossed(net: Network, place: Place, trail: Trail, gateway: str) -> Iterator[Trail]:
    """From a VPC into a transit gateway, and on."""
    own = next((one for one in of_vpc(net, place.vpc) if one.gateway == gateway), None)
    if own is None:
        yield missing(net, trail, gateway, "not_attached")
        return
    zone = net.zone(place.subnet)
    near = [subnet for subnet in own.subnets if zone is None or net.zone(subnet) in (zone, None)]
    passed = replace(trail, path=(*trail.path, own.name), doubts=(*trail.doubts, *_zoneless(net, place, own)))
    if not own.subnets:
        yield passed.to(End.UNREAD, own.name, Doubt("attachment_subnets_unread", own.node, own.unread))
    elif not near:
        yield passed.stopped("no_attachment_in_zone", own.name)
    else:
        borders, path = (*trail.borders, (near[0], "in")), (*passed.path, gateway)
        carries = trail.carries if trail.borders else Carries.INBOUND
        yield from _routed(net, own, replace(passed, path=path, borders=borders, carries=carries), zone)


def _zoneless(net: Network, place: Place, own: Attachment) -> tuple[Doubt, ...]:
    """The doubt about the subnet by which packets get to an attachment, where a zone is not known."""
    if all(net.zone(subnet) for subnet in (place.subnet, *own.subnets)):
        return ()
    return (Doubt("zone_not_known", place.subnet, net.unread(NodeKind.SUBNET)),)


def arrived(net: Network, start: Attachment) -> Iterator[Trail]:
    """What comes from other premises by an attachment."""
    begin = Trail(EVERYWHERE, End.NOWHERE, "", (start.name, start.gateway), carries=Carries.NONE)
    yield from _routed(net, start, begin, None)


def _routed(net: Network, origin: Attachment, trail: Trail, zone: str | None) -> Iterator[Trail]:
    """By the table that the attachment is associated with; twice by one table is a loop."""
    if isinstance(origin.table, Unknown):
        yield trail.to(End.UNREAD, origin.gateway, Doubt("transit_route_table_unread", origin.node, origin.table))
    elif origin.table is None:
        yield trail.stopped("not_associated", origin.name)
    elif origin.table in trail.path:
        yield trail.stopped("routing_loop", origin.table)
    else:
        table = net.named(NodeKind.TRANSIT_ROUTE_TABLE, origin.table)
        if table is None:
            yield trail.to(End.UNREAD, origin.table, net.doubt(NodeKind.TRANSIT_ROUTE_TABLE, origin.table))
            return
        passed = replace(trail, path=(*trail.path, table.name))
        for part, index in _lookup(net, table, trail.destinations):
            yield from _onward(net, origin, replace(passed, destinations=part), (table, index), zone)


def _lookup(net: Network, table: Node, wanted: Intervals) -> Iterator[tuple[Intervals, int]]:
    """Addresses by the number of the route that they take; -1 is none. Longest prefix first, then static ones."""
    routes = table.properties["routes"]
    left = wanted
    for _, _, number, covered in sorted(_entries(net, routes), key=lambda entry: entry[:3]):
        part = left & covered
        if part:
            yield part, number
            left -= part
    if left:
        yield left, -1


def _entries(net: Network, routes: Any) -> Iterator[tuple[int, bool, int, Intervals]]:
    for number, route in enumerate(() if isinstance(routes, Unknown) else routes or ()):
        propagated = route.get("Type") == "propagated"
        if route.get("DestinationCidrBlock"):
            cidr = str(route["DestinationCidrBlock"])
            yield -int(cidr.partition("/")[2] or 128), propagated, number, addresses([cidr])
        elif route.get("PrefixListId"):
            listed = net.named(NodeKind.PREFIX_LIST, route["PrefixListId"])
            entries = listed.properties["entries"] if listed is not None else None
            for cidr in entries if isinstance(entries, (list, tuple)) else ():
                yield -int(cidr.partition("/")[2] or 128), propagated, number, addresses([cidr])


def _onward(net: Network, origin: Attachment, trail: Trail, at: tuple[Node, int], zone: str | None) -> Iterator[Trail]:
    table, number = at
    trail = replace(trail, doubts=(*trail.doubts, *_unsure(net, table)))
    if number < 0:
        # A route that was not read could lead on.
        yield trail.to(End.UNREAD, table.name) if trail.doubts else trail.stopped("no_route", table.name)
        return
    route = table.properties["routes"][number]
    record = table.records[0] if table.records else ""
    cited = (table.id, Citation(record, f"transit_route_table/{table.name}", f"/Routes/{number}"))
    trail = replace(trail, because=(*trail.because, cited))
    if route.get("State") == "blackhole":
        yield trail.stopped("blackhole", table.name)
        return
    far = [a.get("TransitGatewayAttachmentId") for a in route.get("TransitGatewayAttachments") or ()]
    known = [attachment(net, str(name), origin.gateway) for name in far]
    target = next((one for one in known if one is not None), None)
    if target is None or len({(one.type if one else None) for one in known}) > 1:
        yield trail.to(End.UNREAD, table.name, net.doubt(NodeKind.GATEWAY, ", ".join(map(str, far)) or table.name))
    else:
        yield from _into(net, replace(trail, path=(*trail.path, target.name)), (origin, target), zone)


def _unsure(net: Network, table: Node) -> tuple[Doubt, ...]:
    """Doubts about a table whose routes, or the prefix lists that they name, were not all read."""
    routes = table.properties["routes"]
    if isinstance(routes, Unknown):
        return (Doubt("transit_routes_unread", table.id, routes),)
    if table.properties.get("complete") is False:
        return (Doubt("transit_routes_incomplete", table.id),)
    lists = (prefix_list(net, route["PrefixListId"]) for route in routes or () if route.get("PrefixListId"))
    return tuple(doubt for _, doubts in lists for doubt in doubts)


def _into(net: Network, trail: Trail, ends: tuple[Attachment, Attachment], zone: str | None) -> Iterator[Trail]:
    origin, target = ends
    if not target.alive:
        yield trail.stopped("attachment_not_available", target.name)
    elif target.type == "vpc":
        carries = trail.carries if _refers(net, origin) and _refers(net, target) else Carries.NONE
        yield from _entered(net, replace(trail, carries=carries), target, zone)
    elif target.type in PREMISES:
        yield trail.to(End.PREMISES, target.name)
    elif target.type in {"peering", "tgw-peering"}:
        yield from _peered(net, replace(trail, carries=Carries.NONE), target)
    else:
        yield trail.to(End.DEVICE, target.name, Doubt(f"{target.type or 'attachment'}_not_modelled", target.node))


def _refers(net: Network, side: Attachment) -> bool:
    """Whether an attachment and its gateway carry references to groups; a gateway does not unless it says so."""
    options = next((n.properties["options"] for n in net.all_named(NodeKind.GATEWAY, side.gateway)), None) or {}
    own = side.support or {}
    support = "SecurityGroupReferencingSupport"
    return options.get(support) == "enable" and own.get(support, "enable") == "enable"


def _peered(net: Network, trail: Trail, target: Attachment) -> Iterator[Trail]:
    """Over a peering to another transit gateway, into the table associated there with the peering's other side.

    Across regions both sides have one id, within a region each has its own; two gateways have one peering at most.
    """
    sides = (o for o in attachments(net) if o.gateway != target.gateway and o.alive)
    far = next(
        (o for o in sides if o.name == target.name or (o.gateway, o.peer) == (target.peer, target.gateway)), None
    )
    if far is None:
        yield trail.to(End.UNREAD, target.peer, net.doubt(NodeKind.GATEWAY, target.peer or target.node))
    else:
        passed = replace(trail, path=(*trail.path, far.gateway))
        yield from _routed(net, far, passed, None)


def _entered(net: Network, trail: Trail, target: Attachment, zone: str | None) -> Iterator[Trail]:
    """Into a VPC: the route table of the attachment's subnet says where its packets go."""
    if net.named(NodeKind.VPC, target.resource) is None:
        yield elsewhere(net, trail, target.resource)
        return
    # In appliance mode the zone is chosen by the flow ("Appliance mode"), not by where the packets come from.
    spread = (target.support or {}).get("ApplianceModeSupport") == "enable"
    near = [s for s in target.subnets if zone is not None and net.zone(s) == zone and not spread]
    doors = near or list(target.subnets)
    if not doors:
        yield trail.to(End.UNREAD, target.name, Doubt("attachment_subnets_unread", target.node, target.unread))
        return
    left = trail.destinations
    while left:
        # What all of these subnets do with the first packets of the first one.
        trails: list[Trail] = []
        part = left
        for door in doors:
            trails += _by(net, replace(trail, destinations=part), target.resource, door)
            part = trails[-1].destinations
        doubt = Doubt("zone_of_entry_not_known", target.node)
        for one in either([replace(one, destinations=part) for one in trails], doubt):
            yield from _again(net, one, target.resource) if one.end is _AGAIN and not one.blocked else [one]
        left -= part


def _by(net: Network, trail: Trail, vpc: str, door: str) -> list[Trail]:
    """The first part of a trail as a subnet's table leads it on into its VPC: by the route, or any that AWS takes."""
    place = Place(vpc, door, Intervals())
    part, routes = lookup(net, door, vpc, trail.destinations)[0]
    found = []
    for route in routes.each:
        inside = begun(net, place, part, route)
        passed = replace(
            trail, destinations=part, enters=door, path=(*trail.path, *inside.path),
            because=(*trail.because, *inside.because), doubts=(*trail.doubts, *inside.doubts),
        )  # fmt: skip
        found.append(_led_on(net, passed, place, route))
    return found


def _again(net: Network, trail: Trail, vpc: str) -> Iterator[Trail]:
    """From a VPC to a transit gateway once more: AWS does not document whether packets may leave as they came."""
    place = Place(vpc, trail.enters, Intervals())
    doubt = Doubt("transit_vpc_not_modelled", net.target(trail.name))
    left = replace(
        trail, borders=(*trail.borders, (trail.enters, "out")), enters="", carries=Carries.NONE,
        doubts=(*trail.doubts, doubt),
    )  # fmt: skip
    yield from crossed(net, place, left, trail.name)


def _led_on(net: Network, trail: Trail, place: Place, route: Route) -> Trail:
    """What a VPC does with packets that came by a transit gateway: its own subnets and NAT gateways get them."""
    match route.kind:
        case "local":
            return trail.to(End.VPC, place.vpc)
        case "peering" | "vpn_gateway":
            return trail.stopped("not_transitive", route.target)
        case "internet" | "egress_only":
            return trail.stopped("no_public_address", route.target)
        case "transit_gateway":
            return trail.to(_AGAIN, route.target)
    found = ended(net, trail, route)
    return found.stopped("serves_its_own_vpc_only", found.name) if found.end is End.SERVICE else found
