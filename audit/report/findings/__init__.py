"""Findings for other tools: each module of this folder, with its ``render``, is the format of its name."""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from audit.report.material import Material


class _Format(Protocol):
    @staticmethod
    def render(material: Material) -> str:
        """The findings of a judged boundary; the same material gives the same bytes."""


def formats() -> tuple[str, ...]:
    """The names of the formats."""
    return tuple(sorted(found.name for found in pkgutil.iter_modules(__path__)))


def render(name: str, material: Material) -> str:
    """The findings in the format of that name."""
    return cast("_Format", importlib.import_module(f"{__name__}.{name}")).render(material)
