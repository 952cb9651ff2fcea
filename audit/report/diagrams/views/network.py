"""Which packets arrive, and what filters them on the way: gateways, subnets with their routes and ACL, groups."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING

from audit.model.graph import INTERNET, EdgeKind, NodeKind
from audit.report.access import who
from audit.report.diagrams import places, services_of_others
from audit.report.diagrams.diagram import Box, Diagram, Flow, FlowKind, Shape, Standing
from audit.report.diagrams.filters import Subnets, rules, subnets_of
from audit.report.diagrams.places import box_id, short_service
from audit.report.diagrams.site import Site, items, listed, short
from audit.report.diagrams.standings import of_packets, records

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from audit.boundary import Boundary
    from audit.model.graph import Edge, Node

_EVERY = (0, 65535)
_FEW = 8
"""As many groups beside the contract's, and as many far ends, are drawn one by one."""
_REASONS = {
    "nat_gateway": "by NAT",
    "through_load_balancer": "through a load balancer",
    "through_privatelink": "through PrivateLink",
}

_NETWORKS = {NodeKind.VPC, NodeKind.SECURITY_GROUP, NodeKind.VPC_ENDPOINT, NodeKind.NETWORK_INTERFACE, NodeKind.SUBNET}
_LISTED = (
    NodeKind.ENTRANCE, NodeKind.GATEWAY, NodeKind.INTERNET_GATEWAY, NodeKind.NAT_GATEWAY, NodeKind.VPC_ENDPOINT,
    NodeKind.LOAD_BALANCER, NodeKind.ROUTE_TABLE, NodeKind.NETWORK_ACL, NodeKind.SECURITY_GROUP, NodeKind.SUBNET,
    NodeKind.NETWORK_INTERFACE, NodeKind.VPC,
)  # fmt: skip
"""What packets pass and may not be seen."""
_OWN, _OTHERS = "networks_own", "networks_others"


def draw(boundary: Boundary, keep: frozenset[str] = frozenset()) -> Diagram:
    """The contract's network and every path that was derived; groups to keep are never folded."""
    view = _Network(Site(boundary, keep))
    flows = list(view.flows())
    used = {hop for flow in flows for hop in flow.hops}
    boxes = (*(box for box in view.outside() if box.id in used), *view.accounts())
    return Diagram(places.title(view.site, "Network paths"), ("account",), boxes, tuple(flows))


