"""The engine's question of one pair: do packets get from here to there, by which way, or what stops them?

An end is an interface, an instance, a subnet (any machine at any of its addresses), an address, ``internet`` (any
address there) or ``s3``. A machine that was not seen has no groups of its own, so none of them stops it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from ipaddress import ip_address
from typing import TYPE_CHECKING

from audit.model.errors import UsageError
from audit.model.graph import INTERNET, NodeKind
from audit.reach import edges
from audit.reach.addresses import PUBLIC, V4, V6, Intervals, addresses, cidrs, ports
from audit.reach.arriving import Arriving, between
from audit.reach.blockers import Blocker, Ends, blocker, blockers, groups_only, lets_nothing
from audit.reach.crossing import toward
from audit.reach.departing import Departing
from audit.reach.drafts import Draft, written
from audit.reach.endpoints import s3_addresses, to_s3
from audit.reach.path import Doubt, Reach
from audit.reach.routes import is_gateway_endpoint
from audit.reach.security_groups import PROTOCOLS
from audit.reach.topology import InterfaceClass, network, subnet_addresses
from audit.reach.trails import End, Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.model.graph import BoundaryGraph, Node
    from audit.model.verdict import Hop
    from audit.reach.topology import Network

S3 = "s3"
_ORDER = (Reach.REACHES, Reach.UNKNOWN, Reach.BLOCKED)


@dataclass(frozen=True, slots=True)
class Answer:
    """What becomes of the packets.

    ``path`` are physical ids in the packets' order as far as they get, ``sources`` the CIDRs of the start that arrive,
    ``blocked_by`` every component that stops them or their answers, ``doubts`` why the verdict is unknown.
    """

    verdict: Reach
    path: tuple[str, ...] = ()
    blocked_by: tuple[Blocker, ...] = ()
    sources: tuple[str, ...] = ()
    reason: str = ""
    doubts: tuple[Doubt, ...] = ()
    hops: tuple[Hop, ...] = ()


@dataclass(frozen=True, slots=True)
class _Spot:
    """An end as it was found: the interface (as a class of one) where one is there, and the place."""

    name: str
    place: Place
    one: InterfaceClass | None = None

    @property
    def path(self) -> tuple[str, ...]:
        """The physical ids of interface and subnet."""
        own = (_short(self.one.interfaces[0]),) if self.one is not None else ()
        return (*own, *((self.place.subnet,) if self.place.subnet else ()))


def decide(graph: BoundaryGraph, start: str, end: str, protocol: str, port: int) -> Answer:
    """Whether packets get there and answers back; raises UsageError for an end, protocol or port that there is not."""
    _checked(protocol, port)
    net, wanted = network(graph), ports(port, port)
    starts = list(_spots(net, start))
    if end in (S3, INTERNET):
        if start == INTERNET:
            raise UsageError(f"from internet to {end} leads through none of the networks that were walked")
        return _best(_outward(net, one, end, protocol, wanted) for one in starts)
    ends = list(_spots(net, end))
    return _best(_pair(net, one, two, protocol, wanted) for one in starts for two in ends)


def _checked(protocol: str, port: int) -> None:
    if protocol not in PROTOCOLS:
        raise UsageError(f"protocol {protocol} is not judged: use one of {', '.join(PROTOCOLS)}")
    if not 0 <= port <= 65535:  # noqa: PLR2004 the highest port
        raise UsageError(f"port {port} does not exist: use one from 0 to 65535")


def _best(answers: Iterator[Answer]) -> Answer:
    """Any way suffices; what is blocked everywhere is blocked by all that blocks somewhere."""
    found = sorted(answers, key=lambda answer: _ORDER.index(answer.verdict))
    first = found[0]
    same = [answer for answer in found if answer.verdict is first.verdict]
    sources = addresses(cidr for answer in same for cidr in answer.sources)
    stopping = tuple(dict.fromkeys(one for answer in same for one in answer.blocked_by))
    return replace(first, sources=cidrs(sources), blocked_by=stopping)


# --- ends ----------------------------------------------------------------------------------------------------------


def _spots(net: Network, name: str) -> Iterator[_Spot]:
    if name == INTERNET:
        yield _Spot(name, Place("", "", PUBLIC, INTERNET))
    elif name.startswith("subnet-"):
        yield from _subnet(net, name)
    elif name.startswith(("eni-", "i-")):
        yield from _interfaces(net, name)
    else:
        yield from _at_address(net, name)


def _subnet(net: Network, name: str) -> Iterator[_Spot]:
    subnet = net.named(NodeKind.SUBNET, name)
    if subnet is None:
        raise UsageError(f"there is no subnet {name} in the snapshot: byoc reach knows those that were described")
    yield _Spot(name, Place(subnet.properties["vpc"], name, subnet_addresses(subnet)))


def _interfaces(net: Network, name: str) -> Iterator[_Spot]:
    found = [node for node in net.all(NodeKind.NETWORK_INTERFACE) if name in (node.name, node.properties["instance"])]
    if not found:
        what = "interface" if name.startswith("eni-") else "interface of instance"
        raise UsageError(f"there is no {what} {name} in the snapshot: byoc reach knows those that were described")
    yield from (_of_interface(net, node) for node in found)


def _of_interface(net: Network, node: Node) -> _Spot:
    one = net.class_of(node)
    return _Spot(node.name, Place(one.vpc, one.subnet, one.addresses), one)


def _at_address(net: Network, text: str) -> Iterator[_Spot]:
    try:
        wanted = addresses([str(ip_address(text))])
    except ValueError:
        hint = "use eni-…, i-…, subnet-…, an address, internet or (as an end) s3"
        raise UsageError(f"{text} is no end that byoc reach knows: {hint}") from None
    own = [n for n in net.all(NodeKind.NETWORK_INTERFACE) if text in _addresses_of(n)]
    if own:
        yield from (_of_interface(net, node) for node in own)
        return
    inside = [subnet for subnet in net.all(NodeKind.SUBNET) if subnet_addresses(subnet) & wanted]
    if inside:
        yield from (_Spot(text, Place(s.properties["vpc"], s.name, wanted)) for s in inside)
    else:
        yield _Spot(text, Place("", "", wanted))


def _addresses_of(node: Node) -> tuple[str, ...]:
    facts = node.properties
    return (*facts["private_addresses"], *facts["ipv6_addresses"], *facts["public_addresses"])


# --- between two ends ----------------------------------------------------------------------------------------------


def _pair(net: Network, start: _Spot, end: _Spot, protocol: str, wanted: Intervals) -> Answer:
    if end.one is None and end.place.subnet:
        return _nobody(net, start, end)
    if end.one is None:
        return _outward(net, start, end.name, protocol, wanted)
    drafts = [draft for draft in _arriving(net, start, end.one, protocol, wanted) if draft.sources]
    return _answer(net, drafts, (start, end), protocol, wanted)


def _nobody(net: Network, start: _Spot, end: _Spot) -> Answer:
    """At an address of a subnet where no interface is."""
    unread = net.unread(NodeKind.NETWORK_INTERFACE)
    if unread is not None:
        doubt = Doubt("network_interface_unread", end.place.subnet, unread)
        return Answer(Reach.UNKNOWN, start.path, reason=doubt.reason, doubts=(doubt,))
    return Answer(Reach.BLOCKED, start.path, (blocker(end.place.subnet, "no_interface"),), reason="no_interface")


def _arriving(net: Network, start: _Spot, end: InterfaceClass, protocol: str, wanted: Intervals) -> Iterator[Draft]:
    arriving = Arriving(net, end, protocol, wanted)
    if start.one is not None:
        yield from arriving.sent_by(start.one)
        yield from _relayed(arriving, start.one, start)
    elif start.place.subnet:
        yield from _from_subnet(arriving, start.place)
        subnet = net.named(NodeKind.SUBNET, start.place.subnet)
        if subnet is not None:
            yield from _relayed(arriving, net.machine(subnet, *_within(start.place)), start)
    else:
        yield from _from_outside(arriving, start.place)


def _relayed(arriving: Arriving, one: InterfaceClass, start: _Spot) -> Iterator[Draft]:
    """What gets there by NAT gateways or over the internet, none of which carries references to groups."""
    departing = Departing(arriving.net, one, arriving.protocol, arriving.wanted)
    yield from departing.translated_to(arriving, arriving.place)
    yield from _over_the_internet(departing, arriving, start)


def _over_the_internet(departing: Departing, arriving: Arriving, start: _Spot) -> Iterator[Draft]:
    """IPv6 addresses are public: what leaves by one VPC's gateway may enter by another's."""
    inward = [draft for draft in arriving.direct() if draft.origin == INTERNET]
    end = _Spot(arriving.target, arriving.place, arriving.end)
    for out in departing.drafts(arriving.place.addresses & V6):
        for draft in inward if out.target == INTERNET else ():
            sources = out.sources & draft.sources
            if sources:
                yield replace(
                    draft, origin=out.origin, sources=sources, blocked=out.blocked or draft.blocked,
                    because=tuple(dict.fromkeys((*out.because, *draft.because))),
                    doubts=tuple(dict.fromkeys((*out.doubts, *draft.doubts))), path=(*out.path, *draft.path),
                    stops=(*_said(out, start, end), *_said(draft, start, end)),
                )  # fmt: skip


def _from_subnet(arriving: Arriving, place: Place) -> Iterator[Draft]:
    """What any machine there sends: under rules that name addresses; under those that name groups, their members."""
    for rule in arriving.rules():
        if not rule.names.startswith("sg-"):
            yield from arriving.from_place(rule, place)
            continue
        for one in arriving.net.guarded_by(rule.names):
            if one.subnet == place.subnet:
                for draft in between(arriving, one, rule, one.interfaces[0]):
                    yield replace(draft, sources=draft.sources & place.addresses)


def _from_outside(arriving: Arriving, place: Place) -> Iterator[Draft]:
    walked = {vpc.id for vpc in arriving.net.all(NodeKind.VPC)}
    for draft in arriving.direct():
        at_home = draft.origin == INTERNET if place.door else draft.origin not in walked and not draft.groups
        if at_home:
            yield replace(draft, sources=draft.sources & place.addresses)
    if place.door:
        yield from arriving.by_devices()


def _outward(net: Network, start: _Spot, end: str, protocol: str, wanted: Intervals) -> Answer:
    """To the internet, to S3, or to an address that no walked subnet holds."""
    senders = [start.one] if start.one is not None else list(_machines(net, start.place))
    far = addresses([end]) if end not in (INTERNET, S3) else PUBLIC - net.owned
    if not senders:
        doubt = Doubt("source_outside", start.name)
        return Answer(Reach.UNKNOWN, start.path, reason=doubt.reason, doubts=(doubt,))
    answers = []
    for one in senders:
        if end == S3:
            drafts = to_s3(net, one) if protocol == "tcp" else []
        else:
            drafts = Departing(net, one, protocol, wanted).drafts(far)
        if end == INTERNET:
            drafts = [edges.passed_on(net, draft) for draft in drafts if not _at_home(net, draft)]
        spot = _Spot(end, Place("", "", s3_addresses(net, one)[1] if end == S3 else far))
        mine = _Spot(start.name, start.place, one if start.one is not None else None)
        answers.append(_answer(net, drafts, (mine, spot), protocol, wanted))
    return _best(iter(answers))


def _at_home(net: Network, draft: Draft) -> bool:
    """Whether public addresses are those of a VPC's own or of a service's endpoint, and no internet."""
    name = _short(draft.target)
    return net.named(NodeKind.VPC, name) is not None or is_gateway_endpoint(net, name)


def _machines(net: Network, place: Place) -> Iterator[InterfaceClass]:
    """The classes of a subnet; where nothing is there yet, a machine without groups and public address."""
    if not place.subnet:
        return
    found = [one for one in net.classes if one.subnet == place.subnet]
    subnet = net.named(NodeKind.SUBNET, place.subnet)
    if found or subnet is None:
        yield from found
        return
    dual = any(":" in cidr for cidr in subnet.properties["ipv6_cidrs"])
    where = place if dual else replace(place, addresses=place.addresses & V4)
    yield net.machine(subnet, *_within(where))


def _within(place: Place) -> tuple[str, str, Intervals]:
    """What places a machine."""
    return place.vpc, place.subnet, place.addresses


# --- answers -------------------------------------------------------------------------------------------------------


def _answer(net: Network, drafts: list[Draft], ends: tuple[_Spot, _Spot], protocol: str, wanted: Intervals) -> Answer:
    start, end = ends
    if drafts:
        best = min(drafts, key=lambda draft: _ORDER.index(draft.verdict))
        if best.verdict is not Reach.BLOCKED:
            return _open(drafts, best, ends, protocol)
    between_ = Ends(start.place, end.place, start.one, end.one, protocol, wanted)
    led_astray = _open_ended(net, between_)
    if led_astray:
        return Answer(Reach.UNKNOWN, start.path, reason=led_astray[0].reason, doubts=led_astray)
    found = blockers(net, between_) if end.one is not None else groups_only(net, between_)
    if start.place.door == INTERNET and end.one is not None and not (end.one.public or end.one.dual):
        found.insert(0, blocker(end.path[0], "no_public_address"))
    said = [blocker(*one) for draft in drafts for one in _said(draft, start, end)]
    stopping = tuple(dict.fromkeys((*found, *said))) or (_otherwise(start, end, drafts),)
    reason = stopping[0].reason
    hops = written(drafts[0], protocol, ()).hops if drafts else ()
    return Answer(Reach.BLOCKED, start.path, stopping, reason=reason, hops=hops)


_COARSE = {"network_acl", "network_acl_or_route", "egress_of_the_source", "no_route_back"}
"""Words of drafts that the components' own blockers tell better."""


