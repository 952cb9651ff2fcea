"""``byoc init``: ask for the settings of a new stack and write stacks/Pulumi.STACK.yaml."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from audit.model.errors import SettingsError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from stacks.init import Question


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
    from cli import folder
    from stacks import init as new_stack
    from stacks import stack_files

    target = stack_files.FOLDER / new_stack.file_name(stack)
    if target.exists():
        raise UsageError(f"{shown(target)} exists: edit it, or name another stack")
    given, ask = ({}, _ask) if answers is None else (_read(answers), _unanswered(answers))
    made = new_stack.render(stack, new_stack.answers(given, ask))
    folder.write_file(target, made.text.encode(), replace=False)
    typer.echo(f"wrote {shown(target)}: every other setting has its default, see docs/settings.md")
    for command in made.commands:
        typer.echo(f"set the secret, which no file holds in clear: {command}")


def _ask(question: Question) -> str:
    answer: str = typer.prompt(
        question.prompt,
        hide_input=question.secret,
        default="" if question.secret else None,
        show_default=False,
        err=True,
    )
    return answer.strip()


def _unanswered(path: Path) -> Callable[[Question], str]:
    def ask(question: Question) -> str:
        if question.secret:
            return ""
        raise SettingsError(f"{path} lacks {question.setting}, which has no default: add it")

    return ask


def _read(path: Path) -> dict[str, Any]:
    import yaml

    try:
        data = yaml.safe_load(path.read_text("utf-8"))
    except OSError as error:
        raise UsageError(f"{path} cannot be read ({error.strerror}): name a YAML file with --answers") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is no YAML ({' '.join(str(error).split())}): mend the file") from error
    if not isinstance(data, dict) or not all(isinstance(name, str) for name in data):
        raise UsageError(f"{path} holds no settings: write one a line, such as region: eu-central-1")
    return data


def shown(target: Path) -> Path:
    """The path as the user stands to it."""
    here = Path.cwd()
    return target.relative_to(here) if target.is_relative_to(here) else target
