"""A diagram and its drawing, together: what a report shows, and what stands behind each box and arrow of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from audit.report.diagrams.diagram import Diagram


@dataclass(frozen=True, slots=True)
class Picture:
    """A diagram, by the name of its view, and its SVG, whose boxes and arrows bear their ids."""

    view: str
    diagram: Diagram
    svg: str

    @property
    def name(self) -> str:
        """The view in words."""
        return self.view.replace("-", " ").capitalize()
