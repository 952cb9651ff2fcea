"""Ways into a VPC without a gateway route, and its resolver as a way out that no filter stops."""

from __future__ import annotations

from audit.model.facts import Unknown
from audit.model.graph import INTERNET, BoundaryGraph, Gap, Node, NodeKind
from audit.model.snapshot import GLOBAL
from audit.model.verdict import Hop
from audit.reach.path import Doubt, Path, Reach
from audit.reach.topology import Network, network

_BLOCKS = {"BLOCK"}
_DNS = ((53, 53),)


def ways_in(graph: BoundaryGraph, vpc: str) -> tuple[list[Node], list[Gap]]:
    """Entrances that lead, or may lead, into a VPC (id or ARN), and the listings that could hide more.

    An entrance whose listing does not say its VPC counts for every one. While a gap remains, "no path from the
    internet" is unknown.
    """
    net = network(graph)
    node = _vpc(net, vpc)
    found = [entrance for entrance in net.all(NodeKind.ENTRANCE) if _leads(net, entrance, node, vpc)]
    gaps = graph.unseen(NodeKind.ENTRANCE)
    if node is not None:
        accounts = {node.account, node.properties.get("owner")}
        gaps = [gap for gap in gaps if gap.account in accounts and gap.region in (node.region, GLOBAL)]
    return found, gaps


def _vpc(net: Network, vpc: str) -> Node | None:
    return net.named(NodeKind.VPC, vpc.rpartition("/")[2])


def _leads(net: Network, entrance: Node, vpc: Node | None, name: str) -> bool:
    facts = entrance.properties
    if facts.get("vpc") is not None:
        return bool(facts["vpc"] == name.rpartition("/")[2])
    targets = [_vpc_of(net, target) for target in facts.get("targets") or ()]
    if targets and None not in targets:
        return name.rpartition("/")[2] in targets
    return vpc is None or entrance.region in (vpc.region, GLOBAL)


def _vpc_of(net: Network, target: str) -> str | None:
    for kind in (NodeKind.LOAD_BALANCER, NodeKind.INSTANCE):
        node = next((node for node in net.all(kind) if node.id == target), None)
        if node is not None:
            vpc: str | None = node.properties["vpc"]
            return vpc
    return None


def dns_way_out(graph: BoundaryGraph, vpc: str) -> Path:
    """Whether names can be asked of the internet through a VPC's resolver, which routes, groups and ACLs cannot stop.

    Blocked only where the resolver is off. With blocking rules of a DNS Firewall it is ``unknown``: its domain
    lists are not judged.
    """
    node = _vpc(network(graph), vpc)
    if node is None:
        return _dns(vpc, Reach.UNKNOWN, "vpc_unread", Doubt("vpc_unread", vpc, network(graph).unread(NodeKind.VPC)))
    support = node.properties.get("dns_support")
    if support is False:
        return _dns(node.id, Reach.BLOCKED, "resolver_off")
    if isinstance(support, Unknown):
        return _dns(node.id, Reach.UNKNOWN, "dns_support_unread", Doubt("dns_support_unread", node.id, support))
    return _filtered(node)


def _filtered(vpc: Node) -> Path:
    rules = vpc.properties.get("dns_firewall")
    if isinstance(rules, Unknown):
        return _dns(vpc.id, Reach.UNKNOWN, "dns_firewall_unread", Doubt("dns_firewall_unread", vpc.id, rules))
    if any(rule.get("Action") in _BLOCKS for rule in rules or ()):
        return _dns(vpc.id, Reach.UNKNOWN, "dns_firewall_not_judged", Doubt("dns_firewall_not_judged", vpc.id))
    return _dns(vpc.id, Reach.REACHES, "dns_to_the_internet")


def _dns(vpc: str, verdict: Reach, reason: str, *doubts: Doubt) -> Path:
    said = "is not passed on" if verdict is Reach.BLOCKED else "may be passed on by the VPC's resolver"
    hops = (Hop(vpc, f"a DNS query {said}: {reason}"), Hop(INTERNET, "the name servers of the name that is asked"))
    return Path(verdict, reason, vpc, INTERNET, "udp", _DNS, hops=hops, doubts=doubts)
