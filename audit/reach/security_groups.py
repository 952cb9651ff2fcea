"""What security groups let through; stateful, so answers need no rule ("Security group rules" in the VPC guide)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from audit.model.errors import UsageError
from audit.model.facts import Unknown
from audit.model.graph import Citation, Node, NodeKind
from audit.reach.addresses import EVERYWHERE, PORTS, Intervals, addresses, ports
from audit.reach.path import Doubt, Piece

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from audit.reach.topology import Network

PROTOCOLS = {"tcp": "6", "udp": "17"}
"""The protocols that the engine judges, and their numbers."""
_DOCUMENTS = {"ingress": "IpPermissions", "egress": "IpPermissionsEgress"}
_PEERS = (
    ("IpRanges", "CidrIp"),
    ("Ipv6Ranges", "CidrIpv6"),
    ("PrefixListIds", "PrefixListId"),
    ("UserIdGroupPairs", "GroupId"),
)


def asked(protocol: str, port: int | None) -> Intervals:
    """The ports that are asked for, all without one; raises UsageError for what the engine does not judge."""
    if protocol not in PROTOCOLS:
        raise UsageError(f"protocol {protocol} is not judged: use one of {', '.join(PROTOCOLS)}")
    if port is None:
        return PORTS
    if not 0 <= port <= PORTS.spans[0][1]:
        raise UsageError(f"port {port} does not exist: use one from 0 to 65535")
    return ports(port, port)


@dataclass(frozen=True, slots=True)
class Rule:
    """One peer of one rule of a group: what it lets through, and the group or prefix list that it names."""

    group: str
    piece: Piece
    names: str = ""

    @property
    def by_group(self) -> bool:
        """Whether it names a group, and not addresses."""
        return self.names.startswith("sg-")


def rules(
    net: Network, groups: Iterable[str], direction: str, protocol: str, wanted: Intervals = PORTS
) -> Iterator[Rule]:
    """The ``ingress`` or ``egress`` rules of groups for a protocol and ports; an unread group passes all in doubt."""
    for name in groups:
        group = net.named(NodeKind.SECURITY_GROUP, name)
        if group is None:
            doubt = net.doubt(NodeKind.SECURITY_GROUP, name)
            yield Rule(name, Piece(EVERYWHERE, wanted, (), (doubt,)), "")
            continue
        for number, permission in enumerate(group.properties[direction]):
            covered = _ports(permission, protocol) & wanted
            if covered:
                yield from _peers(net, group, direction, (number, permission), covered)


def _ports(permission: dict[str, Any], protocol: str) -> Intervals:
    stated = str(permission.get("IpProtocol", "-1"))
    if stated == "-1":
        return PORTS
    if stated not in (protocol, PROTOCOLS[protocol]):
        return Intervals()
    low, high = permission.get("FromPort"), permission.get("ToPort")
    # No port, or -1, means every port of the protocol.
    return PORTS if low is None or high is None or low == -1 else ports(low, high)


def _peers(
    net: Network, group: Node, direction: str, entry: tuple[int, dict[str, Any]], covered: Intervals
) -> Iterator[Rule]:
    number, permission = entry
    for field, key in _PEERS:
        for index, peer in enumerate(permission.get(field) or ()):
            pointer = f"/{_DOCUMENTS[direction]}/{number}/{field}/{index}"
            because = ((group.id, Citation(group.records[0] if group.records else "", _document(group), pointer)),)
            found, doubts = _addresses(net, field, peer)
            names = peer.get(key, "") if field in {"PrefixListIds", "UserIdGroupPairs"} else ""
            yield Rule(group.name, Piece(found, covered, because, doubts), names)


def _document(group: Node) -> str:
    return f"security_group/{group.name}"


def _addresses(net: Network, field: str, peer: dict[str, Any]) -> tuple[Intervals, tuple[Doubt, ...]]:
    if field == "PrefixListIds":
        return prefix_list(net, peer["PrefixListId"])
    if field == "UserIdGroupPairs":
        return _group(net, peer)
    return addresses([peer.get("CidrIp") or peer["CidrIpv6"]]), ()


def prefix_list(net: Network, name: str) -> tuple[Intervals, tuple[Doubt, ...]]:
    """The addresses of a prefix list; everywhere, in doubt, when its entries were not read."""
    node = net.named(NodeKind.PREFIX_LIST, name)
    if node is None:
        return EVERYWHERE, (net.doubt(NodeKind.PREFIX_LIST, name),)
    entries = node.properties["entries"]
    if isinstance(entries, Unknown):
        return EVERYWHERE, (Doubt("prefix_list_unread", node.id, entries),)
    return addresses(entries or ()), ()


def _group(net: Network, peer: dict[str, Any]) -> tuple[Intervals, tuple[Doubt, ...]]:
    name = peer.get("GroupId", "")
    known = net.named(NodeKind.SECURITY_GROUP, name)
    unread = (
        net.unread(NodeKind.NETWORK_INTERFACE)
        if known is None
        else net.unread(NodeKind.NETWORK_INTERFACE, known.account, known.region)
    )
    if unread is not None:
        return EVERYWHERE, (Doubt("network_interface_unread", name, unread),)
    if known is None and (peer.get("VpcPeeringConnectionId") or net.unread(NodeKind.SECURITY_GROUP)):
        return EVERYWHERE, (net.doubt(NodeKind.SECURITY_GROUP, name),)
    if known is None and peer.get("UserId") not in (None, *(node.id for node in net.all(NodeKind.ACCOUNT))):
        return EVERYWHERE, (Doubt("group_of_another_account", name),)
    # A group that is gone has no members: the rule lets nothing in.
    return net.members.get(name, Intervals()), ()
