"""``byoc ask`` and ``draw``: one question, or one diagram of an audit folder or snapshot."""

from __future__ import annotations

from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from audit.model.errors import UsageError
from cli.options import AsOf, ContractFile, FailOn, Format, From, Output, exit_code

if TYPE_CHECKING:
    from audit.report.diagram import Diagram
    from cli.judging import Judged


class View(StrEnum):
    """The diagrams that can be drawn."""

    DATAFLOW = "dataflow"


class DiagramFormat(StrEnum):
    """How a diagram is written."""

    SVG = "svg"
    D2 = "d2"
    MERMAID = "mmd"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("ask")(ask)
    app.command("draw")(draw)


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


def draw(
    view: Annotated[View, typer.Argument(help="The diagram.")] = View.DATAFLOW,
    *,
    from_: From = None,
    contract: ContractFile = None,
    form: Annotated[DiagramFormat, typer.Option("--as", help="How to draw it.")] = DiagramFormat.SVG,
    out: Annotated[Path | None, typer.Option("--out", help="Write it there; default: VIEW.FORM here.")] = None,
    output: Annotated[
        Format, typer.Option("--format", help="json prints the boxes and flows instead of writing a drawing.")
    ] = Format.TEXT,
) -> None:
    """Draw a diagram of the boundary."""
    from audit.report.dataflow import data_flow
    from cli import folder, judging

    if output is Format.JSON and out is not None:
        raise UsageError("--format json prints the diagram, --out writes a drawing: drop one of the two")
    boundary = _judged(from_, contract, None).boundary
    diagram = data_flow(boundary.graph, boundary.contract)
    if output is Format.JSON:
        typer.echo(folder.dump(_parts(diagram)), nl=False)
        return
    target = out or Path(f"{view.value}.{form.value}")
    folder.write_file(target, judging.drawn(diagram)[form.value].encode(), replace=True)
    typer.echo(f"wrote {target}")


def _parts(diagram: Diagram) -> dict[str, object]:
    flows = [
        {"number": number, "crosses": diagram.crosses(flow), **asdict(flow)}
        for number, flow in enumerate(diagram.flows, 1)
    ]
    return {
        "title": diagram.title,
        "boundary": diagram.boundary,
        "boxes": list(map(asdict, diagram.boxes)),
        "flows": flows,
    }


def _judged(from_: Path | None, contract: Path | None, as_of: str | None) -> Judged:
    from audit.policy import load
    from cli import judging

    return judging.judge_path(from_, contract, as_of, load())
