"""Out through a NAT gateway, which replaces the source by its own address and lets only answers back.

The gateway stands in a subnet (a regional one in none, with a table of its own and behind no ACL), of the same VPC or
of one behind a transit gateway ("NAT gateways", "Centralized outbound routing to the internet"): packets come to it as
to any place, and leave by its own ways.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from audit.model.graph import INTERNET, Node, NodeKind
from audit.reach import internet
from audit.reach.acls import EPHEMERAL, low_ports
from audit.reach.addresses import PUBLIC, V4, Intervals, addresses
from audit.reach.blockers import stops
from audit.reach.borders import Box, filtered, refusals
from audit.reach.crossing import cross, past, toward
from audit.reach.path import Doubt, Piece
from audit.reach.topology import subnet_addresses
from audit.reach.trails import Border, End, Place, borders
from audit.reach.ways import places, ways

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from audit.reach.drafts import Draft
    from audit.reach.security_groups import Rule
    from audit.reach.topology import InterfaceClass, Network
    from audit.reach.trails import Trail

_GONE = {"failed", "deleting", "deleted"}
_UNATTACHED = {"detached", "attach-failed"}


class Sender(Protocol):
    """A class of interfaces whose departures are asked for."""

    net: Network
    protocol: str
    place: Place

    def sources_of(self, piece: Piece) -> Intervals:
        """The class's addresses of the family of a piece's."""

    def draft(self, piece: Piece, target: str, blocked: str = "") -> Draft:
        """A draft that rests on a rule and nothing else yet."""


class Receiver(Protocol):
    """A class of interfaces whose arrivals are asked for."""

    target: str

    def rules(self) -> list[Rule]:
        """What the class's groups let in."""

    def sent_by(self, start: InterfaceClass) -> list[Draft]:
        """What a class sends here."""


def translated(sender: Sender, piece: Piece, trail: Trail) -> Iterator[Draft]:
    """What a class sends by a trail that ends at a NAT gateway."""
    net = sender.net
    gateway = net.named(NodeKind.NAT_GATEWAY, trail.name)
    if gateway is None:
        vpc = sender.place.vpc
        if net.hidden(NodeKind.NAT_GATEWAY, vpc) is None:
            yield replace(sender.draft(piece, INTERNET, "nat_gateway_gone"), path=trail.path)
        else:
            doubt = net.doubt_in(vpc, NodeKind.NAT_GATEWAY, trail.name)
            yield replace(sender.draft(piece, INTERNET), doubts=(*piece.doubts, doubt), path=trail.path)
    elif gateway.properties["state"] in _GONE:
        yield replace(sender.draft(piece, INTERNET, "nat_gateway_gone"), path=trail.path)
    elif not _home(gateway):
        doubt = Doubt("nat_gateway_not_modelled", gateway.id)
        yield replace(sender.draft(piece, INTERNET), doubts=(*piece.doubts, doubt), path=trail.path)
    else:
        yield from _through(sender, piece, trail, gateway)


def _through(sender: Sender, piece: Piece, trail: Trail, gateway: Node) -> Iterator[Draft]:
    place = _stand(sender.net, gateway)
    stopped = piece.addresses
    for near in _near(sender, piece, trail, place):
        stopped -= near.destinations
        doubts = (*near.doubts, *low_ports(near.client, place.subnet), *_inspected(gateway))
        base = replace(
            sender.draft(piece, INTERNET), sources=near.sources, destinations=near.destinations, ports=near.ports,
            because=near.because, doubts=doubts, client=near.client, path=trail.path, reason="nat_gateway",
        )  # fmt: skip
        for onward in ways(sender.net, place):
            part = onward.destinations & near.destinations
            if part:
                yield from _beyond(sender, replace(base, destinations=part), onward, (place, gateway))
    if stopped:
        yield _stopped(sender, replace(piece, addresses=stopped), trail, place)


