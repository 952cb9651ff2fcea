"""A graph's networks, indexed: interface classes, and the subnet, table, list and group of each physical id."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from audit.model.arn import Arn
from audit.model.facts import Unknown
from audit.model.graph import BoundaryGraph, Gap, Node, NodeKind
from audit.model.snapshot import GLOBAL
from audit.model.verdict import NOT_JOINED
from audit.reach.addresses import EVERYWHERE, V6, Intervals, addresses
from audit.reach.path import Doubt

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator


@dataclass(frozen=True, slots=True)
class InterfaceClass:
    """Interfaces that share VPC, subnet, groups and whether they have a public address: one to every filter.

    ``imagined`` is a machine that is not there yet, so that no group stops it.
    """

    account: str
    region: str
    vpc: str
    subnet: str
    groups: tuple[str, ...]
    public: bool
    interfaces: tuple[str, ...]
    addresses: Intervals
    imagined: bool = False

    @property
    def dual(self) -> bool:
        """Whether any interface has an IPv6 address."""
        return bool(self.addresses & V6)


_TARGETS = (
    NodeKind.INTERNET_GATEWAY, NodeKind.NAT_GATEWAY, NodeKind.GATEWAY, NodeKind.VPC_ENDPOINT,
    NodeKind.NETWORK_INTERFACE,
)  # fmt: skip


class Network:
    """The index of a graph; made once per graph by :func:`network`."""

    def __init__(self, graph: BoundaryGraph) -> None:
        # The graph keeps the index alive, so the index must not keep the graph alive by the cache: the nodes suffice.
        self._nodes = {kind: tuple(graph.nodes(kind)) for kind in NodeKind}
        self._gaps = tuple(graph.gaps)
        self.memo: dict[Hashable, Any] = {}
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

    def all_named(self, kind: NodeKind, name: str) -> list[Node]:
        """The nodes of a physical id, as each walked account tells of it: a shared gateway has several."""
        if ("named", kind) not in self.memo:
            by_name: dict[str, list[Node]] = {}
            for node in self.all(kind):
                by_name.setdefault(node.name, []).append(node)
            self.memo["named", kind] = by_name
        found: dict[str, list[Node]] = self.memo["named", kind]
        return found.get(name, [])

    def target(self, name: str) -> str:
        """The node id of a route's target, or its physical id when it was never described."""
        found = (self.named(kind, name) for kind in _TARGETS)
        return next((node.id for node in found if node is not None), name)

    def door(self, name: str) -> Node | None:
        """The internet or VPN gateway of a physical id."""
        return self.named(NodeKind.INTERNET_GATEWAY, name) or self.named(NodeKind.GATEWAY, name)

    def zone(self, subnet: str) -> str | None:
        """The availability zone of a subnet; None when it was not described.

        By its id where that was said: the names mean other zones in other accounts ("Availability Zone IDs").
        """
        node = self.named(NodeKind.SUBNET, subnet)
        facts = node.properties if node is not None else {}
        zone: str | None = facts.get("zone_id") or facts.get("zone")
        return zone

    def unread(self, kind: NodeKind, account: str | None = None, region: str | None = None) -> Unknown | None:
        """Why nodes of a kind may exist unseen there; None when their listings were read."""
        found: Iterator[Gap] = (
            gap
            for gap in self._gaps
            if kind in gap.kinds and account in (None, gap.account) and region in (None, gap.region)
        )
        return next((gap.unknown for gap in found), None)

    def unread_by(self, operation: str, account: str, region: str) -> Unknown | None:
        """Why one listing, such as ``ec2:DescribeVpcs``, was not read there; None when it was."""
        found = (gap for gap in self._gaps if (gap.operation, gap.account, gap.region) == (operation, account, region))
        return next((gap.unknown for gap in found), None)

    def unjoined(self, vpc: str) -> Gap | None:
        """The gap of a shared VPC whose owner was not walked: the owner's things in it were not seen."""
        node = self.named(NodeKind.VPC, vpc)
        place = (node.properties.get("owner"), node.region) if node is not None else ("", "")
        found = (gap for gap in self._gaps if gap.unknown.code == NOT_JOINED and (gap.account, gap.region) == place)
        return next(found, None)

    def hidden(self, kind: NodeKind, vpc: str) -> Unknown | None:
        """Why nodes of a kind may be in a VPC unseen: its owner was not walked, or a listing not read; else None."""
        gap = self.unjoined(vpc)
        if gap is not None and kind in gap.kinds:
            return gap.unknown
        node = self.named(NodeKind.VPC, vpc)
        regions = (None,) if node is None else (node.region, GLOBAL)
        gaps = (gap for gap in self._gaps if kind in gap.kinds and gap.unknown.code != NOT_JOINED)
        return next((gap.unknown for gap in gaps if None in regions or gap.region in regions), None)

    def doubt(self, kind: NodeKind, node: str, *, account: str | None = None, region: str | None = None) -> Doubt:
        """The doubt about a node that should be there: unread, or never described by what was read."""
        return Doubt(f"{kind}_unread", node, self.unread(kind, account, region))

    def doubt_in(self, vpc: str, kind: NodeKind, node: str) -> Doubt:
        """The doubt about a node that should be in a VPC, as :meth:`hidden` says why it was not seen."""
        return Doubt(f"{kind}_unread", node, self.hidden(kind, vpc))

    @cached_property
    def subnets_of(self) -> dict[str, list[Node]]:
        """Subnets by VPC."""
        found: dict[str, list[Node]] = {}
        for subnet in self.all(NodeKind.SUBNET):
            found.setdefault(subnet.properties["vpc"], []).append(subnet)
        return found

    def addresses_of(self, vpc: str) -> Intervals:
        """All addresses of a VPC; every one when it was not described."""
        return self._vpc_addresses.get(vpc, EVERYWHERE)

    @cached_property
    def owned(self) -> Intervals:
        """The public addresses that are a walked VPC's own: those of IPv6."""
        return addresses(cidr for vpc in self.all(NodeKind.VPC) for cidr in vpc.properties["cidrs"]) & V6

    @cached_property
    def _vpc_addresses(self) -> dict[str, Intervals]:
        return {vpc.name: addresses(vpc.properties["cidrs"]) for vpc in self.all(NodeKind.VPC)}

    @cached_property
    def _tables(self) -> dict[str, Node]:
        tables = self.all(NodeKind.ROUTE_TABLE)
        # A participant of a shared VPC may see the main table and not the subnet's own.
        whole = [table for table in tables if table.account == Arn.parse(table.id).account]
        main = {f"main of {table.properties['vpc']}": table for table in whole if table.properties["main"]}
        return main | {subnet: table for table in tables for subnet in table.properties["subnets"]}

    def table(self, subnet: str, vpc: str) -> Node | None:
        """The route table that a subnet uses: its own, or the VPC's main one; a regional NAT gateway has its own."""
        if subnet.startswith("nat-"):
            gateway = self.named(NodeKind.NAT_GATEWAY, subnet)
            return self.named(NodeKind.ROUTE_TABLE, gateway.properties["table"]) if gateway is not None else None
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
        found: dict[_Kind, list[Node]] = {}
        for node in self.all(NodeKind.NETWORK_INTERFACE):
            found.setdefault(_kind(node), []).append(node)
        return tuple(self._class(kind, nodes) for kind, nodes in sorted(found.items()))

    def _class(self, kind: _Kind, nodes: list[Node]) -> InterfaceClass:
        return InterfaceClass(*kind[:6], tuple(node.id for node in nodes), addresses(_own(nodes)))

    def class_of(self, node: Node) -> InterfaceClass:
        """One interface as a class of its own."""
        return self._class(_kind(node), [node])

    def machine(self, node: Node, vpc: str, subnet: str, where: Intervals) -> InterfaceClass:
        """A machine that is not there yet: at any of these addresses of a subnet, told of by a node; no public one."""
        return InterfaceClass(
            node.account, node.region, vpc, subnet, (), public=False, interfaces=(node.id,), addresses=where,
            imagined=True,
        )  # fmt: skip

    def guarded_by(self, group: str) -> list[InterfaceClass]:
        """The classes of a group's members."""
        return self._guarded.get(group, [])

    def classes_of(self, name: str) -> list[InterfaceClass]:
        """The classes of the members of a group, or of an interface."""
        return self._guarded.get(name) or self._of_interface.get(name, [])

    @cached_property
    def _of_interface(self) -> dict[str, list[InterfaceClass]]:
        return {name.rpartition("/")[2]: [one] for one in self.classes for name in one.interfaces}

    @cached_property
    def _guarded(self) -> dict[str, list[InterfaceClass]]:
        found: dict[str, list[InterfaceClass]] = {}
        for one in self.classes:
            for group in one.groups:
                found.setdefault(group, []).append(one)
        return found

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
        owners = (gap.unknown for gap in self._gaps if gap.account == account and gap.unknown.code == NOT_JOINED)
        unread = next(owners, Unknown("", "NotCollected", ""))
        return unread if node is None else node.properties.get(name, unread)


_Kind = tuple[str, str, str, str, tuple[str, ...], bool, bool]


def _kind(node: Node) -> _Kind:
    facts = node.properties
    groups = tuple(sorted(facts.get("groups") or ()))
    kinds = (bool(facts.get("public_addresses")), bool(facts.get("ipv6_addresses")))
    return node.account, node.region, facts.get("vpc") or "", facts.get("subnet") or "", groups, *kinds


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
