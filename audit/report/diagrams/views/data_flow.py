"""Who sends records where: producers and consumers, brokers, storage, console and vendor, in numbered flows.

What the graph shows is drawn solid; what only the contract declares is drawn as declared. Nothing is judged here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.access.phrase import phrase
from audit.model.graph import INTERNET, EdgeKind, NodeKind
from audit.report.diagrams import places
from audit.report.diagrams.diagram import Box, Diagram, Flow, FlowKind, Shape, Standing
from audit.report.diagrams.places import RECORD_STORES, client_sources, foreign_id, key_id, store_id
from audit.report.diagrams.site import ANYWHERE, Site, listed
from audit.report.diagrams.standings import of_access, records, strongest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.boundary import Boundary
    from audit.model.graph import Edge, Node

_GROUPS = {"brokers": "broker-group", "console": "console-group"}
"""The security group's role of each box."""
_CARRIED = {"data-bucket": (FlowKind.RECORDS, "records"), "ops-bucket": (FlowKind.CONTROL, "telemetry, licence")}
_IN_TRANSIT = {"SASL_SSL": "TLS", "SSL": "TLS", "HTTPS": "TLS"}


def draw(boundary: Boundary) -> Diagram:
    """Who sends records where, by which way, protocol and port, and what encrypts them at rest."""
    site = Site(boundary)
    boxes = (*_outside(site), places.account_box(site, _inside(site)))
    there = {path[-1] for box in boxes for path, _ in box.walk()}
    flows = [flow for flow in _flows(site, there) if set(flow.hops) <= there]
    used = {hop for flow in flows for hop in flow.hops}
    kept = tuple(b for b in boxes if b.id == "account" or used & {p[-1] for p, _ in b.walk()})
    return Diagram(places.title(site, "Data flows"), ("account",), kept, tuple(flows), "down")


def _outside(site: Site) -> Iterator[Box]:
    yield places.people()
    yield places.anyone()
    yield from places.clients_outside(site)
    yield places.internet()
    yield from places.vendor(site, always=False)
    yield from places.copies_box(site)
    yield from places.foreign_boxes(site)


def _inside(site: Site) -> Iterator[Box]:
    yield places.network(site)
    stores = tuple(places.store(site, role) for role in RECORD_STORES if role in site.contract.buckets)
    yield Box("stores", Shape.GROUP, ("Storage: S3",), stores)
    yield Box("apis", Shape.OUTSIDE, ("AWS APIs", "of the region"))
    keys = dict.fromkeys(role for store in RECORD_STORES for _, role in _keys_of(site, store))
    if keys:
        yield Box("keys", Shape.GROUP, ("KMS keys",), tuple(places.key(site, role) for role in keys))


def _keys_of(site: Site, store: str) -> Iterator[tuple[Edge, str]]:
    """The contract's keys that encrypt a store, as edge and role."""
    node = site.bucket(store)
    for edge in site.graph.edges(EdgeKind.ENCRYPTED_WITH, source=node.id) if node else ():
        role = site.key_role(edge.target)
        if role is not None:
            yield edge, role


def _flows(site: Site, there: set[str]) -> Iterator[Flow]:
    yield from _clients(site)
    yield from _guarded(site, "broker-group", "brokers", "brokers")
    yield from _storage(site, there)
    yield from _keys(site)
    yield from _guarded(site, "console-group", "brokers", "console")
    yield from _apis(site)
    yield from _ways_out(site)
    yield from _people(site)
    yield from _vendor(site)
    yield from _foreigners(site)
    yield from _copies(site)


def _clients(site: Site) -> Iterator[Flow]:
    read = site.ingress("broker-group") is not None
    found: dict[tuple[str, Standing], list[str]] = {}
    for source, label in _let_in(site) if read else _declared(site):
        for one in places.parts(site, source):
            standing = site.arrives(one, "broker-group") if read else Standing.DECLARED
            standing = Standing.STOPPED if read and standing is Standing.DECLARED else standing
            found.setdefault((_client_box(site, one), standing), []).append(label)
    for (box, standing), labels in found.items():
        yield _by_group(site, "broker-group", (box, "brokers"), listed(dict.fromkeys(labels)), standing)