def onto(sender: Sender, piece: Piece, trail: Trail, arriving: Receiver, end: Place) -> Iterator[Draft]:
    """What a class sends by a NAT gateway to another network's interface, which sees the gateway's address."""
    net = sender.net
    gateway = net.named(NodeKind.NAT_GATEWAY, trail.name)
    if gateway is None or not _home(gateway) or gateway.properties["state"] in _GONE:
        return
    place = _stand(net, gateway)
    sent = arriving.sent_by(net.machine(gateway, place.vpc, place.subnet, place.addresses))
    unsure = (*_inspected(gateway), *_unaddressed(gateway))
    for near in _near(sender, piece, trail, place):
        doubts = (*near.doubts, *low_ports(near.client, place.subnet), *unsure)
        for draft in (draft for draft in sent if not draft.blocked and draft.client & EPHEMERAL):
            yield replace(
                draft, sources=near.sources, origin=sender.draft(piece, "").origin, reason="nat_gateway", groups=(),
                because=tuple(dict.fromkeys((*near.because, *draft.because))),
                doubts=tuple(dict.fromkeys((*doubts, *draft.doubts))), path=(*trail.path, *draft.path),
            )  # fmt: skip
        for onward in toward(net, place, end) if arriving.rules() else ():
            if onward.end is not End.VPC and near.destinations & onward.destinations:
                base = replace(
                    sender.draft(piece, arriving.target), sources=near.sources, destinations=near.destinations,
                    because=near.because, doubts=(*doubts, *onward.doubts), path=(*trail.path, *onward.path),
                )  # fmt: skip
                yield from _filtered(sender, base, borders(onward, place), place)


def _stopped(sender: Sender, piece: Piece, trail: Trail, place: Place) -> Draft:
    """What does not get to the gateway, or whose answers do not get back from it."""
    net, there = sender.net, borders(trail, sender.place, place.subnet)
    answers = next((t for t in toward(net, place, sender.place) if t.destinations & sender.sources_of(piece)), None)
    back = borders(answers, place, sender.place.subnet) if answers is not None else ()
    box = Box(sender.sources_of(piece), piece.addresses, piece.ports)
    refused = list(refusals(net, sender.protocol, box, there, back))
    if answers is None:
        sources = sender.sources_of(piece)
        refused += [t.refusal for t in ways(net, place) if t.destinations & sources]
    beyond = [t for t in ways(net, place) if t.destinations & piece.addresses]
    refused += [t.refusal for t in beyond if t.blocked]
    refused += [(t.name, "no_route_behind_nat_gateway") for t in beyond if t.end is End.NAT]
    word = "network_acl" if answers is not None else "no_route_back"
    return replace(sender.draft(piece, INTERNET, word), path=trail.path, stops=tuple(refused))


def _home(gateway: Node) -> str:
    """The subnet where a gateway stands, whose table is its own; of a regional one itself, with a table of its own."""
    facts = gateway.properties
    return str(facts["subnet"] or (gateway.name if facts["table"] else ""))


def _stand(net: Network, gateway: Node) -> Place:
    facts = gateway.properties
    subnet = net.named(NodeKind.SUBNET, facts["subnet"])
    own = addresses(facts["private_addresses"])
    vpc = str(facts["vpc"] or (subnet.properties["vpc"] if subnet is not None else ""))
    whole = (
        subnet_addresses(subnet) if subnet is not None else Intervals() if facts["subnet"] else net.addresses_of(vpc)
    )
    return Place(vpc, _home(gateway), own or whole & V4)


def _inspected(gateway: Node) -> tuple[Doubt, ...]:
    """The doubt about what an attached proxy lets through ("NAT/Proxy firewall in AWS Network Firewall")."""
    attached = (one for one in gateway.properties["appliances"] if one.get("AttachmentState") not in _UNATTACHED)
    return tuple(Doubt("nat_appliance_not_modelled", gateway.id) for _ in attached)[:1]


def _unaddressed(gateway: Node) -> tuple[Doubt, ...]:
    """The doubt about what other networks see as the source, where the gateway's own addresses were not said."""
    known = gateway.properties["private_addresses"] or gateway.properties["subnet"]
    return () if known else (Doubt("nat_address_not_known", gateway.id),)


def _near(sender: Sender, piece: Piece, trail: Trail, place: Place) -> Iterator[Box]:
    """To the gateway, whose answers carry the far end's address, and back."""
    box = Box(sender.sources_of(piece), piece.addresses, piece.ports, because=piece.because, doubts=piece.doubts)
    if place.subnet == sender.place.subnet:
        yield box
        return
    for answers in toward(sender.net, place, sender.place):
        sources = box.sources & answers.destinations
        if sources:
            because = tuple(dict.fromkeys((*box.because, *answers.because)))
            part = replace(box, sources=sources, because=because, doubts=(*box.doubts, *answers.doubts))
            yield from past(sender.net, sender.protocol, part, (sender.place, place), (trail, answers))


