"""``byoc poc``: the artifacts of a proof of concept. One file per command, found by walking this folder."""

from __future__ import annotations

import importlib
import pkgutil

import typer


def register(app: typer.Typer) -> None:
    """Add the command group: each file here has ``register(group)``."""
    group = typer.Typer(no_args_is_help=True, help="A proof of concept's evidence: six gates that a CTO decides on.")
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda found: found.name):
        importlib.import_module(f"{__name__}.{module.name}").register(group)
    app.add_typer(group, name="poc")
