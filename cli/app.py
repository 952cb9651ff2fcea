"""The command ``byoc``: finds the command groups, and maps every way out to an exit code, in this one place.

0: nothing at or above --fail-on; 1: something is broken; 2: nothing broken, something unknown; 3: could not work
"""

from __future__ import annotations

import importlib
import os
import pkgutil
import signal
import sys
from importlib import metadata
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from typer._click.exceptions import (  # typer bundles its click and re-exports neither
    ClickException,
    NoArgsIsHelpError,
)
from typer.main import get_command

from audit.model.errors import KitError
from cli import commands, extras, garbage

if TYPE_CHECKING:
    from types import TracebackType

FAILED = 3
"""The exit code of a tool that could not do its work."""
_INTERRUPTED = "interrupted: nothing was left half written"

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
    garbage.look_rarely()
    # Whoever ends a command leaves as little behind as who interrupts it.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        sys.exit(_run())
    except KitError as error:
        _fail(str(error))
    except ModuleNotFoundError as error:
        sentence = extras.explain(error)
        if sentence is None:
            raise
        _fail(str(sentence))
    except typer.Abort:
        _fail(_INTERRUPTED)
    except KeyboardInterrupt:
        typer.echo(f"byoc: {_INTERRUPTED}", err=True)
        # Python would first wait for the threads of a walk, each for an answer of AWS.
        os._exit(FAILED)
    except NoArgsIsHelpError as error:
        typer.echo(error.format_message(), err=True)
        sys.exit(FAILED)
    except ClickException as error:
        _fail(_usage(error))
    except BrokenPipeError:
        # Whoever read our output has left; Python would complain once more when it flushes at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(FAILED)


def _run() -> int:
    # Calling the app would put typer's own excepthook and exit codes (130, 1) in the place of ours.
    command = get_command(app)
    try:
        with command.make_context("byoc", sys.argv[1:]) as context:
            command.invoke(context)
    except typer.Exit as way_out:
        code = way_out.exit_code
    else:
        code = 0
    sys.stdout.flush()
    return code


def _usage(error: ClickException) -> str:
    context = getattr(error, "ctx", None)
    way_out = f": see {context.command_path} --help" if context is not None else ""
    return error.format_message().replace("Value error, ", "").rstrip(".") + way_out


def _fail(sentence: str) -> NoReturn:
    typer.echo(f"byoc: {' '.join(sentence.split())}", err=True)
    sys.exit(FAILED)


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """An error that nobody foresaw is a defect of the kit: show it whole, and leave as one that could not work."""
    sys.__excepthook__(kind, error, trace)
    typer.echo("byoc: this is a defect of the kit: please report it with the lines above", err=True)
    raise SystemExit(FAILED)
