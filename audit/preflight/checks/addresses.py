"""Whether the new VPC's addresses overlap with what is attached: VPCs, peers, transit gateways and VPN connections.

AWS pages "VPC peering limitations" (no peering between overlapping blocks) and "How transit gateways work" (of routes
to the same block only one is used). Two VPCs that nothing joins may overlap.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from ipaddress import IPv4Network
from typing import TYPE_CHECKING, Any

from audit.model.facts import Unknown
from audit.preflight.asking import alone, audits
from audit.preflight.judged import Judged, broken, holds, unknown
from audit.preflight.seen import is_ours, unread
from audit.services import rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from audit.model.intended import Intended
    from audit.preflight.seen import Seen
    from audit.services.row import Row

TITLE = "The network's addresses overlap with nothing that is attached"
_VPCS, _PEERS, _TABLES = "ec2:DescribeVpcs", "ec2:DescribeVpcPeeringConnections", "ec2:DescribeRouteTables"
_GATEWAYS, _CONNECTIONS = "ec2:DescribeVpnGateways", "ec2:DescribeVpnConnections"
_ATTACHMENTS, _TRANSIT = "ec2:DescribeTransitGatewayAttachments", "ec2:SearchTransitGatewayRoutes"
_SOURCES = {
    _VPCS: "the account's VPCs",
    _PEERS: "the peers of its VPCs",
    _TABLES: "what its route tables lead to",
    _GATEWAYS: "which VPCs have a VPN gateway",
    _CONNECTIONS: "what its VPN connections lead to",
    _ATTACHMENTS: "what hangs on its transit gateways",
    _TRANSIT: "what its transit gateways lead to",
}
_LIVE = ("active", "pending-acceptance", "provisioning")
_CIDRS = "CidrBlockAssociationSet[?CidrBlockState.State=='associated'].CidrBlock"
_PRIVATE = tuple(map(IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")))
_SHOWN = 4


@dataclass(frozen=True, slots=True)
class Network:
    """A block of others: whose it is, by which record, and whether it is attached to anything, or only a route."""

    block: IPv4Network
    whose: str
    record: str
    attached: bool = True
    route: bool = False


def reads(intended: Intended, _caller: str) -> Iterator[Row]:
    """Every network that the account knows of, where the stack makes a VPC."""
    if next(intended.of("aws_vpc"), None) is not None:
        yield from alone(_VPCS, _PEERS, _TABLES, _GATEWAYS, _CONNECTIONS, _ATTACHMENTS)
        yield from audits("ec2:DescribeTransitGatewayRouteTables")
        # Where no gateway has a table, there is nothing to search.
        yield replace(rows()[_TRANSIT], implied=True)


def check(seen: Seen) -> Iterator[Judged]:
    """What overlaps, what could not be read, and that nothing does."""
    own = [str(thing.values["cidr_block"]) for thing in seen.intended.of("aws_vpc") if "cidr_block" in thing.values]
    if not own:
        return
    gaps = {name: found for name in _SOURCES if isinstance(found := seen.all(name, "@"), Unknown)}
    for name, gap in gaps.items():
        yield unread(", ".join(own), _SOURCES[name], gap)
    others = list(_others(seen, set(_SOURCES) - gaps.keys()))
    for cidr in own:
        yield from _judged(seen, IPv4Network(cidr), others, whole=not gaps)


def _judged(seen: Seen, own: IPv4Network, others: list[Network], *, whole: bool) -> Iterator[Judged]:
    met = [one for one in others if one.block.overlaps(own)]
    wide = [one for one in met if one.route and one.block.prefixlen < own.prefixlen]
    attached = [one for one in met if one.attached and one not in wide]
    alone_ = [one for one in met if not one.attached]
    if attached:
        free = _free(own, [one.block for one in others])
        text = f"{own} overlaps with {_listed(attached)}"
        way = f"set network.cidr to a block that is free{f', such as {free}' if free else ''}"
        yield replace(
            broken("overlap", str(own), text, *_records(attached), way_out=way), details=tuple(map(_told, attached))
        )
    if wide:
        text = f"{own} lies within {_listed(wide)}: whether it is given to this VPC, AWS does not say"
        way = "have who plans the addresses confirm it"
        yield replace(
            unknown("within_a_route", str(own), text, *_records(wide), way_out=way), details=tuple(map(_told, wide))
        )
    if alone_:
        text = f"{own} overlaps with {_listed(alone_)}, attached to nothing: they can never be peered"
        yield replace(
            holds("overlaps_unattached", str(own), text, *_records(alone_)), details=tuple(map(_told, alone_))
        )
    if not met and whole:
        text = f"{own} overlaps with no VPC, peer, transit gateway route or VPN of the account"
        yield holds("no_overlap", str(own), text, *(seen.evidence(name) for name in _SOURCES))


def _others(seen: Seen, read: set[str]) -> Iterator[Network]:
    """All networks but the environment's own."""
    ours = {vpc["VpcId"] for vpc in _items(seen, _VPCS, read) if is_ours(vpc.get("Tags"), seen.intended)}
    joined = _joined(seen, read)
    here = set()
    for vpc in _items(seen, _VPCS, read):
        here.add(vpc["VpcId"])
        if vpc["VpcId"] not in ours:
            yield from _vpc(seen, vpc, attached=vpc["VpcId"] in joined)
    for side in _sides(seen, read):
        if side.get("VpcId") not in here:
            for block in side.get("CidrBlockSet") or ():
                yield Network(_block(block["CidrBlock"]), f"peer {side.get('VpcId')}", seen.evidence(_PEERS))
    yield from _routes(seen, read, ours)


