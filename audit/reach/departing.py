"""What leaves an interface class: to the internet, to other networks, to S3, and through which door."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from audit.model.graph import INTERNET, NodeKind
from audit.reach import internet, nat
from audit.reach.acls import low_ports
from audit.reach.addresses import EVERYWHERE, PUBLIC, V4, V6, Intervals
from audit.reach.arriving import addresses_of, crossed, egress
from audit.reach.blockers import stops
from audit.reach.borders import Box, filtered, refusals
from audit.reach.crossing import cross
from audit.reach.drafts import Draft, merged
from audit.reach.trails import End, Place, borders
from audit.reach.ways import places, ways

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from audit.reach.path import Doubt, Piece
    from audit.reach.topology import InterfaceClass, Network
    from audit.reach.trails import Trail


class Departing:
    """One interface class and a wanted protocol and ports; ``drafts`` are the ways out of the VPC."""

    def __init__(self, net: Network, start: InterfaceClass, protocol: str, wanted: Intervals) -> None:
        self.net, self.start, self.protocol, self.wanted = net, start, protocol, wanted
        self.sources = addresses_of(net, start)
        self.place = Place(start.vpc, start.subnet, self.sources)

    def drafts(self, far: Intervals = EVERYWHERE) -> list[Draft]:
        """Every destination outside the VPC that the groups let out, and whether packets get there and back."""
        pieces = (piece.within(far) for piece in egress(self.net, self.start, self.protocol, self.wanted))
        return [draft for piece in pieces for draft in merged(self.outside(piece))]

    def outside(self, piece: Piece) -> Iterator[Draft]:
        """The ways that destinations outside the VPC are reached, under one rule of the groups."""
        for trail in ways(self.net, self.place):
            for family in (V4, V6):
                part = trail.destinations & piece.addresses & family
                own = part and self.sources & family
                if own and not (trail.end is End.VPC and trail.name == self.start.vpc):
                    yield from self._along(replace(piece, addresses=part), trail)

    def sources_of(self, piece: Piece) -> Intervals:
        """The class's addresses of the family of a piece's."""
        return self.sources & (V6 if piece.addresses & V6 else V4)

    def translated_to(self, arriving: nat.Receiver, end: Place) -> Iterator[Draft]:
        """What NAT gateways send on, in the class's stead, to an interface of another network."""
        pieces = egress(self.net, self.start, self.protocol, self.wanted)
        for trail in ways(self.net, self.place):
            for piece in pieces if trail.end is End.NAT else ():
                part = replace(piece, addresses=piece.addresses & trail.destinations & end.addresses)
                if part:
                    yield from nat.onto(self, part, trail, arriving, end)

    def draft(self, piece: Piece, target: str, blocked: str = "") -> Draft:
        """A draft that rests on a rule and nothing else yet."""
        origin = self.start.interfaces[0]
        return Draft(
            origin, target, self.sources_of(piece), piece.addresses, piece.ports, "", blocked,
            because=piece.because, doubts=piece.doubts,
        )  # fmt: skip

    def _along(self, piece: Piece, trail: Trail) -> Iterator[Draft]:
        cited = replace(
            piece, because=(*piece.because, *trail.because), doubts=tuple(dict.fromkeys((*piece.doubts, *trail.doubts)))
        )
        target = self.net.target(trail.name) if trail.name else self.start.vpc
        match trail.end:
            case _ if trail.blocked:
                gone = trail.blocked in {"no_route", "blackhole"}
                yield _stopped(self.draft(cited, INTERNET if gone else target, trail.blocked), trail)
            case End.SERVICE:
                yield from self.through_endpoint(cited, trail.name)
            case End.INTERNET | End.NAT | End.EGRESS_ONLY:
                yield from self._public(cited, trail)
            case End.VPC:
                vpc = self.net.named(NodeKind.VPC, trail.name)
                ends = places(self.net, trail.name, piece.addresses)
                yield from self._across(piece, vpc.id if vpc is not None else trail.name, ends)
            case End.PREMISES:
                yield from self._onto(piece, target, Place("", "", piece.addresses, trail.name))
            case _:
                yield from self._past(cited, trail, target)

    def _onto(self, piece: Piece, target: str, end: Place) -> Iterator[Draft]:
        """To other premises, whose answers come by the gateway's own ways."""
        for draft in self._across(piece, target, [end]):
            if draft.blocked:
                left = replace(end, addresses=draft.destinations)
                yield replace(draft, stops=stops(self.net, self.place, left, self.protocol, piece.ports))
            else:
                yield draft

    def _across(self, piece: Piece, target: str, ends: Iterable[Place]) -> Iterator[Draft]:
        """To places of another network, whose interfaces have groups of their own; last, what gets to none."""
        base, left = self.draft(piece, target), piece.addresses
        for end in ends:
            for found in cross(self.net, self.place, end, self.protocol, piece.ports):
                left -= found.destinations
                yield crossed(base, found)
        if left:
            yield replace(base, destinations=left, blocked="network_acl_or_route")

    def through_endpoint(self, piece: Piece, name: str) -> Iterator[Draft]:
        """Packets to a gateway endpoint's service."""
        endpoint = self.net.named(NodeKind.VPC_ENDPOINT, name)
        if endpoint is None:
            return
        if str(endpoint.properties["state"]).lower() not in {"available", "none"}:
            yield self.draft(piece, endpoint.id, "endpoint_not_available")
            return
        table = self.net.table(self.start.subnet, self.start.vpc)
        path = (*((table.name,) if table is not None else ()), name)
        for draft in self._past(piece, None, endpoint.id):
            yield replace(draft, path=path)

    def _public(self, piece: Piece, trail: Trail) -> Iterator[Draft]:
        if trail.end is End.NAT:
            yield from nat.translated(self, piece, trail)
            return
        private = replace(piece, addresses=piece.addresses - PUBLIC)
        if private:
            yield _at(self.draft(private, INTERNET, "not_routed_by_the_internet"), trail)
        for family in (V4, V6):
            part = replace(piece, addresses=piece.addresses & PUBLIC & family)
            if part:
                yield from self._through_door(part, trail, family)

    def _through_door(self, piece: Piece, trail: Trail, family: Intervals) -> Iterator[Draft]:
        if trail.end is End.INTERNET:
            stopped, doubts = self._own_address(trail.name, family)
        else:
            stopped, doubts = self._egress_only(family)
        if stopped:
            yield _at(self.draft(piece, INTERNET, stopped), trail)
        else:
            yield from self._past(in_doubt(piece, *doubts), trail, INTERNET)

    def _own_address(self, gateway: str, family: Intervals) -> internet.Check:
        if not (self.start.public if family == V4 else self.start.dual):
            return "no_public_address", ()
        stopped, doubts = internet.open_door(self.net, gateway, self.start.vpc)
        refused, more = internet.blocked(self.net, self.start.vpc, self.start.subnet, "out")
        return stopped or refused, (*doubts, *more)

    def _egress_only(self, family: Intervals) -> internet.Check:
        if family == V4 or not self.start.dual:
            return "no_ipv6_address", ()
        return internet.blocked(self.net, self.start.vpc, self.start.subnet, "nat")

    def _past(self, piece: Piece, trail: Trail | None, target: str) -> Iterator[Draft]:
        """Past the ACLs on the way to what lies outside, whose answers come back to the subnet at once."""
        box = Box(self.sources_of(piece), piece.addresses, piece.ports, because=piece.because, doubts=piece.doubts)
        there = borders(trail, self.place) if trail is not None else ((self.start.subnet, "out"),)
        base, stopped = self.draft(piece, target), piece.addresses
        for found in filtered(self.net, self.protocol, box, there, ((self.start.subnet, "in"),)):
            stopped -= found.destinations
            yield boxed(base, found, self.start.subnet, trail.path if trail is not None else ())
        if stopped:
            left = replace(box, destinations=stopped)
            refused = refusals(self.net, self.protocol, left, there, ((self.start.subnet, "in"),))
            yield replace(self.draft(replace(piece, addresses=stopped), target, "network_acl"), stops=tuple(refused))


def _at(draft: Draft, trail: Trail) -> Draft:
    return replace(draft, path=trail.path)


def _stopped(draft: Draft, trail: Trail) -> Draft:
    return replace(draft, path=trail.path, stops=((trail.name, trail.blocked),))


def boxed(base: Draft, found: Box, subnet: str, path: tuple[str, ...]) -> Draft:
    """A draft that the ACLs let through."""
    doubts = tuple(dict.fromkeys((*found.doubts, *low_ports(found.client, subnet))))
    return replace(
        base, sources=found.sources, destinations=found.destinations, ports=found.ports, client=found.client,
        because=found.because, doubts=doubts, path=path,
    )  # fmt: skip


def in_doubt(piece: Piece, *doubts: Doubt) -> Piece:
    """A piece in further doubt."""
    return replace(piece, doubts=tuple(dict.fromkeys((*piece.doubts, *doubts))))
