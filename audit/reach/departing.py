"""What leaves an interface class: to the internet, to other networks, to S3, and through which door."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from audit.model.graph import INTERNET, NodeKind
from audit.reach import internet
from audit.reach.acls import low_ports, passed
from audit.reach.addresses import PUBLIC, V4, V6, Intervals
from audit.reach.arriving import addresses_of, egress
from audit.reach.crossing import Place, cross
from audit.reach.drafts import Draft, merged
from audit.reach.path import Doubt, Piece
from audit.reach.routes import is_gateway_endpoint, lookup

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.model.graph import Node
    from audit.reach.routes import Route
    from audit.reach.topology import InterfaceClass, Network

_STOPS = {"none": "no_route", "blackhole": "blackhole"}


class Departing:
    """One interface class and a wanted protocol and ports; ``drafts`` are the ways out of the VPC."""

    def __init__(self, net: Network, start: InterfaceClass, protocol: str, wanted: Intervals) -> None:
        self.net, self.start, self.protocol, self.wanted = net, start, protocol, wanted
        self.sources = addresses_of(net, start)

    def drafts(self) -> list[Draft]:
        """Every destination outside the VPC that the groups let out, and whether packets get there and back."""
        pieces = egress(self.net, self.start, self.protocol, self.wanted)
        return [draft for piece in pieces for draft in merged(self.outside(piece))]

    def outside(self, piece: Piece) -> Iterator[Draft]:
        """The ways that destinations outside the VPC are reached, under one rule of the groups."""
        for part, route in lookup(self.net, self.start.subnet, self.start.vpc, piece.addresses):
            if route.kind != "local":
                yield from self._by_route(replace(piece, addresses=part), route)

    def draft(self, piece: Piece, target: str, blocked: str = "") -> Draft:
        """A draft that rests on a rule and nothing else yet."""
        origin = self.start.interfaces[0]
        return Draft(
            origin, target, self.sources, piece.addresses, piece.ports, "", blocked,
            because=piece.because, doubts=piece.doubts,
        )  # fmt: skip

    def _by_route(self, piece: Piece, route: Route) -> Iterator[Draft]:
        cited = replace(piece, because=(*piece.because, *route.because))
        if route.kind in _STOPS:
            yield self.draft(cited, INTERNET, _STOPS[route.kind])
        elif route.kind == "endpoint" and is_gateway_endpoint(self.net, route.target):
            yield from self.through_endpoint(cited, route.target)
        elif route.kind in {"internet", "nat", "egress_only"}:
            yield from self._public(cited, route)
        else:
            doubts = route.doubts or (self._unmodelled(route),)
            yield from self._past_acl(_in_doubt(cited, *doubts), self._node(route))

    def _node(self, route: Route) -> str:
        kinds = (NodeKind.GATEWAY, NodeKind.VPC_ENDPOINT, NodeKind.NETWORK_INTERFACE)
        found = (self.net.named(kind, route.target) for kind in kinds)
        return next((node.id for node in found if node is not None), route.target or self.start.vpc)

    def _unmodelled(self, route: Route) -> Doubt:
        """Why a route's target cannot be judged: an endpoint that was not read, or something not modelled."""
        unread = self.net.unread(NodeKind.VPC_ENDPOINT, region=self.start.region)
        if route.kind == "endpoint" and unread is not None:
            return self.net.doubt(NodeKind.VPC_ENDPOINT, self._node(route))
        return Doubt(f"{route.kind}_not_modelled", self._node(route))

    def through_endpoint(self, piece: Piece, name: str) -> Iterator[Draft]:
        """Packets to a gateway endpoint's service."""
        endpoint = self.net.named(NodeKind.VPC_ENDPOINT, name)
        if endpoint is None:
            return
        if str(endpoint.properties["state"]).lower() not in {"available", "none"}:
            yield self.draft(piece, endpoint.id, "endpoint_not_available")
            return
        yield from self._past_acl(piece, endpoint.id)

    def _public(self, piece: Piece, route: Route) -> Iterator[Draft]:
        private = replace(piece, addresses=piece.addresses - PUBLIC)
        if private:
            yield self.draft(private, INTERNET, "not_routed_by_the_internet")
        for family in (V4, V6):
            part = replace(piece, addresses=piece.addresses & PUBLIC & family)
            if part:
                yield from self._through_door(part, route, family)

    def _through_door(self, piece: Piece, route: Route, family: Intervals) -> Iterator[Draft]:
        match route.kind:
            case "internet":
                stopped, doubts = self._own_address(route.target, family)
            case "egress_only":
                stopped, doubts = self._egress_only(family)
            case _:
                yield from self._translated(piece, route.target)
                return
        if stopped:
            yield self.draft(piece, INTERNET, stopped)
        else:
            yield from self._past_acl(_in_doubt(piece, *doubts), INTERNET)

    def _place(self, subnet: str) -> tuple[str, str, str, str]:
        vpc = self.net.named(NodeKind.VPC, self.start.vpc)
        owner = str(vpc.properties.get("owner") or vpc.account) if vpc is not None else self.start.account
        return owner, self.start.region, self.start.vpc, subnet

    def _own_address(self, gateway: str, family: Intervals) -> internet.Check:
        if not (self.start.public if family == V4 else self.start.dual):
            return "no_public_address", ()
        stopped, doubts = internet.open_door(self.net, gateway, self.start.vpc)
        refused, more = internet.blocked(self.net, self._place(self.start.subnet), "out")
        return stopped or refused, (*doubts, *more)

    def _egress_only(self, family: Intervals) -> internet.Check:
        if family == V4 or not self.start.dual:
            return "no_ipv6_address", ()
        return internet.blocked(self.net, self._place(self.start.subnet), "nat")

    def _translated(self, piece: Piece, name: str) -> Iterator[Draft]:
        gateway, (stopped, doubts) = internet.translator(self.net, name)
        if stopped:
            yield self.draft(piece, INTERNET, stopped)
        elif gateway is None or doubts:
            yield from self._past_acl(_in_doubt(piece, *doubts), INTERNET)
        else:
            yield from self._by_gateway(piece, gateway)

    def _by_gateway(self, piece: Piece, gateway: Node) -> Iterator[Draft]:
        """To the NAT gateway's subnet, past its ACL on the far side, and out by its own route."""
        subnet = gateway.properties["subnet"]
        refused, doubts = internet.blocked(self.net, self._place(subnet), "nat")
        if refused:
            yield self.draft(piece, INTERNET, refused)
            return
        near = list(self._past_acl(_in_doubt(piece, *doubts), INTERNET, beyond=subnet))
        for draft in near:
            yield from [draft] if draft.blocked else self._beyond(draft, subnet)

    def _beyond(self, draft: Draft, subnet: str) -> Iterator[Draft]:
        for part, route in lookup(self.net, subnet, self.start.vpc, draft.destinations):
            onward = replace(draft, destinations=part, because=(*draft.because, *route.because))
            if route.kind in _STOPS or route.kind in {"local", "nat"}:
                yield replace(onward, blocked="no_route_behind_nat_gateway")
            elif route.kind != "internet":
                doubts = route.doubts or (self._unmodelled(route),)
                yield replace(onward, doubts=(*onward.doubts, *doubts))
            else:
                stopped, doubts = internet.open_door(self.net, route.target, self.start.vpc)
                yield replace(onward, blocked=stopped, doubts=(*onward.doubts, *doubts), reason="nat_gateway")

    def _past_acl(self, piece: Piece, target: str, beyond: str = "") -> Iterator[Draft]:
        """Past the subnet's ACL both ways, and past that of a NAT gateway's subnet ``beyond``."""
        start = self.start.subnet
        leaving = passed(self.net, start, "out", self.protocol, piece) if beyond != start else [piece]
        for subnet in [beyond] if beyond else []:
            leaving = self._through_subnet(leaving, subnet)
        answers = passed(self.net, beyond or start, "in", self.protocol, Piece(piece.addresses))
        if beyond and beyond != start:
            answers = self._back(answers, start, beyond)
        stopped = piece.addresses
        for out in leaving:
            for back in answers:
                reached = out.addresses & back.addresses
                if reached:
                    stopped -= reached
                    yield self._passed(out, back, reached, target)
        if stopped:
            yield self.draft(replace(piece, addresses=stopped), target, "network_acl")

    def _passed(self, out: Piece, back: Piece, reached: Intervals, target: str) -> Draft:
        doubts = (*out.doubts, *back.doubts, *low_ports(back.ports, self.start.subnet))
        because = tuple(dict.fromkeys((*out.because, *back.because)))
        base = self.draft(replace(out, addresses=reached), target)
        return replace(base, client=back.ports, because=because, doubts=tuple(dict.fromkeys(doubts)))

    def _through_subnet(self, leaving: list[Piece], subnet: str) -> list[Piece]:
        found = []
        for piece in leaving:
            out = passed(self.net, subnet, "out", self.protocol, piece)
            if subnet == self.start.subnet:
                found += out
                continue
            entering = passed(self.net, subnet, "in", self.protocol, Piece(self.sources, piece.ports))
            for one in out:
                for two in entering:
                    ports = one.ports & two.ports
                    if ports:
                        found.append(
                            Piece(one.addresses, ports, (*one.because, *two.because), (*one.doubts, *two.doubts))
                        )
        return found

    def _back(self, answers: list[Piece], start: str, beyond: str) -> list[Piece]:
        """The gateway's answers carry the far end's address: out of its subnet to ours, and in past our own ACL."""
        leaving = passed(self.net, beyond, "out", self.protocol, Piece(self.sources))
        found = []
        for answer in answers:
            for into in passed(self.net, start, "in", self.protocol, Piece(answer.addresses)):
                for out in leaving:
                    ports = into.ports & out.ports
                    if ports:
                        because = (*answer.because, *into.because, *out.because)
                        found.append(Piece(into.addresses, ports, because, (*answer.doubts, *into.doubts, *out.doubts)))
        return found


def _in_doubt(piece: Piece, *doubts: Doubt) -> Piece:
    return replace(piece, doubts=tuple(dict.fromkeys((*piece.doubts, *doubts))))


def inside(net: Network, start: InterfaceClass, end: Place, protocol: str, wanted: Intervals) -> Iterator[Draft]:
    """What a class sends to a place of its own VPC, as far as its own groups, the routes and ACLs let it."""
    sources = addresses_of(net, start)
    for piece in egress(net, start, protocol, wanted):
        begin = Place(start.vpc, start.subnet, sources)
        place = Place(end.vpc, end.subnet, end.addresses & piece.addresses)
        for found in cross(net, begin, place, protocol, piece.ports):
            because = (*piece.because, *found.because)
            doubts = (*piece.doubts, *found.doubts)
            yield Draft(
                start.interfaces[0], end.subnet, found.sources, found.destinations, found.ports,
                client=found.client, because=because, doubts=doubts,
            )  # fmt: skip
