"""What a network load balancer sends on with its client's own address.

The target's groups see the client's address, or the load balancer's groups when they name those; groups of the client
say nothing there ("Register targets with your target group", on target security groups; "Update the security groups
for your Network Load Balancer"). The ACLs of both subnets see the client's address too. The answer goes back by way of
the load balancer, whatever the route table of the target says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.reach.acls import low_ports
from audit.reach.addresses import EVERYWHERE, PORTS, V4, V6, Intervals
from audit.reach.crossing import Crossing, Place, filtered
from audit.reach.drafts import Draft
from audit.reach.path import Doubt, Piece
from audit.reach.routes import lookup
from audit.reach.security_groups import rules
from audit.reach.targets import unfiltered

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.reach.balancers import Asked
    from audit.reach.security_groups import Rule
    from audit.reach.topology import InterfaceClass, Network

_STOPS = {"none", "blackhole"}


def ways(near: Asked, begin: InterfaceClass) -> list[Piece]:
    """What a load balancer's interface can send to the target: its groups' rules, then the routes to the target."""
    return [way for piece in _let_out(near, begin) for way in _routed(near.net, begin, near.end, piece)]


def _let_out(near: Asked, begin: InterfaceClass) -> list[Piece]:
    if begin.groups:
        found = [rule.piece for rule in rules(near.net, begin.groups, "egress", near.protocol, near.wanted)]
    else:
        doubt = () if unfiltered(near.net, begin) else (Doubt("interface_without_groups", begin.interfaces[0]),)
        found = [Piece(EVERYWHERE, near.wanted, (), doubt)]
    pieces = (piece.within(near.end.addresses, near.wanted) for piece in found)
    return [piece for piece in pieces if piece]


def _routed(net: Network, begin: InterfaceClass, end: InterfaceClass, piece: Piece) -> Iterator[Piece]:
    if begin.subnet == end.subnet:
        yield piece
        return
    for part, route in lookup(net, begin.subnet, begin.vpc, piece.addresses):
        doubts = route.doubts or (() if route.kind == "local" else (Doubt(f"{route.kind}_inside_vpc", route.target),))
        if route.kind not in _STOPS:
            yield Piece(part, piece.ports, (*piece.because, *route.because), (*piece.doubts, *doubts))


def through(near: Asked, begin: InterfaceClass, client: Draft, found: list[Piece]) -> list[Draft]:
    """What of a load balancer's client gets to the target, as its groups and both subnets' ACLs see it."""
    return [
        draft
        for rule in near.rules()
        if not rule.names.startswith("sg-") or rule.names in begin.groups
        for sources in [_admitted(near, begin, client, rule)]
        for way in found
        if sources or not client.sources
        for draft in _passed(near, begin, client, (rule, sources, way))
    ]


def _admitted(near: Asked, begin: InterfaceClass, client: Draft, rule: Rule) -> Intervals:
    family = V6 if near.end.addresses & V6 else V4
    sources = client.sources & family
    if _single(near.end.addresses):
        # A target does not get back to itself when its own address is kept.
        sources -= near.end.addresses
    return sources if rule.names in begin.groups else sources & rule.piece.addresses


def _single(found: Intervals) -> bool:
    return sum(high - low + 1 for low, high in found.spans) == 1


def _past_acls(near: Asked, begin: InterfaceClass, sources: Intervals, way: Piece) -> list[Crossing]:
    if begin.subnet == near.end.subnet or not sources:
        # ACLs do not apply within a subnet; sources that nobody knows are in doubt already.
        return [Crossing(sources, way.addresses, way.ports, PORTS)]
    start = Place(begin.vpc, begin.subnet, sources)
    return filtered(near.net, start, Place(near.end.vpc, near.end.subnet, way.addresses), near.protocol, way.ports)


def _passed(near: Asked, begin: InterfaceClass, client: Draft, found: tuple[Rule, Intervals, Piece]) -> Iterator[Draft]:
    rule, sources, way = found
    own = rule.names in begin.groups
    because = (*client.because, *way.because, *rule.piece.because)
    doubts = (*client.doubts, *way.doubts, *(() if own else rule.piece.doubts))
    for one in _past_acls(near, begin, sources, way):
        answers = client.client & one.client
        if answers:
            yield Draft(
                client.origin, near.end.interfaces[0], one.sources, one.destinations, one.ports, rule.group,
                groups=client.groups, client=answers, because=tuple(dict.fromkeys((*because, *one.because))),
                doubts=tuple(dict.fromkeys((*doubts, *one.doubts, *low_ports(answers, near.end.subnet)))),
            )  # fmt: skip
