"""Markdown pages of the artifacts: every value that comes from outside goes through the filter ``cell``."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING, Any

import jinja2

from audit.report.markdown import escaped

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def page(package: str, name: str, filters: Mapping[str, Callable[..., Any]], **values: Any) -> str:
    """A package's template, filled; the same values give the same bytes."""
    text = resources.files(package).joinpath("templates", name).read_text("utf-8")
    environment = jinja2.Environment(
        undefined=jinja2.StrictUndefined,
        autoescape=False,  # noqa: S701  # Markdown, not HTML: see above
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(cell=lambda value: escaped(str(value)), **filters)
    return environment.from_string(text).render(**values).rstrip("\n") + "\n"
