"""D2: what is drawn is what was meant, whatever names AWS gives us."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.report.diagrams.diagram import Box, Diagram, Flow, FlowKind, Shape, Standing
from audit.report.diagrams.forms import d2
from audit.report.diagrams.views.data_flow import draw

if TYPE_CHECKING:
    from conftest import Sample


def test_the_same_diagram_gives_the_same_bytes(sample: Sample) -> None:
    first, second = (d2.render(draw(sample.boundary)) for _ in range(2))
    assert first == second


def test_crossings_are_thick_and_have_their_own_colour(sample: Sample) -> None:
    lines = d2.source(draw(sample.boundary)).splitlines()
    (crossing,) = [line for line in lines if line.startswith("clients -> ")]
    assert "#c2410c" in crossing
    assert "stroke-width: 4" in crossing
    inside = next(line for line in lines if "s3_endpoint -> " in line)
    assert "#c2410c" not in inside
    assert "stroke-width: 2" in inside


def test_how_a_flow_is_known_is_said_in_words_and_drawn_in_dashes() -> None:
    boxes = (Box("a", Shape.GROUP, ("a",)), Box("b", Shape.GROUP, ("b",)))
    flows = tuple(Flow(("a", "b"), one.value, FlowKind.ACCESS, one) for one in Standing)
    lines = [line for line in d2.source(Diagram("t", ("a",), boxes, flows)).splitlines() if line.startswith("a -> b")]
    dashes = [line.partition("stroke-dash: ")[2].partition(";")[0] for line in lines]
    words = [line.split(" \u00b7 ")[1] for line in lines if line.count(" \u00b7 ") == 2]
    assert len(set(dashes)) == len(Standing)
    assert len(set(words)) == len(Standing) - 1


def test_the_legend_explains_what_is_drawn_and_nothing_else(sample: Sample) -> None:
    legend = d2.source(draw(sample.boundary)).partition("d2-legend")[2].partition("classes:")[0]
    assert "crosses the boundary" in legend
    assert "encrypts" in legend
    assert "through others" not in legend


def test_a_title_cannot_end_its_comment() -> None:
    source = d2.source(Diagram("t\nevil: box", ("a",), (Box("a", Shape.GROUP, ("x",)),), ()))
    assert "\nevil" not in source


def test_a_long_line_of_a_box_is_broken_between_words_before_anything_is_left_out() -> None:
    said = "for the ops bucket and the console's secrets and what else stands there"
    boxes = (Box("a", Shape.KEY, ("ops-key", said)), Box("b", Shape.KEY, (" ".join(["word"] * 100),)))
    source = d2.source(Diagram("t", (), boxes, ()))
    assert "for the ops bucket and the console's\\nsecrets and what else stands there" in source
    assert "\u2026" in next(line for line in source.splitlines() if line.startswith("b: "))
