"""What a judging command prints: the report on a console, or one JSON document."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer
from rich.console import Console

from audit.report import json_files, text
from cli.folder import dump
from cli.options import Format

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from cli.judging import Judged


def console() -> Console:
    """Standard output; where nobody watches, plain text of 120 columns."""
    plain = Console(highlight=False, markup=False)
    return plain if plain.is_terminal else Console(highlight=False, markup=False, width=120)


def show(judged: Judged, target: Path, output: Format, beside: Mapping[str, str] | None = None) -> None:
    """Print the answers, the findings and where the files are; ``beside`` names further ones and what they hold."""
    if output is Format.JSON:
        typer.echo(
            dump(both(judged) | {"contract_reviewed": judged.boundary.contract.reviewed, "folder": str(target)}),
            nl=False,
        )
        return
    if judged.drafted:
        typer.echo(
            "No contract was given: a draft inferred from the account is used; what rests on it is unknown.\n", err=True
        )
    shown = (
        ("report.html", "the report"),
        ("report.pdf", "the same on paper"),
        ("diagrams/", "the diagrams"),
        ("snapshot/", "the evidence"),
        *(beside or {}).items(),
    )
    text.show(judged.material, console(), [f"{target}/{name:<14}{what}" for name, what in shown])


def both(judged: Judged) -> dict[str, object]:
    """Answers and findings in one document."""
    return {
        "answers": json_files.answers_json(judged.answers),
        "findings": json_files.findings_json(judged.findings, judged.judgement.results),
    }
