"""What filters packets, in few words: subnets with the same routes and ACL as one place, and groups' rules."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from audit.model.facts import Unknown
from audit.model.graph import EdgeKind, NodeKind
from audit.report.diagrams.services_of_others import passes_unchecked
from audit.report.diagrams.site import ANYWHERE, items, listed, ports, short, sources

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from audit.model.graph import Node
    from audit.report.diagrams.site import Site

_TARGETS = {
    "NatGatewayId": "NAT gateway",
    "TransitGatewayId": "transit gateway",
    "VpcPeeringConnectionId": "peering",
    "NetworkInterfaceId": "an interface",
    "InstanceId": "an instance",
    "EgressOnlyInternetGatewayId": "egress-only gateway",
}
_GATEWAYS = {"igw": "internet gateway", "vpce": "endpoint", "vgw": "VPN gateway"}
_RULES = 3


@dataclass(frozen=True, slots=True)
class Subnets:
    """Subnets whose packets pass the same ACL and alike routes, and what these say."""

    nodes: tuple[Node, ...]
    filters: tuple[Node, ...]
    acl: str
    routes: str

    @property
    def public(self) -> bool:
        """Whether a route of theirs leads to an internet gateway."""
        return "internet gateway" in self.routes


def subnets_of(site: Site, vpc: Node) -> list[Subnets]:
    """The subnets of a VPC, those alike together."""
    found: dict[tuple[str, str], list[tuple[Node, list[Node]]]] = defaultdict(list)
    for subnet in site.graph.nodes(NodeKind.SUBNET):
        if short(subnet.properties.get("vpc")) == vpc.name:
            acls, tables = _used(site, subnet, EdgeKind.USES_ACL), _used(site, subnet, EdgeKind.USES_ROUTES)
            found[_acl(acls), _routes(tables)].append((subnet, [*acls, *tables]))
    return [
        Subnets(
            tuple(subnet for subnet, _ in them),
            tuple({node.id: node for _, filters in them for node in filters}.values()),
            acl,
            routes,
        )
        for (acl, routes), them in sorted(found.items())
    ]


def rules(site: Site, group: Node) -> Iterator[str]:
    """What a security group lets in, a line for each source; the rest counted."""
    found = group.properties.get("ingress")
    if not isinstance(found, list | tuple):
        yield "? rules not read"
        return
    by_source: dict[str, list[str]] = defaultdict(list)
    for rule in found:
        for source in sources(rule):
            by_source[_source(site, group, source)].append(_what(rule))
    unchecked = passes_unchecked(site, group)
    if not by_source:
        yield "lets nothing in"
    lines = [f"lets in {source}: {listed(dict.fromkeys(what), 2)}" for source, what in by_source.items()]
    yield from lines[:_RULES]
    if len(lines) > _RULES:
        rest = len(lines) - _RULES
        yield f"and {rest} more source{'' if rest == 1 else 's'}"
    if unchecked:
        yield "PrivateLink passes unchecked"


def _source(site: Site, group: Node, source: str) -> str:
    if source in ANYWHERE:
        return "anywhere"
    return "itself" if source == group.name else site.role_of_group(source) or source


def _what(rule: dict[str, Any]) -> str:
    protocol = str(rule.get("IpProtocol"))
    return "everything" if protocol == "-1" else f"{protocol} {ports(rule)}"


def _used(site: Site, subnet: Node, kind: EdgeKind) -> list[Node]:
    found = (site.graph.get(edge.target) for edge in site.graph.edges(kind, source=subnet.id))
    return sorted((node for node in found if node is not None), key=lambda node: node.id)


def _acl(acls: Iterable[Node]) -> str:
    found = list(acls)
    if not found or isinstance(found[0].properties.get("entries"), Unknown):
        return "? ACL not read"
    entries = items(found[0], "entries")
    if all(_everything(entries, egress=egress) for egress in (False, True)):
        return "ACL lets everything through"
    counted = (sum(e.get("Egress") is egress for e in entries) for egress in (False, True))
    return "ACL with {} rules in, {} out".format(*counted)


def _everything(entries: list[dict[str, Any]], *, egress: bool) -> bool:
    """Whether the first entry of a direction allows everything."""
    ordered = sorted((e for e in entries if e.get("Egress") is egress), key=lambda e: int(e.get("RuleNumber", 0)))
    first = ordered[0] if ordered else {}
    whole = first.get("CidrBlock") in ANYWHERE and str(first.get("Protocol")) == "-1"
    return whole and str(first.get("RuleAction")).lower() == "allow"


def _routes(tables: Iterable[Node]) -> str:
    found = list(tables)
    if not found or any(isinstance(table.properties.get("routes"), Unknown) for table in found):
        return "? routes not read"
    lines = {_route(route) for table in found for route in items(table, "routes") if route.get("GatewayId") != "local"}
    return listed(sorted(lines), 4) or "no way out"


def _route(route: dict[str, Any]) -> str:
    gateway = str(route.get("GatewayId") or "").partition("-")[0]
    target = next((name for key, name in _TARGETS.items() if route.get(key)), _GATEWAYS.get(gateway, gateway))
    destination = route.get("DestinationCidrBlock") or route.get("DestinationIpv6CidrBlock") or "prefix list"
    return f"{'the rest' if destination in ANYWHERE else destination} \u2192 {target or 'nowhere'}"
