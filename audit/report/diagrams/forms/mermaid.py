"""A diagram as a Mermaid flowchart, for pages that draw Mermaid themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.report.diagrams.diagram import Shape, Standing
from audit.report.diagrams.label import seen
from audit.report.diagrams.look import AREAS, arrow_label, colour

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.report.diagrams.diagram import Arrow, Box, Diagram
    from audit.report.diagrams.look import Area

EXTENSION = "mmd"
_LONGEST = 60
_DIRECTIONS = {"right": "LR", "down": "TD"}
_FORMS = {Shape.STORE: ("[(", ")]"), Shape.PERSON: ("([", "])"), Shape.ENDPOINT: ("([", "])")}


def render(diagram: Diagram) -> bytes:
    """The diagram as a Mermaid flowchart; the same diagram gives the same bytes."""
    return source(diagram).encode()


def source(diagram: Diagram) -> str:
    """The diagram as a Mermaid flowchart; the same diagram gives the same bytes."""
    arrows = diagram.arrows()
    used = {box.shape for _, box in diagram.walk()}
    lines = [f"flowchart {_DIRECTIONS[diagram.direction]}"]
    lines += [f"  classDef {shape.value} {_area(area)}" for shape, area in AREAS.items() if shape in used]
    lines += [line for box in diagram.boxes for line in _box(box, "  ")]
    lines += [f"  {arrow.source} {_line(arrow)}|{quoted(arrow_label(arrow))}| {arrow.target}" for arrow in arrows]
    lines += [f"  linkStyle {index} stroke:{_colour(arrow)}" for index, arrow in enumerate(arrows)]
    return "\n".join(lines) + "\n"


def quoted(text: str) -> str:
    """A text as a Mermaid string: whatever is no letter, digit, space or harmless sign becomes a numeric entity."""
    return '"' + "<br/>".join("".join(map(_letter, seen(line, _LONGEST))) for line in text.split("\n")) + '"'


def _letter(letter: str) -> str:
    if letter.isalnum() or letter in " -_.,:/·\u00d7+()":
        return letter
    return f"#{ord(letter)};"


def _area(area: Area) -> str:
    dash = f",stroke-dasharray:{area.dash}" if area.dash else ""
    return f"fill:{area.fill},stroke:{area.stroke},stroke-width:{area.width}px,color:{area.letters}{dash}"


def _line(arrow: Arrow) -> str:
    if arrow.standing is not Standing.SHOWN:
        return "-.->"
    return "==>" if arrow.crosses else "-->"


def _colour(arrow: Arrow) -> str:
    return f"{colour(arrow.kind, crosses=arrow.crosses)},stroke-width:{4 if arrow.crosses else 2}px"


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
