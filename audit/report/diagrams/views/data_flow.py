"""The data-flow diagram of a boundary: which flows there are, in the order of their numbers.

What the graph shows is drawn solid; what only the contract declares is drawn as declared. Nothing is judged here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.model.graph import INTERNET, EdgeKind, NodeKind
from audit.report.diagrams.diagram import Diagram, Flow, FlowKind, Standing
from audit.report.diagrams.places import RECORD_STORES, account_box, client_sources, foreign, foreign_id, outside_boxes, store_id
from audit.report.diagrams.site import ANYWHERE, Site, listed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.boundary import Boundary
    from audit.model.contract import BoundaryContract
    from audit.model.graph import Edge, Node

_LOG_LABELS = {
    NodeKind.FLOW_LOG: ("vpc", "flow logs"),
    NodeKind.VPC: ("vpc", "flow logs"),
    NodeKind.SUBNET: ("vpc", "flow logs"),
    NodeKind.QUERY_LOG: ("vpc", "DNS queries"),
    NodeKind.TRAIL: ("trail", "API calls"),
    NodeKind.INSTANCE: ("console", "console logs"),
}


def draw(boundary: Boundary) -> Diagram:
    """The data-flow diagram of a graph as a contract names its parts."""
    graph, contract = boundary.graph, boundary.contract
    site = Site(graph, contract)
    boxes = (*outside_boxes(site), account_box(site))
    there = {path[-1] for box in boxes for path, _ in box.walk()}
    flows = [flow for flow in _flows(site, there) if set(flow.hops) <= there]
    used = {hop for flow in flows for hop in flow.hops}
    kept = tuple(b for b in boxes if b.id == "account" or used & {p[-1] for p, _ in b.walk()})
    title = f"Data flows of {contract.environment_id} in account {contract.account}"
    return Diagram(title, "account", kept, tuple(flows))


def _flows(site: Site, there: set[str]) -> Iterator[Flow]:
    yield from _clients(site)
    yield from _guarded(site, "broker-group", "brokers", "brokers")
    yield from _storage(site, there)
    yield from _keys(site)
    yield from _guarded(site, "console-group", "brokers", "console")
    yield from _apis(site)
    yield from _ways_out(site)
    yield from _people(site)
    yield from _logs(site)
    yield from _vendor(site)
    yield from _foreigners(site)
    yield from _copies(site)


def _clients(site: Site) -> Iterator[Flow]:
    read = site.ingress("broker-group") is not None
    found: dict[tuple[str, bool], list[str]] = {}
    for source, label in _let_in(site) if read else _declared(site):
        arrives = read and site.arrives(source, "broker-group")
        found.setdefault((_client_box(site, source), arrives), []).append(label)
    evidence = _records(site.group("broker-group"))
    for (box, arrives), labels in found.items():
        yield Flow((box, "brokers"), listed(dict.fromkeys(labels)), FlowKind.RECORDS, standing=_declared_unless(arrives), evidence=evidence)


def _declared(site: Site) -> Iterator[tuple[str, str]]:
    for listener in site.contract.listeners:
        if listener.on == "broker-group":
            for source in listener.sources:
                yield source.cidr or source.security_group or "", f"{listener.protocol} {listener.port}"


def _let_in(site: Site) -> Iterator[tuple[str, str]]:
    on = [listener for listener in site.contract.listeners if listener.on == "broker-group"]
    protocols = {str(listener.port): f"{listener.protocol} {listener.port}" for listener in on}
    strangers = set(client_sources(site))
    for source, port in site.ingress("broker-group") or ():
        if source in strangers:
            yield source, protocols.get(port, f"port {port}, not declared")


def _client_box(site: Site, source: str) -> str:
    if source in ANYWHERE:
        return "internet"
    return "clients_inside" if site.within(source) else "clients"


def _guarded(site: Site, source_role: str, target: str, source: str) -> Iterator[Flow]:
    rules = site.ingress("broker-group") or ()
    labels = [port for origin, port in rules if site.role_of_group(origin) == source_role]
    if labels:
        meaning = "broker to broker" if source == target else "manages"
        numbers = listed(sorted(dict.fromkeys(labels)), 4)
        yield Flow(
            (source, target), f"{meaning}: {numbers}", FlowKind.CONTROL, evidence=_records(site.group("broker-group"))
        )


def _storage(site: Site, there: set[str]) -> Iterator[Flow]:
    carried = {"data-bucket": (FlowKind.RECORDS, "records"), "ops-bucket": (FlowKind.CONTROL, "telemetry, licence")}
    for box, role in (("brokers", "data-plane"), ("console", "console")):
        principal = site.contract.principals.get(role)
        way = _way_to_storage(site, _GROUPS[box], there)
        for store in RECORD_STORES:
            node = site.bucket(store)
            evidence = site.rights(principal.arn, node) if principal and node else []
            if evidence or (principal and principal.may.get(store)):
                kind, label = carried[store]
                yield Flow((box, *way, store_id(store)), label, kind, standing=_declared_unless(bool(evidence)), evidence=tuple(evidence))


_GROUPS = {"brokers": "broker-group", "console": "console-group"}
"""The security group's role of each box."""


