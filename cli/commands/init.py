"""``byoc init``: ask for the settings of a new stack and write stacks/Pulumi.STACK.yaml."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from audit.model.errors import UsageError


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("init")(init)


def init(
    stack: Annotated[str, typer.Argument(help="The new stack's name, such as production.")],
    answers: Annotated[
        Path | None, typer.Option("--answers", help="A YAML file of settings, instead of questions.")
    ] = None,
) -> None:
    """Ask the settings that have no default, check them, and write the stack's file."""
    import yaml

    from stacks import init as stack_init
    from stacks.settings import STACKS

    target = STACKS / f"Pulumi.{stack}.yaml"
    if target.exists():
        raise UsageError(f"{target} exists: edit it, or name another stack")
    given = yaml.safe_load(answers.read_text("utf-8")) if answers is not None else {}
    text, secret_lines = stack_init.prepare(stack, given, ask=typer.prompt if answers is None else None)
    target.write_text(text, "utf-8")
    typer.echo(f"wrote {target}")
    for line in secret_lines:
        typer.echo(line)
