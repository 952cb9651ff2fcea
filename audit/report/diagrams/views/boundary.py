"""The boundary: accounts, networks, storage, keys, identities and log sinks, and what crosses it."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from audit.model.contract import Privilege
from audit.model.graph import EdgeKind, NodeKind
from audit.report.diagrams import crossings, places
from audit.report.diagrams.diagram import Box, Diagram, Flow, FlowKind, Shape
from audit.report.diagrams.holders import PRINCIPALS, Holders, holders, is_outside
from audit.report.diagrams.places import RECORD_STORES, box_id
from audit.report.diagrams.site import Site, items, listed, short
from audit.report.diagrams.standings import records, strongest

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator

    from audit.boundary import Boundary
    from audit.model.graph import Edge, Node
    from audit.report.diagrams.diagram import Standing

_STORAGE = (
    (NodeKind.VOLUME, "Volumes"),
    (NodeKind.SNAPSHOT, "Snapshots"),
    (NodeKind.BACKUP_VAULT, "Backup vaults"),
    (NodeKind.SECRET, "Secrets"),
)
_LOGS = ((NodeKind.TRAIL, "Trails"), (NodeKind.LOG_GROUP, "Log groups"), (NodeKind.TOPIC, "Topics"))
_LISTED = 2


def draw(boundary: Boundary, keep: frozenset[str] = frozenset()) -> Diagram:
    """The account from above: what is in it, what is outside, and what goes between; those to keep stand alone."""
    site = Site(boundary, keep)
    found = holders(site)
    inside = [one for one in found if not is_outside(site, one)]
    groups = [
        places.network(site),
        _group("identities", "Identities", _identities(site, inside, found)),
        _group("storage", "Storage", _storage(site)),
        _group("keys", "Keys", _keys(site)),
        _group("logs", "Log sinks", _logs(site)),
        *places.folded(site, "vpcs", "Other VPCs", _other_vpcs(site)),
        *places.unread(site, "ways in", NodeKind.ENTRANCE, NodeKind.GATEWAY, NodeKind.VPC),
    ]
    outside = [one.box(site) for one in found if is_outside(site, one)]
    holding = {principal for one in found for principal in one.principals}
    others = [box for box in crossings.outside(site, vendor=True) if not box.about or {*box.about} - holding]
    boxes = [*others, *outside, *_accounts(site)]
    account = places.account_box(site, (box for box in groups if box.children or box.shape is not Shape.GROUP))
    flows = list(_flows(site, found, account))
    there = {path[-1] for box in (*boxes, account) for path, _ in box.walk()}
    flows = [flow for flow in flows if set(flow.hops) <= there]
    used = {hop for flow in flows for hop in flow.hops} | {"vendor"}
    kept = [box for box in boxes if box.id in used or box.shape is Shape.FOLDED]
    return Diagram(places.title(site, "The boundary"), ("account",), (*kept, account), tuple(flows), "down")


def _group(box: str, name: str, children: Iterable[Box]) -> Box:
    return Box(box, Shape.GROUP, (name,), tuple(children))


def _identities(site: Site, inside: list[Holders], found: list[Holders]) -> Iterator[Box]:
    """Who holds something here; of the others, how many there are."""
    yield from (one.box(site) for one in inside)
    holding = {principal for one in found for principal in one.principals}
    declared = site.boundary.declared
    idle = [n for n in site.graph.nodes(*PRINCIPALS) if n.id not in holding and n.account == site.contract.account]
    for node in idle:
        if node.id in declared:
            yield Box(
                box_id("who", node.id), Shape.IDENTITY, (site.boundary.roles[node.id], node.name), about=(node.id,)
            )
    rest = [node for node in idle if node.id not in declared]
    yield from places.folded(site, "principals", "Other roles and users, no access found", rest)
    yield from places.unread(site, "principals", *PRINCIPALS)


def _storage(site: Site) -> Iterator[Box]:
    yield from (places.store(site, role) for role in RECORD_STORES if role in site.contract.buckets)
    yield from places.file_systems(site)
    yield from _counted(site, _STORAGE, Shape.STORE)
    ours = {*site.bucket_roles}
    buckets = [n for n in site.graph.nodes(NodeKind.BUCKET) if n.id not in ours and n.account == site.contract.account]
    yield from places.folded(site, "buckets", "Other buckets", buckets)
    yield from places.unread(site, "storage", NodeKind.BUCKET, *(kind for kind, _ in _STORAGE))


def _keys(site: Site) -> Iterator[Box]:
    yield from (places.key(site, role) for role in sorted(site.contract.keys))
    ours = {key.arn for key in site.contract.keys.values()}
    rest = [n for n in site.graph.nodes(NodeKind.KEY) if n.id not in ours and n.account == site.contract.account]
    yield from places.folded(site, "keys", "Other keys", rest)
    yield from places.unread(site, "keys", NodeKind.KEY)


def _logs(site: Site) -> Iterator[Box]:
    yield from (places.store(site, role) for role in sorted({*site.contract.buckets} - {*RECORD_STORES}))
    yield from _counted(site, _LOGS, Shape.LOG)
    yield from places.unread(site, "log sinks", NodeKind.EVENT_DATA_STORE, *(kind for kind, _ in _LOGS))


def _counted(site: Site, kinds: Iterable[tuple[NodeKind, str]], shape: Shape) -> Iterator[Box]:
    """One box for each kind, with how many there are."""
    for kind, name in kinds:
        nodes = [node for node in site.graph.nodes(kind) if node.account == site.contract.account]
        if nodes:
            lines = (f"{name} \u00d7 {len(nodes):,}", listed((node.name for node in nodes), _LISTED))
            yield Box(_all(kind), shape, lines, about=tuple(node.id for node in nodes))


def _all(kind: NodeKind) -> str:
    return f"all_{kind.value}"


def _other_vpcs(site: Site) -> list[Node]:
    return [
        node for node in site.graph.nodes(NodeKind.VPC) if node != site.vpc and node.account == site.contract.account
    ]


def _accounts(site: Site) -> Iterator[Box]:
    """The other accounts that were walked, with how much of each was seen, and log accounts that were not."""
    found: dict[str, list[Node]] = defaultdict(list)
    for node in site.graph.nodes():
        if node.account not in {"", site.contract.account} and node.kind is not NodeKind.FOREIGN_PRINCIPAL:
            found[node.account].append(node)
    for account, nodes in sorted(found.items()):
        lines = (f"Account {account}", f"{len(nodes):,} things walked")
        yield Box(box_id("account", account), Shape.FOLDED, lines, about=tuple(node.id for node in nodes))
    for account in sorted({sink.account for sink in site.contract.log_sinks if sink.account} - {*found}):
        yield Box(box_id("account", account), Shape.OUTSIDE, (f"Account {account}", "keeps logs, not walked"))


def _flows(site: Site, found: list[Holders], account: Box) -> Iterator[Flow]:
    yield from crossings.clients(site)
    yield from crossings.others(site)
    yield from _running(site, found)
    owner = {one: path[1] for path, box in account.walk() if len(path) > 1 for one in box.about}
    for one in found:
        yield from _held(site, one, owner)
    owner |= {
        node.id: "vpc" for node in site.graph.nodes(NodeKind.FLOW_LOG, NodeKind.QUERY_LOG) if _watches(site, node)
    }
    sinks = [sink for sink in site.contract.log_sinks if sink.account]
    elsewhere = {site.boundary.sink_id(sink): box_id("account", sink.account or "") for sink in sinks}
    yield from _summed(site, EdgeKind.ENCRYPTED_WITH, owner, FlowKind.KEYS)
    yield from _summed(site, EdgeKind.LOGS_TO, owner | elsewhere, FlowKind.LOGS, {"logs", *elsewhere.values()})
    yield from _summed(site, EdgeKind.BACKED_UP_TO, owner, FlowKind.RECORDS)


def _running(site: Site, found: list[Holders]) -> Iterator[Flow]:
    """Machines and the identities that they run as."""
    boxes = {principal: one.id for one in found for principal in one.principals}
    for box, group in crossings.GROUPS.items():
        edges: dict[str, list[Edge]] = defaultdict(list)
        for machine in site.machines(group):
            for edge in site.graph.edges(EdgeKind.RUNS_AS, source=machine.id):
                edges[boxes.get(edge.target, box_id("who", edge.target))].append(edge)
        for target, them in sorted(edges.items()):
            yield Flow((box, target), "runs as", FlowKind.CONTROL, evidence=records(them), edges=tuple(them))


def _held(site: Site, one: Holders, owner: dict[str, str]) -> Iterator[Flow]:
    """What a holder may do to the records, and one from outside to logs too; the view of identities tells all of it."""
    stores = {site.bucket_id(role) for role in RECORD_STORES if role in site.contract.buckets}
    stores |= {site.boundary.store_id(one) for one in site.contract.file_systems.values()}
    found: dict[str, list[tuple[Standing, Privilege, Edge]]] = defaultdict(list)
    for standing, by_privilege in one.held.items():
        for privilege, by_store in by_privilege.items():
            for store, edges in by_store.items():
                if store in stores or (owner.get(store) == "logs" and is_outside(site, one)):
                    found[owner.get(store, "storage")] += [(standing, privilege, edge) for edge in edges]
    for target, held in sorted(found.items()):
        label = ", ".join(privilege.value for privilege in Privilege if any(privilege is other for _, other, _ in held))
        edges = [edge for _, _, edge in held]
        standing = strongest(standing for standing, _, _ in held)
        yield Flow((one.id, target), label, FlowKind.ACCESS, standing, records(edges), "", one.principals, tuple(edges))


def _watches(site: Site, node: Node) -> bool:
    """Whether a flow or query log is one of the contract's VPC."""
    watched = {short(node.properties.get("resource")), *map(short, items(node, "vpcs"))}
    return site.vpc is not None and site.vpc.name in watched


def _summed(
    site: Site, kind: EdgeKind, owner: dict[str, str], flow: FlowKind, into: Container[str] | None = None
) -> Iterator[Flow]:
    """All edges of a kind between groups of the account, in one arrow for each two groups; ``into`` some of them."""
    found: dict[tuple[str, str], list[Edge]] = defaultdict(list)
    for edge in site.graph.edges(kind):
        source, target = owner.get(edge.source), owner.get(edge.target)
        # Where others' logs go is not this boundary's.
        if source and target and (into is None or target in into):
            found[source, target].append(edge)
    for (source, target), edges in sorted(found.items()):
        hops = (target, source) if flow is FlowKind.KEYS else (source, target)
        if source != target:
            yield Flow(hops, _SAYS[kind], flow, evidence=records(edges), edges=tuple(edges))


_SAYS = {EdgeKind.ENCRYPTED_WITH: "", EdgeKind.LOGS_TO: "", EdgeKind.BACKED_UP_TO: "backups"}