def _way_to_storage(site: Site, role: str, there: set[str]) -> tuple[str, ...]:
    """By the gateway endpoint, or around it, as the paths from the group say; without paths, by what is there."""
    ways = [site.leaves(role, node.id) for node in site.endpoints("Gateway")]
    if "s3_endpoint" in there and (not any(way is not None for way in ways) or any(ways)):
        return ("s3_endpoint",)
    return ("nat", "internet") if "nat" in there else ()


def _keys(site: Site) -> Iterator[Flow]:
    stores = [node for role in RECORD_STORES if (node := site.bucket(role)) is not None]
    edges = [e for node in stores for e in site.graph.edges(EdgeKind.ENCRYPTED_WITH, source=node.id)]
    if edges:
        records = tuple(sorted({record for edge in edges for record in edge.records}))
        yield Flow(("stores", "keys"), "encrypted with", FlowKind.CONTROL, evidence=records)


def _apis(site: Site) -> Iterator[Flow]:
    records = tuple(sorted({r for node in site.endpoints("Interface") for r in node.records}))
    for box in ("console", "brokers"):
        yield Flow(
            (box, "endpoints", "apis"), "AWS APIs, keys, logs", FlowKind.CONTROL, standing=_declared_unless(bool(records)), evidence=records
        )


def _ways_out(site: Site) -> Iterator[Flow]:
    gateways = [node for node in site.graph.nodes(NodeKind.NAT_GATEWAY) if site.in_vpc(node)]
    records = tuple(sorted({r for node in gateways for r in node.records}))
    if gateways:
        detail = "ways out, to AutoMQ Cloud (licence, versions) among others"
        for box, role in _GROUPS.items():
            way = site.leaves(role, INTERNET)
            if way != "":
                yield Flow(
                    (box, "nat", "internet"), "ways out", FlowKind.CONTROL, standing=Standing.UNKNOWN if way == "unknown" else Standing.SHOWN, evidence=records,
                    detail=detail,
                )  # fmt: skip


def _people(site: Site) -> Iterator[Flow]:
    by_console = site.contract.console
    if by_console is None:
        return
    if by_console.access == "session_manager":
        shown = any(
            str(node.properties.get("service") or "").endswith(".ssmmessages") for node in site.endpoints("Interface")
        )
        yield Flow(("people", "console"), "Session Manager", FlowKind.CONTROL, standing=_declared_unless(shown))
        return
    yield from _let_to_console(site, "console-load-balancer", "load balancer", shown=_balanced(site))
    yield from _let_to_console(site, "console-group", "past the load balancer", shown=True)


def _let_to_console(site: Site, role: str, label: str, *, shown: bool) -> Iterator[Flow]:
    for source, port in site.ingress(role) or ():
        if site.role_of_group(source) is None:
            box = "internet" if source in ANYWHERE else "people"
            evidence = _records(site.group(role))
            yield Flow((box, "console"), f"{label} {port}", FlowKind.CONTROL, standing=_declared_unless(shown), evidence=evidence)