def _open_ended(net: Network, ends: Ends) -> tuple[Doubt, ...]:
    """The doubts about packets that come to a device or other premises, which may translate and pass them on."""
    if ends.receiver is None or ends.start.door or not ends.start.subnet or lets_nothing(net, ends):
        return ()
    return tuple(
        doubt
        for trail in toward(net, ends.start, ends.end)
        if trail.end is not End.VPC and trail.destinations & ends.end.addresses
        for doubt in trail.doubts
    )


def _otherwise(start: _Spot, end: _Spot, drafts: list[Draft]) -> Blocker:
    """What is to blame where no component stops packets by itself: the end that nothing leads to."""
    if drafts:
        return blocker((*end.path, *start.path)[0], drafts[0].word)
    return blocker(end.place.vpc or start.path[0], "no_way_in" if end.place.vpc else "no_route")


def _said(draft: Draft, start: _Spot, end: _Spot) -> tuple[tuple[str, str], ...]:
    """What stops a draft, each with its word; nothing where it is open."""
    return draft.stops or (tuple(_blamed(draft, start, end)) if draft.blocked else ())


def _blamed(draft: Draft, start: _Spot, end: _Spot) -> list[tuple[str, str]]:
    """The component that a blocked draft's word is about."""
    word = draft.blocked
    if word in _COARSE:
        return []
    if word in {"no_public_address", "no_ipv6_address"}:
        inward = draft.origin == INTERNET
        return [((end if inward else start).path[0], word)]
    if word == "vpc_block_public_access":
        return [((end if draft.origin == INTERNET else start).place.vpc, word)]
    return [(draft.path[-1] if draft.path else _short(draft.target), word)]


def _open(drafts: list[Draft], best: Draft, ends: tuple[_Spot, _Spot], protocol: str) -> Answer:
    start, end = ends
    same = [draft for draft in drafts if draft.verdict is best.verdict]
    sources = Intervals()
    for draft in same:
        sources |= draft.sources
    path = written(best, protocol, ())
    way = (*start.path, *best.path, *reversed(end.path))
    shown = start.place.addresses if start.one is None and start.place.addresses else sources
    return Answer(
        best.verdict, tuple(dict.fromkeys(way)), (), cidrs(sources & shown), path.reason, path.doubts, path.hops
    )


def _short(node: str) -> str:
    return node.rpartition("/")[2]
