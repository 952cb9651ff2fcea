"""Which paths opened and which closed, on a console and as JSON (``byoc-difference/1``)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.text import Text

from audit.difference.reach import Kind
from audit.difference.rules import did
from audit.model.graph import INTERNET
from audit.reach.addresses import PUBLIC, V4, addresses
from audit.reach.drafts import port_text
from audit.report.difference import DIFFERENCE_FORMAT, did_json, did_lines
from audit.report.reach_rows import listed
from audit.report.text import indented, print_lines, printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from audit.difference.causes import Did
    from audit.difference.reach import Change, Comparison
    from audit.report.text import Line

_TITLES = {
    Kind.OPENED: ("Opened", "bold red"),
    Kind.CLOSED: ("Closed", "bold green"),
    Kind.UNKNOWN: ("Not known, since one side could not read what settles it", "bold yellow"),
}
_BLANK: Line = (0, Text())


def show(compared: Comparison, console: Console) -> None:
    """Print the paths that opened and closed and the rules that did it; what one cause did is told together."""
    lines: list[Line] = []
    told: set[str] = set()
    for kind, (title, style) in _TITLES.items():
        changes = [change for change in compared.changes if change.kind is kind]
        if not changes:
            continue
        lines.append((0, Text(title, style)))
        groups: dict[tuple[Did, ...], list[Change]] = {}
        for change in changes:
            groups.setdefault(did(compared, change), []).append(change)
        for causes, alike in groups.items():
            lines += [indented(Text(printable(text), "bold"), 2) for text in _texts(compared, alike)]
            lines += [line for one in causes for line in did_lines(one, told)]
        lines.append(_BLANK)
    notes = [(0, Text(printable(doubt[0].upper() + doubt[1:]), "yellow")) for doubt in compared.doubts]
    print_lines(console, [*(lines or [(0, Text("No path opened or closed."))]), *notes])


def as_json(compared: Comparison) -> dict[str, Any]:
    """The difference as ``--format json`` prints it."""
    return {
        "format": DIFFERENCE_FORMAT,
        "only": "reach",
        "changes": [_change_json(compared, change) for change in compared.changes],
        "uncompared": [],
        "doubts": list(compared.doubts),
    }


def _texts(compared: Comparison, changes: list[Change]) -> Iterator[str]:
    """A line for each path; what is so for both protocols stands once."""
    protocols: dict[str, list[str]] = {}
    for change in changes:
        protocols.setdefault(_text(compared, change), []).append(change.protocol)
    yield from (text.replace("{protocol}", " and ".join(found), 1) for text, found in protocols.items())


def _text(compared: Comparison, change: Change) -> str:
    boundary = (compared.second if change.after else compared.first).boundary
    ends = [
        boundary.label(end) if end != INTERNET else "the internet" for end in (change.edge.source, change.edge.target)
    ]
    where = f" ({_where(change)})" if change.far else ""
    at = 0 if change.field == "sources" else 1
    ends[at] += where
    why = {edge.properties["reason"].replace("_", " ") for edge in (*change.before, *change.after)} - {"open"}
    doubt = f": {', '.join(sorted(why))}" if change.kind is Kind.UNKNOWN and why else ""
    return f"{ends[0]} → {ends[1]}, {{protocol}} {port_text(change.ports)}{doubt}"


def _where(change: Change) -> str:
    public = PUBLIC & V4
    if INTERNET in {change.source, change.target} and not public - addresses(change.far):
        return "every public address"
    return listed(change.far)


def _change_json(compared: Comparison, change: Change) -> dict[str, Any]:
    return {
        "kind": change.kind.value,
        "source": change.source,
        "target": change.target,
        "protocol": change.protocol,
        "ports": [list(span) for span in change.ports],
        change.field: list(change.far),
        "before": sorted({edge.properties["reason"] for edge in change.before}),
        "after": sorted({edge.properties["reason"] for edge in change.after}),
        "did": [did_json(one) for one in did(compared, change)],
    }
