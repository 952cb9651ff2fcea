"""Paper through typst: a template beside its data, set with typst's own fonts, so that bytes stay the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.model.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path


def compiled(template: Path) -> bytes:
    """The pages of a template that stands beside its data; raises UsageError where typst does not set them."""
    try:
        import typst  # noqa: PLC0415  # the wheel has no build for some platforms: only paper needs it
    except ImportError as error:
        raise UsageError("a PDF needs typst, which is not installed: pip install typst") from error
    carried = typst.Fonts(include_system_fonts=False)
    try:
        return typst.compile(template, root=template.parent, format="pdf", font_paths=carried, timestamp=0)
    except typst.TypstError as error:
        raise UsageError(f"typst did not set {template.name} ({error.message}): report it") from error