def _balanced(site: Site) -> bool:
    """Whether a load balancer stands in its group; the rule alone carries nothing."""
    group = site.group("console-load-balancer")
    nodes = site.graph.nodes(NodeKind.LOAD_BALANCER)
    return group is not None and any(group.name in (node.properties.get("groups") or ()) for node in nodes)


def _logs(site: Site) -> Iterator[Flow]:
    found: dict[tuple[str, str, str], set[str]] = {}
    for edge in site.graph.edges(EdgeKind.LOGS_TO):
        ends = _log_ends(site, edge)
        if ends is not None:
            found.setdefault(ends, set()).update(edge.records)
    for (source, target, label), records in sorted(found.items()):
        yield Flow((source, target), label, FlowKind.LOGS, evidence=tuple(sorted(records)))
    alarms = tuple(sorted({r for edge in site.graph.edges(EdgeKind.NOTIFIES) for r in edge.records}))
    if alarms:
        yield Flow(("alarms", "topic"), "alarms", FlowKind.LOGS, evidence=alarms)


def _log_ends(site: Site, edge: Edge) -> tuple[str, str, str] | None:
    source, target = site.graph.get(edge.source), site.graph.get(edge.target)
    if source is None or target is None:
        return None
    sink = "log_groups" if target.kind is NodeKind.LOG_GROUP else store_id(site.bucket_roles.get(target.id, "-"))
    if source.kind is NodeKind.BUCKET:
        role = site.bucket_roles.get(source.id, "-")
        return ("stores" if role in RECORD_STORES else store_id(role)), sink, "access logs"
    if source.kind not in _LOG_LABELS:
        return None
    box, label = _LOG_LABELS[source.kind]
    return box, sink, label


def _vendor(site: Site) -> Iterator[Flow]:
    access, ops = site.contract.vendor_access, site.bucket("ops-bucket")
    if access.mode != "granted" or not access.principal:
        return
    evidence = site.rights(access.principal, ops) if ops else []
    what = [f"reads {listed(access.reads)}"] if access.reads else []
    what += [f"writes {listed(access.writes)}"] if access.writes else []
    yield Flow(
        ("vendor", store_id("ops-bucket")),
        "vendor window",
        FlowKind.CONTROL,
        standing=_declared_unless(bool(evidence)),
        evidence=tuple(evidence),
        detail=f"vendor window: {' and '.join(what)} until {access.until}",
    )


def _foreigners(site: Site) -> Iterator[Flow]:
    for node in foreign(site):
        for bucket, role in sorted(site.bucket_roles.items()):
            named = site.graph.edges(EdgeKind.GRANTS, source=bucket, target=node.id)
            edges = [*site.graph.edges(source=node.id, target=bucket), *named]
            if edges:
                verbs = sorted({_verb(edge) for edge in edges})
                records = tuple(sorted({record for edge in edges for record in edge.records}))
                yield Flow(
                    (foreign_id(node), store_id(role)),
                    verbs[0],
                    FlowKind.RECORDS,
                    evidence=records,
                    detail=", ".join(verbs),
                )


def _verb(edge: Edge) -> str:
    return "named by its policy" if edge.kind is EdgeKind.GRANTS else str(edge.kind).replace("_", " ")


def _copies(site: Site) -> Iterator[Flow]:
    for edge in site.graph.edges(EdgeKind.COPIES_TO):
        source, target = site.bucket_roles.get(edge.source), site.bucket_roles.get(edge.target)
        if source and target:
            yield Flow((store_id(source), store_id(target)), "copies", FlowKind.RECORDS, evidence=edge.records)
        elif source:
            yield Flow((store_id(source), "elsewhere"), "copies", FlowKind.RECORDS, evidence=edge.records)


def _records(node: Node | None) -> tuple[str, ...]:
    return node.records if node else ()


def _declared_unless(shown: bool) -> Standing:  # noqa: FBT001  # the one thing that it says
    return Standing.SHOWN if shown else Standing.DECLARED
