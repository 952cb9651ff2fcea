"""Who gained and who lost what, on a console and as JSON (``byoc-difference/1``)."""

from __future__ import annotations

import json
from itertools import groupby
from typing import TYPE_CHECKING, Any

from rich.text import Text

from audit.difference.access import Kind
from audit.difference.causes import did
from audit.report.access import LAYERS, row_json, sentence, who
from audit.report.text import indented, print_lines, printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from audit.boundary import Boundary
    from audit.difference.access import Change, Comparison
    from audit.difference.causes import Did
    from audit.model.graph import Edge
    from audit.report.text import Line

DIFFERENCE_FORMAT = "byoc-difference/1"
_TITLES = {
    Kind.GAINED: ("Gained", "bold red"),
    Kind.LOST: ("Lost", "bold green"),
    Kind.CHANGED: ("Changed", "bold"),
    Kind.UNKNOWN: ("Not known, since one side could not read what settles it", "bold yellow"),
}
_SIGNS = {"added": "+", "removed": "-"}
_ID = 12
_BLANK: Line = (0, Text())


def show(compared: Comparison, console: Console) -> None:
    """Print what changed, what did it, and what could not be compared; what changed alike is told together."""
    groups: dict[tuple[Kind, str, str, str, tuple[Did, ...]], list[Change]] = {}
    for change in compared.changes:
        groups.setdefault(_alike(compared, change), []).append(change)
    lines: list[Line] = []
    told: set[str] = set()
    for kind, keys in groupby(groups, key=lambda key: key[0]):
        title, style = _TITLES[kind]
        lines.append((0, Text(title, style)))
        for key in keys:
            lines += _group(compared, groups[key], key[2:4], key[4], told)
        lines.append(_BLANK)
    print_lines(console, [*(lines or [(0, Text("Nobody gained or lost anything."))]), *_notes(compared)])


def as_json(compared: Comparison) -> dict[str, Any]:
    """The difference as ``--format json`` prints it."""
    return {
        "format": DIFFERENCE_FORMAT,
        "only": "access",
        "changes": [_change_json(compared, change) for change in compared.changes],
        "uncompared": list(compared.uncompared),
        "doubts": list(compared.doubts),
    }


def _alike(compared: Comparison, change: Change) -> tuple[Kind, str, str, str, tuple[Did, ...]]:
    before, after = _how(compared.first.boundary, change.before), _how(compared.second.boundary, change.after)
    return change.kind, change.principal, before, after, did(compared, change)


def _group(
    compared: Comparison, changes: list[Change], how: tuple[str, str], found: tuple[Did, ...], told: set[str]
) -> Iterator[Line]:
    """Privileges of one principal that changed alike, and what did it; a statement's text stands once."""
    first = changes[0]
    boundary = (compared.second if first.after is not None else compared.first).boundary
    yield indented(Text(printable(who(boundary, first.edge.source)), "bold"), 2)
    for store, of in groupby(changes, key=lambda change: change.edge.target):
        privileges = ", ".join(change.privilege.value for change in of)
        yield indented(Text(printable(f"{privileges} {boundary.label(store)}")), 4)
    yield indented(Text(printable(f"before: {how[0]}")), 6)
    yield indented(Text(printable(f"after:  {how[1]}")), 6)
    for one in found:
        yield from did_lines(one, told)


def _how(boundary: Boundary, edge: Edge | None) -> str:
    """How a privilege is held, in one line; unread layers that both sides may share are left to the notes."""
    if edge is None:
        return "no"
    return "; ".join(sentence(boundary, edge, edge.properties.get("unless") or ()))


def did_lines(found: Did, told: set[str]) -> Iterator[Line]:
    """What did it, and its text where that was not told yet."""
    sign = _SIGNS.get(found.how, "~")
    style = {"+": "green", "-": "red"}.get(sign, "yellow")
    held = f" (record {found.record[:_ID]})" if found.record else ""
    what = LAYERS.get(found.what, found.what) if found.how == "turned" else found.what
    said = found.effect if found.how == "turned" else found.pointer
    again = " as above" if found.text in told else ""
    text = printable(f"{what} {said}".rstrip())
    yield indented(Text.assemble((f"{sign} {found.how} ", style), text, (f"{held}{again}", "dim")), 6)
    if found.text and not again:
        told.add(found.text)
        yield indented(Text(printable(found.text), "dim"), 8)


def _notes(compared: Comparison) -> Iterator[Line]:
    if compared.uncompared:
        yield (
            0,
            Text(printable(f"Not compared, since not read on both sides: {', '.join(compared.uncompared)}"), "yellow"),
        )
    for doubt in compared.doubts:
        yield 0, Text(printable(doubt[0].upper() + doubt[1:]), "yellow")


def _change_json(compared: Comparison, change: Change) -> dict[str, Any]:
    sides = ((compared.first, change.before), (compared.second, change.after))
    before, after = (row_json(side.boundary, edge) if edge is not None else None for side, edge in sides)
    return {
        "kind": change.kind.value,
        "principal": change.principal,
        "store": change.store,
        "privilege": change.privilege.value,
        "before": before,
        "after": after,
        "did": [did_json(one) for one in did(compared, change)],
    }


def did_json(found: Did) -> dict[str, Any]:
    """What did it, as ``--format json`` prints it."""
    return {
        "how": found.how,
        "what": found.what,
        "layer": found.layer,
        "pointer": found.pointer,
        "effect": found.effect,
        "statement": json.loads(found.text) if found.text else None,
        "record": found.record,
    }
