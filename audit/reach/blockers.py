"""What stops packets between two ends: each component by itself, in the packets' order and then the answers'."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from audit.model.graph import INTERNET
from audit.reach.acls import EPHEMERAL
from audit.reach.addresses import PORTS, V4, V6, Intervals
from audit.reach.borders import Box, refusals
from audit.reach.crossing import toward
from audit.reach.security_groups import rules
from audit.reach.trails import Carries, End, Place, Trail, borders
from audit.reach.ways import ways

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from audit.reach.topology import InterfaceClass, Network

_REMEDIES = {
    "no_matching_rule": "add a rule that allows the packets",
    "denied_by_rule": "remove the rule that denies the packets, or allow them before it",
    "no_way_in": "join the VPC to the other network: by VPN, Direct Connect, a peering or a transit gateway",
    "no_route": "add a route to the destination",
    "blackhole": "replace the route whose target is gone",
    "leads_elsewhere": "add a more specific route to the destination",
    "no_public_address": "give the interface a public address",
    "no_ipv6_address": "give the interface an IPv6 address",
    "not_transitive": "route between the two networks directly: this connection serves its two VPCs only",
    "peering_gone": "peer the two VPCs again, and route to the new connection",
    "peering_not_active": "accept the peering connection",
    "vpn_gateway_detached": "attach the gateway to the VPC",
    "vpn_gateway_gone": "replace the gateway, and route to the new one",
    "nothing_behind_the_gateway": "join the gateway by VPN or Direct Connect",
    "not_attached": "attach the VPC to the transit gateway",
    "no_attachment_in_zone": "add a subnet of this zone to the attachment",
    "not_associated": "associate the attachment with a route table of the transit gateway",
    "attachment_not_available": "accept or repair the attachment",
    "routing_loop": "take the route out that leads back",
    "serves_its_own_vpc_only": "add an endpoint to the VPC of the clients",
    "internet_gateway_gone": "replace the gateway, and route to the new one",
    "internet_gateway_detached": "attach the gateway to the VPC",
    "vpc_block_public_access": "exclude the VPC or subnet from VPC Block Public Access",
    "not_routed_by_the_internet": "use a public address, or a private connection",
    "no_interface": "no interface has this address: nothing is there to receive",
    "no_subnet": "no subnet holds this address",
    "nat_gateway_gone": "replace the NAT gateway, and route to the new one",
    "nat_gateway_admits_nothing": "route to the clients directly: a NAT gateway lets only answers in",
    "private_nat_gateway": "use a public NAT gateway",
    "connection_not_accepted": "accept the connection in the account of the service",
    "endpoint_not_available": "accept or repair the endpoint",
    "overlapping_addresses": "give one of the networks other addresses",
    "group_reference_not_carried": "name the clients by their addresses: this connection carries no group references",
}
_OTHERWISE = "change what the hop says"


@dataclass(frozen=True, slots=True)
class Blocker:
    """A component that stops packets: its physical id, a stable word, and the change that would open it."""

    resource: str
    reason: str
    remedy: str


def blocker(resource: str, reason: str) -> Blocker:
    """A blocker with the remedy of its reason."""
    return Blocker(resource, reason, _REMEDIES.get(reason, _OTHERWISE))


@dataclass(frozen=True, slots=True)
class Ends:
    """Two places, the interface classes there (None: any machine), and the packets' protocol and ports."""

    start: Place
    end: Place
    sender: InterfaceClass | None
    receiver: InterfaceClass | None
    protocol: str
    wanted: Intervals


def blockers(net: Network, ends: Ends) -> list[Blocker]:
    """Every component that stops all packets between two ends, or all their answers."""
    return _by_family(ends, partial(_between, net))


def stops(net: Network, start: Place, end: Place, protocol: str, wanted: Intervals) -> tuple[tuple[str, str], ...]:
    """What stops packets between two places, groups left aside: physical ids, each with its word."""
    found = blockers(net, Ends(start, end, None, None, protocol, wanted))
    return tuple((one.resource, one.reason) for one in found)


