"""From the NAME that a user gives to the ends of packets: a listener of the contract, a group, a machine, an address.

A name that means several things, or none, is an error that lists the candidates.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from audit.model.errors import UsageError
from audit.model.graph import INTERNET, EdgeKind, NodeKind
from audit.reach.addresses import is_address
from audit.reach.packets import S3
from audit.reach.paths import classes
from audit.reach.targets import targets
from audit.reach.topology import network
from cli import naming

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.boundary import Boundary
    from audit.model.contract import Listener
    from audit.model.graph import Node

MACHINES = (
    NodeKind.SECURITY_GROUP, NodeKind.NETWORK_INTERFACE, NodeKind.INSTANCE, NodeKind.LOAD_BALANCER,
    NodeKind.VPC_ENDPOINT, NodeKind.SUBNET, NodeKind.VPC, NodeKind.ROLE,
)  # fmt: skip
"""What has interfaces, by itself or by what runs as it."""
_UNREAD = {"sg-": NodeKind.SECURITY_GROUP, "eni-": NodeKind.NETWORK_INTERFACE}
HTTPS, KAFKA = 443, 9112


@dataclass(frozen=True)
class Machines:
    """What a name means: groups or interfaces by physical id, and the port where it is a listener's."""

    label: str
    members: tuple[str, ...]
    port: int | None = None
    protocol: str | None = None


def machines(boundary: Boundary, name: str) -> Machines:
    """The interfaces, or the groups that guard them; raises UsageError for a name that means none or several things."""
    listener = next((one for one in boundary.contract.listeners if one.name == name), None)
    if listener is not None:
        return _listener(boundary, listener)
    unread = next((kind for start, kind in _UNREAD.items() if name.startswith(start)), None)
    if unread is not None and not boundary.resolve(name) and boundary.graph.unseen(unread):
        return Machines(name, (name,))
    node = naming.one(boundary, name, MACHINES)
    return Machines(boundary.label(node.id), tuple(_members(boundary, node)) or (node.name,))


def _listener(boundary: Boundary, listener: Listener) -> Machines:
    declared = boundary.contract.network
    group = declared.security_groups.get(listener.on) if declared is not None else None
    if group is None:
        raise UsageError(
            f"listener {listener.name} is guarded by {listener.on}, which the contract's network does not name: add it"
        )
    return Machines(f"{listener.name} ({listener.on}, {group})", (group,), listener.port, "tcp")


def _members(boundary: Boundary, node: Node) -> Iterator[str]:
    graph, net = boundary.graph, network(boundary.graph)
    interfaces = net.all(NodeKind.NETWORK_INTERFACE)
    match node.kind:
        case NodeKind.SECURITY_GROUP | NodeKind.NETWORK_INTERFACE:
            yield node.name
        case NodeKind.INSTANCE:
            yield from (one.name for one in interfaces if one.properties.get("instance") == node.name)
        case NodeKind.LOAD_BALANCER:
            yield from (one.name for one in targets(net).interfaces(node))
        case NodeKind.VPC_ENDPOINT:
            yield from node.properties.get("interfaces") or ()
        case NodeKind.ROLE:
            for edge in graph.edges(EdgeKind.RUNS_AS, target=node.id):
                found = graph.get(edge.source)
                if found is not None and found.kind is NodeKind.INSTANCE:
                    yield from _members(boundary, found)
        case _:
            field = "subnet" if node.kind is NodeKind.SUBNET else "vpc"
            yield from (one.name for one in interfaces if one.properties.get(field) == node.name)


def packet_ends(boundary: Boundary, name: str) -> list[str]:
    """The ends, as the engine takes them, that a name means; of many interfaces alike the first stands for all."""
    if name in {INTERNET, S3} or is_address(name):
        return [name]
    if not any(one.name == name for one in boundary.contract.listeners):
        found = boundary.resolve(name)
        single = found[0] if len(found) == 1 else None
        if single is not None and single.kind is NodeKind.BUCKET:
            return [S3]
        if single is not None and single.kind in {NodeKind.SUBNET, NodeKind.NETWORK_INTERFACE, NodeKind.INSTANCE}:
            return [single.name]
    behind = machines(boundary, name)
    alike = classes(boundary.graph, behind.members)
    if not alike:
        raise UsageError(_nobody(boundary, behind))
    return [one.interfaces[0].rpartition("/")[2] for one in alike]


def _nobody(boundary: Boundary, behind: Machines) -> str:
    gaps = boundary.graph.unseen(NodeKind.NETWORK_INTERFACE)
    if gaps:
        return f"the interfaces of {behind.label} could not be read: grant {gaps[0].unknown.permission} to the audit"
    return f"{behind.label} has no interface in this audit, so there is no packet to judge: name an address or subnet"


def port_of(boundary: Boundary, name: str, given: int | None) -> int:
    """The port that is asked for: as given, a listener's own, HTTPS to S3 and the internet, else the brokers'."""
    listener = next((one for one in boundary.contract.listeners if one.name == name), None)
    if given is not None:
        return given
    if listener is not None:
        return listener.port
    buckets = {*boundary.contract.buckets, *(bucket.name for bucket in boundary.contract.buckets.values())}
    return HTTPS if name in {INTERNET, S3, *buckets} else KAFKA
