"""The command ``byoc``: finds the command groups, and maps every way out to an exit code, in this one place.

0: nothing at or above --fail-on; 1: something is broken; 2: nothing broken, something unknown; 3: could not work
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
from importlib import metadata
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from typer._click.exceptions import ClickException  # typer bundles its click and re-exports no base error

from audit.model.errors import KitError
from cli import commands

if TYPE_CHECKING:
    from types import TracebackType

FAILED = 3
"""The exit code of a tool that could not do its work."""

app = typer.Typer(
    name="byoc",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Deploy AutoMQ BYOC into your own AWS account, and prove who can touch your data.",
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"byoc {metadata.version('automq-byoc-kit')}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Deploy AutoMQ BYOC into your own AWS account, and prove who can touch your data."""


for _module in sorted(pkgutil.iter_modules(commands.__path__), key=lambda module: module.name):
    importlib.import_module(f"{commands.__name__}.{_module.name}").register(app)


def main() -> NoReturn:
    """Run ``byoc`` and leave with one of its four exit codes."""
    sys.excepthook = _uncaught
    try:
        code = app(standalone_mode=False)
    except KitError as error:
        _fail(str(error))
    except (typer.Abort, KeyboardInterrupt):
        _fail("interrupted: nothing was left half written")
    except ClickException as error:
        _fail(error.format_message())
    sys.exit(code if isinstance(code, int) else 0)


def _fail(sentence: str) -> NoReturn:
    typer.echo(f"byoc: {sentence}", err=True)
    sys.exit(FAILED)


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """An error that nobody foresaw is a defect of the kit: show it whole, and leave as one that could not work."""
    sys.__excepthook__(kind, error, trace)
    typer.echo("byoc: this is a defect of the kit: please report it with the lines above", err=True)
    raise SystemExit(FAILED)
