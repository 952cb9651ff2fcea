"""How things look in every form of a diagram: nothing is told by colour alone, each has its line, mark or word too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from audit.report.diagrams.diagram import FlowKind, Shape, Standing

if TYPE_CHECKING:
    from audit.report.diagrams.diagram import Arrow

CROSSING = "#c2410c"
CROSSES = "crosses the boundary"


@dataclass(frozen=True, slots=True)
class Area:
    """A shape's fill, border and letters; ``dash`` is its border's, ``form`` its outline where it is no rectangle.

    ``meaning`` stands in the legend; empty for what its own label explains.
    """

    fill: str
    stroke: str
    meaning: str
    size: int = 18
    letters: str = "#0f172a"
    dash: int = 0
    width: int = 1
    radius: int = 6
    form: str = ""
    double: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A flow's colour and the mark at its end."""

    stroke: str
    mark: str
    meaning: str


AREAS = {
    Shape.ACCOUNT: Area("#fff7ed", CROSSING, "", 28, dash=6, width=3, radius=0),
    Shape.NETWORK: Area("#eff6ff", "#3b82f6", "", 24),
    Shape.SUBNETS: Area("#dbeafe", "#60a5fa", "", 20),
    Shape.GROUP: Area("#ffffff", "#94a3b8", "", 21),
    Shape.COMPUTE: Area("#1e3a8a", "#1e3a8a", "machines", letters="#ffffff"),
    Shape.ENDPOINT: Area("#ede9fe", "#7c3aed", "gateway or endpoint", radius=20),
    Shape.FILTER: Area("#ffffff", "#7c3aed", "routes and filters", 17, "#4c1d95", radius=0),
    Shape.STORE: Area("#dcfce7", "#15803d", "holds records or logs", form="cylinder"),
    Shape.KEY: Area("#fef9c3", "#a16207", "key", double=True),
    Shape.LOG: Area("#f0fdf4", "#15803d", "signal", form="page"),
    Shape.IDENTITY: Area("#fce7f3", "#be185d", "identity, declared", radius=20),
    Shape.STRANGER: Area("#fef2f2", "#b91c1c", "undeclared in the contract", letters="#7f1d1d", width=4, radius=20),
    Shape.OUTSIDE: Area("#f1f5f9", "#475569", "outside the account", dash=4),
    Shape.PERSON: Area("#f1f5f9", "#475569", "", form="person"),
    Shape.FOLDED: Area("#f8fafc", "#94a3b8", "others, counted", 17, "#334155", dash=2),
}
LINES = {
    FlowKind.RECORDS: Line("#1d4ed8", "triangle", "records"),
    FlowKind.CONTROL: Line("#334155", "arrow", "control"),
    FlowKind.LOGS: Line("#15803d", "circle", "logs"),
    FlowKind.KEYS: Line("#a16207", "box", "encrypts"),
    FlowKind.ACCESS: Line("#be185d", "diamond", "may do"),
    FlowKind.PACKETS: Line("#1d4ed8", "triangle", "packets arrive"),
    FlowKind.DUTY: Line("#475569", "arrow", "reviewed by"),
}
DASHES = {
    Standing.SHOWN: 0, Standing.CONDITIONAL: 4, Standing.THROUGH: 7, Standing.UNKNOWN: 2, Standing.STOPPED: 9,
    Standing.DECLARED: 10,
}  # fmt: skip
WORDS = {
    Standing.CONDITIONAL: "only if",
    Standing.THROUGH: "through others",
    Standing.UNKNOWN: "? not known",
    Standing.STOPPED: "let in, nothing arrives",
    Standing.DECLARED: "declared, not shown",
}
"""What stands on an arrow that is not simply shown."""


def colour(kind: FlowKind, *, crosses: bool) -> str:
    """An arrow's colour."""
    return CROSSING if crosses else LINES[kind].stroke


def arrow_label(arrow: Arrow, between: str = " \u00b7 ") -> str:
    """What stands on an arrow: its flows' numbers; on the last step how it is known and what it carries too."""
    numbers = ", ".join(str(number) for number in arrow.numbers)
    if not arrow.label:
        return f"{numbers} ?" if arrow.standing is Standing.UNKNOWN else numbers
    words = WORDS.get(arrow.standing)
    return f"{numbers} \u00b7 {words}{between}{arrow.label}" if words else f"{numbers} \u00b7 {arrow.label}"
