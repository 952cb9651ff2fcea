"""What arrives at an interface class, rule by rule of its groups: from within the VPC, the internet, other networks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.model.graph import INTERNET, NodeKind
from audit.reach import balancers, internet
from audit.reach.acls import low_ports, passed
from audit.reach.addresses import EVERYWHERE, PORTS, PUBLIC, V4, V6, Intervals
from audit.reach.crossing import Place, cross
from audit.reach.drafts import Draft, merged
from audit.reach.path import Doubt, Piece
from audit.reach.routes import lookup
from audit.reach.security_groups import Rule, rules
from audit.reach.topology import subnet_addresses

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.reach.routes import Route
    from audit.reach.topology import InterfaceClass, Network

_ONE_WAY = {
    "none": "no_route",
    "blackhole": "blackhole",
    "nat": "nat_gateway_admits_nothing",
    "egress_only": "egress_only_gateway_admits_nothing",
    "gateway_endpoint": "gateway_endpoint_admits_nothing",
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
        """What a class of the same VPC sends here under any rule, whether it arrives or not."""
        return [draft for rule in self.rules() for draft in between(self, start, rule, start.interfaces[0])]

    def rules(self) -> list[Rule]:
        """What the class's groups let in; an interface without groups is filtered by something not modelled."""
        if not self.end.groups:
            doubt = Doubt("interface_without_groups", self.target)
            return [Rule("", Piece(EVERYWHERE, self.wanted, (), (doubt,)))]
        return list(rules(self.net, self.end.groups, "ingress", self.protocol, self.wanted))

    def _by_rule(self, rule: Rule) -> Iterator[Draft]:
        if rule.names.startswith("sg-"):
            yield from self._from_group(rule)
        else:
            yield from self._from_addresses(rule)

    def draft(self, rule: Rule, origin: str, sources: Intervals, blocked: str = "") -> Draft:
        """A draft that rests on a rule and nothing else yet."""
        piece = rule.piece
        groups = (rule.names,) if rule.names.startswith("sg-") else ()
        return Draft(
            origin, self.target, sources, self.place.addresses, piece.ports, rule.group, blocked,
            groups=groups, because=piece.because, doubts=piece.doubts,
        )  # fmt: skip

    def _from_addresses(self, rule: Rule) -> Iterator[Draft]:
        for part, route in lookup(self.net, self.end.subnet, self.end.vpc, rule.piece.addresses):
            if route.kind == "local":
                yield from self._from_vpc(rule, part)
            elif route.kind == "internet":
                yield from self._from_internet(rule, part, route)
            else:
                yield from self._from_elsewhere(rule, part, route)

    def _from_vpc(self, rule: Rule, sources: Intervals) -> Iterator[Draft]:
        vpc = self._vpc()
        left = sources
        for subnet in self.net.subnets_of.get(self.end.vpc, ()):
            part = sources & subnet_addresses(subnet)
            if part:
                start = Place(self.end.vpc, subnet.name, part)
                yield from self._crossed(rule, self.draft(rule, vpc, part), start)
                left -= part
        if left:
            yield self._without_subnet(rule, vpc, left)

    def _vpc(self) -> str:
        vpc = self.net.named(NodeKind.VPC, self.end.vpc)
        return vpc.id if vpc is not None else self.end.vpc

    def _without_subnet(self, rule: Rule, vpc: str, sources: Intervals) -> Draft:
        if self.net.unread(NodeKind.SUBNET, region=self.end.region) is None:
            return self.draft(rule, vpc, sources, "no_subnet")
        return _doubted(self.draft(rule, vpc, sources), self.net.doubt(NodeKind.SUBNET, vpc))

    def _crossed(self, rule: Rule, base: Draft, start: Place) -> Iterator[Draft]:
        stopped = start.addresses
        for found in cross(self.net, start, self.place, self.protocol, rule.piece.ports):
            stopped -= found.sources
            yield Draft(
                base.origin, base.target, found.sources, found.destinations, found.ports, base.rule_group,
                groups=base.groups, client=found.client, because=(*base.because, *found.because),
                doubts=(*base.doubts, *found.doubts),
            )  # fmt: skip
        if stopped:
            yield self.draft(rule, base.origin, stopped, "network_acl_or_route")

    def _from_internet(self, rule: Rule, sources: Intervals, route: Route) -> Iterator[Draft]:
        private = sources - PUBLIC
        if private:
            yield self.draft(rule, route.target, private, "not_routed_by_the_internet")
        for family, has in ((V4, self.end.public), (V6, self.end.dual)):
            part = sources & PUBLIC & family
            if part and not has:
                yield self.draft(rule, INTERNET, part, "no_public_address")
            elif part:
                yield from self._through_door(rule, part, route)

    def _through_door(self, rule: Rule, sources: Intervals, route: Route) -> Iterator[Draft]:
        end = self.end
        stopped, doubts = internet.open_door(self.net, route.target, end.vpc)
        place = (self._network_account(), end.region, end.vpc, end.subnet)
        refused, more = internet.blocked(self.net, place, "in")
        if stopped or refused:
            yield self.draft(rule, INTERNET, sources, stopped or refused)
            return
        base = self.draft(rule, INTERNET, sources)
        base = _doubted(base, *route.doubts, *doubts, *more)
        yield from self._past_acl(rule, base, route)

    def _network_account(self) -> str:
        vpc = self.net.named(NodeKind.VPC, self.end.vpc)
        return str(vpc.properties.get("owner") or vpc.account) if vpc is not None else self.end.account

    def _past_acl(self, rule: Rule, base: Draft, route: Route) -> Iterator[Draft]:
        entering = passed(self.net, self.end.subnet, "in", self.protocol, Piece(base.sources, rule.piece.ports))
        answers = passed(self.net, self.end.subnet, "out", self.protocol, Piece(base.sources))
        stopped = base.sources
        for one in entering:
            for back in _by_addresses(answers):
                sources = one.addresses & back.addresses
                if not sources:
                    continue
                stopped -= sources
                doubts = (*base.doubts, *one.doubts, *back.doubts, *low_ports(back.ports, self.end.subnet))
                because = (*base.because, *route.because, *one.because, *back.because)
                yield Draft(
                    base.origin, base.target, sources, base.destinations, one.ports, base.rule_group,
                    groups=base.groups, client=back.ports, because=because, doubts=doubts,
                )  # fmt: skip
        if stopped:
            yield self.draft(rule, base.origin, stopped, "network_acl")

    def _from_elsewhere(self, rule: Rule, sources: Intervals, route: Route) -> Iterator[Draft]:
        kind = "gateway_endpoint" if self._is_gateway_endpoint(route) else route.kind
        base = self.draft(rule, self._node(route), sources, _ONE_WAY.get(kind, ""))
        if base.blocked:
            yield base
            return
        doubts = route.doubts or (Doubt(f"{route.kind}_not_modelled", base.origin),)
        yield from self._past_acl(rule, _doubted(base, *doubts), route)

    def _is_gateway_endpoint(self, route: Route) -> bool:
        endpoint = self.net.named(NodeKind.VPC_ENDPOINT, route.target)
        return endpoint is not None and endpoint.properties["type"] == "Gateway"

    def _node(self, route: Route) -> str:
        kinds = (
            NodeKind.GATEWAY, NodeKind.NAT_GATEWAY, NodeKind.VPC_ENDPOINT, NodeKind.NETWORK_INTERFACE,
        )  # fmt: skip
        found = (self.net.named(kind, route.target) for kind in kinds)
        return next((node.id for node in found if node is not None), route.target or self._vpc())

    def _from_group(self, rule: Rule) -> Iterator[Draft]:
        group = self.net.named(NodeKind.SECURITY_GROUP, rule.names)
        origin = group.id if group is not None else rule.names
        if rule.piece.doubts:
            yield self.draft(rule, origin, Intervals())
            return
        members = [one for one in self.net.classes if rule.names in one.groups]
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
        if start.vpc == self.end.vpc:
            yield from between(self, start, rule, origin)
            return
        for part, route in lookup(self.net, self.end.subnet, self.end.vpc, start.addresses):
            if route.kind == "local":
                yield self.draft(rule, origin, part, "overlapping_addresses")
            elif route.kind == "internet":
                yield self.draft(rule, origin, part, "group_reference_over_the_internet")
            else:
                yield from self._from_elsewhere(rule, part, route)


