"""One file per AWS service: ``ROWS``, its resource types, and ``INVOKES``, its data sources.

A file may also say where the emulator deceives beyond its rows: ``CANNOT_SHOW``, ``service:Operation`` of the audit to
why its answer proves nothing, and ``DIFFERS``, Pulumi type to what a live deployment does otherwise.

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
            if row.type in found:
                raise ValueError(f"{row.type} has two rows: keep one")
            found[row.type] = row
    return found


@cache
def invokes() -> dict[str, Invoke]:
    """Every data source by Pulumi token; raises ValueError when two claim one token."""
    found: dict[str, Invoke] = {}
    for module in _modules():
        for source in getattr(module, "INVOKES", ()):
            if source.type in found:
                raise ValueError(f"{source.type} has two rows: keep one")
            found[source.type] = source
    return found


@cache
def cannot_show() -> dict[str, str]:
    """``service:Operation`` of the audit to why the emulator's answer to it proves nothing."""
    found = {operation: why for entry in rows().values() for operation, why in entry.cannot_show.items()}
    for module in _modules():
        found |= getattr(module, "CANNOT_SHOW", {})
    return dict(sorted(found.items()))


@cache
def differences() -> dict[str, str]:
    """Pulumi type to what a live deployment of it does otherwise."""
    return {subject: text for module in _modules() for subject, text in getattr(module, "DIFFERS", {}).items()}


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