def _vpc(seen: Seen, vpc: dict[str, Any], *, attached: bool) -> Iterator[Network]:
    associated = [
        one["CidrBlock"]
        for one in vpc.get("CidrBlockAssociationSet") or ()
        if one.get("CidrBlockState", {}).get("State") == "associated"
    ]
    for cidr in associated or [vpc["CidrBlock"]]:
        yield Network(_block(cidr), vpc["VpcId"], seen.evidence(_VPCS), attached)


def _joined(seen: Seen, read: set[str]) -> set[str]:
    """The VPCs that something is attached to."""
    found = {str(side.get("VpcId")) for side in _sides(seen, read)}
    found |= {one["ResourceId"] for one in _items(seen, _ATTACHMENTS, read) if one.get("ResourceType") == "vpc"}
    gateways = _items(seen, _GATEWAYS, read)
    return found | {one["VpcId"] for gateway in gateways for one in gateway.get("VpcAttachments") or ()}


def _sides(seen: Seen, read: set[str]) -> Iterator[dict[str, Any]]:
    for peering in _items(seen, _PEERS, read):
        if peering.get("Status", {}).get("Code") in _LIVE:
            yield from (peering.get(side) or {} for side in ("RequesterVpcInfo", "AccepterVpcInfo"))


def _routes(seen: Seen, read: set[str], ours: set[str]) -> Iterator[Network]:
    """What route tables, transit gateways and VPN connections lead to; the internet is no network of anybody's."""
    for table in _items(seen, _TABLES, read):
        for route in table.get("Routes") or () if table.get("VpcId") not in ours else ():
            target = (
                route.get("TransitGatewayId") or route.get("VpcPeeringConnectionId") or route.get("GatewayId") or ""
            )
            if target.startswith(("tgw-", "pcx-", "vgw-")):
                yield from _route(route, target, seen.evidence(_TABLES))
    for route in _items(seen, _TRANSIT, read):
        hung = [str(one.get("ResourceId")) for one in route.get("TransitGatewayAttachments") or ()]
        if not set(hung) & ours:
            yield from _route(route, ", ".join(hung) or "a transit gateway", seen.evidence(_TRANSIT))
    for connection in _items(seen, _CONNECTIONS, read):
        for route in connection.get("Routes") or ():
            yield from _route(route, connection["VpnConnectionId"], seen.evidence(_CONNECTIONS))


def _route(route: dict[str, Any], whose: str, record: str) -> Iterator[Network]:
    cidr = route.get("DestinationCidrBlock")
    if cidr and _block(cidr).prefixlen:
        yield Network(_block(cidr), f"what {whose} leads to", record, route=True)


_PATHS = {
    _VPCS: "Vpcs[]", _PEERS: "VpcPeeringConnections[]", _TABLES: "RouteTables[]", _GATEWAYS: "VpnGateways[]",
    _CONNECTIONS: "VpnConnections[?State=='available' || State=='pending']",
    _ATTACHMENTS: "TransitGatewayAttachments[]", _TRANSIT: "Routes[]",
}  # fmt: skip


def _items(seen: Seen, name: str, read: set[str]) -> list[dict[str, Any]]:
    found = seen.all(name, _PATHS[name]) if name in read else []
    return [] if isinstance(found, Unknown) else found


def _block(cidr: str) -> IPv4Network:
    return IPv4Network(cidr, strict=False)


def _free(own: IPv4Network, taken: Iterable[IPv4Network]) -> IPv4Network | None:
    """A private block of the same size that overlaps with none; a default route is no block."""
    narrow = [block for block in taken if block.prefixlen > min(one.prefixlen for one in _PRIVATE)]
    blocks = (block for private in _PRIVATE if private.prefixlen <= own.prefixlen
              for block in private.subnets(new_prefix=own.prefixlen))  # fmt: skip
    return next((block for block in blocks if not any(block.overlaps(one) for one in narrow)), None)


def _told(one: Network) -> str:
    return f"{one.block} of {one.whose}"


def _listed(found: list[Network]) -> str:
    told = list(dict.fromkeys(map(_told, found)))
    return ", ".join(told[:_SHOWN]) + (f" and {len(told) - _SHOWN} more" if len(told) > _SHOWN else "")


def _records(found: list[Network]) -> list[str]:
    return [one.record for one in found]
