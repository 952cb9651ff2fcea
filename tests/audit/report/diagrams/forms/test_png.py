"""PNG: the drawing as pixels, letters included."""

from __future__ import annotations

import struct
import sys
from typing import TYPE_CHECKING

import pytest

from audit.model.errors import UsageError
from audit.report.diagrams.diagram import Box, Diagram, Shape
from audit.report.diagrams.forms import png
from audit.report.diagrams.views.data_flow import draw

if TYPE_CHECKING:
    from conftest import Sample


def picture(label: str) -> bytes:
    return png.render(Diagram("t", ("a",), (Box("a", Shape.GROUP, (label,)),), ()))


def test_the_picture_is_sharp_and_the_same_each_time(sample: Sample) -> None:
    drawn = png.render(draw(sample.boundary))
    assert drawn.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", drawn[16:24])
    assert min(width, height) > 1000
    assert max(width, height) <= 8000
    assert drawn == png.render(draw(sample.boundary))


def test_letters_are_drawn() -> None:
    # Boxes of the same size: what differs is what is written in them.
    assert picture("brokers") != picture("8roker5")


def test_a_missing_typst_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(UsageError, match="pip install typst"):
        picture("a")


def test_what_typst_refuses_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(png, "svg", lambda _: '<svg viewBox="0 0 10 10">')
    with pytest.raises(UsageError, match="typst did not draw the picture"):
        picture("a")
