"""What arrives at an interface class, rule by rule of its groups: from within the VPC, the internet, other networks."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from audit.model.graph import INTERNET, NodeKind
from audit.reach import balancers, edges, internet
from audit.reach.acls import low_ports
from audit.reach.addresses import EVERYWHERE, PORTS, PUBLIC, V4, V6, Intervals
from audit.reach.blockers import stops
from audit.reach.borders import Box, filtered, refusals
from audit.reach.crossing import OPEN_ENDS, cross
from audit.reach.drafts import Draft, merged
from audit.reach.path import Doubt, Piece
from audit.reach.security_groups import Rule, rules
from audit.reach.topology import subnet_addresses
from audit.reach.trails import Carries, End, Place, borders
from audit.reach.ways import places, ways

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.reach.crossing import Crossing
    from audit.reach.topology import InterfaceClass, Network
    from audit.reach.trails import Trail

_ONE_WAY = {
    End.NAT: "nat_gateway_admits_nothing",
    End.EGRESS_ONLY: "egress_only_gateway_admits_nothing",
    End.SERVICE: "gateway_endpoint_admits_nothing",
}


class Arriving:
    """One interface class and a wanted protocol and ports; ``drafts`` are the paths in the making."""

    def __init__(self, net: Network, end: InterfaceClass, protocol: str, wanted: Intervals) -> None:
        self.net, self.end, self.protocol, self.wanted = net, end, protocol, wanted
        self.target = end.interfaces[0]
        self.place = Place(end.vpc, end.subnet, addresses_of(net, end))

    def drafts(self) -> list[Draft]:
        """Every source set that a rule names, and whether its packets arrive; and what comes by load balancers."""
        found = self.direct()
        return found + list(balancers.through(self)) if found else found

    def direct(self) -> list[Draft]:
        """What arrives as it was sent, not by a load balancer."""
        return [draft for rule in self.rules() for draft in merged(self._by_rule(rule))]

    def at(self, end: InterfaceClass, wanted: Intervals) -> Arriving:
        """The same question of another class and its ports."""
        return Arriving(self.net, end, self.protocol, wanted)

    def sent_by(self, start: InterfaceClass) -> list[Draft]:
        """What a class sends here under any rule, whether it arrives or not."""
        return [draft for rule in self.rules() for draft in between(self, start, rule, start.interfaces[0])]

    def rules(self) -> list[Rule]:
        """What the class's groups let in; an interface without groups is filtered by something not modelled."""
        if not self.end.groups:
            return [unguarded(self.net, self.end, self.wanted)]
        return list(rules(self.net, self.end.groups, "ingress", self.protocol, self.wanted))

    def _by_rule(self, rule: Rule) -> Iterator[Draft]:
        if rule.by_group:
            yield from self._from_group(rule)
        else:
            yield from self._from_addresses(rule)

    def draft(self, rule: Rule, origin: str, sources: Intervals, blocked: str = "") -> Draft:
        """A draft that rests on a rule and nothing else yet."""
        piece = rule.piece
        groups = (rule.names,) if rule.by_group else ()
        return Draft(
            origin, self.target, sources, self.place.addresses, piece.ports, rule.group, blocked,
            groups=groups, because=piece.because, doubts=piece.doubts,
        )  # fmt: skip

    def _from_addresses(self, rule: Rule) -> Iterator[Draft]:
        """By the ways that answers take: who is not answered does not arrive."""
        for trail in ways(self.net, self.place):
            part = trail.destinations & rule.piece.addresses
            if part:
                yield from self._answered(rule, part, trail)

    def _answered(self, rule: Rule, sources: Intervals, trail: Trail) -> Iterator[Draft]:
        origin = self._node(trail)
        match trail.end:
            case _ if trail.blocked:
                stops = ((trail.name, trail.blocked),)
                yield replace(self.draft(rule, origin, sources, trail.blocked), stops=stops)
            case End.VPC:
                yield from self._from_vpc(rule, sources, trail.name)
            case End.INTERNET:
                yield from self._from_internet(rule, sources, trail)
            case End.PREMISES:
                yield from self._from_premises(rule, self.draft(rule, origin, sources), trail.name)
            case End.NAT | End.EGRESS_ONLY | End.SERVICE:
                yield replace(self.draft(rule, origin, sources, _ONE_WAY[trail.end]), path=(trail.name,))
            case _:
                yield from self._past_acl(rule, self.draft(rule, origin, sources), trail)

    def _from_premises(self, rule: Rule, base: Draft, answered: str) -> Iterator[Draft]:
        """By any edge: other premises are one network, and answers may leave by another edge than packets came by."""
        left = base.sources
        for door in sorted(edges.doors(self.net), key=lambda door: door != answered):
            start = Place("", "", base.sources, door)
            origin = replace(base, origin=self.net.target(door))
            for found in cross(self.net, start, self.place, self.protocol, rule.piece.ports):
                left -= found.sources
                yield crossed(origin, found)
        if left:
            doors = [Place("", "", left, door) for door in edges.doors(self.net)]
            refused = [one for door in doors for one in stops(self.net, door, self.place, self.protocol, self.wanted)]
            stopped = self.draft(rule, base.origin, left, "network_acl_or_route")
            yield replace(stopped, stops=tuple(dict.fromkeys(refused)))

    def _from_vpc(self, rule: Rule, sources: Intervals, name: str) -> Iterator[Draft]:
        vpc = self._vpc(name)
        left = sources
        for start in places(self.net, name, sources, self.end.subnet):
            yield from self._crossed(rule, self.draft(rule, vpc, start.addresses), start)
            left -= start.addresses
        if left:
            yield self._without_subnet(rule, vpc, left)

    def _vpc(self, name: str) -> str:
        vpc = self.net.named(NodeKind.VPC, name)
        return vpc.id if vpc is not None else name

    def _without_subnet(self, rule: Rule, vpc: str, sources: Intervals) -> Draft:
        name = vpc.rpartition("/")[2]
        if self.net.hidden(NodeKind.SUBNET, name) is None:
            return self.draft(rule, vpc, sources, "no_subnet")
        return doubted(self.draft(rule, vpc, sources), self.net.doubt_in(name, NodeKind.SUBNET, vpc))

    def from_place(self, rule: Rule, start: Place) -> Iterator[Draft]:
        """What any machine at a place sends under a rule that names addresses."""
        part = start.addresses & rule.piece.addresses
        if part:
            yield from self._crossed(rule, self.draft(rule, self._vpc(start.vpc), part), replace(start, addresses=part))

    def _crossed(self, rule: Rule, base: Draft, start: Place) -> Iterator[Draft]:
        stopped = start.addresses
        for found in cross(self.net, start, self.place, self.protocol, rule.piece.ports):
            stopped -= found.sources
            yield crossed(base, found)
        if stopped:
            yield self.draft(rule, base.origin, stopped, "network_acl_or_route")

    def _from_internet(self, rule: Rule, sources: Intervals, trail: Trail) -> Iterator[Draft]:
        private = sources - PUBLIC
        if private:
            yield replace(self.draft(rule, trail.name, private, "not_routed_by_the_internet"), path=(trail.name,))
        for family, has in ((V4, self.end.public), (V6, self.end.dual)):
            part = sources & PUBLIC & family
            if part and not has:
                yield self.draft(rule, INTERNET, part, "no_public_address")
            elif part:
                yield from self._through_door(rule, part, trail)

    def _through_door(self, rule: Rule, sources: Intervals, trail: Trail) -> Iterator[Draft]:
        end = self.end
        stopped, doubts = internet.open_door(self.net, trail.name, end.vpc)
        refused, more = internet.blocked(self.net, end.vpc, end.subnet, "in")
        if stopped or refused:
            yield replace(self.draft(rule, INTERNET, sources, stopped or refused), path=(trail.name,))
            return
        base = doubted(self.draft(rule, INTERNET, sources), *doubts, *more)
        yield from self._past_acl(rule, base, trail)

    def by_devices(self) -> Iterator[Draft]:
        """What the internet sends and a device of the VPC, or something unread, answers."""
        doors = internet.doors(self.net, self.end.vpc)
        plain = [rule for rule in self.rules() if not rule.by_group]
        for trail in ways(self.net, self.place) if doors else ():
            for rule in plain if trail.end in OPEN_ENDS and not trail.borders else ():
                sources = trail.destinations & rule.piece.addresses & PUBLIC
                yield from self._from_internet(rule, sources, replace(trail, name=doors[0]))

    def _past_acl(self, rule: Rule, base: Draft, trail: Trail) -> Iterator[Draft]:
        """From outside by a door whose packets are routed to the subnet at once."""
        box = Box(base.sources, base.destinations, base.ports, because=(*base.because, *trail.because))
        stopped = base.sources
        back = borders(trail, self.place)
        for found in filtered(self.net, self.protocol, box, ((self.end.subnet, "in"),), back):
            stopped -= found.sources
            doubts = (*base.doubts, *trail.doubts, *found.doubts, *low_ports(found.client, self.end.subnet))
            yield replace(
                base, sources=found.sources, ports=found.ports, client=found.client, because=found.because,
                doubts=tuple(dict.fromkeys(doubts)), path=(trail.name,),
            )  # fmt: skip
        if stopped:
            left = replace(box, sources=stopped)
            refused = refusals(self.net, self.protocol, left, ((self.end.subnet, "in"),), back)
            yield replace(self.draft(rule, base.origin, stopped, "network_acl"), stops=tuple(refused))

    def _node(self, trail: Trail) -> str:
        return self.net.target(trail.name) if trail.name else self._vpc(self.end.vpc)

    def _from_group(self, rule: Rule) -> Iterator[Draft]:
        group = self.net.named(NodeKind.SECURITY_GROUP, rule.names)
        origin = group.id if group is not None else rule.names
        if rule.piece.doubts:
            yield self.draft(rule, origin, Intervals())
            return
        members = self.net.guarded_by(rule.names)
        for one in members:
            yield from self._from_member(rule, origin, one)
        if not members:
            yield self._from_nobody(rule, origin, known=group is not None)

    def _from_nobody(self, rule: Rule, origin: str, *, known: bool) -> Draft:
        if not known:
            return self.draft(rule, origin, Intervals(), "group_gone")
        outward = rules(self.net, (rule.names,), "egress", self.protocol, rule.piece.ports)
        allowed = any(found.piece.within(self.place.addresses, rule.piece.ports) for found in outward)
        return self.draft(rule, origin, Intervals(), "group_without_interfaces" if allowed else "egress_of_the_group")

    def _from_member(self, rule: Rule, origin: str, start: InterfaceClass) -> Iterator[Draft]:
        found = list(between(self, start, rule, origin))
        yield from found or [self.draft(rule, origin, addresses_of(self.net, start), self._not_carried(start))]

    def _not_carried(self, start: InterfaceClass) -> str:
        """Why members of a group of another VPC do not arrive under a rule that names it."""
        for trail in ways(self.net, self.place):
            if trail.destinations & start.addresses:
                if trail.end is End.VPC and trail.name == self.end.vpc != start.vpc:
                    return "overlapping_addresses"
                if trail.end is End.INTERNET:
                    return "group_reference_over_the_internet"
                if trail.blocked:
                    return trail.blocked
        return "network_acl_or_route" if start.vpc == self.end.vpc else "group_reference_not_carried"


