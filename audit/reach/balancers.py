"""Load balancers before an interface: which of its packets may come by one. Their own filters are not modelled yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audit.model.facts import Unknown
from audit.model.graph import INTERNET, Node, NodeKind
from audit.reach.addresses import EVERYWHERE, Intervals, addresses, ports
from audit.reach.drafts import Draft
from audit.reach.path import Doubt

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.reach.topology import InterfaceClass, Network

_KINDS = (NodeKind.LOAD_BALANCER, NodeKind.TARGET_GROUP)


def through(net: Network, end: InterfaceClass, wanted: Intervals) -> Iterator[Draft]:
    """A path in doubt for each load balancer that sends to the class, and for those that could not be read."""
    for kind in _KINDS:
        unread = net.unread(kind, region=end.region)
        if unread is not None:
            yield _draft(end, INTERNET, wanted, Doubt(f"{kind}_unread", end.vpc, unread))
    for group in net.all(NodeKind.TARGET_GROUP):
        if group.properties["vpc"] in (None, end.vpc) and group.region == end.region:
            yield from _by_group(net, end, group, wanted)


def _by_group(net: Network, end: InterfaceClass, group: Node, wanted: Intervals) -> Iterator[Draft]:
    targets = group.properties["targets"]
    if isinstance(targets, Unknown):
        yield _draft(end, group.id, wanted, Doubt("target_group_unread", group.id, targets))
        return
    instances = _instances(net, end)
    used = [t.get("Port") or group.properties["port"] for t in targets if _is_of(t, instances, end)]
    for port in sorted({port for port in used if port is not None and port in wanted}):
        for balancer in group.properties["load_balancers"]:
            node = net.named(NodeKind.LOAD_BALANCER, balancer.split("/")[-2]) if "/" in balancer else None
            public = node is None or node.properties["scheme"] != "internal"
            doubt = Doubt("load_balancer_not_modelled", balancer)
            yield _draft(end, balancer, ports(port, port), doubt, EVERYWHERE if public else Intervals())


def _instances(net: Network, end: InterfaceClass) -> set[str]:
    return {net.instances[interface] for interface in end.interfaces if interface in net.instances}


def _is_of(target: dict[str, Any], instances: set[str], end: InterfaceClass) -> bool:
    name = str(target.get("Id", ""))
    if name in instances:
        return True
    if name.startswith(("i-", "arn:")):
        return False
    return bool(addresses([name]) & end.addresses)


def _draft(end: InterfaceClass, origin: str, wanted: Intervals, doubt: Doubt, sources: Intervals = EVERYWHERE) -> Draft:
    return Draft(origin, end.interfaces[0], sources, end.addresses, wanted, doubts=(doubt,))
