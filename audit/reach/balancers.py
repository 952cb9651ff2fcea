"""Load balancers before an interface: what arrives there by one, and what may.

An application load balancer ends its clients' connections and opens others from its own interfaces ("How Elastic Load
Balancing works"); so does a network load balancer, unless its target group preserves the client's address ("Edit
target group attributes for your Network Load Balancer"). Its clients are those that reach a listener. It is understood
when all of its interfaces were seen; load balancers of other types stay in doubt.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from itertools import product
from typing import TYPE_CHECKING, Protocol

from audit.model.facts import Unknown
from audit.model.graph import INTERNET, Citation, Node, NodeKind
from audit.model.snapshot import NOT_COLLECTED
from audit.reach import preserved, privatelink
from audit.reach.addresses import EVERYWHERE, V4, V6, Intervals, ports, union
from audit.reach.crossing import toward
from audit.reach.drafts import Draft, merged
from audit.reach.path import Doubt
from audit.reach.targets import Registered, by_rules, listening, preserves, targets, unfiltered
from audit.reach.trails import Place
from audit.reach.ways import site

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from audit.reach.security_groups import Rule
    from audit.reach.topology import InterfaceClass, Network

__all__ = ["Asked", "through", "unfiltered"]

_KINDS = (NodeKind.LOAD_BALANCER, NodeKind.TARGET_GROUP)
_TYPES = {"application", "network"}
_RULES = "elasticloadbalancing:DescribeRules"
_DEEPEST = 3
"""Load balancers in a row that are followed; AWS knows two, more take addresses of others as targets."""


class Asked(Protocol):
    """A class of interfaces whose arrivals are asked for."""

    net: Network
    end: InterfaceClass
    protocol: str
    wanted: Intervals

    def direct(self) -> list[Draft]:
        """What arrives as it was sent."""

    def at(self, end: InterfaceClass, wanted: Intervals) -> Asked:
        """The same question of another class and its ports."""

    def sent_by(self, start: InterfaceClass) -> list[Draft]:
        """What a class sends here."""

    def rules(self) -> list[Rule]:
        """What the class's groups let in."""


def through(asked: Asked, behind: tuple[str, ...] = ()) -> Iterator[Draft]:
    """The paths by each load balancer that sends to the class, in doubt where one is not understood or not read.

    ``behind`` are the load balancers that are followed already; the last one's own interfaces are asked for.
    """
    net, end = asked.net, asked.end
    known = targets(net)
    for kind in _KINDS:
        unread = net.unread(kind, region=end.region)
        if unread is not None:
            yield _draft(end, INTERNET, asked.wanted, Doubt(f"{kind}_unread", end.vpc, unread))
    for group in known.unread:
        if _may_hold(net, group, end):
            doubt = Doubt("target_group_unread", group.id, group.properties["targets"])
            yield _draft(end, group.id, asked.wanted, doubt)
    for one in known.of(end, behind[-1] if behind else ""):
        if one.port in asked.wanted:
            yield from _by_group(asked, one, behind)


def _may_hold(net: Network, group: Node, end: InterfaceClass) -> bool:
    """Whether a group of unread targets may send here: in its VPC, or by address where their ways lead."""
    if group.properties["vpc"] in (None, end.vpc):
        return group.region == end.region
    known, place = targets(net), Place(end.vpc, end.subnet, end.addresses)
    balancers = (known.balancers[arn] for arn in group.properties["load_balancers"] if arn in known.balancers)
    starts = (Place(one.vpc, one.subnet, one.addresses) for node in balancers for one in known.classes(node))
    return group.properties["target_type"] == "ip" and any(True for s in starts for _ in toward(net, s, place))


def _by_group(asked: Asked, one: Registered, behind: tuple[str, ...]) -> Iterator[Draft]:
    end = asked.end
    for arn in one.group.properties["load_balancers"]:
        if arn not in behind:
            for draft in _sent_to(asked, one, arn, behind):
                yield from _of_target(replace(draft, target=end.interfaces[0]), one.addresses)


