"""Who can read, write, destroy and administer: always, only if conditions hold, through others, or not known."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from audit.report.access import common_doubts, sentence
from audit.report.diagrams import places
from audit.report.diagrams.diagram import Box, Diagram, Flow, FlowKind, Shape, Standing
from audit.report.diagrams.holders import PRINCIPALS, Holders, holders, is_outside
from audit.report.diagrams.places import ACCESS
from audit.report.diagrams.site import Site, listed
from audit.report.diagrams.standings import of_access, records
from audit.report.diagrams.stores import Stores

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from audit.boundary import Boundary
    from audit.model.contract import Privilege
    from audit.model.graph import Edge

    _Held = dict[Privilege, dict[str, list[Edge]]]


def draw(boundary: Boundary, keep: frozenset[str] = frozenset()) -> Diagram:
    """Principals and what they may do to the stores; ``keep`` are ids of principals that are drawn by themselves."""
    site = Site(boundary, keep)
    stores, found = Stores(site), holders(site, stores=site.judged)
    inside = [one.box(site) for one in found if not is_outside(site, one)]
    outside = [one.box(site) for one in found if is_outside(site, one)]
    boxes = [
        *([Box("outside", Shape.GROUP, ("Outside the account",), tuple(outside))] if outside else []),
        places.account_box(
            site, (*inside, *_note(boundary), *places.unread(site, "principals", *PRINCIPALS)), "identities"
        ),
        replace(places.account_box(site, stores.box.children, stores.box.lines[0]), id="stores"),
    ]
    flows = [
        flow for one in found for flow in (*_direct(boundary, one, stores), *_through(boundary, one, stores, found))
    ]
    return Diagram(places.title(site, "Who can do what"), ("account", "stores"), tuple(boxes), tuple(flows))


def _note(boundary: Boundary) -> Iterator[Box]:
    doubts = common_doubts(list(boundary.graph.edges(*ACCESS)))
    if doubts:
        layers = listed(dict.fromkeys(part["layer"].upper() for part in doubts))
        lines = (f"An upper bound: {layers} not read", "each access holds unless they deny it")
        yield Box("note", Shape.FOLDED, lines, standing=Standing.UNKNOWN)


def _direct(boundary: Boundary, one: Holders, stores: Stores) -> Iterator[Flow]:
    """An arrow for each place and standing, with all privileges that are held there so."""
    for standing, by_privilege in one.held.items():
        if standing is not Standing.THROUGH:
            for box, whole, held in _by_place(by_privilege, stores):
                yield _flow(boundary, one, box, whole, held, standing)


def _by_place(held: _Held, stores: Stores) -> Iterator[tuple[str, set[str], _Held]]:
    everything = stores.all()
    everywhere = {privilege: by_store for privilege, by_store in held.items() if by_store.keys() == everything}
    if everywhere:
        yield stores.box.id, everything, everywhere
    rest = {privilege: by_store for privilege, by_store in held.items() if privilege not in everywhere}
    for box, whole in stores.places({store for by_store in rest.values() for store in by_store}):
        within = {
            privilege: {store: by_store[store] for store in by_store.keys() & whole}
            for privilege, by_store in rest.items()
        }
        yield box, whole, {privilege: by_store for privilege, by_store in within.items() if by_store}


def _flow(boundary: Boundary, one: Holders, box: str, whole: set[str], held: _Held, standing: Standing) -> Flow:
    edges = tuple(edge for by_store in held.values() for store in sorted(by_store) for edge in by_store[store])
    label = ", ".join(_privilege(one, privilege, by_store, whole) for privilege, by_store in held.items())
    said = dict.fromkeys(line for edge in edges[:_TOLD] for line in sentence(boundary, edge))
    detail = f"{label}: {'; '.join(said)}"
    return Flow((one.id, box), label, FlowKind.ACCESS, standing, records(edges), detail, one.principals, edges)


def _privilege(one: Holders, privilege: Privilege, by_store: Mapping[str, list[Edge]], whole: set[str]) -> str:
    """A privilege, and how many have it of those that are one box, or on how many of the stores that are."""
    if one.folded:
        return f"{privilege.value} \u00d7 {len({edge.source for edges in by_store.values() for edge in edges}):,}"
    return privilege.value if len(by_store) == len(whole) else f"{privilege.value} ({len(by_store)} of {len(whole)})"


_TOLD = 3
"""So many edges of an arrow are told of in words; all of them are its evidence."""


def _through(boundary: Boundary, one: Holders, stores: Stores, found: list[Holders]) -> Iterator[Flow]:
    """An arrow to each box whose rights are used on the way, with what comes of it."""
    boxes = {principal: other.id for other in found for principal in other.principals}
    steps: dict[str, list[tuple[str, Edge]]] = defaultdict(list)
    for edge in (edge for edge in one.edges if of_access(edge) is Standing.THROUGH):
        for path in filter(None, edge.properties["through"]):
            first = path[0]
            target = boxes.get(first["target"]) or next(iter(stores.places({edge.target})), (one.id,))[0]
            steps[target].append((str(first["primitive"]), edge))
    for target, taken in steps.items():
        if target != one.id:
            edges = tuple({id(edge): edge for _, edge in taken}.values())
            what = dict.fromkeys(primitive for primitive, _ in taken)
            told = "; ".join(dict.fromkeys(line for edge in edges[:_TOLD] for line in sentence(boundary, edge)))
            detail = f"{listed(what, len(what))}: {told}"
            many = f" \u00d7 {len({edge.source for edge in edges}):,}" if one.folded else ""
            label = f"{len(what)} {'way' if len(what) == 1 else 'ways'}{many}"
            yield Flow(
                (one.id, target),
                label,
                FlowKind.ACCESS,
                Standing.THROUGH,
                records(edges),
                detail,
                one.principals,
                edges,
            )