def crossed(base: Draft, found: Crossing) -> Draft:
    """A draft that a crossing proves."""
    return replace(
        base, sources=found.sources, destinations=found.destinations, ports=found.ports, client=found.client,
        because=(*base.because, *found.because), doubts=(*base.doubts, *found.doubts), path=found.path,
    )  # fmt: skip


def doubted(draft: Draft, *doubts: Doubt) -> Draft:
    """A draft in further doubt."""
    return replace(draft, doubts=tuple(dict.fromkeys((*draft.doubts, *doubts))))


def addresses_of(net: Network, one: InterfaceClass) -> Intervals:
    """The addresses of a class; of its whole subnet when none was said."""
    subnet = net.named(NodeKind.SUBNET, one.subnet)
    return one.addresses or (subnet_addresses(subnet) if subnet is not None else EVERYWHERE)


def between(arriving: Arriving, start: InterfaceClass, rule: Rule, origin: str) -> Iterator[Draft]:
    """What a class sends to the arriving one under one of its rules: its own groups must let it out."""
    net, protocol = arriving.net, arriving.protocol
    sources = addresses_of(net, start)
    if rule.names not in start.groups:
        sources = Intervals() if rule.by_group else sources & rule.piece.addresses
    base = arriving.draft(rule, origin, sources)
    passing = [piece for piece in _let_out(arriving, start, rule) if piece[0]]
    if not passing:
        yield arriving.draft(rule, origin, sources, "egress_of_the_source")
    begin = Place(start.vpc, start.subnet, sources)
    for piece, by_group in passing:
        end = Place(arriving.end.vpc, arriving.end.subnet, piece.addresses)
        for found in cross(net, begin, end, protocol, piece.ports):
            needed = Carries.BOTH if by_group else Carries.INBOUND if rule.by_group else Carries.NONE
            if _holds(found.carries, needed):
                draft = crossed(base, found)
                yield replace(
                    draft, because=(*piece.because, *found.because, *base.because),
                    doubts=tuple(dict.fromkeys((*base.doubts, *piece.doubts, *found.doubts))),
                )  # fmt: skip