def _of_target(draft: Draft, where: Intervals) -> Iterator[Draft]:
    """The part of a draft that gets to a target's own addresses."""
    part = draft.destinations & where
    sources = draft.sources
    if draft.kept and _single(where):
        # A target does not get back to itself when its own address is kept.
        sources -= where
    if part and (sources or not draft.sources):
        yield replace(draft, sources=sources, destinations=part)


def _single(found: Intervals) -> bool:
    return len(found.spans) == 1 and found.spans[0][0] == found.spans[0][1]


def _sent_to(asked: Asked, one: Registered, arn: str, behind: tuple[str, ...]) -> list[Draft]:
    """What a load balancer sends to any address of the target's site, which groups and borders treat alike."""
    end, wanted = asked.end, ports(one.port, one.port)
    family = _family(one.addresses)
    here = site(asked.net, Place(end.vpc, end.subnet, family))
    beside = end.subnet if end.subnet in _subnets(asked.net, arn) else ""
    alike = end.groups or end.interfaces
    key = "balanced", arn, one.group.id, wanted, asked.protocol, family, behind, here, beside, alike
    memo = asked.net.memo
    if key not in memo:
        near = asked.at(replace(end, addresses=family), wanted)
        memo[key] = list(_by_balancer(near, one.group, arn, behind))
    found: list[Draft] = memo[key]
    return found


def _subnets(net: Network, arn: str) -> Collection[str]:
    balancer = targets(net).balancers.get(arn)
    found: Collection[str] = balancer.properties["subnets"] if balancer is not None else ()
    return found


def _by_balancer(near: Asked, group: Node, arn: str, behind: tuple[str, ...]) -> Iterator[Draft]:
    net, end = near.net, near.end
    balancer = targets(net).balancers.get(arn)
    if balancer is None:
        unread = net.doubt(NodeKind.LOAD_BALANCER, arn, account=group.account, region=group.region)
        yield _draft(end, arn, near.wanted, unread)
        return
    doubt = not_understood(net, balancer, behind)
    if doubt is not None:
        public = balancer.properties["scheme"] != "internal"
        yield _draft(end, arn, near.wanted, doubt, EVERYWHERE if public else Intervals())
        return
    wanted = listening(balancer, group, near.protocol)
    begins = targets(net).classes(balancer)
    befores = [near.at(begin, wanted) for begin in begins] if wanted else []
    sure = [draft for before in befores for draft in merged(_joined(near, group, balancer, before, behind))]
    yield from sure
    yield from merged(_linked(near, group, balancer, befores, behind))
    other = by_rules(balancer, group, near.protocol)
    for begin in begins if other else ():
        for draft in merged(_joined(near, group, balancer, near.at(begin, other), behind)):
            yield from _by_rules(draft, sure)


def _by_rules(draft: Draft, sure: list[Draft]) -> Iterator[Draft]:
    """What may come by another listener's rules, where it does not come anyway."""
    alike = (one for one in sure if (one.origin, one.groups, one.doubts) == (draft.origin, draft.groups, ()))
    rest = draft.sources - union(one.sources for one in alike if not draft.destinations - one.destinations)
    if rest or not draft.sources:
        doubt = Doubt("listener_rules_unread", draft.via, Unknown(_RULES, NOT_COLLECTED, ""))
        yield replace(draft, sources=rest, doubts=(*draft.doubts, doubt))


def not_understood(net: Network, balancer: Node, behind: tuple[str, ...]) -> Doubt | None:
    """Why a load balancer cannot be judged; None when it can."""
    arn = balancer.id
    if balancer.properties["type"] not in _TYPES or len(behind) >= _DEEPEST:
        return Doubt("load_balancer_not_modelled", arn)
    listeners = balancer.properties["listeners"]
    if isinstance(listeners, Unknown):
        return Doubt("load_balancer_unread", arn, listeners)
    unread = net.unread(NodeKind.NETWORK_INTERFACE, balancer.account, balancer.region)
    seen = {node.properties["subnet"] for node in targets(net).interfaces(balancer)}
    if unread is not None or not balancer.properties["subnets"] or not seen.issuperset(balancer.properties["subnets"]):
        return Doubt("load_balancer_interfaces_unseen", arn, unread)
    return None


