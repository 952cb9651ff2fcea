"""Mermaid: the same flows as the picture, in text that no name can break."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from audit.report.diagrams.diagram import Box, Diagram, Shape
from audit.report.diagrams.forms import mermaid
from audit.report.diagrams.views.data_flow import draw

if TYPE_CHECKING:
    from conftest import Sample


def test_every_flow_is_there_by_number(sample: Sample) -> None:
    diagram = draw(sample.boundary)
    lines = [line for line in mermaid.source(diagram).splitlines() if "|" in line]
    found = {n for line in lines for n in line.split('|"')[1].split('"|')[0].split(" ·")[0].split(", ")}
    assert found == {str(number) for number in range(1, len(diagram.flows) + 1)}


def test_boxes_open_and_close(sample: Sample) -> None:
    lines = [line.strip() for line in mermaid.source(draw(sample.boundary)).splitlines()]
    assert sum(line.startswith("subgraph") for line in lines) == lines.count("end") > 3


@pytest.mark.parametrize("name", ['a"]; evil', "a|b", "a\nend", "```", "<img src=x>", "a%%{init}%%", "a#quot;"])
def test_a_name_from_aws_stays_a_label(name: str) -> None:
    source = mermaid.source(Diagram("t", ("a",), (Box("a", Shape.GROUP, (name,)),), ()))
    (line,) = [line for line in source.splitlines() if line.startswith("  a[")]
    label = line.removeprefix('  a["').removesuffix('"]:::group').replace("<br/>", "")
    assert not set(label) & set('"|`<>[]{}%')