def groups_only(net: Network, ends: Ends) -> list[Blocker]:
    """The groups of either side, where what lies between is not in walked networks."""
    return _by_family(ends, lambda one: [*_groups(net, one, "egress"), *_groups(net, one, "ingress")])


def _by_family(ends: Ends, find: Callable[[Ends], Iterable[Blocker]]) -> list[Blocker]:
    """What stops the packets of each address family that both ends have."""
    found: list[Blocker] = []
    for family in (V4, V6):
        start = replace(ends.start, addresses=ends.start.addresses & family)
        end = replace(ends.end, addresses=ends.end.addresses & family)
        if start.addresses and end.addresses:
            found += find(replace(ends, start=start, end=end))
    return list(dict.fromkeys(found))


def _between(net: Network, ends: Ends) -> list[Blocker]:
    back = Ends(ends.end, ends.start, None, None, ends.protocol, PORTS)
    there = [*_groups(net, ends, "egress"), *_on_the_way(net, ends), *_groups(net, ends, "ingress")]
    return [*there, *_on_the_way(net, back, answers=True)]


def lets_nothing(net: Network, ends: Ends) -> bool:
    """Whether the source's groups or its subnet's ACL stop all packets, or the target's groups close the port."""
    box = Box(ends.start.addresses, ends.end.addresses, ends.wanted)
    ways_out = {
        borders(t, ends.start)[:1] for t in toward(net, ends.start, ends.end) if t.destinations & box.destinations
    }
    shut = (any(refusals(net, ends.protocol, box, first, ())) for first in ways_out)
    if any(_groups(net, ends, "egress")) or all(shut):
        return True
    own = ends.receiver.groups if ends.receiver is not None else ()
    return bool(own) and not any(rules(net, own, "ingress", ends.protocol, ends.wanted))


def _groups(net: Network, ends: Ends, direction: str) -> Iterator[Blocker]:
    """The groups of one side, none of which lets the packets through."""
    own, other = (ends.sender, ends.receiver) if direction == "egress" else (ends.receiver, ends.sender)
    if own is None or not own.groups:
        return
    far = ends.end.addresses if direction == "egress" else ends.start.addresses
    named = other.groups if other is not None else ()
    named = named if _refers(net, ends, direction) else ()
    for rule in rules(net, own.groups, direction, ends.protocol, ends.wanted):
        if rule.names in named if rule.by_group else (rule.piece.doubts or rule.piece.addresses & far):
            return
    yield from (blocker(group, "no_matching_rule") for group in own.groups)


def _refers(net: Network, ends: Ends, direction: str) -> bool:
    """Whether rules of one direction may name the other side's groups."""
    if ends.start.subnet == ends.end.subnet:
        return True
    carried = {t.carries for t in toward(net, ends.start, ends.end) if t.destinations & ends.end.addresses}
    if not carried:
        # Without a way there is nothing to say of what it would carry.
        return True
    return Carries.BOTH in carried or (direction == "ingress" and Carries.INBOUND in carried)


def _on_the_way(net: Network, ends: Ends, *, answers: bool = False) -> Iterator[Blocker]:
    """Routes that end the packets, and where they do not, ACLs of the borders on their way."""
    if ends.start.subnet and ends.start.subnet == ends.end.subnet:
        return
    leading = [t for t in toward(net, ends.start, ends.end) if t.destinations & ends.end.addresses]
    if ends.start.door == INTERNET:
        leading = [Trail(ends.end.addresses, End.VPC, ends.end.vpc)]
    if not leading:
        yield from _routes(net, ends)
    box = Box(ends.start.addresses, ends.end.addresses, EPHEMERAL if answers else ends.wanted)
    for trail in leading[:1]:
        for found in refusals(net, ends.protocol, box, borders(trail, ends.start, ends.end.subnet), ()):
            yield blocker(*found)


def _routes(net: Network, ends: Ends) -> Iterator[Blocker]:
    for trail in ways(net, ends.start):
        # That a door leads to its own VPC and to no other says nothing of the way to this one.
        other = ends.start.door and trail.end is End.VPC and trail.path == (ends.start.door,)
        if trail.destinations & ends.end.addresses and not other:
            yield blocker(*trail.refusal)
