"""The environment's parts as the drawing needs them: what the contract names, found in the graph."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any

from audit.model.facts import Fact, Unknown
from audit.model.graph import INTERNET, EdgeKind, Node, NodeKind
from audit.report.diagrams.diagram import Standing
from audit.report.diagrams.standings import of_packets, strongest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from audit.boundary import Boundary
    from audit.model.contract import BoundaryContract
    from audit.model.graph import BoundaryGraph, Edge

ANYWHERE = frozenset({"0.0.0.0/0", "::/0"})


@dataclass(frozen=True)
class Site:
    """A boundary, as a drawing asks it. Facts that are absent or unread give nothing to draw.

    ``keep`` are ids of nodes that are drawn by themselves where many of a kind are folded.
    """

    boundary: Boundary
    keep: frozenset[str] = frozenset()

    @cached_property
    def vpc(self) -> Node | None:
        """The contract's VPC."""
        network = self.contract.network
        return self._named(network.vpc, NodeKind.VPC) if network else None

    def group(self, role: str) -> Node | None:
        """The security group of a role such as broker-group."""
        network = self.contract.network
        return self._named(network.security_groups.get(role), NodeKind.SECURITY_GROUP) if network else None

    @property
    def graph(self) -> BoundaryGraph:
        """The boundary's graph."""
        return self.boundary.graph

    @property
    def contract(self) -> BoundaryContract:
        """The boundary's contract."""
        return self.boundary.contract

    @cached_property
    def judged(self) -> frozenset[str]:
        """What derived edges are about: the contract's stores, and of what else was walked only the account's own."""
        declared = {self.boundary.store_id(store) for store in self.boundary.stores.values()}
        nodes = (self.graph.get(one) for one in self.boundary.derived)
        return frozenset(
            n.id for n in nodes if n is not None and (n.id in declared or n.account == self.contract.account)
        )

    def bucket_id(self, role: str) -> str:
        """The node id of a bucket's role; KeyError when the contract names none."""
        return self.boundary.bucket_id(self.contract.buckets[role])

    def bucket(self, role: str) -> Node | None:
        """The bucket of a role such as data-bucket."""
        return self.graph.get(self.bucket_id(role)) if role in self.contract.buckets else None

    @cached_property
    def bucket_roles(self) -> dict[str, str]:
        """Bucket node ids to their roles."""
        return {self.bucket_id(role): role for role in self.contract.buckets}

    def key_role(self, key: str) -> str | None:
        """The contract's role of a key, by its ARN or id."""
        return next((role for role, declared in self.contract.keys.items() if short(declared.arn) == short(key)), None)

    @cached_property
    def console(self) -> Node | None:
        """The console's machine."""
        return self._named(self.contract.console.instance, NodeKind.INSTANCE) if self.contract.console else None

    def machines(self, role: str) -> list[Node]:
        """The instances that a role's group guards."""
        names, _ = self.members(role)
        return [node for node in self.graph.nodes(NodeKind.INSTANCE) if node.name in names]

    @cached_property
    def subnets(self) -> list[Node]:
        """The subnets of the VPC that interfaces of the environment may use: the contract's, else all of the VPC."""
        named = set(self.contract.network.subnets) if self.contract.network else set()
        here = [node for node in self.graph.nodes(NodeKind.SUBNET) if self.in_vpc(node)]
        return [node for node in here if node.name in named] or here

    @cached_property
    def public_subnets(self) -> list[Node]:
        """The subnets of the VPC whose route table leads to an internet gateway."""
        tables = [node for node in self.graph.nodes(NodeKind.ROUTE_TABLE) if self.in_vpc(node) and _leads_out(node)]
        ids = {short(subnet) for table in tables for subnet in items(table, "subnets")}
        return [node for node in self.graph.nodes(NodeKind.SUBNET) if self.in_vpc(node) and node.name in ids]

    def in_vpc(self, node: Node) -> bool:
        """Whether a node's ``vpc`` (or one of its ``vpcs``) is the contract's."""
        if self.vpc is None:
            return False
        return self.vpc.name in {short(v) for v in (node.properties.get("vpc"), *items(node, "vpcs"))}

    def members(self, role: str) -> tuple[set[str], list[Node]]:
        """Instances whose interfaces the role's group guards, and those interfaces."""
        group = self.group(role)
        guarded = [
            node
            for node in self.graph.nodes(NodeKind.NETWORK_INTERFACE)
            if group is not None and group.name in {short(g) for g in items(node, "groups")}
        ]
        return {short(i) for node in guarded if (i := node.properties.get("instance"))}, guarded

    def runs_as(self, group: str, role: str) -> list[str]:
        """The principals that a group's machines run as, and the contract's of a role."""
        machines = self.machines(group)
        found = [edge.target for node in machines for edge in self.graph.edges(EdgeKind.RUNS_AS, source=node.id)]
        declared = self.contract.principals.get(role)
        return sorted({*found, *([declared.arn] if declared else [])})

    def ingress(self, role: str) -> list[tuple[str, str]] | None:
        """What a role's group lets in, as (CIDR or id of a group or prefix list, ports); None when not known."""
        group = self.group(role)
        rules = group.properties.get("ingress") if group else None
        if not isinstance(rules, list):
            return None
        return [(source, ports(rule)) for rule in rules for source in sources(rule)]

    def lets_out(self, role: str, port: int) -> bool | None:
        """Whether a role's group lets anything out to a TCP port; None when not known."""
        group = self.group(role)
        rules = group.properties.get("egress") if group else None
        if not isinstance(rules, list):
            return None
        return any(
            str(rule.get("IpProtocol")) == "-1"
            or (rule.get("IpProtocol") == "tcp" and rule.get("FromPort", 0) <= port <= rule.get("ToPort", 0))
            for rule in rules
        )

    def arrives(self, source: str, role: str) -> Standing:
        """Whether packets of a CIDR or group arrive at a role's group; without derived edges its rules say so."""
        group = self.group(role)
        edges = list(self.graph.edges(EdgeKind.REACHES))
        if group is None or not edges:
            return Standing.DECLARED if group is None else Standing.SHOWN
        return strongest(of_packets(edge) for edge in edges if edge.target == group.id and _from(edge, source))

    def leaves(self, role: str, target: str) -> Standing | None:
        """Whether packets of a role's group get to a node; DECLARED where they do not.

        None where no paths were derived from the group.
        """
        group = self.group(role)
        edges = list(self.graph.edges(EdgeKind.REACHES, source=group.id)) if group is not None else []
        return strongest(of_packets(edge) for edge in edges if edge.target == target) if edges else None

    def without_nat(self, role: str) -> bool:
        """Whether none of the paths that were derived from a role's group to the internet is one through NAT."""
        return all(edge.properties.get("reason") != "nat_gateway" for edge in self.paths_out(role))

    def paths_out(self, role: str) -> tuple[Edge, ...]:
        """The paths that were derived from a role's group to the internet."""
        group = self.group(role)
        found = self.graph.edges(EdgeKind.REACHES, source=group.id, target=INTERNET) if group is not None else ()
        return tuple(sorted(found, key=lambda edge: str(edge.properties)))

    def role_of_group(self, group_id: str) -> str | None:
        """The contract's role of a security group id."""
        network = self.contract.network
        found = {name: role for role, name in network.security_groups.items()} if network else {}
        return found.get(group_id)

    def within(self, source: str) -> bool:
        """Whether a CIDR or group id lies in the VPC."""
        if source.startswith("sg-"):
            node = self._named(source, NodeKind.SECURITY_GROUP)
            return node is not None and self.in_vpc(node)
        return any(_subset(source, cidr) for cidr in (items(self.vpc, "cidrs") if self.vpc else ()))

    def endpoints(self, kind: str) -> list[Node]:
        """The VPC's endpoints of a type: Gateway or Interface."""
        found = [node for node in self.graph.nodes(NodeKind.VPC_ENDPOINT) if self.in_vpc(node)]
        return [node for node in found if node.properties.get("type") == kind]

    def rights(self, principal: str, bucket: Node) -> tuple[Edge, ...]:
        """The derived edges by which a principal can read or write a bucket or a file system."""
        return tuple(self.graph.edges(EdgeKind.CAN_READ, EdgeKind.CAN_WRITE, source=principal, target=bucket.id))

    def _named(self, name: str | None, kind: NodeKind) -> Node | None:
        found = (node for node in self.graph.nodes(kind) if name is not None and name in {node.name, node.id})
        return next(found, None)


