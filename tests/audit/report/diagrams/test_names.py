"""Whatever names an account has, they are text in every form and break none."""

from __future__ import annotations

import re
from io import BytesIO
from xml.etree import ElementTree as ET

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.report.diagrams.compiler import compiled
from audit.report.diagrams.diagram import Box, Diagram, Flow, FlowKind, Shape
from audit.report.diagrams.forms import d2, graphml, mermaid, png
from audit.report.diagrams.forms.svg import svg
from audit.report.diagrams.label import seen

NASTY = (
    'a"; evil: "b', "${vars.x}", "back\\slash", "\\", "a\nb", "|md x |", "# no comment", "'single'", "x\x1b[31m", "@import",
    "<script>alert(1)</script>", "</svg>", "]]>", "<!--", "&amp;&#0;", "a%%{init}%%", "```", "end", "\u202eevil\u2066", "\u200b\u200f",
    "\u05e9\u05dc\u05d5\u05dd", "\ud800", "\x00\x08\ufffe", "null", "...", "*", "x" * 10_000, "\U0001f511", "{{ x }}", "`", "", " ",
)  # fmt: skip
"""Names with markup, quotes, marks of direction, and ten thousand characters."""
MARKS = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u061c]")
names = st.one_of(st.sampled_from(NASTY), st.text(st.characters(), max_size=40))


def diagram(*found: str) -> Diagram:
    """A box and an arrow for each name, in a box that bears all of them."""
    children = tuple(Box(f"b{n}", Shape.STORE, (name, name), about=(name,)) for n, name in enumerate(found))
    flows = tuple(Flow((f"b{n}", "out"), name, FlowKind.RECORDS, detail=name) for n, name in enumerate(found))
    out = Box("out", Shape.OUTSIDE, ("out",))
    return Diagram("".join(found), ("a",), (Box("a", Shape.ACCOUNT, found[:1], children), out), flows)


@settings(max_examples=8, deadline=None)
@given(st.lists(names, min_size=20, max_size=20))
def test_any_names_give_a_picture_of_just_these_boxes_and_arrows(found: list[str]) -> None:
    drawn = svg(diagram(*found))
    tree = ET.fromstring(drawn)  # noqa: S314  # our own drawing
    tags = [str(element.tag).rpartition("}")[2] for element in tree.iter()]
    assert "script" not in tags
    assert len([e for e in tree.iter() if e.get("data-box")]) == len(found) + 2
    assert len([e for e in tree.iter() if e.get("data-arrow")]) == len(found)
    assert not MARKS.search(drawn)


@settings(max_examples=200, deadline=None)
@given(names)
def test_any_name_is_one_label_of_mermaid(name: str) -> None:
    lines = mermaid.source(diagram(name)).splitlines()
    (box,) = [line for line in lines if line.startswith("    b0[(")]
    label = box.removeprefix('    b0[("').removesuffix('")]:::store')
    assert not set(label.replace("<br/>", "")) & set('"|`<>[]{}%\n')
    assert not MARKS.search(label)
    assert sum(line.strip() == "end" for line in lines) == 1


@settings(max_examples=200, deadline=None)
@given(names)
def test_any_name_reads_back_from_graphml(name: str) -> None:
    graph = nx.read_graphml(BytesIO(graphml.render(diagram(name))))
    assert set(graph.nodes) == {"a", "b0", "out"}
    assert graph.nodes["b0"]["label"].startswith(seen(name)[:1].strip())


@settings(max_examples=200, deadline=None)
@given(names)
def test_any_name_is_one_string_of_d2(name: str) -> None:
    text = d2.quoted(name)
    assert text[0] == text[-1] == '"'
    assert re.fullmatch(r'(?:[^"\\$\n]|\\.)*', text[1:-1])


@pytest.mark.parametrize("name", NASTY)
def test_each_nasty_name_is_drawn_as_one_box(name: str) -> None:
    boxes = re.compile(r'class="[^"]*shape')
    plain, drawn = (compiled(d2.source(diagram(one))) for one in ("x", name))
    assert len(boxes.findall(drawn)) == len(boxes.findall(plain))


def test_nasty_names_become_pixels() -> None:
    assert png.render(diagram(*NASTY)).startswith(b"\x89PNG")


def test_a_long_name_is_visibly_shortened() -> None:
    text = seen("x" * 10_000, 40)
    assert "\u2026" in text
    assert "10,000 characters" in text
    assert len(text) < 80


def test_marks_of_direction_are_seen() -> None:
    assert seen("a\u202eb") == "a[U+202E]b"
