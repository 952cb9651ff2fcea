"""Diagrams of a boundary, from its graph alone: each module of views/ is a view, each of forms/ a way to write one.

A new view is one new file with ``draw(boundary)``, a new form one with ``EXTENSION`` and ``render(diagram)``.
"""

from __future__ import annotations

import importlib
import pkgutil
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Protocol, cast

from audit.report.diagrams import forms, views
from audit.report.diagrams.forms.svg import svg
from audit.report.diagrams.picture import Picture

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import ModuleType

    from audit.boundary import Boundary
    from audit.report.diagrams.diagram import Diagram


class View(Protocol):
    """What draws a boundary; ``keep`` are ids of nodes that are drawn by themselves, whatever is folded."""

    def __call__(self, boundary: Boundary, keep: frozenset[str] = ...) -> Diagram:
        """The diagram; the same boundary gives the same one."""


class Form(Protocol):
    """A way to write a diagram down; the same diagram gives the same bytes."""

    EXTENSION: str

    @staticmethod
    def render(diagram: Diagram) -> bytes:
        """The diagram in this form; raises UsageError where a program that this needs does not run."""


def _modules(package: ModuleType) -> dict[str, ModuleType]:
    names = sorted(found.name for found in pkgutil.iter_modules(package.__path__))
    return {name.replace("_", "-"): importlib.import_module(f"{package.__name__}.{name}") for name in names}


VIEWS: Mapping[str, View] = {name: module.draw for name, module in _modules(views).items()}
"""What can be drawn of a boundary, by name."""
FORMS: Mapping[str, Form] = {name: cast("Form", module) for name, module in _modules(forms).items()}
"""How a diagram can be written, by name."""


def pictures(boundary: Boundary) -> tuple[Picture, ...]:
    """Every view with its SVG; the d2 program works on several at a time. Raises UsageError as it does."""
    diagrams = {view: draw(boundary) for view, draw in VIEWS.items()}
    with ThreadPoolExecutor() as pool:
        drawn = list(pool.map(svg, diagrams.values()))
    return tuple(Picture(view, diagrams[view], text) for view, text in zip(diagrams, drawn, strict=True))
