"""A diagram as D2 source."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING

from audit.report.diagrams.diagram import Standing
from audit.report.diagrams.label import seen
from audit.report.diagrams.look import AREAS, CROSSES, DASHES, LINES, WORDS, arrow_label, colour

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.report.diagrams.diagram import Arrow, Box, Diagram, FlowKind, Shape
    from audit.report.diagrams.look import Area

EXTENSION = "d2"
_LINE, _LONG_LINE, _ROWS = 40, 90, 3
"""The longest line of a box or an arrow, and of a box that holds others; the whole text is in the drawing's titles."""


def render(diagram: Diagram) -> bytes:
    """The diagram as D2 source; the same diagram gives the same bytes."""
    return source(diagram).encode()


def source(diagram: Diagram) -> str:
    """The diagram as D2 source; the same diagram gives the same bytes."""
    lines = [*_head(diagram), *(line for box in diagram.boxes for line in _box(box, ""))]
    lines += [_arrow(diagram, arrow) for arrow in diagram.arrows()]
    return "\n".join(lines) + "\n"


def quoted(text: str, most: int = _LINE, rows: int = 1) -> str:
    """A text as a D2 string in double quotes: no substitution, no escape and no line end of its own survives.

    A line that is too long is broken into as many as ``rows``, and shortened where it would need more.
    """
    lines = "\n".join(seen(part, most) for line in text.split("\n") for part in _broken(line, most, rows))
    return '"' + lines.replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$").replace("\n", "\\n") + '"'


def _broken(line: str, most: int, rows: int) -> list[str]:
    parts = wrap(line, most, break_long_words=False, break_on_hyphens=False) if most < len(line) <= most * rows else []
    return parts if 1 < len(parts) <= rows else [line]


def _head(diagram: Diagram) -> Iterator[str]:
    yield f"# {seen(diagram.title, 200)}"
    yield f"direction: {diagram.direction}"
    yield "vars: {"
    yield "  d2-config: { layout-engine: elk; pad: 24; theme-id: 0 }"
    yield "  d2-legend: {"
    yield from _legend(diagram)
    yield "  }"
    yield "}"
    title = "shape: text; near: top-center; style: { font-size: 32; bold: true }"
    yield f"title: {quoted(_titled(diagram), _LONG_LINE)} {{ {title} }}"
    yield "classes: {"
    for shape in _shapes(diagram):
        yield f"  {shape.value}: {{ {_area(AREAS[shape])} }}"
    yield "}"


def _titled(diagram: Diagram) -> str:
    """The title; D2 takes no empty one."""
    return diagram.title if seen(diagram.title).strip() else "Diagram"


def _shapes(diagram: Diagram) -> list[Shape]:
    used = {box.shape for _, box in diagram.walk()}
    return [shape for shape in AREAS if shape in used]


def _legend(diagram: Diagram) -> Iterator[str]:
    for shape in _shapes(diagram):
        area = AREAS[shape]
        if not area.meaning:
            continue
        yield f"    {shape.value}: {quoted(area.meaning)} {{ {_area(area, small=True)} }}"
    yield "    a: { style.opacity: 0 }"
    yield "    b: { style.opacity: 0 }"
    arrows = diagram.arrows()
    for kind in LINES:
        if any(arrow.kind is kind for arrow in arrows):
            yield f"    a -> b: {quoted(LINES[kind].meaning)} {{ {_line(kind, Standing.SHOWN)} }}"
    for standing, words in WORDS.items():
        if any(arrow.standing is standing for arrow in arrows):
            kind = next(arrow.kind for arrow in arrows if arrow.standing is standing)
            yield f"    a -> b: {quoted(words)} {{ {_line(kind, standing)} }}"
    if any(arrow.crosses for arrow in arrows):
        kind = next(arrow.kind for arrow in arrows if arrow.crosses)
        yield f"    a -> b: {quoted(CROSSES)} {{ {_line(kind, Standing.SHOWN, crosses=True)} }}"


def _area(area: Area, *, small: bool = False) -> str:
    style = [f'fill: "{area.fill}"', f'stroke: "{area.stroke}"', f"stroke-width: {area.width}"]
    style += [f"stroke-dash: {area.dash}"] if area.dash else []
    style += ["double-border: true"] if area.double else []
    style += [f"border-radius: {area.radius}"] if area.radius and not area.form else []
    style += [] if small else [f"font-size: {area.size}", f'font-color: "{area.letters}"']
    form = f"shape: {area.form}; " if area.form else ""
    return f"{form}style: {{ {'; '.join(style)} }}"


def _line(kind: FlowKind, standing: Standing, *, crosses: bool = False) -> str:
    stroke = colour(kind, crosses=crosses)
    width, dash = (4 if crosses else 2), DASHES[standing]
    mark = f"target-arrowhead: {{ shape: {LINES[kind].mark} }}"
    style = f'stroke: "{stroke}"; stroke-width: {width}; stroke-dash: {dash}; font-color: "{stroke}"; font-size: 18'
    return f"{mark}; style: {{ {style} }}"


def _lines(box: Box) -> str:
    text = "\n".join(box.lines)
    return quoted(text, _LONG_LINE) if box.children else quoted(text, _LINE, _ROWS)


def _box(box: Box, indent: str) -> Iterator[str]:
    yield f"{indent}{box.id}: {_lines(box)} {{"
    yield f"{indent}  class: {box.shape.value}"
    if box.standing is not Standing.SHOWN:
        yield f"{indent}  style.stroke-dash: {DASHES[box.standing]}"
    if box.children:
        yield f"{indent}  label.near: top-left"
    for child in box.children:
        yield from _box(child, indent + "  ")
    yield f"{indent}}}"


def _arrow(diagram: Diagram, arrow: Arrow) -> str:
    # A loop's label would lie over its box.
    # Two lines leave more room beside an arrow that leads down.
    between = "\n" if diagram.direction == "down" else " \u00b7 "
    label = arrow_label(arrow, between) if arrow.source != arrow.target else ", ".join(map(str, arrow.numbers))
    ends = " -> ".join(".".join(diagram.paths[end]) for end in (arrow.source, arrow.target))
    return f"{ends}: {quoted(label, _LONG_LINE)} {{ {_line(arrow.kind, arrow.standing, crosses=arrow.crosses)} }}"
