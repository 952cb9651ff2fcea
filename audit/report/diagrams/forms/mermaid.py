"""A diagram as a Mermaid flowchart, for pages that draw Mermaid themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.report.diagrams.diagram import FlowKind, Shape, Standing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.report.diagrams.diagram import Arrow, Box, Diagram

EXTENSION = "mmd"
_CROSSING = "#c2410c"
_STROKES = {FlowKind.RECORDS: "#1d4ed8", FlowKind.CONTROL: "#475569", FlowKind.LOGS: "#15803d"}
_FORMS = {Shape.STORE: ("[(", ")]"), Shape.PERSON: ("([", "])"), Shape.ENDPOINT: ("([", "])")}
_FILLS = {
    Shape.ACCOUNT: "fill:#fff7ed,stroke:#c2410c,stroke-width:3px,stroke-dasharray:6",
    Shape.NETWORK: "fill:#eff6ff,stroke:#60a5fa",
    Shape.SUBNETS: "fill:#dbeafe,stroke:#93c5fd",
    Shape.GROUP: "fill:#ffffff,stroke:#cbd5e1",
    Shape.COMPUTE: "fill:#1e3a8a,stroke:#1e3a8a,color:#ffffff",
    Shape.ENDPOINT: "fill:#ede9fe,stroke:#7c3aed",
    Shape.STORE: "fill:#dcfce7,stroke:#16a34a",
    Shape.KEY: "fill:#fef9c3,stroke:#ca8a04",
    Shape.LOG: "fill:#f0fdf4,stroke:#16a34a",
    Shape.OUTSIDE: "fill:#f1f5f9,stroke:#64748b,stroke-dasharray:4",
    Shape.PERSON: "fill:#f1f5f9,stroke:#64748b",
}


def render(diagram: Diagram) -> bytes:
    """The diagram as a Mermaid flowchart; the same diagram gives the same bytes."""
    return source(diagram).encode()


def source(diagram: Diagram) -> str:
    """The diagram as a Mermaid flowchart; the same diagram gives the same bytes."""
    arrows = diagram.arrows()
    lines = ["flowchart LR", *(f"  classDef {shape.value} {style}" for shape, style in _FILLS.items())]
    lines += [line for box in diagram.boxes for line in _box(box, "  ")]
    lines += [f"  {arrow.source} {_line(arrow)}|{quoted(_label(arrow))}| {arrow.target}" for arrow in arrows]
    lines += [f"  linkStyle {index} stroke:{_colour(arrow)},stroke-width:2px" for index, arrow in enumerate(arrows)]
    return "\n".join(lines) + "\n"


def quoted(text: str) -> str:
    """A text as a Mermaid string: whatever is no letter, digit, space or harmless sign becomes a numeric entity."""
    return '"' + "<br/>".join("".join(map(_letter, line)) for line in text.split("\n")) + '"'


def _letter(letter: str) -> str:
    if letter.isalnum() or letter in " -_.,:/·\u00d7+()":
        return letter
    return f"#{ord(letter)};" if letter.isprintable() else " "


def _label(arrow: Arrow) -> str:
    numbers = ", ".join(str(number) for number in arrow.numbers)
    return f"{numbers} · {arrow.label}" if arrow.label else numbers


def _line(arrow: Arrow) -> str:
    return "-->" if arrow.standing is Standing.SHOWN and arrow.kind is not FlowKind.LOGS else "-.->"


def _colour(arrow: Arrow) -> str:
    return _CROSSING if arrow.crosses else _STROKES[arrow.kind]


def _box(box: Box, indent: str) -> Iterator[str]:
    label = quoted("\n".join(box.lines))
    if not box.children:
        opening, closing = _FORMS.get(box.shape, ("[", "]"))
        yield f"{indent}{box.id}{opening}{label}{closing}:::{box.shape.value}"
        return
    yield f"{indent}subgraph {box.id}[{label}]"
    for child in box.children:
        yield from _box(child, indent + "  ")
    yield f"{indent}end"
    yield f"{indent}class {box.id} {box.shape.value}"
