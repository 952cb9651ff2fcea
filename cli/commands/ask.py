"""``byoc ask``: one question of an audit folder or snapshot."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from audit.model.errors import UsageError
from cli.options import AsOf, ContractFile, FailOn, Format, From, Output, exit_code

if TYPE_CHECKING:
    from cli.judging import Judged


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("ask")(ask)


def ask(
    question: Annotated[str, typer.Argument(help="The question's name, such as bucket_owner.")],
    *,
    from_: From = None,
    contract: ContractFile = None,
    as_of: AsOf = None,
    fail_on: Annotated[FailOn, typer.Option(help="From which verdict on the exit code says so.")] = FailOn.UNKNOWN,
    output: Output = Format.TEXT,
) -> None:
    """Answer one boundary question with all its claims and their proofs."""
    from audit import questions
    from audit.report import json_files, text
    from cli import printing

    if question not in questions.questions():
        raise UsageError(f"{question} is no question: ask one of {', '.join(questions.questions())}")
    judged = _judged(from_, contract, as_of)
    answer = questions.ask(question, judged.boundary)
    if output is Format.JSON:
        typer.echo(json_files.text(json_files.answers_json([answer])), nl=False)
    else:
        text.one_answer(judged.material, answer, printing.console())
    raise typer.Exit(exit_code(answer.verdict, fail_on))


def _judged(from_: Path | None, contract: Path | None, as_of: str | None) -> Judged:
    from audit.policy import load
    from cli import judging

    return judging.judge_path(from_, contract, as_of, load())