class _Network:
    def __init__(self, site: Site) -> None:
        self.site = site
        self.edges = sorted(site.graph.edges(EdgeKind.REACHES), key=lambda e: (e.source, e.target, str(e.properties)))
        self.ends = {end for edge in self.edges for end in (edge.source, edge.target)}

    @cached_property
    def groups(self) -> dict[str, Node]:
        """The security groups to draw: the contract's and those that packets arrive at or leave, where they are few."""
        declared = {node.id: node for role in self._roles if (node := self.site.group(role)) is not None}
        others = {end: node for end in sorted(self.ends) if (node := self.site.graph.get(end)) is not None
                  and node.kind is NodeKind.SECURITY_GROUP and end not in declared}  # fmt: skip
        kept = {end: node for end, node in others.items() if end in self.site.keep}
        return declared | (others if len(others) <= _FEW else kept)

    @property
    def _roles(self) -> list[str]:
        network = self.site.contract.network
        return sorted(network.security_groups) if network else []

    @cached_property
    def vpcs(self) -> list[Node]:
        """The contract's VPC and those that its drawn groups are in."""
        own = [self.site.vpc] if self.site.vpc else []
        names = {short(group.properties.get("vpc")) for group in self.groups.values()}
        return own + [node for node in self.site.graph.nodes(NodeKind.VPC) if node.name in names and node not in own]

    def accounts(self) -> Iterator[Box]:
        """The account with its VPCs, what no path touches counted; and other accounts with theirs."""
        ours = self.site.contract.account
        idle: dict[str, list[Node]] = defaultdict(list)
        for node in self.site.graph.nodes(NodeKind.VPC):
            if node not in self.vpcs and node.id not in self.ends:
                idle[node.account].append(node)
        own = [self._vpc(vpc) for vpc in self.vpcs if vpc.account == ours]
        own += places.unread(self.site, "ways and filters", *_LISTED)
        own += [self._far_box(_OWN)] if _OWN in self._far.values() else []
        yield places.account_box(self.site, (*own, *places.folded(self.site, "vpcs", "Other VPCs", idle[ours])))
        for account in sorted({*(vpc.account for vpc in self.vpcs), *idle} - {ours}):
            there = [self._vpc(vpc) for vpc in self.vpcs if vpc.account == account]
            there += places.folded(self.site, f"vpcs_{account}", "Other VPCs", idle[account])
            yield Box(
                box_id("account", account), Shape.OUTSIDE, (f"Account {account}",), tuple(there), about=(account,)
            )

    def _vpc(self, vpc: Node) -> Box:
        classes = subnets_of(self.site, vpc)
        placed: dict[int, list[Box]] = defaultdict(list)
        for node, box in self._inside(vpc):
            placed[self._class(classes, node)].append(box)
        inner = [
            self._subnets(vpc, number, one, placed[number]) for number, one in enumerate(classes) if placed[number]
        ]
        idle = [node for number, one in enumerate(classes) if not placed[number] for node in one.nodes]
        inner += [*placed[-1], *places.folded(self.site, f"idle_{_id(vpc)}", "Subnets without a part in this", idle)]
        title = f"VPC {vpc.name} · {listed(items(vpc, 'cidrs'))}"
        return Box(_id(vpc), Shape.NETWORK, (title,), tuple(inner), about=(vpc.id,))

    def _inside(self, vpc: Node) -> Iterator[tuple[Node, Box]]:
        """What is in a VPC, each with the node by which its subnets are known."""
        for group in self.groups.values():
            if short(group.properties.get("vpc")) == vpc.name:
                yield group, self._group(group)
        others = [node for node in self._others() if short(node.properties.get("vpc")) == vpc.name]
        yield from (
            (vpc, box) for box in places.folded(self.site, f"groups_{_id(vpc)}", "Other security groups", others)
        )
        for node in self.site.graph.nodes(NodeKind.NAT_GATEWAY):
            if short(node.properties.get("vpc")) == vpc.name:
                yield node, Box(_id(node), Shape.ENDPOINT, ("NAT gateway", node.name, "out only"), about=(node.id,))
        for node in self.site.graph.nodes(NodeKind.VPC_ENDPOINT):
            if node.id in self.ends and short(node.properties.get("vpc")) == vpc.name:
                lines = (f"{short_service(node)} endpoint", node.name)
                yield vpc, Box(_id(node), Shape.ENDPOINT, lines, about=(node.id,))
        if vpc.id in self.ends:
            yield vpc, Box(f"in_{_id(vpc)}", Shape.COMPUTE, ("Any address in the VPC",), about=(vpc.id,))

    def _others(self) -> list[Node]:
        return [node for node in self.site.graph.nodes(NodeKind.SECURITY_GROUP) if node.id not in self.groups]

    def _group(self, group: Node) -> Box:
        guarded = [n for n in self.site.graph.nodes(NodeKind.NETWORK_INTERFACE) if group.name in _shorts(n, "groups")]
        name = self.site.role_of_group(group.name) or str(group.properties.get("group_name") or group.name)
        lines = (
            f"{name} \u00b7 guards {len(guarded)} interface{'' if len(guarded) == 1 else 's'}",
            *rules(self.site, group),
        )
        return Box(_id(group), Shape.COMPUTE, lines, about=(group.id, *(node.id for node in guarded)))

    def _class(self, classes: list[Subnets], node: Node) -> int:
        """Which of the subnets a node is in; -1 for none and for several."""
        if node.kind is NodeKind.SECURITY_GROUP:
            interfaces = self.site.graph.nodes(NodeKind.NETWORK_INTERFACE)
            names = {short(n.properties.get("subnet")) for n in interfaces if node.name in _shorts(n, "groups")}
        else:
            names = {short(node.properties.get("subnet"))}
        found = {number for number, one in enumerate(classes) for subnet in one.nodes if subnet.name in names}
        return found.pop() if len(found) == 1 else -1

    def _subnets(self, vpc: Node, number: int, found: Subnets, children: list[Box]) -> Box:
        kind = "Public subnets" if found.public else "Private subnets"
        own = f"subnets_{number}_{_id(vpc)}"
        about = tuple(node.id for node in found.filters)
        filters = Box(
            f"filters_{own}",
            Shape.FILTER,
            (found.acl, *(f"routes: {one}" for one in found.routes.split(", "))),
            about=about,
        )
        title = f"{kind} \u00d7 {len(found.nodes)}"
        subnets = tuple(node.id for node in found.nodes)
        return Box(own, Shape.SUBNETS, (title,), (filters, *children), about=subnets)

    def outside(self) -> Iterator[Box]:
        """The far ends of paths that are not in the account."""
        yield places.anyone()
        yield places.internet()
        yield from (self._far_box(box) for box in dict.fromkeys(self._far.values()) if box != _OWN)

    @cached_property
    def _far(self) -> dict[str, str]:
        """The ends that lie in no drawn network, each to the box of its account, or its own where these are few."""
        drawn = {*self.groups, *(vpc.id for vpc in self.vpcs), INTERNET}
        ends = {end: self.site.graph.get(end) for end in sorted(self.ends - drawn)}
        far = {end: node for end, node in ends.items() if node is None or not self._is_drawn(node)}
        found = {end: self._account(node) for end, node in far.items()}
        many = len([box for box in found.values() if not box]) > _FEW
        return {end: box or (_OTHERS if many else box_id("far", end)) for end, box in found.items()}

    def _account(self, node: Node | None) -> str:
        """The box of the account that an end is in; empty for what stands for other places."""
        if node is None or node.kind not in _NETWORKS:
            return ""
        return _OWN if node.account == self.site.contract.account else box_id("networks", node.account)

    def _far_box(self, box: str) -> Box:
        ends = tuple(end for end, of in self._far.items() if of == box)
        node = self.site.graph.get(ends[0])
        names = [who(self.site.boundary, end) for end in ends]
        if box == _OWN:
            return Box(box, Shape.GROUP, (f"Elsewhere in the account \u00d7 {len(ends)}", listed(names, 2)), about=ends)
        if node is not None and node.kind in _NETWORKS:
            lines = (f"Account {node.account}: networks \u00d7 {len(ends)}", listed(names, 2))
        elif len(ends) > 1:
            lines = (f"Behind gateways \u00d7 {len(ends)}", listed(names, 2))
        else:
            kind = str(node.kind).replace("_", " ") if node is not None else "not read"
            lines = (f"Behind {names[0]}", kind)
        return Box(box, Shape.OUTSIDE, lines, about=ends)

    def _is_drawn(self, node: Node) -> bool:
        """Whether a group or endpoint, be it folded, is in a drawn network."""
        return node.kind in {NodeKind.SECURITY_GROUP, NodeKind.VPC_ENDPOINT} and self._in_drawn_vpc(node)

    def _in_drawn_vpc(self, node: Node) -> bool:
        return short(node.properties.get("vpc")) in {vpc.name for vpc in self.vpcs}

    def flows(self) -> Iterator[Flow]:
        """The paths, those that differ in their ports alone as one."""

        def key(edge: Edge) -> tuple[str, str, str, str]:
            ends = self._end(edge.source, start=True), self._end(edge.target, start=False)
            return (*ends, of_packets(edge).value, str(edge.properties.get("reason") or ""))

        for (source, target, standing, reason), same in groupby(sorted(self.edges, key=key), key=key):
            edges = tuple(same)
            label = " \u00b7 ".join(filter(None, (_ports(edges), _REASONS.get(reason))))
            hops = (source, *self._way(edges[0], reason), target)
            yield Flow(hops, label, FlowKind.PACKETS, Standing(standing), records(edges), _detail(label, reason, edges),
                       tuple(dict.fromkeys(end for e in edges for end in (e.source, e.target))), edges)  # fmt: skip

    def _way(self, edge: Edge, reason: str) -> tuple[str, ...]:
        """The NAT gateway or the PrivateLink service's load balancer on the way, where there is only one."""
        if reason == services_of_others.THROUGH:
            balancer = services_of_others.balancer(self.site)
            names = {short(one) for one in items(balancer, "groups")} if balancer is not None else set()
            return tuple(_id(group) for group in self.groups.values() if group.name in names)[:1]
        vpc = short(self.site.graph.node(edge.source).properties.get("vpc")) if edge.source in self.site.graph else ""
        found = [n for n in self.site.graph.nodes(NodeKind.NAT_GATEWAY) if short(n.properties.get("vpc")) == vpc]
        drawn = {node.name for node in self.vpcs}
        return (_id(found[0]),) if reason == "nat_gateway" and len(found) == 1 and vpc in drawn else ()

    def _end(self, end: str, *, start: bool) -> str:
        """The box of an end of a path."""
        if end == INTERNET:
            return "anyone" if start else "internet"
        node = self.site.graph.get(end)
        if end in self.groups or (node is not None and node.kind is NodeKind.VPC_ENDPOINT and self._in_drawn_vpc(node)):
            return box_id("n", end)
        if node in self.vpcs:
            return f"in_{box_id('n', end)}"
        if node is not None and node.kind is NodeKind.SECURITY_GROUP and self._in_drawn_vpc(node):
            vpc = next(v for v in self.vpcs if v.name == short(node.properties.get("vpc")))
            return f"all_groups_{_id(vpc)}"
        return self._far[end]


def _id(node: Node) -> str:
    return box_id("n", node.id)


def _shorts(node: Node, name: str) -> set[str]:
    return {short(one) for one in items(node, name)}


def _ports(edges: Iterable[Edge]) -> str:
    found: dict[str, set[tuple[int, int]]] = defaultdict(set)
    for edge in edges:
        found[str(edge.properties.get("protocol") or "any protocol")] |= {
            (low, high) for low, high in edge.properties.get("ports") or ()
        }
    if len(found) > 1 and all(spans == {_EVERY} for spans in found.values()):
        return "every port"
    return ", ".join(f"{name} {listed(map(_span, sorted(spans)), 4)}".strip() for name, spans in sorted(found.items()))


def _span(span: tuple[int, int]) -> str:
    low, high = span
    if span == _EVERY:
        return "every port"
    return f"{low}" if low == high else f"{low}-{high}"


def _detail(label: str, reason: str, edges: Iterable[Edge]) -> str:
    """The path with the documents that let its packets pass."""
    passed = dict.fromkeys(one.document for edge in edges for one in edge.because)
    return f"{label} ({reason.replace('_', ' ')}): passes {listed(passed, 8)}" if passed else label
