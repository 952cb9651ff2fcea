"""What is there and says something else between two boundaries, on a console and as JSON."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

from rich.text import Text

from audit.difference.properties import NOT_COMPARED, Kind
from audit.model.graph import plain
from audit.report.difference import DIFFERENCE_FORMAT
from audit.report.material import short_name
from audit.report.text import indented, print_lines, printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.console import Console

    from audit.difference.explained import Follows
    from audit.difference.properties import Difference, Properties
    from audit.difference.runtime import Made
    from audit.report.text import Line

_TITLES = {
    Kind.MISSING: ("Missing: in A, not in B", "bold red"),
    Kind.ADDED: ("Added: in B, not in A", "bold red"),
    Kind.CHANGED: ("Changed", "bold"),
    Kind.UNKNOWN: ("Not known, since one side could not read it", "bold yellow"),
    Kind.UNMATCHED: ("Unmatched: nothing but their ids tells them apart", "bold yellow"),
}
_MOST_NODES = 100
"""As many of a kind are shown; the rest are counted."""
_MOST_FOLLOWS = 8
_WIDTH = 160
_BLANK: Line = (0, Text())
Explained = Mapping[int, "Sequence[Follows]"]
"""By the number of a difference, what follows from it."""
_NOTHING: Explained = {}


def show(found: Properties, console: Console, explained: Explained = _NOTHING) -> None:
    """Print what is missing, added, changed or not known, a node at a time, and what the Console made.

    Under each difference stands which changes of access and of paths follow from it.
    """
    lines: list[Line] = []
    for kind, of_kind in groupby(enumerate(found.differences), key=lambda one: one[1].kind):
        title, style = _TITLES[kind]
        nodes = [list(group) for _, group in groupby(of_kind, key=lambda one: (one[1].what, one[1].node))]
        lines.append((0, Text.assemble((title, style), f": {_counted(group[0][1].what for group in nodes)}")))
        lines += [line for group in nodes[:_MOST_NODES] for line in _node(group, explained)]
        if len(nodes) > _MOST_NODES:
            lines.append(indented(Text(f"and {len(nodes) - _MOST_NODES} more: --format json has all", "dim"), 2))
        lines.append(_BLANK)
    print_lines(console, [*(lines or [(0, Text("Nothing is there that was not, and nothing says otherwise."))])])
    print_lines(console, [*_made(found.made), *_uncompared(found)])


def as_json(found: Properties, explained: Explained = _NOTHING) -> dict[str, Any]:
    """The difference as ``--format json`` prints it; ``explained`` only of the whole, whose parts it points to."""
    return {
        "format": DIFFERENCE_FORMAT,
        "only": "properties",
        "differences": [
            {**_json(one), "explains": [follows.pointer for follows in explained.get(number, ())]}
            for number, one in enumerate(found.differences)
        ],
        "made_at_run_time": [_made_json(one) for one in found.made],
        "unread_on_both_sides": list(found.unread),
        "not_shown_by_the_emulator": list(found.not_shown),
        "not_compared": dict(NOT_COMPARED),
    }


def _counted(kinds: Iterable[str]) -> str:
    """How many of each kind of node: ``2 bucket, 1 key``."""
    return ", ".join(f"{number} {kind.replace('_', ' ')}" for kind, number in sorted(Counter(kinds).items()))


def _node(differences: list[tuple[int, Difference]], explained: Explained) -> Iterator[Line]:
    first = differences[0][1]
    ids = " → ".join(dict.fromkeys(_short(one) for one in first.ids if one is not None))
    yield indented(Text.assemble((printable(first.node), "bold"), (f"  {printable(ids)}" if ids else "", "dim")), 2)
    for number, one in differences:
        yield from _difference(one)
        follows = list(dict.fromkeys(each.text for each in explained.get(number, ())))
        yield from (indented(Text(printable(f"⇒ {text}"), "magenta"), 6) for text in follows[:_MOST_FOLLOWS])
        if len(follows) > _MOST_FOLLOWS:
            yield indented(Text(f"⇒ and {len(follows) - _MOST_FOLLOWS} more", "dim"), 6)


def _difference(one: Difference) -> Iterator[Line]:
    if one.why:
        yield indented(Text(printable(f"{one.path} {one.why}".strip()), "yellow"), 4)
    elif one.path and one.before is not None and one.after is not None:
        yield indented(Text(printable(f"~ {one.path}: {_value(one.before)} → {_value(one.after)}"), "yellow"), 4)
    elif one.path and one.before is not None:
        yield indented(Text(printable(f"- {one.path}: {_value(one.before)}"), "red"), 4)
    elif one.path:
        yield indented(Text(printable(f"+ {one.path}: {_value(one.after)}"), "green"), 4)


def _value(value: Any) -> str:
    text = json.dumps(plain(value), sort_keys=True, ensure_ascii=False)
    return text if len(text) <= _WIDTH else text[:_WIDTH] + "…"


def _short(node_id: str) -> str:
    return node_id.rpartition(":")[2] if node_id.startswith("arn:") else node_id


def _made(made: Iterable[Made]) -> Iterator[Line]:
    found = list(made)
    allowed = [one for one in found if not one.against and not one.unknown]
    if allowed:
        text = f": {_counted(one.kind for one in allowed)}"
        yield 0, Text.assemble(("Made by the Console at run time, as the contract allows", "bold green"), text)
    for title, style, chosen in (
        ("Made by the Console, which the contract does not allow", "bold red", [one for one in found if one.against]),
        ("Made by the Console, of which the contract does not say whether it may", "bold yellow", _unsaid(found)),
    ):
        if chosen:
            yield 0, Text.assemble((title, style), f": {_counted(one.kind for one in chosen)}")
        yield from _alike(chosen)


def _alike(chosen: Iterable[Made]) -> Iterator[Line]:
    """What is said of the Console's things, those together of which the same is said."""
    said: dict[tuple[str, ...], list[Made]] = {}
    for one in chosen:
        said.setdefault((*one.against, *one.unknown), []).append(one)
    for texts, ones in said.items():
        yield from (indented(Text(printable(text)), 2) for text in texts)
        named = ", ".join(f"{one.kind.replace('_', ' ')} {short_name(one.node)}" for one in ones)
        yield indented(Text(printable(named), "dim"), 4)


def _unsaid(found: Iterable[Made]) -> list[Made]:
    return [one for one in found if one.unknown and not one.against]


def _uncompared(found: Properties) -> Iterator[Line]:
    for why, properties in (
        ("neither side could read it", found.unread),
        ("a rehearsal cannot show it", found.not_shown),
    ):
        if properties:
            yield 0, Text(printable(f"Not compared, since {why}: {len(properties)} properties"), "dim")


def _json(one: Difference) -> dict[str, Any]:
    return {
        "kind": one.kind.value,
        "node": one.node,
        "what": str(one.what),
        "ids": {"before": one.ids[0], "after": one.ids[1]},
        "path": one.path,
        "before": plain(one.before),
        "after": plain(one.after),
        "why": one.why,
        "records": list(one.records),
    }


def _made_json(one: Made) -> dict[str, Any]:
    return {
        "id": one.node,
        "kind": str(one.kind),
        "name": one.name,
        "against": list(one.against),
        "unknown": list(one.unknown),
        "records": list(one.records),
    }
