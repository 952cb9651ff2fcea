"""reliability.html: one file with no script and nothing from elsewhere."""

from __future__ import annotations

import re
from importlib import resources
from typing import TYPE_CHECKING

import jinja2
from markupsafe import Markup

from poc.reliability.text import OMISSION, ONE_CLOCK, number

if TYPE_CHECKING:
    from collections.abc import Mapping

    from poc.reliability.result import ReliabilityResult

_CAPTIONS = {
    "reliability-acknowledgement.svg": "Acknowledgement latency over time, by percentile, with the faults' windows",
    "reliability-end-to-end.svg": "End to end latency over time, by percentile, with the faults' windows",
    "reliability-flow.svg": "Records acknowledged a second and lag over time, with the faults' windows",
    "reliability-gaps.svg": "For each fault and partition the longest time without an acknowledgement",
}


def html(found: ReliabilityResult, drawings: Mapping[str, str]) -> str:
    """The page; the same result gives the same bytes."""
    text = resources.files(__package__).joinpath("templates", "reliability.html.j2").read_text("utf-8")
    environment = jinja2.Environment(
        undefined=jinja2.StrictUndefined, autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    pictures = {name: (_CAPTIONS[name], _inline(drawing, name)) for name, drawing in drawings.items()}
    return environment.from_string(text).render(
        found=found, pictures=pictures, number=number, omission=OMISSION, one_clock=ONE_CLOCK
    )


def _inline(drawing: str, name: str) -> Markup:
    """A drawing within the page: no XML head, and ids that no other drawing has."""
    body = drawing[drawing.index("<svg") :]
    mark = name.removesuffix(".svg").removeprefix("reliability-")
    body = re.sub(r'\bid="([^"]+)"', rf'id="{mark}-\1"', body)
    body = re.sub(r'(href="#|url\(#)([^")]+)', rf"\1{mark}-\2", body)
    return Markup(body)  # noqa: S704 - our own drawing, whose letters are outlines