def _joined(near: Asked, group: Node, balancer: Node, before: Asked, behind: tuple[str, ...]) -> Iterator[Draft]:
    """The load balancer's own clients, where the target admits them or the load balancer."""
    answers, doubts = preserves(balancer, group)
    clients = _clients(before, (*behind, balancer.id))
    for kept in answers:
        found = _kept(near, before.end, clients) if kept else _hidden(near, clients, sent_on(near, [before.end]))
        for path in found:
            yield _said(path, group, balancer, doubts)


def _kept(near: Asked, begin: InterfaceClass, clients: list[Draft]) -> Iterator[Draft]:
    ways = preserved.ways(near, begin)
    others: list[Draft] = []
    for draft in clients:
        if draft.via:
            # Which address a load balancer keeps that got the packets from another one is not documented.
            doubt = Doubt("load_balancers_in_a_row", draft.via)
            others.append(replace(draft, doubts=(*draft.doubts, doubt)))
            continue
        yield from preserved.through(near, begin, draft, ways)
        # What has the other address family than the target cannot keep its address.
        rest = draft.sources - near.end.addresses
        others += [replace(draft, sources=rest)] if rest else []
    if others:
        yield from _hidden(near, others, sent_on(near, [begin]))


def _hidden(near: Asked, clients: Iterable[Draft], ways: list[Draft]) -> Iterator[Draft]:
    for draft, way in product(clients, ways):
        yield Draft(
            draft.origin, near.end.interfaces[0], draft.sources, way.destinations, near.wanted, blocked=draft.blocked,
            reason=draft.reason, groups=draft.groups, client=draft.client, because=(*draft.because, *way.because),
            doubts=(*draft.doubts, *way.doubts), path=(*draft.path, way.origin.rpartition("/")[2], *way.path),
        )  # fmt: skip


def _linked(near: Asked, group: Node, balancer: Node, befores: list[Asked], behind: tuple[str, ...]) -> Iterator[Draft]:
    """What comes by the load balancer's endpoint services, always with an address of its own."""
    if not befores or balancer.properties["type"] != "network":
        return
    arrived = partial(_clients, behind=(*behind, balancer.id))
    clients = list(privatelink.clients(near, balancer, befores[0].wanted, arrived))
    ways = sent_on(near, [before.end for before in befores]) if clients else []
    for path in _hidden(near, clients, ways):
        yield _said(path, group, balancer, ())


def _clients(before: Asked, behind: tuple[str, ...]) -> list[Draft]:
    known = targets(before.net)
    key = (before.end, before.protocol, before.wanted, behind)
    if key not in known.arrived:
        drafts = (*before.direct(), *through(before, behind))
        known.arrived[key] = [draft for draft in drafts if not draft.blocked]
    return known.arrived[key]


def sent_on(near: Asked, begins: Iterable[InterfaceClass]) -> list[Draft]:
    """What load balancers' interfaces send to the target from their own addresses, one way to each of its addresses.

    One sure way suffices, doubts about others do not matter then.
    """
    onward = [draft for begin in begins for draft in near.sent_by(begin) if not draft.blocked]
    found, left = [], near.end.addresses
    for way in sorted(onward, key=lambda draft: bool(draft.doubts)):
        part = way.destinations & left
        if part:
            found.append(replace(way, destinations=part))
            left -= part
    return found


def _said(draft: Draft, group: Node, balancer: Node, doubts: tuple[Doubt, ...]) -> Draft:
    said = (balancer.id, Citation(group.records[0] if group.records else "", f"target_group/{group.name}"))
    reason = draft.reason if draft.reason in privatelink.REASONS else "through_load_balancer"
    because, doubts = (*draft.because, said), (*draft.doubts, *doubts)
    return replace(draft, reason=reason, because=because, doubts=doubts, via=balancer.id)


def _family(found: Intervals) -> Intervals:
    return V6 if found & V6 else V4


def _draft(end: InterfaceClass, origin: str, wanted: Intervals, doubt: Doubt, sources: Intervals = EVERYWHERE) -> Draft:
    return Draft(origin, end.interfaces[0], sources, end.addresses, wanted, doubts=(doubt,))
