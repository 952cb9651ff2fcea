"""Findings with what somebody accepted of them: the waivers that --waivers names, or those that are here."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from audit.policy import waivers

if TYPE_CHECKING:
    from audit.model.verdict import Finding
    from cli.judging import Judged

HERE = Path("waivers.yaml")
"""What counts when --waivers names nothing."""


def file(given: Path | None) -> Path | None:
    """The file that counts, if one does."""
    return given or (HERE if HERE.exists() else None)


def waived(judged: Judged, given: Path | None) -> tuple[Finding, ...]:
    """The findings with their waivers; a waiver that found nothing is told on standard error.

    Raises UsageError for a file that is no list of waivers.
    """
    named = file(given)
    accepted = waivers.load(named, {policy.id for policy in judged.policies}) if named is not None else ()
    found = waivers.apply(accepted, judged.findings, judged.boundary)
    for waiver in waivers.unused(accepted, found, judged.boundary.now):
        typer.echo(
            f"{named}: {waiver.policy} found nothing of {waiver.subject}: remove the waiver, or mend its subject",
            err=True,
        )
    return found
