"""A graph's networks, indexed: interface classes, and the subnet, table, list and group of each physical id."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from audit.model.facts import Unknown
from audit.model.graph import BoundaryGraph, Gap, Node, NodeKind
from audit.reach.addresses import V6, Intervals, addresses
from audit.reach.path import Doubt

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


@dataclass(frozen=True, slots=True)
class InterfaceClass:
    """Interfaces that share VPC, subnet, groups and whether they have a public address: one to every filter."""

    account: str
    region: str
    vpc: str
    subnet: str
    groups: tuple[str, ...]
    public: bool
    interfaces: tuple[str, ...]
    addresses: Intervals

    @property
    def dual(self) -> bool:
        """Whether any interface has an IPv6 address."""
        return bool(self.addresses & V6)


class Network:
    """The index of a graph; made once per graph by :func:`network`."""

    def __init__(self, graph: BoundaryGraph) -> None:
        # The graph keeps the index alive, so the index must not keep the graph alive by the cache: the nodes suffice.
        self._nodes = {kind: tuple(graph.nodes(kind)) for kind in NodeKind}
        self._gaps = tuple(graph.gaps)
        self.size = (len(graph.nx), len(graph.gaps))

    def all(self, kind: NodeKind) -> tuple[Node, ...]:
        """Every node of a kind, sorted by id."""
        return self._nodes[kind]

    @cached_property
    def _named(self) -> dict[NodeKind, dict[str, Node]]:
        return {kind: {node.name: node for node in nodes} for kind, nodes in self._nodes.items()}

    def named(self, kind: NodeKind, name: str | None) -> Node | None:
        """The node of a physical id such as ``sg-1``; None when it was never described."""
        return self._named[kind].get(name) if name is not None else None

    def unread(self, kind: NodeKind, account: str | None = None, region: str | None = None) -> Unknown | None:
        """Why nodes of a kind may exist unseen there; None when their listings were read."""
        found: Iterator[Gap] = (
            gap
            for gap in self._gaps
            if kind in gap.kinds and account in (None, gap.account) and region in (None, gap.region)
        )
        return next((gap.unknown for gap in found), None)

    def doubt(self, kind: NodeKind, node: str, *, account: str | None = None, region: str | None = None) -> Doubt:
        """The doubt about a node that should be there: unread, or never described by what was read."""
        return Doubt(f"{kind}_unread", node, self.unread(kind, account, region))

    @cached_property
    def subnets_of(self) -> dict[str, list[Node]]:
        """Subnets by VPC."""
        found: dict[str, list[Node]] = {}
        for subnet in self.all(NodeKind.SUBNET):
            found.setdefault(subnet.properties["vpc"], []).append(subnet)
        return found

    @cached_property
    def _tables(self) -> dict[str, Node]:
        tables = self.all(NodeKind.ROUTE_TABLE)
        main = {f"main of {table.properties['vpc']}": table for table in tables if table.properties["main"]}
        return main | {subnet: table for table in tables for subnet in table.properties["subnets"]}

    def table(self, subnet: str, vpc: str) -> Node | None:
        """The route table that a subnet uses: its own, or the VPC's main one."""
        return self._tables.get(subnet) or self._tables.get(f"main of {vpc}")

    @cached_property
    def _acls(self) -> dict[str, Node]:
        return {subnet: acl for acl in self.all(NodeKind.NETWORK_ACL) for subnet in acl.properties["subnets"]}

    def acl(self, subnet: str) -> Node | None:
        """The network ACL that guards a subnet."""
        return self._acls.get(subnet)

    @cached_property
    def classes(self) -> tuple[InterfaceClass, ...]:
        """Every interface class, sorted by subnet and groups."""
        found: dict[tuple[str, str, str, str, tuple[str, ...], bool, bool], list[Node]] = {}
        for node in self.all(NodeKind.NETWORK_INTERFACE):
            facts = node.properties
            groups = tuple(sorted(facts.get("groups") or ()))
            kinds = (bool(facts.get("public_addresses")), bool(facts.get("ipv6_addresses")))
            key = (node.account, node.region, facts.get("vpc") or "", facts.get("subnet") or "", groups, *kinds)
            found.setdefault(key, []).append(node)
        return tuple(
            InterfaceClass(*key[:6], tuple(node.id for node in nodes), addresses(_own(nodes)))
            for key, nodes in sorted(found.items())
        )

    @cached_property
    def instances(self) -> dict[str, str]:
        """The instance of each interface that has one, by interface node id."""
        nodes = self.all(NodeKind.NETWORK_INTERFACE)
        return {node.id: node.properties["instance"] for node in nodes if node.properties.get("instance")}

    @cached_property
    def members(self) -> dict[str, Intervals]:
        """The addresses of each group's interfaces, by group id."""
        texts: dict[str, list[str]] = {}
        for node in self.all(NodeKind.NETWORK_INTERFACE):
            for group in node.properties.get("groups") or ():
                texts.setdefault(group, []).extend(_own([node]))
        return {group: addresses(found) for group, found in texts.items()}

    def setting(self, account: str, name: str) -> Any:
        """An account's setting; an Unknown when the account was never described."""
        node = next((node for node in self.all(NodeKind.ACCOUNT) if node.id == account), None)
        unread = Unknown("", "NotCollected", "")
        return unread if node is None else node.properties.get(name, unread)


def _own(nodes: Iterable[Node]) -> list[str]:
    fields = ("private_addresses", "ipv6_addresses", "prefixes")
    return [text for node in nodes for field in fields for text in node.properties.get(field) or ()]


def subnet_addresses(subnet: Node) -> Intervals:
    """All addresses of a subnet, of both families."""
    facts = subnet.properties
    return addresses([*([facts["cidr"]] if facts.get("cidr") else []), *(facts.get("ipv6_cidrs") or ())])


_NETWORKS: WeakKeyDictionary[BoundaryGraph, Network] = WeakKeyDictionary()


def network(graph: BoundaryGraph) -> Network:
    """The index of a graph, made again only when nodes or gaps were added."""
    known = _NETWORKS.get(graph)
    if known is None or known.size != (len(graph.nx), len(graph.gaps)):
        known = _NETWORKS[graph] = Network(graph)
    return known
