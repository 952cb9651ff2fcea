"""report.pdf: the same numbers on paper, set by typst from data that never stand in its markup.

The same content gives the same bytes: no clock, and no font but those of the typst wheel and of the drawings.
"""

from __future__ import annotations

import json
import tempfile
from importlib import metadata, resources
from pathlib import Path
from typing import TYPE_CHECKING

from audit.model.errors import UsageError
from audit.report.content import content
from audit.report.diagrams import fonts
from audit.report.pdf.pages import pages
from audit.report.pdf.wording import told

if TYPE_CHECKING:
    from collections.abc import Sequence

    from audit.model.snapshot import Snapshot
    from audit.report.diagrams.picture import Picture
    from audit.report.material import Material


def report(material: Material, snapshot: Snapshot, pictures: Sequence[Picture] = ()) -> bytes:
    """The pages; raises UsageError where typst is not there or does not set them."""
    data = pages(content(material, snapshot), pictures) | {"kit": metadata.version("automq-byoc-kit")}
    files = {"main.typ": _template(), "data.json": json.dumps(told(data)).encode()}
    files |= {f"{picture.view}.svg": fonts.named(picture.svg).encode() for picture in pictures}
    with tempfile.TemporaryDirectory() as folder:
        for number, font in enumerate(font for picture in pictures for font in fonts.embedded(picture.svg)):
            (Path(folder) / f"{number}.ttf").write_bytes(font)
        return _compiled(files, folder)


def _template() -> bytes:
    return resources.files(__name__).joinpath("templates/report.typ").read_bytes()


def _compiled(files: dict[str, bytes], fonts_at: str) -> bytes:
    try:
        import typst  # noqa: PLC0415  # the wheel has no build for some platforms: only pictures and paper need it
    except ImportError as error:
        raise UsageError("a PDF needs typst, which is not installed: pip install typst, or read report.html") from error
    carried = typst.Fonts(include_system_fonts=False, font_paths=[fonts_at])
    try:
        made = typst.compile(files, format="pdf", font_paths=carried, timestamp=0)
    except typst.TypstError as error:
        raise UsageError(f"typst did not set the report ({error.message}): report it, and read report.html") from error
    if not isinstance(made, bytes):
        raise UsageError("typst made several files of one report: install typst again, or read report.html")
    return made