def _by_group(site: Site, role: str, hops: tuple[str, ...], label: str, standing: Standing = Standing.SHOWN) -> Flow:
    """A flow that a security group's rules show."""
    group = site.group(role)
    kind = FlowKind.RECORDS if hops[-1] == "brokers" and hops[0] not in _GROUPS else FlowKind.CONTROL
    about = (group.id,) if group else ()
    return Flow(hops, label, kind, standing, group.records if group else (), about=about)


def _declared(site: Site) -> Iterator[tuple[str, str]]:
    labels = _listeners(site)
    for listener in site.contract.listeners:
        if listener.on == "broker-group":
            for source in listener.sources:
                yield source.cidr or source.security_group or "", labels[str(listener.port)]


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


def _guarded(site: Site, source_role: str, target: str, source: str) -> Iterator[Flow]:
    rules = site.ingress("broker-group") or ()
    labels = [port for origin, port in rules if site.role_of_group(origin) == source_role]
    if labels:
        meaning = "broker to broker" if source == target else "manages"
        numbers = listed(sorted(dict.fromkeys(labels)), 2)
        yield _by_group(site, "broker-group", (source, target), f"{meaning}: tcp {numbers}")


def _storage(site: Site, there: set[str]) -> Iterator[Flow]:
    for box, role in (("brokers", "data-plane"), ("console", "console")):
        for store in RECORD_STORES:
            way = _way_to_storage(site, _GROUPS[box], there)
            yield from _stored(site, site.runs_as(_GROUPS[box], role), store, (box, *way))


def _stored(site: Site, principals: list[str], store: str, way: tuple[str, ...]) -> Iterator[Flow]:
    node = site.bucket(store)
    edges = tuple(edge for one in principals for edge in (site.rights(one, node) if node else ()))
    declared = (site.boundary.declared[one].may for one in principals if one in site.boundary.declared)
    if not edges and not any(store in may for may in declared):
        return
    kind, label = _CARRIED[store]
    standing = strongest(map(of_access, edges))
    conditions = dict.fromkeys(phrase(edge.properties.get("only_if")) for edge in edges)
    detail = f"{label}, only if {' or '.join(filter(None, conditions))}" if standing is Standing.CONDITIONAL else ""
    yield Flow((*way, store_id(store)), label, kind, standing, records(edges), detail, tuple(principals), edges)


def _way_to_storage(site: Site, role: str, there: set[str]) -> tuple[str, ...]:
    """By the gateway endpoint, or around it, as the paths from the group say; without paths, by what is there."""
    ways = [site.leaves(role, node.id) for node in site.endpoints("Gateway")]
    if "s3_endpoint" in there and (not any(ways) or set(ways) - {None, Standing.DECLARED}):
        return ("s3_endpoint",)
    return ("nat", "internet") if "nat" in there else ()


def _keys(site: Site) -> Iterator[Flow]:
    for store in RECORD_STORES:
        for edge, key in _keys_of(site, store):
            yield Flow((key_id(key), store_id(store)), "at rest", FlowKind.KEYS, evidence=edge.records, edges=(edge,))


def _apis(site: Site) -> Iterator[Flow]:
    found = sorted({record for node in site.endpoints("Interface") for record in node.records})
    standing = Standing.SHOWN if found else Standing.DECLARED
    for box in ("console", "brokers"):
        yield Flow((box, "endpoints", "apis"), "AWS APIs, keys, logs", FlowKind.CONTROL, standing, tuple(found))


def _ways_out(site: Site) -> Iterator[Flow]:
    gateways = [node for node in site.graph.nodes(NodeKind.NAT_GATEWAY) if site.in_vpc(node)]
    found = tuple(sorted({r for node in gateways for r in node.records}))
    detail = "ways out, to AutoMQ Cloud (licence, versions) among others"
    for box, role in _GROUPS.items() if gateways else ():
        way = site.leaves(role, INTERNET)
        if way is not Standing.DECLARED:
            direct = site.without_nat(role) and places.is_public(site, box)
            hops, standing = (box, *(() if direct else ("nat",)), "internet"), way or Standing.SHOWN
            yield Flow(hops, "ways out", FlowKind.CONTROL, standing, found, detail, tuple(n.id for n in gateways))


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
            yield _by_group(site, role, (box, "console"), f"{label} {port}", known)


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
