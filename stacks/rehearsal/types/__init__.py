"""One file per AWS service: ``ROWS``, its resource types, and ``INVOKES``, its data sources.

A new resource type is one new row in one of these files, or one new file; nothing else is edited.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import TYPE_CHECKING

from audit.model.errors import RehearsalError

if TYPE_CHECKING:
    from stacks.rehearsal.row import Invoke, Row


@cache
def rows() -> dict[str, Row]:
    """Every resource type's row by Pulumi token; raises ValueError when two rows claim one token."""
    found: dict[str, Row] = {}
    for module in _modules():
        for row in getattr(module, "ROWS", ()):
            if row.token in found:
                raise ValueError(f"{row.token} has two rows: keep one")
            found[row.token] = row
    return found


@cache
def invokes() -> dict[str, Invoke]:
    """Every data source by Pulumi token."""
    return {invoke.token: invoke for module in _modules() for invoke in getattr(module, "INVOKES", ())}


def row(token: str) -> Row:
    """The row of a resource type; raises RehearsalError for a type that has none."""
    if token not in rows():
        raise RehearsalError(
            f"the rehearsal has no row for the resource type {token}: add one to the service's file in {_place()}"
        )
    return rows()[token]


def invoke(token: str) -> Invoke:
    """A data source; raises RehearsalError for one that has no row."""
    if token not in invokes():
        raise RehearsalError(
            f"the rehearsal has no row for the data source {token}: add one to the service's file in {_place()}"
        )
    return invokes()[token]


def _place() -> str:
    return __name__.replace(".", "/")


@cache
def _modules() -> tuple[object, ...]:
    return tuple(importlib.import_module(f"{__name__}.{module.name}") for module in pkgutil.iter_modules(__path__))
