"""Through which zone a subnet leaves: a NAT gateway of one zone goes down with it ("NAT gateways", on availability)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.model.graph import Node, NodeKind
from audit.model.verdict import Hop
from audit.reach.addresses import PORTS, PUBLIC, V4
from audit.reach.path import Doubt, Path, Reach
from audit.reach.routes import lookup
from audit.reach.topology import network

if TYPE_CHECKING:
    from collections.abc import Iterable

    from audit.model.graph import BoundaryGraph
    from audit.reach.routes import Route
    from audit.reach.topology import Network

_NO_WAY_OUT = {"none", "blackhole", "local", "gateway_endpoint", "endpoint", "egress_only"}


def own_zone(graph: BoundaryGraph, subnets: Iterable[str]) -> list[Path]:
    """For each subnet (physical id) its way to the internet: it ``reaches`` when no other zone can cut it off.

    ``blocked`` is a NAT gateway of another zone, or no way out at all; other gateways are ``unknown``.
    """
    net = network(graph)
    return [path for subnet in subnets for path in _ways(net, subnet)]


def _ways(net: Network, name: str) -> list[Path]:
    subnet = net.named(NodeKind.SUBNET, name)
    if subnet is None:
        return [_doubted(name, net.doubt(NodeKind.SUBNET, name))]
    found = lookup(net, name, subnet.properties["vpc"], PUBLIC & V4)
    routes = [each for _, route in found for each in route.each]
    ways = {route.target: route for route in routes if route.kind not in _NO_WAY_OUT}
    if not ways:
        return [_path(subnet.id, subnet.id, Reach.BLOCKED, "no_way_out", ())]
    return [_judged(net, subnet, route) for route in ways.values()]


def _judged(net: Network, subnet: Node, route: Route) -> Path:
    if route.kind == "internet":
        return _path(subnet.id, route.target, Reach.REACHES, "internet_gateway", _hops(subnet, route, "has no zone"))
    if route.kind != "nat":
        return _doubted(subnet.id, *(route.doubts or (Doubt(f"zone_of_{route.kind}_not_modelled", route.target),)))
    gateway = net.named(NodeKind.NAT_GATEWAY, route.target)
    if gateway is None:
        return _doubted(subnet.id, net.doubt_in(subnet.properties["vpc"], NodeKind.NAT_GATEWAY, route.target))
    if gateway.properties["availability"] == "regional":
        return _path(subnet.id, gateway.id, Reach.REACHES, "own_zone", _hops(subnet, route, "is in every zone"))
    home = net.named(NodeKind.SUBNET, gateway.properties["subnet"])
    if home is None:
        return _doubted(subnet.id, net.doubt(NodeKind.SUBNET, gateway.properties["subnet"] or gateway.id))
    near = home.properties["zone"] == subnet.properties["zone"]
    verdict, reason = (Reach.REACHES, "own_zone") if near else (Reach.BLOCKED, "nat_of_another_zone")
    return _path(subnet.id, gateway.id, verdict, reason, _hops(subnet, route, f"stands in {home.properties['zone']}"))


def _hops(subnet: Node, route: Route, stands: str) -> tuple[Hop, ...]:
    cited = tuple(citation for _, citation in route.because)
    return (Hop(subnet.id, f"in {subnet.properties['zone']}, routes to", cited), Hop(route.target, stands))


def _doubted(origin: str, *doubts: Doubt) -> Path:
    return _path(origin, origin, Reach.UNKNOWN, doubts[0].reason, (), doubts)


def _path(
    origin: str, target: str, verdict: Reach, reason: str, hops: tuple[Hop, ...], doubts: tuple[Doubt, ...] = ()
) -> Path:
    return Path(verdict, reason, origin, target, "tcp", PORTS.spans, hops=hops, doubts=doubts)
