"""From one place of a VPC to another: routes both ways, and the ACLs of both subnets both ways."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from audit.reach.acls import low_ports, passed
from audit.reach.addresses import PORTS, V4, V6, Intervals
from audit.reach.path import Doubt, Piece
from audit.reach.routes import lookup

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.model.graph import Citation
    from audit.reach.topology import Network

_STOPS = {"none", "blackhole"}


@dataclass(frozen=True, slots=True)
class Place:
    """Addresses in a subnet of a VPC."""

    vpc: str
    subnet: str
    addresses: Intervals


@dataclass(frozen=True, slots=True)
class Crossing:
    """Packets from sources to destinations at ports get there, and their answers get back to the client's ports."""

    sources: Intervals
    destinations: Intervals
    ports: Intervals
    client: Intervals
    because: tuple[tuple[str, Citation], ...] = ()
    doubts: tuple[Doubt, ...] = ()


def cross(net: Network, source: Place, target: Place, protocol: str, wanted: Intervals) -> Iterator[Crossing]:
    """All that crosses between two places of one VPC; what is in no crossing is stopped."""
    for family in (V4, V6):
        start = Place(source.vpc, source.subnet, source.addresses & family)
        end = Place(target.vpc, target.subnet, target.addresses & family)
        if not start.addresses or not end.addresses:
            continue
        if source.subnet == target.subnet:
            # Neither routes nor ACLs apply within a subnet.
            yield Crossing(start.addresses, end.addresses, wanted, PORTS)
        else:
            yield from _routed(net, start, end, protocol, wanted)


def _routed(net: Network, start: Place, end: Place, protocol: str, wanted: Intervals) -> Iterator[Crossing]:
    there = _local(net, start, end.addresses)
    back = _local(net, end, start.addresses)
    for to in there:
        for answers in back:
            part = Place(start.vpc, start.subnet, answers.addresses), Place(end.vpc, end.subnet, to.addresses)
            for found in _filtered(net, *part, protocol, wanted):
                because = (*to.because, *answers.because, *found.because)
                doubts = (*to.doubts, *answers.doubts, *found.doubts)
                yield Crossing(found.sources, found.destinations, found.ports, found.client, because, doubts)


def _local(net: Network, place: Place, wanted: Intervals) -> list[Piece]:
    found = []
    for part, route in lookup(net, place.subnet, place.vpc, wanted):
        if route.kind in _STOPS:
            continue
        doubts = route.doubts
        if route.kind not in {"local", "unread"}:
            doubts = (Doubt(f"{route.kind}_inside_vpc", route.target),)
        found.append(Piece(part, PORTS, route.because, doubts))
    return found


def _filtered(net: Network, start: Place, end: Place, protocol: str, wanted: Intervals) -> list[Crossing]:
    leaving = passed(net, start.subnet, "out", protocol, Piece(end.addresses, wanted))
    entering = passed(net, end.subnet, "in", protocol, Piece(start.addresses, wanted))
    answers = passed(net, end.subnet, "out", protocol, Piece(start.addresses))
    returning = passed(net, start.subnet, "in", protocol, Piece(end.addresses))
    found: dict[tuple[Intervals, Intervals, Intervals, tuple[Doubt, ...]], list[Crossing]] = {}
    for there in _pairs(leaving, entering):
        for back in _pairs(returning, answers):
            one = _both(there, back)
            if one is not None:
                found.setdefault((one.sources, one.destinations, one.ports, one.doubts), []).append(one)
    return [_union(crossings, end.subnet) for crossings in found.values()]


def _pairs(near: list[Piece], far: list[Piece]) -> Iterator[tuple[Piece, Piece, Intervals]]:
    for one in near:
        for two in far:
            shared = one.ports & two.ports
            if shared:
                yield one, two, shared


def _both(there: tuple[Piece, Piece, Intervals], back: tuple[Piece, Piece, Intervals]) -> Crossing | None:
    leaving, entering, shared = there
    returning, answers, client = back
    sources = entering.addresses & answers.addresses
    destinations = leaving.addresses & returning.addresses
    if not sources or not destinations:
        return None
    pieces = (leaving, entering, answers, returning)
    because = tuple(dict.fromkeys(cited for piece in pieces for cited in piece.because))
    doubts = tuple(dict.fromkeys(doubt for piece in pieces for doubt in piece.doubts))
    return Crossing(sources, destinations, shared, client, because, doubts)


def _union(crossings: list[Crossing], node: str) -> Crossing:
    first = crossings[0]
    client, because = Intervals(), dict.fromkeys(first.because)
    for crossing in crossings:
        client |= crossing.client
        because |= dict.fromkeys(crossing.because)
    doubts = (*first.doubts, *low_ports(client, node))
    return Crossing(first.sources, first.destinations, first.ports, client, tuple(because), doubts)
