"""A diagram as SVG: D2's drawing, in which each box and arrow bears its id, and that a screen reader can read."""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from audit.report.diagrams.compiler import compiled
from audit.report.diagrams.forms import d2
from audit.report.diagrams.label import seen

if TYPE_CHECKING:
    from audit.report.diagrams.diagram import Arrow, Diagram

EXTENSION = "svg"
_LONGEST = 400
_GROUP = re.compile(r'<g class="(?P<path>[A-Za-z0-9+/]+={0,2})(?P<rest>[ "])')
_ROOT = re.compile(r"<svg (?P<attributes>[^>]*)>")


def render(diagram: Diagram) -> bytes:
    """The drawing; raises UsageError when the d2 program is missing or refuses the source."""
    return svg(diagram).encode()


def svg(diagram: Diagram) -> str:
    """The drawing as text: groups with ``data-box="ID"`` or ``data-arrow="a1" data-flows="1 4"``, each with a name."""
    titles = _titles(diagram)

    def marked(found: re.Match[str]) -> str:
        mark = titles.get(_decoded(found["path"]))
        if mark is None:
            return found[0]
        attributes, title = mark
        return (
            f'<g {attributes} role="graphics-symbol" aria-label={_quoted(title)} class="{found["path"]}{found["rest"]}'
        )

    drawn = _GROUP.sub(marked, compiled(d2.source(diagram)))
    described = f"<title>{escape(seen(diagram.title, _LONGEST))}</title><desc>{escape(_description(diagram))}</desc>"
    return _ROOT.sub(lambda m: f'<svg {m["attributes"]} role="graphics-document">{described}', drawn, count=1)


def _titles(diagram: Diagram) -> dict[str, tuple[str, str]]:
    """D2's name of each object to the attributes it gets and to its title."""
    found: dict[str, tuple[str, str]] = {}
    for box_id, path in diagram.paths.items():
        found[".".join(path)] = (f'data-box="{box_id}"', " · ".join(diagram.box(box_id).lines))
    nth: dict[str, int] = {}
    for arrow in diagram.arrows():
        name = _arrow_name(diagram, arrow)
        index = nth[name] = nth.get(name, -1) + 1
        flows = " ".join(map(str, arrow.numbers))
        found[f"{name}[{index}]"] = (f'data-arrow="{arrow.id}" data-flows="{flows}"', _arrow_title(diagram, arrow))
    return found


def _arrow_name(diagram: Diagram, arrow: Arrow) -> str:
    """An arrow as D2 names it: the part that both ends' paths share stands before the brackets."""
    source, target = diagram.paths[arrow.source], diagram.paths[arrow.target]
    shared = 0
    while shared < min(len(source), len(target)) - 1 and source[shared] == target[shared]:
        shared += 1
    before = "".join(f"{part}." for part in source[:shared])
    return f"{before}({'.'.join(source[shared:])} -&gt; {'.'.join(target[shared:])})"


def _arrow_title(diagram: Diagram, arrow: Arrow) -> str:
    ends = (diagram.box(end).lines[0] for end in (arrow.source, arrow.target))
    flows = ", ".join(map(str, arrow.numbers))
    return f"{flows}: {' to '.join(ends)}" + (f": {arrow.label}" if arrow.label else "")


def _description(diagram: Diagram) -> str:
    crossing = sum(diagram.crosses(flow) for flow in diagram.flows)
    return f"{len(diagram.paths)} boxes and {len(diagram.flows)} flows, {crossing} of which cross the boundary."


def _decoded(text: str) -> str:
    try:
        return base64.b64decode(text, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _quoted(text: str) -> str:
    return '"' + escape(seen(text, _LONGEST), {'"': "&quot;"}) + '"'
