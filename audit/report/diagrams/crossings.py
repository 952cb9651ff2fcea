"""What crosses the boundary, or could: clients, people, ways out, the vendor, other accounts, copies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.model.graph import INTERNET, EdgeKind, NodeKind
from audit.report.diagrams import places, services_of_others
from audit.report.diagrams.diagram import Flow, FlowKind, Standing
from audit.report.diagrams.places import client_sources, foreign_id, store_id
from audit.report.diagrams.site import ANYWHERE, Site, listed
from audit.report.diagrams.standings import of_access, of_packets, records, strongest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.model.graph import Edge, Node
    from audit.report.diagrams.diagram import Box

GROUPS = {"brokers": "broker-group", "console": "console-group"}
"""The security group's role of each box."""
_IN_TRANSIT = {"SASL_SSL": "TLS", "SSL": "TLS", "HTTPS": "TLS"}


def outside(site: Site, *, vendor: bool = False) -> Iterator[Box]:
    """The boxes outside that crossings come from and go to; ``vendor`` draws the vendor without a window too."""
    yield places.people()
    yield places.anyone()
    yield from places.clients_outside(site)
    yield from services_of_others.outside(site)
    yield places.internet()
    yield from places.vendor(site, always=vendor)
    yield from places.copies_box(site)
    yield from places.foreign_boxes(site)


def others(site: Site) -> Iterator[Flow]:
    """Ways out, people, the vendor, other accounts and copies."""
    yield from _ways_out(site)
    yield from _by_proxy(site)
    yield from _people(site)
    yield from _vendor(site)
    yield from _foreigners(site)
    yield from _copies(site)


def clients(site: Site) -> Iterator[Flow]:
    """Kafka clients, from wherever the brokers' group lets them in, or the contract says."""
    read = site.ingress("broker-group") is not None
    found: dict[tuple[str, Standing], list[str]] = {}
    for source, label in _let_in(site) if read else _declared(site):
        for one in places.parts(site, source):
            standing = site.arrives(one, "broker-group") if read else Standing.DECLARED
            standing = Standing.STOPPED if read and standing is Standing.DECLARED else standing
            found.setdefault((_client_box(site, one), standing), []).append(label)
    for (box, standing), labels in found.items():
        yield by_group(site, "broker-group", (box, "brokers"), listed(dict.fromkeys(labels)), standing)
    yield from _linked(site)


def _linked(site: Site) -> Iterator[Flow]:
    """Kafka clients of other accounts, through the contract's endpoint service or any other that leads to brokers."""
    edges, network = services_of_others.clients(site), site.contract.network
    declared = network.private_link if network else None
    if not edges and declared is None:
        return
    node = services_of_others.balancer(site)
    way = (services_of_others.BALANCER,) if node is not None else ()
    said = _listeners(site).get(str(declared.port), f"tcp {declared.port}") if declared else "not declared"
    detail = f"by PrivateLink: any broker at {declared.port}" if declared else "by PrivateLink"
    if declared and declared.broker_ports:
        detail += f", each by itself at {listed(map(str, declared.broker_ports), 9)}"
    standing = strongest(of_packets(edge) for edge in edges) if edges else Standing.DECLARED
    about = (*([node.id] if node is not None else []), *dict.fromkeys(edge.source for edge in edges))
    hops = (services_of_others.CLIENTS, *way, "brokers")
    yield Flow(hops, said, FlowKind.RECORDS, standing, records(edges), detail, about, edges)


def by_group(site: Site, role: str, hops: tuple[str, ...], label: str, standing: Standing = Standing.SHOWN) -> Flow:
    """A flow that a security group's rules show."""
    group = site.group(role)
    kind = FlowKind.RECORDS if hops[-1] == "brokers" and hops[0] not in GROUPS else FlowKind.CONTROL
    about = (group.id,) if group else ()
    return Flow(hops, label, kind, standing, group.records if group else (), about=about)


def _declared(site: Site) -> Iterator[tuple[str, str]]:
    labels = _listeners(site)
    for listener in site.contract.listeners:
        if listener.on == "broker-group":
            for source in listener.sources:
                yield source.cidr or source.security_group or source.account or "", labels[str(listener.port)]


def _let_in(site: Site) -> Iterator[tuple[str, str]]:
    labels, strangers = _listeners(site), set(client_sources(site))
    for source, port in site.ingress("broker-group") or ():
        if source in strangers:
            yield source, labels.get(port, f"port {port}, not declared")


def _listeners(site: Site) -> dict[str, str]:
    """Ports to what the contract says is spoken there."""
    on = (listener for listener in site.contract.listeners if listener.on == "broker-group")
    return {str(one.port): f"{one.protocol} {one.port} ({_IN_TRANSIT.get(one.protocol, 'in the clear')})" for one in on}


def _client_box(site: Site, source: str) -> str:
    if source in ANYWHERE:
        return "anyone"
    return "clients_inside" if site.within(source) else "clients"


