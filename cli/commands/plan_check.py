"""``byoc plan-check``: checkov, and for a stack of ours the policies too, on what a Pulumi program declares."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import FailOn, FindingsFormat, Policies, exit_code

if TYPE_CHECKING:
    from audit.checkov.skips import Skips
    from audit.report.material import Material
    from cli.planning import Looked


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("plan-check")(plan_check)


def plan_check(
    what: Annotated[
        str,
        typer.Argument(
            metavar="STACK | FILE",
            help="A stack of stacks/Pulumi.STACK.yaml, which is rehearsed, or a file that pulumi preview --json or "
            "pulumi stack export printed; - for standard input.",
        ),
    ],
    *,
    policies: Policies = None,
    skips: Annotated[
        Path | None,
        typer.Option("--skips", help="What is not asked, with reasons; default: policies/checkov/skips.yaml."),
    ] = None,
    fail_on: Annotated[
        FailOn | None,
        typer.Option(
            "--fail-on",
            help="From which verdict on the exit code says so; default: broken for a stack, as rehearse, and unknown "
            "for a file.",
        ),
    ] = None,
    output: FindingsFormat = "text",
) -> None:
    """Check what a Pulumi program declares with checkov; a stack of ours is rehearsed and judged as well."""
    from audit.checkov import skips as accepted
    from audit.model.verdict import standing
    from audit.report import findings

    given = accepted.load(skips)
    text = _text(what)
    material, looked = _stack(what, given, policies) if text is None else _file(text, what, given)
    if output == "text":
        _show(material, looked, rehearsed=text is None)
    else:
        typer.echo(findings.render(output, material), nl=False)
    if text is None or skips is not None:
        _tell_unused(given, looked)
    default = FailOn.BROKEN if text is None else FailOn.UNKNOWN
    raise typer.Exit(exit_code(standing(material.findings), fail_on or default))


def _text(what: str) -> str | None:
    """What stands in the file; None for a stack. Raises UsageError for what is neither."""
    from audit.model.errors import UsageError
    from stacks.stack_files import stack_names

    path = Path(what)
    if what in stack_names():
        return None
    try:
        if what == "-":
            return sys.stdin.read()
        return path.read_text("utf-8-sig")
    except IsADirectoryError as error:
        raise UsageError(
            f"{what} is a folder: name the stack, or a file that pulumi preview --json or pulumi stack export printed"
        ) from error
    except FileNotFoundError as error:
        raise UsageError(
            f"there is no stack and no file {what} (the stacks are: {', '.join(stack_names()) or 'none yet'})"
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{what} cannot be read ({error}): name a file of JSON in UTF-8") from error


def _stack(name: str, skips: Skips, policies: Path | None) -> tuple[Material, Looked]:
    from audit.policy import load
    from cli import extras, planning

    extras.require_rehearse()
    return planning.stack(name, skips, load(policies))


def _file(text: str, name: str, skips: Skips) -> tuple[Material, Looked]:
    from cli import planning

    return planning.file(text, "standard input" if name == "-" else name, skips)


def _tell_unused(skips: Skips, looked: Looked) -> None:
    skipped = [(one.policy, one.claim.subject) for one in looked.findings if one.waiver is not None]
    for skip in skips.unused(skipped, looked.declared.stack):
        typer.echo(f"the skip of {skip.name!r} covered nothing: remove it, or mend its patterns", err=True)


def _show(material: Material, looked: Looked, *, rehearsed: bool) -> None:
    from audit.checkov.process import VERSION
    from audit.report import text
    from cli import printing

    also = ", rehearsed and judged by the policies" if rehearsed else ""
    head = f"Stack {text.printable(looked.declared.stack)} as declared{also}, checked by checkov {VERSION}"
    typer.echo(f"{head}: {looked.checked} resources, {len(looked.results)} checks")
    text.declared(material, looked.unchecked, printing.console())
    if looked.unasked:
        typer.echo(f"No check of checkov is about: {', '.join(looked.unasked)}")