def _holds(carries: Carries, needed: Carries) -> bool:
    return needed is Carries.NONE or carries is Carries.BOTH or carries is needed


def _let_out(arriving: Arriving, start: InterfaceClass, rule: Rule) -> Iterator[tuple[Piece, bool]]:
    """What the source's groups let out to the target, and whether by a rule that names one of its groups."""
    for out in leaving(arriving.net, start, arriving.protocol, rule.piece.ports):
        if not out.by_group:
            yield out.piece.within(arriving.place.addresses, rule.piece.ports), False
        elif out.piece.doubts or out.names in arriving.end.groups:
            yield replace(out.piece, addresses=arriving.place.addresses).within(EVERYWHERE, rule.piece.ports), True


def unguarded(net: Network, one: InterfaceClass, wanted: Intervals) -> Rule:
    """What a class without groups lets through: everything, in doubt unless it is known that nothing filters it."""
    doubts = () if balancers.unfiltered(net, one) else (Doubt("interface_without_groups", one.interfaces[0]),)
    return Rule("", Piece(EVERYWHERE, wanted, (), doubts))


def leaving(net: Network, start: InterfaceClass, protocol: str, wanted: Intervals = PORTS) -> list[Rule]:
    """What a class's groups let out; an interface without groups is filtered by something not modelled."""
    if start.imagined:
        return [Rule("", Piece(EVERYWHERE, wanted))]
    if not start.groups:
        return [unguarded(net, start, wanted)]
    return list(rules(net, start.groups, "egress", protocol, wanted))


def egress(net: Network, start: InterfaceClass, protocol: str, wanted: Intervals = PORTS) -> list[Piece]:
    """The pieces of what a class's groups let out."""
    return [rule.piece for rule in leaving(net, start, protocol, wanted)]