def items(node: Node, name: str) -> list[Any]:
    """A list property; empty when it is absent, unread or never described."""
    value: Fact = node.properties.get(name)
    return list(value) if isinstance(value, list | tuple) else []


def short(text: Fact) -> str:
    """The physical id at the end of an ARN, or the id itself; empty for what is absent or unread."""
    return text.rpartition("/")[2] if isinstance(text, str) else ""


def known(value: Fact) -> bool:
    """Whether a fact is a value, neither absent nor unread."""
    return value is not None and not isinstance(value, Unknown)


def ports(rule: dict[str, Any]) -> str:
    """The ports of a security group's rule as people write them."""
    if str(rule.get("IpProtocol")) == "-1":
        return "all ports"
    low, high = rule.get("FromPort"), rule.get("ToPort")
    return str(low) if low == high else f"{low}-{high}"


def sources(rule: dict[str, Any]) -> Iterator[str]:
    """The CIDRs, groups and prefix lists that a security group's rule names."""
    yield from (item["CidrIp"] for item in rule.get("IpRanges", ()))
    yield from (item["CidrIpv6"] for item in rule.get("Ipv6Ranges", ()))
    yield from (item["GroupId"] for item in rule.get("UserIdGroupPairs", ()) if "GroupId" in item)
    yield from (item["PrefixListId"] for item in rule.get("PrefixListIds", ()))


def _leads_out(table: Node) -> bool:
    return any(str(route.get("GatewayId", "")).startswith("igw-") for route in items(table, "routes"))


def _subset(inner: str, outer: str) -> bool:
    try:
        small, large = ip_network(inner), ip_network(outer)
    except ValueError:
        return False
    return small.version == large.version and small.subnet_of(large)  # type: ignore[arg-type]  # the versions are equal


def _from(edge: Edge, source: str) -> bool:
    if edge.source == INTERNET or source in ANYWHERE:
        return edge.source == INTERNET and source in ANYWHERE
    if source in {short(edge.source), edge.source}:
        return True
    return any(
        _subset(str(part), source) or _subset(source, str(part)) for part in edge.properties.get("sources") or ()
    )


def listed(names: Iterable[str], most: int = 3) -> str:
    """Names in one line, the rest counted."""
    names = list(names)
    return ", ".join(names[:most]) + (f" +{len(names) - most}" if len(names) > most else "")
