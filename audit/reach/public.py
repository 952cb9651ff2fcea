"""From one walked network to another, or the same, over the internet; and what a draft blames for what it blocks."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from audit.model.graph import INTERNET, NodeKind
from audit.reach import edges, internet
from audit.reach.addresses import PUBLIC, V4, V6, Intervals
from audit.reach.blockers import blockers, groups_only
from audit.reach.departing import Departing
from audit.reach.ends import Spot, machines, short
from audit.reach.routes import is_gateway_endpoint
from audit.reach.trails import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.reach.arriving import Arriving
    from audit.reach.blockers import Blocker, Ends
    from audit.reach.drafts import Draft
    from audit.reach.topology import Network


def to_public(arriving: Arriving, start: Spot, public: Intervals) -> Iterator[Draft]:
    """To a public IPv4 address, which is another's than the private one: over the internet, from whatever network."""
    net = arriving.net
    if not start.place.subnet:
        yield from from_outside(arriving, start.place)
        return
    for one in [start.one] if start.one is not None else machines(net, start.place):
        departing = Departing(net, one, arriving.protocol, arriving.wanted)
        yield from over_the_internet(departing, arriving, start, public)


def from_outside(arriving: Arriving, place: Place) -> Iterator[Draft]:
    """What the internet or other premises send there."""
    walked = {vpc.id for vpc in arriving.net.all(NodeKind.VPC)}
    for draft in arriving.direct():
        at_home = draft.origin == INTERNET if place.door else draft.origin not in walked and not draft.groups
        if at_home:
            yield replace(draft, sources=draft.sources & place.addresses)
    if place.door:
        yield from arriving.by_devices()


def over_the_internet(departing: Departing, arriving: Arriving, start: Spot, far: Intervals) -> Iterator[Draft]:
    """What leaves by one VPC's gateway may enter by another's, or by the same."""
    net, inward = arriving.net, list(from_outside(arriving, Place("", "", PUBLIC, INTERNET)))
    ends = start, Spot(arriving.target, arriving.place, arriving.end)
    for draft in departing.drafts(far) if inward else ():
        out = edges.passed_on(net, draft)
        if out.target == INTERNET or (not out.blocked and not at_home(net, out)):
            seen = internet.seen_as(net, out.sources, departing.start.interfaces, out.path)
            yield from (joined for one in inward if (joined := _joined(out, one, seen, ends)) is not None)


def _joined(out: Draft, draft: Draft, seen: internet.Seen, ends: tuple[Spot, Spot]) -> Draft | None:
    """What leaves as one draft says and enters as another says; None where that one is not about such a source."""
    known, doubts = seen
    covered = draft.sources & known
    same = draft.sources & (V6 if out.sources & V6 else V4)
    if not same or not (covered or out.blocked or (doubts and not known)):
        return None
    unsure = doubts if not known or known - covered else ()
    return replace(
        draft, origin=out.origin, sources=covered & V6 or out.sources, blocked=out.blocked or draft.blocked,
        because=tuple(dict.fromkeys((*out.because, *draft.because))),
        doubts=tuple(dict.fromkeys((*out.doubts, *draft.doubts, *unsure))), path=(*out.path, *draft.path),
        stops=(*said(out, *ends), *said(draft, *ends)),
    )  # fmt: skip


def at_home(net: Network, draft: Draft) -> bool:
    """Whether public addresses are those of a VPC's own or of a service's endpoint, and no internet."""
    name = short(draft.target)
    own = net.named(NodeKind.VPC, name) is not None
    # An unread way stays with the VPC that it begins in, and may lead anywhere.
    return (own and not draft.doubts) or is_gateway_endpoint(net, name)


def around(net: Network, ends: Ends, public: Intervals) -> list[Blocker]:
    """What stops packets that go over the internet: at its own side the start's groups, at the other the end's all."""
    out = groups_only(net, replace(ends, end=Place("", "", public), receiver=None))
    seen = internet.public_addresses(net, ends.sender.interfaces) if ends.sender is not None else Intervals()
    inward = replace(ends, start=Place("", "", seen or PUBLIC & V4, INTERNET), sender=None)
    return [*out, *blockers(net, inward)]


def said(draft: Draft, start: Spot, end: Spot) -> tuple[tuple[str, str], ...]:
    """What stops a draft, each with its word; nothing where it is open."""
    return draft.stops or (tuple(_blamed(draft, start, end)) if draft.blocked else ())


_COARSE = {"network_acl", "network_acl_or_route", "egress_of_the_source", "no_route_back"}
"""Words of drafts that the components' own blockers tell better."""


def _blamed(draft: Draft, start: Spot, end: Spot) -> list[tuple[str, str]]:
    """The component that a blocked draft's word is about."""
    word = draft.blocked
    if word in _COARSE:
        return []
    if word in {"no_public_address", "no_ipv6_address"}:
        inward = draft.origin == INTERNET
        return [((end if inward else start).path[0], word)]
    if word == "vpc_block_public_access":
        return [((end if draft.origin == INTERNET else start).place.vpc, word)]
    return [(draft.path[-1] if draft.path else short(draft.target), word)]
