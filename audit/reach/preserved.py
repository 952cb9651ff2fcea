"""What a network load balancer sends on with its client's own address.

The target's groups see the client's address, or the load balancer's groups when they name those; groups of the client
say nothing there ("Register targets with your target group", on target security groups; "Update the security groups
for your Network Load Balancer"). The ACLs of both subnets see the client's address too. The answer goes back by way of
the load balancer, whatever route the target has to the client.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from audit.reach.acls import low_ports
from audit.reach.addresses import EVERYWHERE, V4, V6, Intervals
from audit.reach.borders import Box, filtered
from audit.reach.crossing import toward
from audit.reach.drafts import Draft
from audit.reach.path import Doubt, Piece
from audit.reach.security_groups import rules
from audit.reach.targets import unfiltered
from audit.reach.trails import Carries, Place, borders

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.reach.balancers import Asked
    from audit.reach.security_groups import Rule
    from audit.reach.topology import InterfaceClass
    from audit.reach.trails import Border


@dataclass(frozen=True, slots=True)
class Way:
    """What a load balancer can send to the target: to which addresses, the borders there and back, and the path."""

    box: Box
    there: tuple[Border, ...] = ()
    back: tuple[Border, ...] = ()
    path: tuple[str, ...] = ()


def ways(near: Asked, begin: InterfaceClass) -> list[Way]:
    """What a load balancer's interface can send to the target by its groups' rules and the routes both ways."""
    start, end = (Place(one.vpc, one.subnet, one.addresses) for one in (begin, near.end))
    pieces = _let_out(near, begin)
    if begin.subnet == near.end.subnet:
        # Neither routes nor ACLs apply within a subnet.
        return [Way(_box(piece, piece.addresses)) for piece in pieces]
    found = []
    for there in toward(near.net, start, end):
        doubts = there.doubts if _direct(there.carries, begin, near.end) else (*there.doubts, _far(near.end))
        for back in toward(near.net, end, start):
            because = (*there.because, *back.because)
            passed = borders(there, start, end.subnet), borders(back, end, start.subnet), there.path
            for piece in pieces:
                box = _box(piece, piece.addresses & there.destinations)
                box = replace(box, because=(*box.because, *because), doubts=(*box.doubts, *doubts, *back.doubts))
                found.append(Way(box, *passed))
    return found


def _box(piece: Piece, where: Intervals) -> Box:
    return Box(EVERYWHERE, where, piece.ports, because=piece.because, doubts=piece.doubts)


def _direct(carries: Carries, begin: InterfaceClass, end: InterfaceClass) -> bool:
    """Addresses are kept within a VPC, and to a peered one of the region."""
    return begin.vpc == end.vpc or carries is Carries.BOTH


def _far(end: InterfaceClass) -> Doubt:
    return Doubt("client_address_beyond_peering", end.vpc)


def _let_out(near: Asked, begin: InterfaceClass) -> list[Piece]:
    if begin.groups:
        found = [rule.piece for rule in rules(near.net, begin.groups, "egress", near.protocol, near.wanted)]
    else:
        doubt = () if unfiltered(near.net, begin) else (Doubt("interface_without_groups", begin.interfaces[0]),)
        found = [Piece(EVERYWHERE, near.wanted, (), doubt)]
    pieces = (piece.within(near.end.addresses, near.wanted) for piece in found)
    return [piece for piece in pieces if piece]


def through(near: Asked, begin: InterfaceClass, client: Draft, found: list[Way]) -> list[Draft]:
    """What of a load balancer's client gets to the target, as its groups and the ACLs on the way see it."""
    return [
        draft
        for rule in near.rules()
        if not rule.by_group or rule.names in begin.groups
        for sources in [_admitted(near, begin, client, rule)]
        if sources or not client.sources
        for way in found
        for draft in _passed(near, begin, client, (rule, sources, way))
    ]


def _admitted(near: Asked, begin: InterfaceClass, client: Draft, rule: Rule) -> Intervals:
    sources = client.sources & (V6 if near.end.addresses & V6 else V4)
    return sources if rule.names in begin.groups else sources & rule.piece.addresses


def _passed(near: Asked, begin: InterfaceClass, client: Draft, found: tuple[Rule, Intervals, Way]) -> Iterator[Draft]:
    rule, sources, way = found
    box = way.box
    own = rule.names in begin.groups
    because = (*client.because, *box.because, *rule.piece.because)
    doubts = (*client.doubts, *box.doubts, *(() if own else rule.piece.doubts))
    box = Box(sources, box.destinations, box.ports & rule.piece.ports, because=because, doubts=doubts)
    # Sources that nobody knows are in doubt already.
    for one in filtered(near.net, near.protocol, box, way.there, way.back) if sources else [box]:
        answers = client.client & one.client
        if answers:
            yield Draft(
                client.origin, near.end.interfaces[0], one.sources, one.destinations, one.ports, rule.group,
                groups=client.groups, client=answers, because=one.because,
                doubts=tuple(dict.fromkeys((*one.doubts, *low_ports(answers, near.end.subnet)))),
                kept=True, path=(*client.path, begin.interfaces[0].rpartition("/")[2], *way.path),
            )  # fmt: skip
