"""The engine's question of one pair: do packets get from here to there, by which way, or what stops them?

An end is an interface, an instance, a subnet (any machine at any of its addresses), an address, ``internet`` (any
address there) or ``s3``. A machine that was not seen has no groups of its own, so none of them stops it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from audit.model.errors import UsageError
from audit.model.graph import INTERNET, NodeKind
from audit.reach import edges
from audit.reach.addresses import PUBLIC, V6, Intervals, addresses, cidrs, union
from audit.reach.arriving import Arriving, between
from audit.reach.blockers import Blocker, Ends, blocker, blockers, groups_only, lets_nothing
from audit.reach.crossing import toward
from audit.reach.departing import Departing
from audit.reach.drafts import Draft, written
from audit.reach.endpoints import s3_addresses, to_s3
from audit.reach.ends import Spot, machines, spots, within
from audit.reach.path import Doubt, Reach
from audit.reach.public import around, at_home, from_outside, over_the_internet, said, to_public
from audit.reach.security_groups import asked
from audit.reach.topology import InterfaceClass, network
from audit.reach.trails import End, Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.model.graph import BoundaryGraph
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


def decide(graph: BoundaryGraph, start: str, end: str, protocol: str, port: int) -> Answer:
    """Whether packets get there and answers back; raises UsageError for an end, protocol or port that there is not."""
    net, wanted = network(graph), asked(protocol, port)
    starts = list(spots(net, start))
    if end in (S3, INTERNET):
        if start == INTERNET:
            raise UsageError(f"from internet to {end} leads through none of the networks that were walked")
        return _best(_outward(net, one, end, protocol, wanted) for one in starts)
    ends = list(spots(net, end))
    return _best(_pair(net, one, two, protocol, wanted) for one in starts for two in ends)


def _best(answers: Iterator[Answer]) -> Answer:
    """Any way suffices; what is blocked everywhere is blocked by all that blocks somewhere."""
    found = sorted(answers, key=lambda answer: _ORDER.index(answer.verdict))
    first = found[0]
    same = [answer for answer in found if answer.verdict is first.verdict]
    sources = addresses(cidr for answer in same for cidr in answer.sources)
    stopping = tuple(dict.fromkeys(one for answer in same for one in answer.blocked_by))
    return replace(first, sources=cidrs(sources), blocked_by=stopping)


# --- between two ends ----------------------------------------------------------------------------------------------


def _pair(net: Network, start: Spot, end: Spot, protocol: str, wanted: Intervals) -> Answer:
    if end.one is None and end.place.subnet:
        return _nobody(net, start, end)
    if end.one is None:
        return _outward(net, start, end.name, protocol, wanted)
    if end.public and not start.place.subnet and not start.place.addresses & PUBLIC:
        # By which address other premises come over the internet is their own affair.
        doubt = Doubt("source_outside", start.name)
        return Answer(Reach.UNKNOWN, start.path, reason=doubt.reason, doubts=(doubt,))
    arriving = Arriving(net, end.one, protocol, wanted)
    found = to_public(arriving, start, end.public) if end.public else _arriving(arriving, start)
    drafts = [draft for draft in found if draft.sources]
    return _answer(net, drafts, (start, end), protocol, wanted)


def _nobody(net: Network, start: Spot, end: Spot) -> Answer:
    """At an address of a subnet where no interface is."""
    owner = net.unjoined(end.place.vpc)
    unread = owner.unknown if owner is not None else net.unread(NodeKind.NETWORK_INTERFACE)
    if unread is not None:
        doubt = Doubt("network_interface_unread", end.place.subnet, unread)
        return Answer(Reach.UNKNOWN, start.path, reason=doubt.reason, doubts=(doubt,))
    return Answer(Reach.BLOCKED, start.path, (blocker(end.place.subnet, "no_interface"),), reason="no_interface")


def _arriving(arriving: Arriving, start: Spot) -> Iterator[Draft]:
    if start.one is not None:
        yield from arriving.sent_by(start.one)
        yield from _relayed(arriving, start.one, start)
    elif start.place.subnet:
        yield from _from_subnet(arriving, start.place)
        subnet = arriving.net.named(NodeKind.SUBNET, start.place.subnet)
        if subnet is not None:
            yield from _relayed(arriving, arriving.net.machine(subnet, *within(start.place)), start)
    else:
        yield from from_outside(arriving, start.place)


def _relayed(arriving: Arriving, one: InterfaceClass, start: Spot) -> Iterator[Draft]:
    """What gets there by NAT gateways or over the internet, none of which carries references to groups."""
    departing = Departing(arriving.net, one, arriving.protocol, arriving.wanted)
    yield from departing.translated_to(arriving, arriving.place)
    # IPv6 addresses are public.
    yield from over_the_internet(departing, arriving, start, arriving.place.addresses & V6)


def _from_subnet(arriving: Arriving, place: Place) -> Iterator[Draft]:
    """What any machine there sends: under rules that name addresses; under those that name groups, their members."""
    for rule in arriving.rules():
        if not rule.by_group:
            yield from arriving.from_place(rule, place)
            continue
        for one in arriving.net.guarded_by(rule.names):
            if one.subnet == place.subnet:
                for draft in between(arriving, one, rule, one.interfaces[0]):
                    yield replace(draft, sources=draft.sources & place.addresses)


def _outward(net: Network, start: Spot, end: str, protocol: str, wanted: Intervals) -> Answer:
    """To the internet, to S3, or to an address that no walked subnet holds."""
    senders = [start.one] if start.one is not None else list(machines(net, start.place))
    far = addresses([end]) if end not in (INTERNET, S3) else PUBLIC - net.owned
    if not senders:
        doubt = Doubt("source_outside", start.name)
        return Answer(Reach.UNKNOWN, start.path, reason=doubt.reason, doubts=(doubt,))
    answers = []
    for one in senders:
        if end == S3:
            drafts = to_s3(net, one, wanted) if protocol == "tcp" else []
        else:
            drafts = Departing(net, one, protocol, wanted).drafts(far)
        there = s3_addresses(net, one)[1] if end == S3 else far
        if end == INTERNET:
            there -= union(draft.destinations for draft in drafts if at_home(net, draft))
            drafts = [edges.passed_on(net, draft) for draft in drafts if not at_home(net, draft)]
        spot = Spot(end, Place("", "", there))
        answers.append(_answer(net, drafts, (start, spot), protocol, wanted))
    return _best(iter(answers))


# --- answers -------------------------------------------------------------------------------------------------------


def _answer(net: Network, drafts: list[Draft], ends: tuple[Spot, Spot], protocol: str, wanted: Intervals) -> Answer:
    start, end = ends
    if drafts:
        best = min(drafts, key=lambda draft: _ORDER.index(draft.verdict))
        if best.verdict is not Reach.BLOCKED:
            return _open(drafts, best, ends, protocol)
    between_ = Ends(start.place, end.place, start.one, end.one, protocol, wanted)
    if end.public:
        return _blocked(drafts, (start, end), protocol, around(net, between_, end.public))
    led_astray = _open_ended(net, between_)
    if led_astray:
        return Answer(Reach.UNKNOWN, start.path, reason=led_astray[0].reason, doubts=led_astray)
    found = blockers(net, between_) if end.one is not None else groups_only(net, between_)
    if start.place.door == INTERNET and end.one is not None and not (end.one.public or end.one.dual):
        found.insert(0, blocker(end.path[0], "no_public_address"))
    return _blocked(drafts, ends, protocol, found)


def _blocked(drafts: list[Draft], ends: tuple[Spot, Spot], protocol: str, found: list[Blocker]) -> Answer:
    start, end = ends
    stated = [blocker(*one) for draft in drafts for one in said(draft, start, end)]
    stopping = tuple(dict.fromkeys((*found, *stated))) or (_otherwise(start, end, drafts),)
    hops = written(drafts[0], protocol, ()).hops if drafts else ()
    return Answer(Reach.BLOCKED, start.path, stopping, reason=stopping[0].reason, hops=hops)


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


def _otherwise(start: Spot, end: Spot, drafts: list[Draft]) -> Blocker:
    """What is to blame where no component stops packets by itself: the end that nothing leads to."""
    if drafts:
        return blocker((*end.path, *start.path)[0], drafts[0].word)
    return blocker(end.place.vpc or start.path[0], "no_way_in" if end.place.vpc else "no_route")


def _open(drafts: list[Draft], best: Draft, ends: tuple[Spot, Spot], protocol: str) -> Answer:
    start, end = ends
    same = [draft for draft in drafts if draft.verdict is best.verdict]
    sources = Intervals()
    for draft in same:
        sources |= draft.sources
    path = written(best, protocol, ())
    way = filter(None, (*start.path, *best.path, *reversed(end.path)))
    shown = start.place.addresses if start.one is None and start.place.addresses else sources
    return Answer(
        best.verdict, tuple(dict.fromkeys(way)), (), cidrs(sources & shown), path.reason, path.doubts, path.hops
    )
