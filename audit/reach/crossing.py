"""From one place to another, over any networks: trails both ways, and the ACLs of every border both ways."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import reduce
from typing import TYPE_CHECKING

from audit.model.graph import INTERNET
from audit.reach import transit
from audit.reach.acls import low_ports
from audit.reach.addresses import PORTS, V4, V6, Intervals
from audit.reach.borders import Box, filtered
from audit.reach.path import Doubt
from audit.reach.trails import Carries, End, Place, Trail, borders
from audit.reach.ways import site, ways

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.model.graph import Citation
    from audit.reach.topology import Network

OPEN_ENDS = {End.DEVICE, End.UNREAD}
"""Ends behind which the packets may come to any place."""


@dataclass(frozen=True, slots=True)
class Crossing:
    """Packets from sources to destinations at ports get there, and their answers get back to the client's ports.

    ``path`` are the physical ids between the two subnets; ``carries`` which rules may name the other side's groups.
    """

    sources: Intervals
    destinations: Intervals
    ports: Intervals
    client: Intervals
    carries: Carries = Carries.BOTH
    path: tuple[str, ...] = ()
    because: tuple[tuple[str, Citation], ...] = ()
    doubts: tuple[Doubt, ...] = ()


def cross(net: Network, start: Place, end: Place, protocol: str, wanted: Intervals) -> Iterator[Crossing]:
    """All that crosses between two places; what is in no crossing is stopped."""
    for family in (V4, V6):
        sources, destinations = start.addresses & family, end.addresses & family
        if not sources or not destinations:
            continue
        if start.subnet and start.subnet == end.subnet:
            # Neither routes nor ACLs apply within a subnet.
            yield Crossing(sources, destinations, wanted, PORTS)
            continue
        for found in _crossings(net, start, end, protocol):
            parts = (found.sources & sources, found.destinations & destinations, found.ports & wanted)
            if all(parts):
                yield replace(found, sources=parts[0], destinations=parts[1], ports=parts[2])


def _crossings(net: Network, start: Place, end: Place, protocol: str) -> list[Crossing]:
    """Between any addresses of two sites, which decide over them alike."""
    key = "crossings", site(net, start), site(net, end), protocol
    if key not in net.memo:
        back = list(toward(net, end, start))
        net.memo[key] = [
            crossing
            for there in toward(net, start, end)
            for answers in back
            for crossing in _past(net, (start, end), (there, answers), protocol)
        ]
    found: list[Crossing] = net.memo[key]
    return found


def toward(net: Network, start: Place, end: Place) -> Iterator[Trail]:
    """The trails from a place that lead, or may lead, to another."""
    for trail in ways(net, start):
        if trail.blocked:
            continue
        if end.door:
            yield from _to_door(trail, end.door)
        elif trail.end in {End.VPC, End.ELSEWHERE} and trail.name == end.vpc:
            yield trail
        elif trail.end in OPEN_ENDS:
            yield _entering(net, trail, end)
        elif trail.end is End.PREMISES and start.vpc != end.vpc:
            doubt = Doubt("other_premises_may_lead_on", net.target(trail.name))
            yield _entering(net, replace(trail, doubts=(*trail.doubts, doubt)), end)
        elif start.vpc == end.vpc and trail.destinations & net.addresses_of(end.vpc):
            doubt = Doubt(f"{trail.end}_inside_vpc", net.target(trail.name))
            yield replace(trail, doubts=(*trail.doubts, doubt))


def _entering(net: Network, trail: Trail, end: Place) -> Trail:
    """What may come from anywhere may come by an attachment in the very subnet, past no ACL of it."""
    return replace(trail, enters=end.subnet) if end.subnet in transit.subnets_of(net, end.vpc) else trail


def _to_door(trail: Trail, door: str) -> Iterator[Trail]:
    if door == INTERNET:
        # Only the VPC's own gateway gives answers the public address that they are expected from.
        yield from [trail] if trail.end is End.INTERNET or (trail.end in OPEN_ENDS and not trail.borders) else []
    elif trail.end is End.PREMISES or trail.end in OPEN_ENDS:
        # Other premises are one network, whose edges all lead there.
        yield trail


def _past(net: Network, ends: tuple[Place, Place], pair: tuple[Trail, Trail], protocol: str) -> Iterator[Crossing]:
    there, answers = pair
    box = Box(
        answers.destinations, there.destinations,
        because=tuple(dict.fromkeys((*there.because, *answers.because))),
        doubts=tuple(dict.fromkeys((*there.doubts, *answers.doubts))),
    )  # fmt: skip
    yield from (_crossing(found, there, ends) for found in past(net, protocol, box, ends, pair))


def past(net: Network, protocol: str, box: Box, ends: tuple[Place, Place], pair: tuple[Trail, Trail]) -> Iterator[Box]:
    """A box past the ACLs there and back; where packets may take several trails, surely what passes by all of them."""
    (start, end), (there, answers) = ends, pair
    each = [
        filtered(net, protocol, box, borders(one, start, end.subnet), borders(two, end, start.subnet))
        for one in (there, *there.others)
        for two in (answers, *answers.others)
    ]
    yield from reduce(_shared, each)
    if len(each) > 1:
        doubt = Doubt("zone_of_entry_not_known", there.name)
        yield from (replace(found, doubts=(*found.doubts, doubt)) for boxes in each for found in boxes)


def _shared(some: list[Box], others: list[Box]) -> list[Box]:
    return [both for one in some for two in others if (both := one & two)]


def _crossing(box: Box, there: Trail, ends: tuple[Place, Place]) -> Crossing:
    start, end = ends
    doubts = (*box.doubts, *low_ports(box.client, end.subnet or start.subnet))
    return Crossing(
        box.sources, box.destinations, box.ports, box.client, there.carries, there.path,
        tuple(dict.fromkeys(box.because)), tuple(dict.fromkeys(doubts)),
    )  # fmt: skip
