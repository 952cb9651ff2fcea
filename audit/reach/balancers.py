"""Load balancers before an interface: what arrives there by one, and what may.

An application load balancer ends its clients' connections and opens others from its own interfaces ("How Elastic Load
Balancing works"): its clients are those that reach a listener, and the target sees the load balancer. It is understood
when all of its interfaces were seen. Load balancers of other types, which may keep the source, stay in doubt.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from audit.model.facts import Unknown
from audit.model.graph import INTERNET, Citation, Node, NodeKind
from audit.reach.addresses import EVERYWHERE, Intervals, addresses, ports
from audit.reach.drafts import Draft
from audit.reach.path import Doubt

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.reach.topology import InterfaceClass, Network

_KINDS = (NodeKind.LOAD_BALANCER, NodeKind.TARGET_GROUP)
_ARN = ":loadbalancer/"


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
        """What a class of the same VPC sends here."""


def through(asked: Asked, behind: str = "") -> Iterator[Draft]:
    """The paths by each load balancer that sends to the class, in doubt where one is not understood or not read.

    ``behind`` is the load balancer whose own interfaces are asked for: what stands before that one stays in doubt.
    """
    net, end = asked.net, asked.end
    for kind in _KINDS:
        unread = net.unread(kind, region=end.region)
        if unread is not None:
            yield _draft(end, INTERNET, asked.wanted, Doubt(f"{kind}_unread", end.vpc, unread))
    for group in net.all(NodeKind.TARGET_GROUP):
        if group.properties["vpc"] in (None, end.vpc) and group.region == end.region:
            yield from _by_group(asked, group, behind)


def _by_group(asked: Asked, group: Node, behind: str) -> Iterator[Draft]:
    net, end = asked.net, asked.end
    targets = group.properties["targets"]
    if isinstance(targets, Unknown):
        yield _draft(end, group.id, asked.wanted, Doubt("target_group_unread", group.id, targets))
        return
    instances = _instances(net, end)
    used = [t.get("Port") or group.properties["port"] for t in targets if _is_of(t, instances, end, behind)]
    for port in sorted({port for port in used if port is not None and port in asked.wanted}):
        for arn in group.properties["load_balancers"]:
            yield from _by_balancer(asked.at(end, ports(port, port)), group, arn, behind)


def _instances(net: Network, end: InterfaceClass) -> set[str]:
    return {net.instances[interface] for interface in end.interfaces if interface in net.instances}


def _is_of(target: dict[str, Any], instances: set[str], end: InterfaceClass, behind: str) -> bool:
    name = str(target.get("Id", ""))
    if name in instances or (behind and name == behind):
        return True
    if name.startswith(("i-", "arn:")):
        return False
    return bool(addresses([name]) & end.addresses)


def _by_balancer(asked: Asked, group: Node, arn: str, behind: str) -> Iterator[Draft]:
    net, end = asked.net, asked.end
    balancer = next((node for node in net.all(NodeKind.LOAD_BALANCER) if node.id == arn), None)
    if balancer is None:
        unread = net.doubt(NodeKind.LOAD_BALANCER, arn, account=group.account, region=group.region)
        yield _draft(end, arn, asked.wanted, unread)
        return
    doubt = _not_understood(net, balancer, behind)
    if doubt is not None:
        public = balancer.properties["scheme"] != "internal"
        yield _draft(end, arn, asked.wanted, doubt, EVERYWHERE if public else Intervals())
    elif asked.protocol == "tcp":
        listening = _listening(balancer.properties["listeners"])
        for one in _classes(net, balancer):
            yield from _joined(asked, group, balancer, asked.at(one, listening))


def _not_understood(net: Network, balancer: Node, behind: str) -> Doubt | None:
    arn = balancer.id
    if balancer.properties["type"] != "application" or behind:
        return Doubt("load_balancer_not_modelled", arn)
    listeners = balancer.properties["listeners"]
    if isinstance(listeners, Unknown):
        return Doubt("load_balancer_unread", arn, listeners)
    unread = net.unread(NodeKind.NETWORK_INTERFACE, balancer.account, balancer.region)
    seen = {node.properties["subnet"] for node in interfaces(net, balancer)}
    if unread is not None or not balancer.properties["subnets"] or not seen.issuperset(balancer.properties["subnets"]):
        return Doubt("load_balancer_interfaces_unseen", arn, unread)
    return None


def interfaces(net: Network, balancer: Node) -> list[Node]:
    """The interfaces that AWS made for a load balancer, which it tells by their description."""
    about = f"ELB {balancer.id.partition(_ARN)[2]}"
    return [
        node
        for node in net.all(NodeKind.NETWORK_INTERFACE)
        if node.properties["description"] == about and node.properties["requester_managed"]
    ]


def _classes(net: Network, balancer: Node) -> list[InterfaceClass]:
    own = {node.id for node in interfaces(net, balancer)}
    return [one for one in net.classes if own & {*one.interfaces}]


def _listening(listeners: list[dict[str, Any]] | None) -> Intervals:
    found = Intervals()
    for listener in listeners or ():
        if listener.get("Port") is not None:
            found |= ports(listener["Port"], listener["Port"])
    return found


def _joined(asked: Asked, group: Node, balancer: Node, before: Asked) -> Iterator[Draft]:
    """The load balancer's own clients, where the target admits the load balancer."""
    onward = [draft for draft in asked.sent_by(before.end) if not draft.blocked]
    if not onward or not before.wanted:
        return
    # One sure way suffices: doubts about others do not matter then.
    way = next((draft for draft in onward if not draft.doubts), onward[0])
    said = (balancer.id, Citation(group.records[0] if group.records else "", f"target_group/{group.name}"))
    for draft in (*before.direct(), *through(before, balancer.id)):
        if not draft.blocked:
            yield Draft(
                draft.origin, asked.end.interfaces[0], draft.sources, asked.end.addresses, asked.wanted,
                reason="through_load_balancer", groups=draft.groups, client=draft.client,
                because=(*draft.because, said, *way.because), doubts=(*draft.doubts, *way.doubts), via=balancer.id,
            )  # fmt: skip


def _draft(end: InterfaceClass, origin: str, wanted: Intervals, doubt: Doubt, sources: Intervals = EVERYWHERE) -> Draft:
    return Draft(origin, end.interfaces[0], sources, end.addresses, wanted, doubts=(doubt,))