def _ways_out(site: Site) -> Iterator[Flow]:
    """Ways to the internet: by NAT where paths lead there through it, or where the machines have no other way."""
    gateways = [node for node in site.graph.nodes(NodeKind.NAT_GATEWAY) if site.in_vpc(node)]
    detail = "ways out, to AutoMQ Cloud (licence, versions) among others"
    for box, role in GROUPS.items():
        way, edges = site.leaves(role, INTERNET), site.paths_out(role)
        if way is Standing.DECLARED or not (gateways or edges):
            continue
        direct = not gateways or (site.without_nat(role) and places.is_public(site, box))
        hops = (box, "internet") if direct else (box, "nat", "internet")
        found = () if direct else tuple(node.id for node in gateways)
        evidence = records(edges) or tuple(sorted({record for node in gateways for record in node.records}))
        yield Flow(hops, "ways out", FlowKind.CONTROL, way or Standing.SHOWN, evidence, detail, found, edges)


def _by_proxy(site: Site) -> Iterator[Flow]:
    """To the one proxy, where the contract has one and a group's rules let its machines go there."""
    network, detail = site.contract.network, "what no endpoint serves, by the proxy alone"
    for box, role in GROUPS.items():
        found = services_of_others.to_proxy(site, role)
        if found is not None and network is not None and network.proxy is not None:
            standing, edges = found
            hops, label = (box, *services_of_others.way_to_proxy(site)), f"proxy: tcp {network.proxy.port}"
            yield Flow(hops, label, FlowKind.CONTROL, standing, records(edges), detail, (), edges)


def _people(site: Site) -> Iterator[Flow]:
    by_console = site.contract.console
    if by_console is None:
        return
    if by_console.access == "session_manager":
        services = [str(node.properties.get("service") or "") for node in site.endpoints("Interface")]
        shown = any(service.endswith(".ssmmessages") for service in services)
        standing = Standing.SHOWN if shown else Standing.DECLARED
        yield Flow(("people", "console"), "Session Manager", FlowKind.CONTROL, standing)
        yield from _let_to_console(site, "console-group", "its port", Standing.SHOWN)
        return
    balanced = Standing.SHOWN if _balanced(site) else Standing.DECLARED
    yield from _let_to_console(site, "console-load-balancer", "load balancer", balanced)
    yield from _let_to_console(site, "console-group", "past the load balancer", Standing.SHOWN)


def _let_to_console(site: Site, role: str, label: str, standing: Standing) -> Iterator[Flow]:
    for source, port in site.ingress(role) or ():
        if site.role_of_group(source) is None:
            box = "anyone" if source in ANYWHERE else "people"
            known = site.arrives(source, role) if standing is Standing.SHOWN else standing
            known = Standing.STOPPED if known is Standing.DECLARED else known
            yield by_group(site, role, (box, "console"), f"{label} {port}", known)


def _balanced(site: Site) -> bool:
    """Whether a load balancer stands in its group; the rule alone carries nothing."""
    group = site.group("console-load-balancer")
    nodes = site.graph.nodes(NodeKind.LOAD_BALANCER)
    return group is not None and any(group.name in (node.properties.get("groups") or ()) for node in nodes)


def _vendor(site: Site) -> Iterator[Flow]:
    access, ops = site.contract.vendor_access, site.bucket("ops-bucket")
    if access.mode != "granted" or not access.principal:
        return
    edges = site.rights(access.principal, ops) if ops else ()
    what = [f"reads {listed(access.reads)}"] if access.reads else []
    what += [f"writes {listed(access.writes)}"] if access.writes else []
    detail = f"vendor window: {' and '.join(what)} until {access.until}"
    hops, standing = ("vendor", store_id("ops-bucket")), strongest(map(of_access, edges))
    yield Flow(hops, "vendor window", FlowKind.CONTROL, standing, records(edges), detail, (access.principal,), edges)


def _foreigners(site: Site) -> Iterator[Flow]:
    for node in places.foreign(site):
        for bucket, role in sorted(site.bucket_roles.items()):
            named = list(site.graph.edges(EdgeKind.GRANTS, source=bucket, target=node.id))
            edges = list(site.graph.edges(*places.ACCESS, source=node.id, target=bucket))
            if edges or named:
                yield _foreigner((foreign_id(site, node), store_id(role)), node, edges, named)


def _foreigner(hops: tuple[str, ...], node: Node, edges: list[Edge], named: list[Edge]) -> Flow:
    verbs = sorted({str(edge.kind).replace("_", " ") for edge in edges} | ({"named by its policy"} if named else set()))
    standing = strongest(map(of_access, edges)) if edges else Standing.SHOWN
    both = (*edges, *named)
    return Flow(hops, verbs[0], FlowKind.RECORDS, standing, records(both), ", ".join(verbs), (node.id,), both)


def _copies(site: Site) -> Iterator[Flow]:
    for edge in site.graph.edges(EdgeKind.COPIES_TO):
        source, target = site.bucket_roles.get(edge.source), site.bucket_roles.get(edge.target)
        if source:
            hops = (store_id(source), store_id(target) if target else "elsewhere")
            yield Flow(hops, "copies", FlowKind.RECORDS, evidence=edge.records, about=(edge.target,), edges=(edge,))
