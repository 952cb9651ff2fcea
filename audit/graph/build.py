"""Snapshot to boundary graph: what is there, and what the answers of AWS say connects it; pure and repeatable."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.graph.links import links
from audit.graph.shared import unjoined
from audit.model.graph import INTERNET, BoundaryGraph, Edge, Gap, Node, NodeKind
from audit.model.snapshot import GLOBAL, Snapshot
from audit.services import modules, rows
from audit.services.facts import Facts
from audit.services.row import Row, Scope

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from types import ModuleType


def build(snapshot: Snapshot, services: Iterable[ModuleType] | None = None) -> BoundaryGraph:
    """The graph of a snapshot; ``services`` are the modules of audit.services (by default every one).

    The order of the snapshot's records does not matter. An edge may end at what was never described (a group of an
    account that was not walked): the edge stays and the graph's ``get`` of that end is None.
    """
    known = rows()
    ordered = _ordered(snapshot)
    graph = BoundaryGraph()
    graph.emulated = dict(sorted(snapshot.manifest.emulated.items()))
    graph.walked = _walked(snapshot)
    for account, region in _places(ordered):
        facts = Facts(ordered, account, region, known)
        for module in modules() if services is None else services:
            for element in _described(module, facts, known):
                graph.add(element)
    for element in [*links(graph), *unjoined(graph, ordered)]:
        graph.add(element)
    for node in _implied(graph):
        graph.add(node)
    return graph


def _ordered(snapshot: Snapshot) -> Snapshot:
    key = [(r.account, r.region, r.service, r.operation, r.id, r) for r in snapshot.records]
    return Snapshot(snapshot.manifest, tuple(entry[-1] for entry in sorted(key, key=lambda entry: entry[:-1])))


def _walked(snapshot: Snapshot) -> frozenset[tuple[str, str]]:
    """The accounts and regions that were entered, and those that some record is of."""
    manifest = snapshot.manifest
    entered = {(a.id, region) for a in manifest.accounts if a.unreadable is None for region in manifest.regions}
    return frozenset(
        entered | {(a, GLOBAL) for a, _ in entered} | {(record.account, record.region) for record in snapshot.records}
    )


def _places(snapshot: Snapshot) -> Iterator[tuple[str, str]]:
    manifest = snapshot.manifest
    accounts = {account.id for account in manifest.accounts} | {record.account for record in snapshot.records}
    regions = {*manifest.regions, GLOBAL} | {record.region for record in snapshot.records}
    for account in sorted(accounts):
        for region in (GLOBAL, *sorted(regions - {GLOBAL})):
            yield account, region


def _described(module: ModuleType, facts: Facts, known: Mapping[str, Row]) -> Iterator[Node | Edge | Gap]:
    scope = Scope.GLOBAL if facts.region == GLOBAL else Scope.REGIONAL
    if not hasattr(module, "describe") or all(row.scope is not scope for row in module.ROWS):
        return
    for element in module.describe(facts):
        # A module with rows of both scopes is asked in both: a call that is never made in this one is no gap here.
        if not isinstance(element, Gap) or known[element.operation].scope is scope:
            yield element


def _implied(graph: BoundaryGraph) -> list[Node]:
    """Nodes that edges name and no record describes: AWS's service principals, and the internet."""
    ends = {end for edge in graph.edges() for end in (edge.source, edge.target) if end not in graph}
    kinds = {end: _kind(end) for end in sorted(ends)}
    return [Node(end, kind, end, "", "") for end, kind in kinds.items() if kind is not None]


def _kind(end: str) -> NodeKind | None:
    if end == INTERNET:
        return NodeKind.INTERNET
    is_service = ":" not in end and end.endswith((".amazonaws.com", ".amazonaws.com.cn"))
    return NodeKind.SERVICE if is_service else None
