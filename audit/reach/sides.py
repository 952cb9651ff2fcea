"""On which side of a class's network the far end of a path lies, as a reader asks for it: the order of a report."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from audit.model.graph import INTERNET, NodeKind
from audit.reach.privatelink import ANY_ACCOUNT
from audit.reach.topology import network

if TYPE_CHECKING:
    from audit.model.graph import BoundaryGraph, Node
    from audit.reach.path import Path


class Side(StrEnum):
    """Where the other end lies."""

    INTERNET = "internet"
    PREMISES = "premises"
    NAMES = "names"
    S3 = "s3"
    ENTRANCE = "entrance"
    PRIVATELINK = "privatelink"
    ENDPOINT = "endpoint"
    VPC = "other_vpc"
    GROUP = "group"
    INTERFACE = "interface"
    OWN = "own_vpc"
    ELSEWHERE = "elsewhere"


_KINDS = {
    NodeKind.INTERNET: Side.INTERNET,
    NodeKind.SECURITY_GROUP: Side.GROUP,
    NodeKind.GATEWAY: Side.PREMISES,
    NodeKind.ENTRANCE: Side.PRIVATELINK,
    NodeKind.LOAD_BALANCER: Side.PRIVATELINK,
    NodeKind.NETWORK_INTERFACE: Side.INTERFACE,
}


def origin_side(graph: BoundaryGraph, path: Path) -> Side:
    """Where the packets come from."""
    if path.origin == ANY_ACCOUNT or path.origin.isdigit():
        return Side.PRIVATELINK
    node = found(graph, path.origin)
    if node is not None and node.kind is NodeKind.VPC_ENDPOINT:
        return Side.PRIVATELINK
    if node is not None and node.kind is NodeKind.NETWORK_INTERFACE:
        return Side.ELSEWHERE
    return _side(path.origin, node, path.target, graph)


def target_side(graph: BoundaryGraph, path: Path) -> Side:
    """Where the packets go."""
    node = found(graph, path.target)
    if node is not None and node.kind is NodeKind.VPC_ENDPOINT:
        return Side.ENDPOINT
    return _side(path.target, node, path.origin, graph)


def _side(far: str, node: Node | None, near: str, graph: BoundaryGraph) -> Side:
    if far == INTERNET:
        return Side.INTERNET
    if node is None:
        return Side.ELSEWHERE
    if node.kind is NodeKind.VPC:
        own = found(graph, near)
        return Side.OWN if own is not None and own.properties.get("vpc") == node.name else Side.VPC
    if node.kind is NodeKind.GATEWAY and node.properties.get("type") == "peering":
        return Side.VPC
    return _KINDS.get(node.kind, Side.ELSEWHERE)


_PHYSICAL = (
    NodeKind.VPC, NodeKind.GATEWAY, NodeKind.SECURITY_GROUP, NodeKind.ROUTE_TABLE, NodeKind.VPC_ENDPOINT,
    NodeKind.NETWORK_INTERFACE,
)  # fmt: skip


def found(graph: BoundaryGraph, name: str) -> Node | None:
    """The node of an id, or of the physical id that a path names where nothing better was known."""
    node = graph.get(name)
    if node is not None:
        return node
    return next((one for kind in _PHYSICAL if (one := network(graph).named(kind, name)) is not None), None)