def _beyond(sender: Sender, base: Draft, onward: Trail, at: tuple[Place, Node]) -> Iterator[Draft]:
    """From the gateway by one of its subnet's own ways."""
    (place, gateway), net = at, sender.net
    public = gateway.properties["connectivity"] == "public"
    base = replace(
        base, because=tuple(dict.fromkeys((*base.because, *onward.because))), doubts=(*base.doubts, *onward.doubts),
        path=(*base.path, *onward.path),
    )  # fmt: skip
    if onward.end is not End.INTERNET or onward.borders:
        base = replace(base, doubts=(*base.doubts, *_unaddressed(gateway)))
    match onward.end:
        case End.INTERNET if public:
            yield from _to_internet(sender, base, onward, place)
        case End.SERVICE:
            doubt = Doubt("endpoint_behind_nat_gateway", net.target(onward.name))
            yield replace(base, target=net.target(onward.name), doubts=(*base.doubts, doubt))
        case End.VPC:
            ends = places(net, onward.name, base.destinations, place.subnet)
            yield from _crossing(sender, base, place, ends, onward.name)
        case End.PREMISES:
            yield from _crossing(sender, base, place, [Place("", "", base.destinations, onward.name)], onward.name)
        case End.DEVICE | End.UNREAD | End.ELSEWHERE:
            there = borders(onward, place)
            yield from _filtered(sender, replace(base, target=net.target(onward.name)), there, place)
        case _:
            yield replace(base, blocked=_BLOCKED.get(onward.end, "no_route_behind_nat_gateway"))


_BLOCKED = {End.INTERNET: "private_nat_gateway"}


def _to_internet(sender: Sender, base: Draft, onward: Trail, place: Place) -> Iterator[Draft]:
    net = sender.net
    stopped, doubts = internet.open_door(net, onward.name, place.vpc)
    refused, more = internet.blocked(net, place.vpc, place.subnet, "nat")
    private = base.destinations - (PUBLIC & V4)
    if private:
        yield replace(base, destinations=private, blocked="not_routed_by_the_internet")
    part = replace(base, destinations=base.destinations & PUBLIC & V4, doubts=(*base.doubts, *doubts, *more))
    if part.destinations and (stopped or refused):
        said = (onward.name, stopped) if stopped else (place.vpc, refused)
        yield replace(part, blocked=said[1], stops=(said,))
    elif part.destinations:
        yield from _filtered(sender, part, borders(onward, place), place)


def _crossing(sender: Sender, base: Draft, place: Place, ends: Iterable[Place], name: str) -> Iterator[Draft]:
    """To places of another network, each with the ways of its own answers."""
    net, left = sender.net, base.destinations
    vpc = net.named(NodeKind.VPC, name)
    onto = replace(base, target=vpc.id if vpc is not None else net.target(name))
    refused: list[tuple[str, str]] = []
    for end in ends:
        refused += stops(net, place, end, sender.protocol, base.ports)
        for found in cross(net, place, end, sender.protocol, base.ports):
            if not found.client & EPHEMERAL:
                continue
            left -= found.destinations
            yield replace(
                onto, destinations=found.destinations, ports=found.ports, doubts=(*base.doubts, *found.doubts),
                because=tuple(dict.fromkeys((*base.because, *found.because))),
            )  # fmt: skip
    if left:
        yield replace(onto, destinations=left, blocked="network_acl_or_route", stops=tuple(refused))


def _filtered(sender: Sender, base: Draft, there: tuple[Border, ...], place: Place) -> Iterator[Draft]:
    """Past the ACLs behind the gateway; its own address is the source there, its own ports 1024 to 65535."""
    box = Box(place.addresses, base.destinations, base.ports, EPHEMERAL, base.because, base.doubts)
    stopped = base.destinations
    for found in filtered(sender.net, sender.protocol, box, there, ((place.subnet, "in"),)):
        stopped -= found.destinations
        yield replace(
            base, destinations=found.destinations, ports=found.ports, because=found.because,
            doubts=tuple(dict.fromkeys(found.doubts)),
        )  # fmt: skip
    if stopped:
        left = replace(box, destinations=stopped)
        refused = refusals(sender.net, sender.protocol, left, there, ((place.subnet, "in"),))
        yield replace(base, destinations=stopped, blocked="network_acl", stops=tuple(refused))
