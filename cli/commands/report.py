"""``byoc report``: the judged boundary as a page, as paper or as Markdown, with the findings that somebody accepted."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import AsOf, ContractFile, From, Policies, Waivers

if TYPE_CHECKING:
    from audit.report.material import Material
    from cli.judging import Judged


class ReportFormat(StrEnum):
    """What a report is written as."""

    HTML = "html"
    PDF = "pdf"
    MARKDOWN = "markdown"


_ENDINGS = {ReportFormat.HTML: "html", ReportFormat.PDF: "pdf", ReportFormat.MARKDOWN: "md"}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("report")(report)


def report(
    *,
    from_: From = None,
    contract: ContractFile = None,
    policies: Policies = None,
    waivers: Waivers = None,
    as_of: AsOf = None,
    form: Annotated[ReportFormat, typer.Option("--format", help="How to write it.")] = ReportFormat.HTML,
    out: Annotated[Path | None, typer.Option("--out", help="The file to write; default: report.ENDING here.")] = None,
) -> None:
    """Write the report of an audit folder or snapshot: one file that works offline, or paper."""
    from dataclasses import replace

    from audit.policy import load
    from cli import folder, judging, waiving

    judged = judging.judge_path(from_, contract, as_of, load(policies))
    material = replace(judged.material, findings=waiving.waived(judged, waivers))
    target = out or Path(f"report.{_ENDINGS[form]}")
    folder.write_file(target, _written(form, material, judged), replace=True)
    typer.echo(f"wrote {target}")


def _written(form: ReportFormat, material: Material, judged: Judged) -> bytes:
    from audit.report import html, markdown, pdf

    match form:
        case ReportFormat.HTML:
            return html.report(material, judged.snapshot, judged.pictures).encode()
        case ReportFormat.PDF:
            return pdf.report(material, judged.snapshot, judged.pictures)
        case ReportFormat.MARKDOWN:
            return markdown.report(material).encode()
