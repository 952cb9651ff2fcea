"""One file per AWS service: its rows (which calls to make) and describe (which nodes and edges the answers yield).

A new service is one new file here: ``ROWS``, a tuple of rows, and optionally ``describe(facts)``, a pure generator of
nodes, edges and gaps for one account and region. Nothing else is edited.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType

    from audit.services.row import Row


@cache
def modules() -> tuple[ModuleType, ...]:
    """Every service's module, by name."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    found = (importlib.import_module(f"{__name__}.{name}") for name in names)
    return tuple(module for module in found if hasattr(module, "ROWS"))


@cache
def rows() -> dict[str, Row]:
    """Every row by ``service:Operation``; raises ValueError when two files claim the same."""
    found: dict[str, Row] = {}
    for module in modules():
        for row in module.ROWS:
            if row.name in found:
                raise ValueError(f"{row.name} has two rows: keep one")
            found[row.name] = row
    return found
