"""Who sends records where: producers and consumers, brokers, storage, console and vendor, in numbered flows.

What the graph shows is drawn solid; what only the contract declares is drawn as declared. Nothing is judged here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.access.phrase import phrase
from audit.model.graph import EdgeKind
from audit.report.diagrams import crossings, places
from audit.report.diagrams.crossings import GROUPS, by_group
from audit.report.diagrams.diagram import Box, Diagram, Flow, FlowKind, Shape, Standing
from audit.report.diagrams.places import RECORD_STORES, key_id, store_id
from audit.report.diagrams.site import Site, listed
from audit.report.diagrams.standings import of_access, records, strongest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.boundary import Boundary
    from audit.model.graph import Edge

_CARRIED = {"data-bucket": (FlowKind.RECORDS, "records"), "ops-bucket": (FlowKind.CONTROL, "telemetry, licence")}


def draw(boundary: Boundary, keep: frozenset[str] = frozenset()) -> Diagram:
    """Who sends records where, by which way, protocol and port, and what encrypts them at rest."""
    site = Site(boundary, keep)
    boxes = (*crossings.outside(site), places.account_box(site, _inside(site)))
    there = {path[-1] for box in boxes for path, _ in box.walk()}
    flows = [flow for flow in _flows(site, there) if set(flow.hops) <= there]
    used = {hop for flow in flows for hop in flow.hops}
    kept = tuple(b for b in boxes if b.id == "account" or used & {p[-1] for p, _ in b.walk()})
    return Diagram(places.title(site, "Data flows"), ("account",), kept, tuple(flows), "down")


def _inside(site: Site) -> Iterator[Box]:
    yield places.network(site)
    stores = tuple(places.store(site, role) for role in RECORD_STORES if role in site.contract.buckets)
    mounted = tuple(places.file_systems(site))
    title = "Storage: S3, and EFS until records are there" if mounted else "Storage: S3"
    yield Box("stores", Shape.GROUP, (title,), (*stores, *mounted))
    yield Box("apis", Shape.OUTSIDE, ("AWS APIs", "of the region"))
    keys = dict.fromkeys(role for store in _stores(site) for _, role in _keys_of(site, store))
    if keys:
        yield Box("keys", Shape.GROUP, ("KMS keys",), tuple(places.key(site, role) for role in keys))


def _stores(site: Site) -> dict[str, str]:
    """What holds records and telemetry, by role: node ids."""
    buckets = {role: site.bucket_id(role) for role in RECORD_STORES if role in site.contract.buckets}
    mounted = {role: site.boundary.store_id(one) for role, one in site.contract.file_systems.items()}
    return {**buckets, **mounted}


def _keys_of(site: Site, store: str) -> Iterator[tuple[Edge, str]]:
    """The contract's keys that encrypt a store, as edge and role."""
    for edge in site.graph.edges(EdgeKind.ENCRYPTED_WITH, source=_stores(site)[store]):
        role = site.key_role(edge.target)
        if role is not None:
            yield edge, role


def _flows(site: Site, there: set[str]) -> Iterator[Flow]:
    yield from crossings.clients(site)
    yield from _guarded(site, "broker-group", "brokers", "brokers")
    yield from _storage(site, there)
    yield from _mounts(site)
    yield from _keys(site)
    yield from _guarded(site, "console-group", "brokers", "console")
    yield from _apis(site)
    yield from crossings.others(site)


def _guarded(site: Site, source_role: str, target: str, source: str) -> Iterator[Flow]:
    rules = site.ingress("broker-group") or ()
    labels = [port for origin, port in rules if site.role_of_group(origin) == source_role]
    if labels:
        meaning = "broker to broker" if source == target else "manages"
        numbers = listed(sorted(dict.fromkeys(labels)), 2)
        yield by_group(site, "broker-group", (source, target), f"{meaning}: tcp {numbers}")


def _storage(site: Site, there: set[str]) -> Iterator[Flow]:
    for box, role in (("brokers", "data-plane"), ("console", "console")):
        for store in RECORD_STORES:
            way = _way_to_storage(site, GROUPS[box], there)
            yield from _stored(site, site.runs_as(GROUPS[box], role), store, (box, *way))


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


def _mounts(site: Site) -> Iterator[Flow]:
    """Brokers to the file systems of the log."""
    principals = site.runs_as(GROUPS["brokers"], "data-plane")
    for role, declared in site.contract.file_systems.items():
        node = site.graph.get(site.boundary.store_id(declared))
        edges = tuple(edge for one in principals for edge in (site.rights(one, node) if node else ()))
        standing = strongest(map(of_access, edges)) if edges else Standing.DECLARED
        label, hops = "records, NFS with TLS: tcp 2049", ("brokers", store_id(role))
        yield Flow(hops, label, FlowKind.RECORDS, standing, records(edges), "", tuple(principals), edges)


def _way_to_storage(site: Site, role: str, there: set[str]) -> tuple[str, ...]:
    """By the gateway endpoint, or around it, as the paths from the group say; without paths, by what is there."""
    ways = [site.leaves(role, node.id) for node in site.endpoints("Gateway")]
    if "s3_endpoint" in there and (not any(ways) or set(ways) - {None, Standing.DECLARED}):
        return ("s3_endpoint",)
    return ("nat", "internet") if "nat" in there else ()


def _keys(site: Site) -> Iterator[Flow]:
    for store in _stores(site):
        for edge, key in _keys_of(site, store):
            yield Flow((key_id(key), store_id(store)), "at rest", FlowKind.KEYS, evidence=edge.records, edges=(edge,))


def _apis(site: Site) -> Iterator[Flow]:
    found = sorted({record for node in places.aws_endpoints(site) for record in node.records})
    standing = Standing.SHOWN if found else Standing.DECLARED
    for box in ("console", "brokers"):
        yield Flow((box, "endpoints", "apis"), "AWS APIs, keys, logs", FlowKind.CONTROL, standing, tuple(found))
