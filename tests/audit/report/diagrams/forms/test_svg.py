"""SVG: boxes and arrows that a page can find and a screen reader can read, and nothing that loads or runs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from audit.report.diagrams.diagram import Box, Diagram, Flow, FlowKind, Shape
from audit.report.diagrams.forms.svg import svg
from audit.report.diagrams.views.data_flow import draw

if TYPE_CHECKING:
    from conftest import Sample


def marked(drawn: str, mark: str) -> list[str]:
    tree = ET.fromstring(drawn)  # noqa: S314  # our own drawing
    return [found for element in tree.iter() if (found := element.get(mark)) is not None]


def test_the_picture_has_its_labels(sample: Sample) -> None:
    drawn = svg(draw(sample.boundary))
    for text in ("AutoMQ brokers", "9112", "data-bucket", "crosses the boundary", "10.20.0.0/16"):
        assert text in drawn


def test_every_box_and_arrow_bears_its_id_once(sample: Sample) -> None:
    diagram = draw(sample.boundary)
    drawn = svg(diagram)
    assert sorted(marked(drawn, "data-box")) == sorted(diagram.paths)
    assert sorted(marked(drawn, "data-arrow")) == sorted(arrow.id for arrow in diagram.arrows())


def test_arrows_of_the_same_ends_and_within_one_box_are_told_apart() -> None:
    inner = (Box("b", Shape.GROUP, ("b",)), Box("c", Shape.GROUP, ("c",)))
    boxes = (Box("a", Shape.ACCOUNT, ("a",), inner), Box("d", Shape.OUTSIDE, ("d",)))
    ends = [("b", "c"), ("b", "c"), ("a", "b"), ("b", "a"), ("d", "a"), ("c", "d"), ("b", "b")]
    flows = tuple(Flow(hops, f"l{n}", kind) for n, (hops, kind) in enumerate(zip(ends, [*FlowKind][:7], strict=True)))
    diagram = Diagram("t", ("a",), boxes, flows)
    assert sorted(marked(svg(diagram), "data-arrow")) == sorted(arrow.id for arrow in diagram.arrows())


def test_each_part_has_a_name_for_who_does_not_see_it(sample: Sample) -> None:
    tree = ET.fromstring(svg(draw(sample.boundary)))  # noqa: S314  # our own drawing
    assert tree[0].text == "Data flows: poc in account 111111111111 (rehearsed, before deployment)"
    assert "cross the boundary" in str(tree[1].text)
    parts = [element for element in tree.iter() if element.get("data-box") or element.get("data-arrow")]
    assert all(element.get("aria-label") for element in parts)


def test_nothing_is_loaded_and_nothing_runs(sample: Sample) -> None:
    drawn = svg(draw(sample.boundary))
    assert "<script" not in drawn
    assert "foreignObject" not in drawn
    loaded = re.findall(r"""(?:href|src)=["']([^"']*)|url\(["']?([^"')]*)""", drawn)
    assert {one for pair in loaded for one in pair if not one.startswith(("#", "data:"))} <= {""}


def test_the_same_diagram_gives_the_same_bytes(sample: Sample) -> None:
    assert svg(draw(sample.boundary)) == svg(draw(sample.boundary))
