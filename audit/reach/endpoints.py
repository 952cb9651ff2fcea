"""How an interface class gets to S3 and to the services behind interface endpoints."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from audit.model.graph import NodeKind
from audit.reach import edges
from audit.reach.addresses import PUBLIC, V4, Intervals, ports
from audit.reach.arriving import Arriving, between, leaving
from audit.reach.departing import Departing
from audit.reach.drafts import merged
from audit.reach.path import Doubt, Piece
from audit.reach.privatelink import ends
from audit.reach.security_groups import prefix_list

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.model.graph import Node
    from audit.reach.drafts import Draft
    from audit.reach.security_groups import Rule
    from audit.reach.topology import InterfaceClass, Network

HTTPS = ports(443, 443)
_ANY = PUBLIC & V4
"""Where S3 may be while its list is unread; the gateway endpoint's list of the region is one of IPv4."""


def to_s3(net: Network, start: InterfaceClass, wanted: Intervals = HTTPS) -> list[Draft]:
    """Every way of a class to S3, over HTTPS unless other ports are asked for: by endpoints, NAT, internet gateway.

    The targets tell them apart; a path to the internet node is a leak around the endpoint.
    """
    where = _S3(net, start, wanted)
    found = [draft for rule in leaving(net, start, "tcp", wanted) for draft in where.drafts(rule)]
    for endpoint in net.all(NodeKind.VPC_ENDPOINT):
        facts = endpoint.properties
        if facts["type"] == "Interface" and _serves_s3(endpoint) and facts["vpc"] == start.vpc:
            found += to_endpoint(net, start, endpoint, wanted)
    if net.hidden(NodeKind.VPC_ENDPOINT, start.vpc) is not None:
        doubt = net.doubt_in(start.vpc, NodeKind.VPC_ENDPOINT, start.vpc)
        found = [replace(draft, doubts=(*draft.doubts, doubt)) for draft in found]
    return merged(found)


class _S3:
    """S3's addresses as a class's region says them, and the gateway endpoints that its subnet's routes lead to."""

    def __init__(self, net: Network, start: InterfaceClass, wanted: Intervals) -> None:
        self.departing = Departing(net, start, "tcp", wanted)
        self.name, self.addresses, self.doubts = s3_addresses(net, start)
        routed = set(_routed(net, start))
        self.endpoints = [e for e in net.all(NodeKind.VPC_ENDPOINT) if e.name in routed and _serves_s3(e)]

    def drafts(self, rule: Rule) -> list[Draft]:
        """The ways to S3 under one rule of the groups."""
        piece = self._piece(rule)
        if not piece:
            return []
        found = list(self._led(piece))
        torn = self.doubts and len({bool(draft.blocked) for draft in found}) > 1
        return [replace(draft, doubts=(*draft.doubts, *self.doubts)) for draft in found] if torn else found

    def _led(self, piece: Piece) -> Iterator[Draft]:
        """What a piece comes to, for all of S3's addresses."""
        if not self.endpoints:
            yield from (edges.passed_on(self.departing.net, draft) for draft in merged(self.departing.outside(piece)))
        # The endpoint's route is more specific than any way to the internet, so S3's addresses take it.
        for endpoint in self.endpoints:
            yield from self.departing.through_endpoint(piece, endpoint.name)

    def _piece(self, rule: Rule) -> Piece:
        # A rule that names S3's own list, or lets all that is public out, holds whatever S3's addresses are.
        if self.name and rule.names == self.name:
            return replace(rule.piece, addresses=self.addresses, doubts=())
        covers = not _ANY - rule.piece.addresses
        doubts = rule.piece.doubts if covers else (*rule.piece.doubts, *self.doubts)
        return replace(rule.piece, addresses=rule.piece.addresses & self.addresses, doubts=doubts)


def _serves_s3(endpoint: Node) -> bool:
    return str(endpoint.properties["service"]).rpartition(".")[2] == "s3"


def _routed(net: Network, start: InterfaceClass) -> Iterator[str]:
    table = net.table(start.subnet, start.vpc)
    for route in table.properties["routes"] if table is not None else ():
        if route.get("GatewayId") and route.get("DestinationPrefixListId") and route.get("State") != "blackhole":
            yield route["GatewayId"]


def s3_addresses(net: Network, start: InterfaceClass) -> tuple[str, Intervals, tuple[Doubt, ...]]:
    """The prefix list of S3 in a class's region, its addresses, and doubts where it was not read."""
    name = f"com.amazonaws.{start.region}.s3"
    lists = net.all(NodeKind.PREFIX_LIST)
    known = next((node for node in lists if str(node.properties["name"]).removeprefix("cn.") == name), None)
    if known is None:
        return "", _ANY, (Doubt("prefix_list_unread", name, net.unread(NodeKind.PREFIX_LIST)),)
    found, doubts = prefix_list(net, known.name)
    if doubts or not found:
        return known.name, _ANY, doubts or (Doubt("prefix_list_unread", known.id),)
    return known.name, found, ()


def to_endpoint(
    net: Network, start: InterfaceClass, endpoint: Node, wanted: Intervals = HTTPS, protocol: str = "tcp"
) -> list[Draft]:
    """What a class sends to an interface endpoint: by its interfaces, or by its groups and subnets."""
    found: list[Draft] = []
    for end in ends(net, endpoint):
        arriving = Arriving(net, end, protocol, wanted)
        for rule in arriving.rules():
            found += between(arriving, start, rule, start.interfaces[0])
    return merged(replace(draft, target=endpoint.id) for draft in found if not draft.blocked)
