"""Where a subnet's packets go: longest prefix first, then static before prefix list before propagated.

After "Route tables" and "Route priority" in the VPC guide.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING, Any

from audit.model.graph import Citation, Node, NodeKind
from audit.reach.addresses import EVERYWHERE, Intervals, addresses, union
from audit.reach.security_groups import prefix_list

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.reach.path import Doubt
    from audit.reach.topology import Network

_FIELDS = (
    "NatGatewayId", "TransitGatewayId", "VpcPeeringConnectionId", "EgressOnlyInternetGatewayId", "CarrierGatewayId",
    "LocalGatewayId", "CoreNetworkArn", "OdbNetworkArn", "NetworkInterfaceId", "InstanceId", "GatewayId",
)  # fmt: skip
_GATEWAYS = {"igw": "internet", "vgw": "vpn_gateway", "vpce": "endpoint", "eigw": "egress_only"}
_KINDS = {
    "NatGatewayId": "nat",
    "TransitGatewayId": "transit_gateway",
    "VpcPeeringConnectionId": "peering",
    "EgressOnlyInternetGatewayId": "egress_only",
    "NetworkInterfaceId": "interface",
    "InstanceId": "interface",
    "CarrierGatewayId": "carrier_gateway",
    "LocalGatewayId": "local_gateway",
    "CoreNetworkArn": "core_network",
    "OdbNetworkArn": "odb_network",
}
_FIRST = -129
"""Before every prefix, for a list that was not read."""
_PROPAGATED = "EnableVgwRoutePropagation"
_LISTED, _LEARNT = 1, 2
"""The ranks of the routes of prefix lists and of propagated ones, after static ones."""


@dataclass(frozen=True, slots=True)
class Route:
    """A route: the kind of its target (local, internet, nat, blackhole, none, unread …), its id, where it stands.

    ``others`` are routes to other targets of which AWS chooses one at random.
    """

    kind: str
    target: str = ""
    because: tuple[tuple[str, Citation], ...] = ()
    doubts: tuple[Doubt, ...] = ()
    others: tuple[Route, ...] = ()

    @property
    def each(self) -> tuple[Route, ...]:
        """The route and those that packets may take as well."""
        return (replace(self, others=()), *self.others)


NO_ROUTE = Route("none")


def lookup(net: Network, subnet: str, vpc: str, wanted: Intervals) -> list[tuple[Intervals, Route]]:
    """Addresses split by the route that a subnet's packets to them take; ``none`` where there is no route."""
    table = net.table(subnet, vpc)
    if table is None:
        return [(wanted, Route("unread", subnet, (), (net.doubt_in(vpc, NodeKind.ROUTE_TABLE, subnet),)))]
    found, left = [], wanted
    for covered, route in _ordered(net, table):
        part = left & covered
        if part:
            found.append((part, route))
            left -= part
    return [*found, (left, NO_ROUTE)] if left else found


def _ordered(net: Network, table: Node) -> list[tuple[Intervals, Route]]:
    """A table's routes, first the one that wins; a propagated route never wins over a local one, however specific."""
    if ("routes", table.id) not in net.memo:
        entries = sorted(_routes(net, table), key=lambda entry: entry[:2])
        local = union(covered for _, _, covered, route in entries if route.kind == "local")
        net.memo["routes", table.id] = [
            (covered - local if rank == _LEARNT else covered, route)
            for (_, rank), same in groupby(entries, key=lambda entry: entry[:2])
            for covered, route in _at_random([one[2:] for one in same], rank)
        ]
    found: list[tuple[Intervals, Route]] = net.memo["routes", table.id]
    return found


def _at_random(same: list[tuple[Intervals, Route]], rank: int) -> Iterator[tuple[Intervals, Route]]:
    """Routes of one rank and length; where two prefix lists hold one prefix, AWS takes any ("Prefix lists")."""
    found: dict[Intervals, list[Route]] = {}
    for covered, route in same:
        found.setdefault(covered, []).append(route)
    for covered, route in same:
        others = tuple(other for other in found[covered] if other.target != route.target)
        yield covered, replace(route, others=others) if others and rank == _LISTED else route


def _routes(net: Network, table: Node) -> Iterator[tuple[int, int, Intervals, Route]]:
    record = table.records[0] if table.records else ""
    for index, entry in enumerate(table.properties["routes"]):
        because = ((table.id, Citation(record, f"route_table/{table.name}", f"/Routes/{index}")),)
        route = _route(entry, because)
        listed = entry.get("DestinationPrefixListId")
        cidr = entry.get("DestinationCidrBlock") or entry.get("DestinationIpv6CidrBlock")
        if listed:
            yield from _by_list(net, listed, route)
        elif cidr:
            yield -_length(cidr), _LEARNT if entry.get("Origin") == _PROPAGATED else 0, addresses([cidr]), route


def _by_list(net: Network, name: str, route: Route) -> Iterator[tuple[int, int, Intervals, Route]]:
    _, doubts = prefix_list(net, name)
    if not doubts:
        node = net.named(NodeKind.PREFIX_LIST, name)
        for cidr in (node.properties["entries"] or ()) if node is not None else ():
            yield -_length(cidr), _LISTED, addresses([cidr]), route
    elif not is_gateway_endpoint(net, route.target):
        # An unread list may hold any packet's destination; a gateway endpoint's holds only its service's addresses.
        yield _FIRST, _LISTED, EVERYWHERE, Route("unread", route.target, route.because, doubts)


def is_gateway_endpoint(net: Network, name: str) -> bool:
    """Whether a route's target is a gateway endpoint, of S3 or DynamoDB."""
    endpoint = net.named(NodeKind.VPC_ENDPOINT, name)
    return endpoint is not None and endpoint.properties["type"] == "Gateway"


def _length(cidr: str) -> int:
    return int(cidr.partition("/")[2] or 128)


def _route(entry: dict[str, Any], because: tuple[tuple[str, Citation], ...]) -> Route:
    field = next((name for name in _FIELDS if entry.get(name)), "")
    target = str(entry.get(field) or "")
    if entry.get("State") == "blackhole":
        return Route("blackhole", target, because)
    if target == "local":
        return Route("local", target, because)
    kind = (
        _GATEWAYS.get(target.partition("-")[0], "unmodelled")
        if field == "GatewayId"
        else _KINDS.get(field, "unmodelled")
    )
    return Route(kind, target, because)
