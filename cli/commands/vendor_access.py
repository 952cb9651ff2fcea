"""``byoc vendor-access``: open and close a dated window for the vendor's role, and list the past ones."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import ContractFile, Format, From, Output

if TYPE_CHECKING:
    from typing import Any

StackName = Annotated[str, typer.Argument(help="A stack of stacks/Pulumi.STACK.yaml.")]


def register(app: typer.Typer) -> None:
    """Add the command group."""
    text = "Let the vendor's role into the ops bucket for some hours, and see what it did there."
    group = typer.Typer(no_args_is_help=True, help=text)
    group.command("open")(open_)
    group.command("close")(close)
    group.command("list")(list_)
    app.add_typer(group, name="vendor-access")


def open_(
    stack: StackName,
    *,
    for_: Annotated[
        str | None, typer.Option("--for", metavar="DURATION", help="How long it lasts, such as 4h; at most 72h.")
    ] = None,
    until: Annotated[str | None, typer.Option("--until", help="Its end instead, ISO-8601 in UTC.")] = None,
    reads: Annotated[
        list[str] | None,
        typer.Option(
            "--reads", help="What it reads: logs, metrics, or a prefix of the ops bucket; repeat it for more."
        ),
    ] = None,
    writes: Annotated[
        list[str] | None, typer.Option("--writes", help="A prefix that it writes, of licences; repeat it for more.")
    ] = None,
    principal: Annotated[
        str | None,
        typer.Option("--principal", help="The ARN of the vendor's role; default: the one that the file names."),
    ] = None,
) -> None:
    """Write a window into the stack's file and print the `pulumi up` that opens it; nothing is applied.

    The bucket's grant, the key's grant and the exemption from the endpoint rule carry the end: it closes by itself.
    """
    from datetime import UTC, datetime

    from cli import walking
    from stacks import vendor_window

    now = datetime.fromisoformat(walking.now()).astimezone(UTC)
    asked = vendor_window.Asked(for_, until, tuple(reads or ()), tuple(writes or ()), principal)
    window = vendor_window.opened(_standing(stack), asked, now)
    _write(stack, window)
    does = [f"{verb} {', '.join(window[verb])}" for verb in ("reads", "writes") if verb in window]
    typer.echo(f"{window['principal']} {' and '.join(does)} of the ops bucket until {window['until']}, once you run")
    _tell_up(stack)
    typer.echo("After the end nothing is granted any more. Then take the statements away:")
    typer.echo(f"  byoc vendor-access close {stack}")


def close(stack: StackName) -> None:
    """Take the window out of the stack's file and print the `pulumi up` that takes its statements away."""
    from stacks import vendor_window

    standing = _standing(stack)
    if standing.get("mode", "none") == "none":
        typer.echo(f"no window stands in the settings of {stack}: nothing changed")
        return
    _write(stack, vendor_window.closed(standing))
    typer.echo("the window is closed, and its statements go away, once you run")
    _tell_up(stack)


def list_(
    *,
    trail: Annotated[
        list[Path],
        typer.Option(
            help="Files of the trail, or folders of them (.json, .json.gz), or what aws cloudtrail lookup-events or "
            "aws logs filter-log-events printed; repeat it for more."
        ),
    ],
    from_: From = None,
    contract: ContractFile = None,
    output: Output = Format.TEXT,
) -> None:
    """List past windows on the ops bucket from the trail's events, and what other accounts did in and outside them."""
    from audit.model.errors import ContractError
    from audit.report import windows_text
    from audit.windows import windows
    from cli import folder
    from cli import trail as files

    declared = folder.read_contract(Path() if contract is not None else folder.source(from_), contract)
    if declared is None or "ops-bucket" not in declared.buckets:
        raise ContractError(
            "no contract names the ops bucket: give one with --contract, or an audit folder with --from"
        )
    found = windows(files.events(trail), declared.buckets["ops-bucket"].name, declared.account)
    if output is Format.JSON:
        typer.echo(folder.dump(found.model_dump(mode="json")), nl=False)
    else:
        typer.echo("\n".join(windows_text.windows(found)))


def _standing(stack: str) -> dict[str, Any]:
    """The setting as it stands; a malformed one is refused with the rest of the file when it is written."""
    from stacks import stack_files

    values, _ = stack_files.stack_values(stack)
    standing = values.get("vendor_access")
    return standing if isinstance(standing, dict) else {}


def _write(stack: str, window: dict[str, Any]) -> None:
    """The stack's file with this window; raises SettingsError, and changes nothing, where the whole does not fit."""
    from cli import folder
    from cli.commands.init import shown
    from stacks import stack_files, stack_text

    path = stack_files.own_file(stack)
    stack_files.stack_settings(stack, {"vendor_access": window})
    text = stack_text.with_setting(path.read_text("utf-8"), "vendor_access", window, path.name)
    folder.write_file(path, text.encode(), replace=True)
    typer.echo(f"wrote {shown(path)}")


def _tell_up(stack: str) -> None:
    typer.echo(f"  pulumi preview --stack {stack}")
    typer.echo(f"  pulumi up --stack {stack}")
