"""PrivateLink across the boundary: the clients of other accounts that come in by it, and the proxy that leads out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.model.graph import EdgeKind, NodeKind
from audit.report.diagrams.diagram import Box, Shape, Standing
from audit.report.diagrams.site import items, listed, short
from audit.report.diagrams.standings import of_packets, strongest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.model.graph import Edge, Node
    from audit.report.diagrams.site import Site

CLIENTS, BALANCER, PROXY, PROXY_ENDPOINT = "linked_clients", "client_balancer", "proxy", "proxy_endpoint"
THROUGH = "through_privatelink"
_OF_OTHERS = ".vpce-svc-"


def is_of_others(endpoint: Node) -> bool:
    """Whether an endpoint leads to an endpoint service that is none of AWS's."""
    return _OF_OTHERS in str(endpoint.properties.get("service") or "")


def inside(site: Site) -> Iterator[Box]:
    """What of it stands in the VPC: the clients' load balancer, the proxy's endpoint, other endpoints to others."""
    node = balancer(site)
    if node is not None:
        yield Box(BALANCER, Shape.ENDPOINT, ("Load balancer", "of the PrivateLink service"), about=(node.id,))
    found = [one for one in site.endpoints("Interface") if is_of_others(one)]
    own = [one for one in found if one.name == _proxy_endpoint(site)]
    rest = [one for one in found if one not in own]
    for box, name, nodes in ((PROXY_ENDPOINT, "Endpoint of the proxy", own), ("linked", "Endpoints to others", rest)):
        if nodes:
            services = listed(sorted(map(_service, nodes)), 2)
            yield Box(box, Shape.ENDPOINT, (name, services), about=tuple(one.id for one in nodes))


def outside(site: Site) -> Iterator[Box]:
    """Who stands outside: clients that come by PrivateLink, and the proxy."""
    paths = clients(site)
    network = site.contract.network
    if paths or (network and network.private_link):
        who = ("Kafka clients", "by PrivateLink", *_accounts(site, paths))
        yield Box(CLIENTS, Shape.OUTSIDE, who, about=tuple(dict.fromkeys(edge.source for edge in paths)))
    if network and network.proxy:
        only = ("the only way out",) if network.internet_egress == "none" else ()
        yield Box(PROXY, Shape.OUTSIDE, ("HTTPS proxy", *only, *([network.proxy.cidr] if network.proxy.cidr else [])))


def clients(site: Site) -> tuple[Edge, ...]:
    """The paths that were derived through PrivateLink to the brokers."""
    group = site.group("broker-group")
    found = site.graph.edges(EdgeKind.REACHES, target=group.id) if group is not None else ()
    paths = (edge for edge in found if edge.properties.get("reason") == THROUGH)
    return tuple(sorted(paths, key=lambda edge: (edge.source, str(edge.properties))))


def balancer(site: Site) -> Node | None:
    """The load balancer behind the contract's endpoint service."""
    network = site.contract.network
    return site.graph.get(network.private_link.load_balancer) if network and network.private_link else None


def to_proxy(site: Site, role: str) -> tuple[Standing, tuple[Edge, ...]] | None:
    """How a role's group gets to the proxy, and the paths that show it; None where no rule of the group lets it go."""
    network = site.contract.network
    if network is None or network.proxy is None or site.lets_out(role, network.proxy.port) is False:
        return None
    port = [network.proxy.port, network.proxy.port]
    end = site.group("proxy-group") if network.proxy.endpoint else None
    start = site.group(role) if end is None else None
    edges = tuple(
        edge
        for edge in site.graph.edges(EdgeKind.REACHES)
        if [*map(list, edge.properties.get("ports") or ())] == [port]
        and (edge.target == end.id if end is not None else start is not None and edge.source == start.id)
    )
    return (strongest(map(of_packets, edges)) if edges else Standing.DECLARED), edges


def way_to_proxy(site: Site) -> tuple[str, ...]:
    """The boxes from the VPC to the proxy: by its endpoint where that is there."""
    by_endpoint = any(one.name == _proxy_endpoint(site) for one in site.endpoints("Interface"))
    return (PROXY_ENDPOINT, PROXY) if by_endpoint else (PROXY,)


def passes_unchecked(site: Site, group: Node) -> bool:
    """Whether a load balancer of this group takes what comes by PrivateLink without asking the group's rules."""
    entrances = site.graph.nodes(NodeKind.ENTRANCE)
    behind = {edge.target for one in entrances for edge in site.graph.edges(EdgeKind.TARGETS, source=one.id)}
    found = (node for node in site.graph.nodes(NodeKind.LOAD_BALANCER) if node.id in behind)
    return any(
        group.name in {short(one) for one in items(node, "groups")}
        and node.properties.get("privatelink_checks_groups") == "off"
        for node in found
    )


def _proxy_endpoint(site: Site) -> str | None:
    network = site.contract.network
    return network.proxy.endpoint if network and network.proxy else None


def _service(endpoint: Node) -> str:
    return str(endpoint.properties.get("service")).rpartition(".")[2]


def _accounts(site: Site, paths: tuple[Edge, ...]) -> tuple[str, ...]:
    """The accounts that are connected; where none is, those that may be."""
    nodes = (site.graph.get(edge.source) for edge in paths)
    connected = sorted({node.account for node in nodes if node is not None and node.account})
    network = site.contract.network
    named = network.private_link.principals if network and network.private_link else ()
    allowed = sorted({one.split(":")[4] for one in named if one.count(":") > 4})  # noqa: PLR2004  # an ARN's account
    if connected:
        return (f"account {listed(connected)}",)
    return (f"none yet; account {listed(allowed)} may",) if allowed else ()
