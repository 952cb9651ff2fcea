"""Which target groups hold an interface class, and what their load balancers are: an index, made once per network."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from audit.model.facts import Unknown
from audit.model.graph import Node, NodeKind
from audit.reach.addresses import V4, V6, Intervals, address, addresses, intervals, is_address
from audit.reach.path import Doubt
from audit.reach.topology import InterfaceClass

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from audit.reach.drafts import Draft
    from audit.reach.topology import Network

_ARN = ":loadbalancer/"
_LISTENS = {
    "tcp": {"TCP", "TLS", "TCP_UDP", "TCP_QUIC"},
    "udp": {"UDP", "TCP_UDP", "QUIC", "TCP_QUIC"},
}
_NOT_TCP = {"UDP", "TCP_UDP", "QUIC", "TCP_QUIC"}
_PRESERVE = "preserve_client_ip.enabled"

Arrived = tuple[InterfaceClass, str, Intervals, tuple[str, ...]]
"""A class, protocol and ports that are asked for, and the load balancers behind it."""


@dataclass(frozen=True, slots=True)
class Registered:
    """A class of interfaces in a target group: the port that it gets packets at, and which of its addresses."""

    group: Node
    port: int
    addresses: Intervals


class Targets:
    """The target groups and load balancers of a network; made once by :func:`targets`."""

    def __init__(self, net: Network) -> None:
        # The network keeps the index, so the index does not keep the network: its nodes suffice.
        self._groups = net.all(NodeKind.TARGET_GROUP)
        self._interfaces = {node.id: node for node in net.all(NodeKind.NETWORK_INTERFACE)}
        self._instances = net.instances
        self._classes = net.classes
        self._vpcs = {vpc.name: addresses(vpc.properties["cidrs"]) for vpc in net.all(NodeKind.VPC)}
        self.balancers = {node.id: node for node in net.all(NodeKind.LOAD_BALANCER)}
        self.arrived: dict[Arrived, list[Draft]] = {}
        """What arrives at a load balancer, which does not depend on the target that it is asked for."""

    @cached_property
    def unread(self) -> list[Node]:
        """Target groups whose targets could not be read."""
        return [group for group in self._groups if isinstance(group.properties["targets"], Unknown)]

    @cached_property
    def _named(self) -> dict[str, list[tuple[Node, int]]]:
        """The registrations of each instance, load balancer or address, as AWS names it."""
        found: dict[str, list[tuple[Node, int]]] = {}
        for group in self._groups:
            targets = group.properties["targets"]
            for target in () if isinstance(targets, Unknown) else targets:
                port = target.get("Port") or group.properties["port"]
                if port is not None:
                    found.setdefault(str(target.get("Id", "")), []).append((group, port))
        return found

    @cached_property
    def _listed(self) -> list[tuple[int, str]]:
        return sorted((address(name), name) for name in self._named if is_address(name))

    def of(self, end: InterfaceClass, behind: str) -> list[Registered]:
        """Every registration of a class; ``behind`` is the load balancer whose own interfaces it is."""
        found: dict[tuple[str, int], Registered] = {}
        for group, port, where in self._registrations(end, behind):
            key = (group.id, port)
            known = found[key].addresses if key in found else Intervals()
            if where:
                found[key] = Registered(group, port, known | where)
        return [found[key] for key in sorted(found)]

    def _registrations(self, end: InterfaceClass, behind: str) -> Iterator[tuple[Node, int, Intervals]]:
        for name, where in self._names(end, behind):
            for group, port in self._named.get(name, ()):
                if name.startswith("i-"):
                    yield group, port, where & _family(group)
                elif name == behind or group.properties["vpc"] == end.vpc:
                    yield group, port, where
                else:
                    # Of other VPCs only addresses outside the load balancer's own can be meant.
                    yield group, port, where - self._vpcs.get(group.properties["vpc"], Intervals())

    def _names(self, end: InterfaceClass, behind: str) -> Iterator[tuple[str, Intervals]]:
        if behind:
            yield behind, end.addresses
        for name in end.interfaces:
            instance = self._instances.get(name)
            if instance in self._named:
                yield instance, self._primary(name)
        for low, high in end.addresses.spans:
            first, last = bisect_left(self._listed, (low, "")), bisect_right(self._listed, (high, "~"))
            yield from ((name, intervals([(place, place)])) for place, name in self._listed[first:last])

    def _primary(self, interface: str) -> Intervals:
        """The addresses at which an instance gets what is sent to it by its id: the first of its first interface."""
        node = self._interfaces[interface]
        if node.properties.get("device_index") not in (None, 0):
            return Intervals()
        fields = ("private_addresses", "ipv6_addresses")
        return addresses(text for name in fields for text in (node.properties.get(name) or ())[:1])

    @cached_property
    def _described(self) -> dict[str, list[Node]]:
        found: dict[str, list[Node]] = {}
        for node in self._interfaces.values():
            if node.properties["requester_managed"] and node.properties["description"]:
                found.setdefault(node.properties["description"], []).append(node)
        return found

    @cached_property
    def behind(self) -> dict[str, list[tuple[InterfaceClass, Registered]]]:
        """The classes that a load balancer may send to, by its ARN."""
        found: dict[str, list[tuple[InterfaceClass, Registered]]] = {}
        own = [(one, arn) for arn in sorted(self._named.keys() & self.balancers.keys()) for one in self._own(arn)]
        for end, name in (*((one, "") for one in self._classes), *own):
            for one in self.of(end, name):
                for arn in one.group.properties["load_balancers"]:
                    found.setdefault(arn, []).append((end, one))
        return found

    def _own(self, arn: str) -> list[InterfaceClass]:
        return self.classes(self.balancers[arn])

    @cached_property
    def class_of(self) -> dict[str, InterfaceClass]:
        """The class of each interface, by physical id."""
        return {name.rpartition("/")[2]: one for one in self._classes for name in one.interfaces}

    def groups_of(self, balancer: str) -> list[Node]:
        """The target groups of a load balancer."""
        return [group for group in self._groups if balancer in group.properties["load_balancers"]]

    def interfaces(self, balancer: Node) -> list[Node]:
        """The interfaces that AWS made for a load balancer, which it tells by their description."""
        return self._described.get(f"ELB {balancer.id.partition(_ARN)[2]}", [])

    def classes(self, balancer: Node) -> list[InterfaceClass]:
        """A load balancer's own interfaces, one class a subnet and no other's interfaces in it."""
        found: dict[str, list[Node]] = {}
        for node in self.interfaces(balancer):
            found.setdefault(node.properties["subnet"], []).append(node)
        return [_class(subnet, nodes) for subnet, nodes in sorted(found.items())]

    @cached_property
    def unfiltered(self) -> frozenset[str]:
        """The interfaces of network load balancers that were made without groups: they let everything through."""
        return frozenset(
            node.id
            for balancer in self.balancers.values()
            if balancer.properties["type"] == "network" and not balancer.properties["groups"]
            for node in self.interfaces(balancer)
        )


def _class(subnet: str, nodes: list[Node]) -> InterfaceClass:
    facts = nodes[0].properties
    fields = ("private_addresses", "ipv6_addresses")
    own = addresses(text for node in nodes for name in fields for text in node.properties.get(name) or ())
    groups = tuple(sorted({group for node in nodes for group in node.properties.get("groups") or ()}))
    public = any(node.properties.get("public_addresses") for node in nodes)
    first = nodes[0]
    return InterfaceClass(
        first.account, first.region, facts["vpc"] or "", subnet, groups, public, tuple(n.id for n in nodes), own
    )


def _family(group: Node) -> Intervals:
    return V6 if group.properties.get("address_type") == "ipv6" else V4


def listening(balancer: Node, group: Node, protocol: str) -> Intervals:
    """The ports at which a load balancer takes packets that it sends to a group.

    A listener sends on by its default action ("Listeners for your Network Load Balancers"); an only one is what the
    group is there for.
    """
    listeners = balancer.properties["listeners"] or ()
    alone = len(listeners) == 1 and balancer.properties["type"] == "application"
    return _ports(one for one in listeners if _takes(balancer, one, protocol) and (alone or _sends(one, group.id)))


def by_rules(balancer: Node, group: Node, protocol: str) -> Intervals:
    """The ports of an application load balancer whose listeners may send to a group by rules, which are not read."""
    if balancer.properties["type"] == "network":
        return Intervals()
    listeners = (one for one in balancer.properties["listeners"] or () if _takes(balancer, one, protocol))
    return _ports(listeners) - listening(balancer, group, protocol)


def _ports(listeners: Iterable[dict[str, Any]]) -> Intervals:
    return intervals((one["Port"], one["Port"]) for one in listeners if one.get("Port") is not None)


def _takes(balancer: Node, listener: dict[str, Any], protocol: str) -> bool:
    if balancer.properties["type"] == "network":
        return listener.get("Protocol") in _LISTENS[protocol]
    return protocol == "tcp"


def _sends(listener: dict[str, Any], group: str) -> bool:
    actions = listener.get("DefaultActions") or ()
    weighed = (one for action in actions for one in (action.get("ForwardConfig") or {}).get("TargetGroups") or ())
    return group in {one.get("TargetGroupArn") for one in (*actions, *weighed)}


def preserves(balancer: Node, group: Node) -> tuple[tuple[bool, ...], tuple[Doubt, ...]]:
    """Whether targets see the client's address: one answer, or both in doubt when the attribute was not read.

    After "Edit target group attributes for your Network Load Balancer", on client IP preservation.
    """
    if balancer.properties["type"] != "network":
        return (False,), ()
    kind = group.properties["target_type"] or "instance"
    if kind == "alb" or group.properties["protocol"] in _NOT_TCP:
        return (True,), ()
    attributes = group.properties["attributes"]
    if isinstance(attributes, Unknown):
        return (True, False), (Doubt("client_address_preservation_unread", group.id, attributes),)
    said = (attributes or {}).get(_PRESERVE)
    return (kind == "instance" if said is None else str(said).lower() == "true",), ()


def unfiltered(net: Network, one: InterfaceClass) -> bool:
    """Whether a class without groups is filtered by nothing, as AWS says of a load balancer made without any.

    After "Update the security groups for your Network Load Balancer".
    """
    return set(one.interfaces) <= targets(net).unfiltered


def targets(net: Network) -> Targets:
    """The index of a network's target groups."""
    if "targets" not in net.memo:
        net.memo["targets"] = Targets(net)
    known: Targets = net.memo["targets"]
    return known
