"""The answers of ``byoc access who-can`` and ``can`` on a console."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING

from rich.text import Text

from audit.boundary import PRIVILEGES
from audit.model.graph import NodeKind
from audit.report.access import (
    TITLES,
    Standing,
    common_doubts,
    hop_proofs,
    proofs,
    sentence,
    standing,
    upper_bound,
    who,
)
from audit.report.text import indented, print_lines, printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rich.console import Console

    from audit.boundary import Boundary
    from audit.model.contract import Privilege
    from audit.model.graph import Citation, Edge
    from audit.report.text import Line

_STYLES = {Standing.ALWAYS: "bold", Standing.ONLY_IF: "bold", Standing.THROUGH: "bold", Standing.UNDETERMINED: "yellow"}
_ORDER = list(Standing)
_ID = 12
_BLANK: Line = (0, Text())


def who_can(
    boundary: Boundary,
    store: str,
    privilege: Privilege,
    edges: Iterable[Edge],
    console: Console,
    taken: Iterable[str] | None = None,
) -> None:
    """Print who has the privilege: always, only if, through others, not known; ``taken`` lost it to guardrails."""
    title = f"Who can {privilege.value} {boundary.label(store)}{'' if taken is None else ', with the guardrails'}?"
    print_lines(console, (*_head(title), *_holders(boundary, list(edges)), *_taken(boundary, taken)))


def _taken(boundary: Boundary, taken: Iterable[str] | None) -> Iterator[Line]:
    if taken is None:
        return
    yield _BLANK
    yield 0, Text("Taken away by the guardrails", "bold")
    for text in sorted(who(boundary, one) for one in taken) or ["from nobody"]:
        yield indented(Text(printable(text)), 2)


def can(boundary: Boundary, principal: str, edges: Iterable[Edge], console: Console) -> None:
    """Print what a principal can do, store by store, and the stores on which it has nothing."""
    print_lines(console, (*_head(f"What can {who(boundary, principal)} do?"), *_held(boundary, principal, list(edges))))


def proof(citations: Iterable[Citation]) -> Iterator[Text]:
    """The cited documents, a line each: pointers and the record that holds them."""
    for document, record, pointers in proofs(citations):
        held = f" (record {record[:_ID]})" if record else ""
        yield Text(f"{printable(document)} {', '.join(pointers)}".rstrip() + held, "dim")


def _head(title: str) -> Iterator[Line]:
    yield 0, Text(printable(title), "bold")


def _holders(boundary: Boundary, edges: list[Edge]) -> Iterator[Line]:
    counts = Counter(map(standing, edges))
    yield 0, Text(", ".join(f"{counts[one]} {TITLES[one].lower()}" for one in _ORDER if counts[one]) or "nobody")
    common = common_doubts(edges)
    yield from _doubts(boundary, common)
    ordered = sorted(edges, key=lambda edge: (_ORDER.index(standing(edge)), who(boundary, edge.source)))
    for group, held in groupby(ordered, key=standing):
        yield _BLANK
        yield 0, Text(TITLES[group], _STYLES[group])
        for edge in held:
            yield indented(Text(printable(who(boundary, edge.source)), "bold"), 2)
            yield from _row(boundary, edge, common, known="always")


def _held(boundary: Boundary, principal: str, edges: list[Edge]) -> Iterator[Line]:
    common = common_doubts(edges)
    yield from _doubts(boundary, common)
    stores = [boundary.store_id(store) for store in boundary.stores.values()]
    named = [*stores, *sorted({edge.target for edge in edges} - set(stores))]
    for store in named:
        held = [edge for edge in edges if edge.target == store]
        if held:
            yield _BLANK
            yield 0, Text(printable(boundary.label(store)), "bold")
        for edge in sorted(held, key=lambda edge: list(PRIVILEGES).index(edge.kind)):
            other = f" (as {who(boundary, edge.source)})" if edge.source != principal else ""
            yield indented(Text(printable(f"{PRIVILEGES[edge.kind].value}{other}"), "bold"), 2)
            yield from _row(boundary, edge, common)
    yield from _nothing(boundary, named, edges)


def _nothing(boundary: Boundary, stores: Sequence[str], edges: list[Edge]) -> Iterator[Line]:
    touched = {edge.target for edge in edges}
    free = [boundary.roles.get(store, store) for store in stores if store not in touched and boundary.placed(store)]
    unread = [boundary.roles.get(store, store) for store in stores if not boundary.placed(store)]
    yield _BLANK
    if free:
        yield 0, Text(printable(f"Nothing on {', '.join(free)}"))
    if unread:
        yield 0, Text(printable(f"Not known of {', '.join(unread)}: not found in this audit"), "yellow")


def _doubts(boundary: Boundary, common: Sequence[dict[str, str]]) -> Iterator[Line]:
    if common:
        yield 0, Text(f"An upper bound: each holds unless {upper_bound(boundary, common)}", "yellow")


def _row(boundary: Boundary, edge: Edge, common: Sequence[dict[str, str]], known: str = "") -> Iterator[Line]:
    """How one privilege is held, and its proof; ``known`` is what the heading above says already."""
    for line in sentence(boundary, edge, common):
        if line == known:
            continue
        yield indented(
            Text(printable(line), "yellow" if line.startswith(("not known", "unless", "perhaps")) else ""), 4
        )
    actions = edge.properties.get("actions") or ()
    if actions:
        yield indented(Text(f"with {', '.join(actions)}", "dim"), 4)
    # What proves a path through others is told hop by hop.
    direct = () if standing(edge) is Standing.THROUGH else proof(edge.because)
    yield from (indented(Text.assemble("proof: ", line), 4) for line in direct)
    if not edge.because:
        yield from (indented(Text.assemble("proof: ", line), 4) for line in _without_statement(boundary, edge))
    for hop, citations in hop_proofs(boundary, edge).items():
        yield from (indented(Text.assemble(f"proof of {hop}: ", line), 4) for line in proof(citations))


def _without_statement(boundary: Boundary, edge: Edge) -> Iterator[Text]:
    """What no statement gives: the root user's power, or what a listing that was not read could hide."""
    node = boundary.graph.get(edge.source)
    if node is not None and node.kind is NodeKind.ROOT_USER:
        yield Text("a root user has every permission in its own account that no policy takes away", "dim")
    elif edge.records:
        yield Text(f"record {edge.records[0][:_ID]}", "dim")