def _by_addresses(pieces: list[Piece]) -> list[Piece]:
    found: dict[tuple[Intervals, tuple[Doubt, ...]], Piece] = {}
    for piece in pieces:
        key = (piece.addresses, piece.doubts)
        known = found.get(key)
        because = (*known.because, *piece.because) if known is not None else piece.because
        ports = known.ports | piece.ports if known is not None else piece.ports
        found[key] = Piece(piece.addresses, ports, tuple(dict.fromkeys(because)), piece.doubts)
    return list(found.values())


def _doubted(draft: Draft, *doubts: Doubt) -> Draft:
    return Draft(
        draft.origin, draft.target, draft.sources, draft.destinations, draft.ports, draft.rule_group, draft.blocked,
        draft.reason, draft.groups, draft.client, draft.because, tuple(dict.fromkeys((*draft.doubts, *doubts))),
    )  # fmt: skip


def addresses_of(net: Network, one: InterfaceClass) -> Intervals:
    """The addresses of a class; of its whole subnet when none was said."""
    subnet = net.named(NodeKind.SUBNET, one.subnet)
    return one.addresses or (subnet_addresses(subnet) if subnet is not None else EVERYWHERE)


def between(arriving: Arriving, start: InterfaceClass, rule: Rule, origin: str) -> Iterator[Draft]:
    """What a class of the same VPC sends to the arriving one under one of its rules: its own groups must let it out."""
    net, protocol = arriving.net, arriving.protocol
    sources = addresses_of(net, start)
    sources = sources if rule.names in start.groups else sources & rule.piece.addresses
    pieces = egress(net, start, protocol, rule.piece.ports)
    out = [piece.within(arriving.place.addresses, rule.piece.ports) for piece in pieces]
    passing = [piece for piece in out if piece]
    base = arriving.draft(rule, origin, sources)
    if not passing:
        yield arriving.draft(rule, origin, sources, "egress_of_the_source")
    for piece in passing:
        begin = Place(start.vpc, start.subnet, sources)
        end = Place(arriving.end.vpc, arriving.end.subnet, piece.addresses)
        for found in cross(net, begin, end, protocol, piece.ports):
            because = (*piece.because, *found.because, *base.because)
            yield Draft(
                origin, base.target, found.sources, found.destinations, found.ports, base.rule_group,
                groups=base.groups, client=found.client, because=because,
                doubts=(*base.doubts, *piece.doubts, *found.doubts),
            )  # fmt: skip


def leaving(net: Network, start: InterfaceClass, protocol: str, wanted: Intervals = PORTS) -> list[Rule]:
    """What a class's groups let out; an interface without groups is filtered by something not modelled."""
    if not start.groups:
        doubt = Doubt("interface_without_groups", start.interfaces[0])
        return [Rule("", Piece(EVERYWHERE, wanted, (), (doubt,)))]
    return list(rules(net, start.groups, "egress", protocol, wanted))


def egress(net: Network, start: InterfaceClass, protocol: str, wanted: Intervals = PORTS) -> list[Piece]:
    """The pieces of what a class's groups let out."""
    return [rule.piece for rule in leaving(net, start, protocol, wanted)]
