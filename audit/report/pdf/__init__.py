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
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "report.typ").write_bytes(_template())
        (root / "data.json").write_text(json.dumps(told(data)), "utf-8")
        for picture in pictures:
            (root / f"{picture.view}.svg").write_text(fonts.named(picture.svg), "utf-8")
        for number, font in enumerate(font for picture in pictures for font in fonts.embedded(picture.svg)):
            (root / f"{number}.ttf").write_bytes(font)
        return _compiled(root)


def _template() -> bytes:
    return resources.files(__name__).joinpath("templates/report.typ").read_bytes()


def _compiled(root: Path) -> bytes:
    try:
        import typst  # noqa: PLC0415  # the wheel has no build for some platforms: only pictures and paper need it
    except ImportError as error:
        raise UsageError("a PDF needs typst, which is not installed: pip install typst, or read report.html") from error
    carried = typst.Fonts(include_system_fonts=False, font_paths=[root])
    try:
        return typst.compile(root / "report.typ", root=root, format="pdf", font_paths=carried, timestamp=0)
    except typst.TypstError as error:
        raise UsageError(f"typst did not set the report ({error.message}): report it, and read report.html") from error
