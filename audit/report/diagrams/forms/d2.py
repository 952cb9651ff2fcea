"""A diagram as D2 source."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.report.diagrams.diagram import FlowKind, Shape, Standing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.report.diagrams.diagram import Arrow, Box, Diagram

EXTENSION = "d2"
_CROSSING = "#c2410c"
_STROKES = {FlowKind.RECORDS: "#1d4ed8", FlowKind.CONTROL: "#475569", FlowKind.LOGS: "#15803d"}
_DASHES = {FlowKind.RECORDS: 0, FlowKind.CONTROL: 0, FlowKind.LOGS: 3}
_INSIDE = "label.near: top-left"
_CLASSES = {
    Shape.ACCOUNT: ("#fff7ed", "#c2410c", "stroke-width: 3; stroke-dash: 6; font-size: 26; bold: true", _INSIDE),
    Shape.NETWORK: ("#eff6ff", "#60a5fa", "border-radius: 8; font-size: 22", _INSIDE),
    Shape.SUBNETS: ("#dbeafe", "#93c5fd", "border-radius: 8; font-size: 18", _INSIDE),
    Shape.GROUP: ("#ffffff", "#cbd5e1", "border-radius: 8; font-size: 20", _INSIDE),
    Shape.COMPUTE: ("#1e3a8a", "#1e3a8a", 'font-color: "#ffffff"; border-radius: 6; font-size: 16', ""),
    Shape.ENDPOINT: ("#ede9fe", "#7c3aed", "border-radius: 20; font-size: 16", ""),
    Shape.STORE: ("#dcfce7", "#16a34a", "font-size: 16", "shape: cylinder"),
    Shape.KEY: ("#fef9c3", "#ca8a04", "border-radius: 6; font-size: 16", ""),
    Shape.LOG: ("#f0fdf4", "#16a34a", "border-radius: 6; font-size: 16", ""),
    Shape.OUTSIDE: ("#f1f5f9", "#64748b", "stroke-dash: 4; border-radius: 6; font-size: 16", ""),
    Shape.PERSON: ("#f1f5f9", "#64748b", "font-size: 16", "shape: person"),
}
"""Shape to fill, stroke, further style and further attributes."""


def render(diagram: Diagram) -> bytes:
    """The diagram as D2 source; the same diagram gives the same bytes."""
    return source(diagram).encode()


def source(diagram: Diagram) -> str:
    """The diagram as D2 source; the same diagram gives the same bytes."""
    lines = [*_head(diagram), *(line for box in diagram.boxes for line in _box(box, ""))]
    lines += [_arrow(diagram, arrow) for arrow in diagram.arrows()]
    return "\n".join(lines) + "\n"


def quoted(text: str) -> str:
    """A text as a D2 string in double quotes: no substitution, no escape and no line end of its own survives."""
    printable = "".join(c if c.isprintable() or c == "\n" else " " for c in text)
    escaped = printable.replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$").replace("\n", "\\n")
    return f'"{escaped}"'


def _head(diagram: Diagram) -> Iterator[str]:
    yield f"# {diagram.title}".replace("\n", " ")
    yield "direction: down"
    yield "vars: {"
    yield "  d2-config: { layout-engine: elk; pad: 32; theme-id: 0 }"
    yield "  d2-legend: {"
    yield "    a: { style.opacity: 0 }"
    yield "    b: { style.opacity: 0 }"
    for kind in FlowKind:
        yield f"    a -> b: {quoted(_MEANINGS[kind])} {{ {_stroke(_STROKES[kind], _DASHES[kind])} }}"
    yield f"    a -> b: {quoted('crosses the boundary')} {{ {_stroke(_CROSSING, 0)} }}"
    yield f"    a -> b: {quoted('declared, not shown')} {{ {_stroke('#94a3b8', 8)} }}"
    yield "  }"
    yield "}"
    yield "classes: {"
    for shape, (fill, stroke, style, more) in _CLASSES.items():
        look = f'style: {{ fill: "{fill}"; stroke: "{stroke}"; {style} }}'
        yield f"  {shape.value}: {{ {f'{more}; ' if more else ''}{look} }}"
    yield "}"


_MEANINGS = {FlowKind.RECORDS: "records", FlowKind.CONTROL: "control", FlowKind.LOGS: "logs"}


def _stroke(colour: str, dash: int) -> str:
    line = f'stroke: "{colour}"; stroke-width: 2; stroke-dash: {dash}'
    return f'style: {{ {line}; font-color: "{colour}"; font-size: 15 }}'


def _box(box: Box, indent: str) -> Iterator[str]:
    yield f"{indent}{box.id}: {quoted(chr(10).join(box.lines))} {{"
    yield f"{indent}  class: {box.shape.value}"
    for child in box.children:
        yield from _box(child, indent + "  ")
    yield f"{indent}}}"


def _arrow(diagram: Diagram, arrow: Arrow) -> str:
    numbers = ", ".join(str(number) for number in arrow.numbers)
    # A loop's label would lie over its box.
    label = f"{numbers} · {arrow.label}" if arrow.label and arrow.source != arrow.target else numbers
    colour = _CROSSING if arrow.crosses else _STROKES[arrow.kind]
    dash = _DASHES[arrow.kind] if arrow.standing is Standing.SHOWN else 8
    ends = (".".join(diagram.paths[end]) for end in (arrow.source, arrow.target))
    return f"{' -> '.join(ends)}: {quoted(label)} {{ {_stroke(colour, dash)} }}"
