"""A table for spreadsheets: one finding a row."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from audit.report.material import ordered
from audit.report.text import printable

if TYPE_CHECKING:
    from audit.model.verdict import Finding
    from audit.report.material import Material

_COLUMNS = (
    *("fingerprint", "policy", "severity", "verdict", "title", "subject", "name", "reason", "text", "remedy", "source"),
    *("missing", "evidence", "waived_until", "waived_by", "waived_because", "controls"),
)
_FORMULA = ("=", "+", "-", "@")


def render(material: Material) -> str:
    """The table with a head; what a spreadsheet would take for a formula starts with an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_COLUMNS)
    writer.writerows(map(_cell, _row(material, finding)) for finding in ordered(material.findings))
    return out.getvalue()


def _row(material: Material, finding: Finding) -> tuple[str, ...]:
    claim, waiver = finding.claim, finding.waiver
    accepted = (waiver.until or "", waiver.owner, waiver.reason) if waiver is not None else ("", "", "")
    controls = "; ".join(f"{title}: {', '.join(numbers)}" for title, numbers in finding.controls)
    return (
        *(finding.fingerprint, finding.policy, finding.severity, finding.verdict, finding.title),
        *(claim.subject, material.named(claim.subject), claim.reason, claim.text, finding.remedy, finding.source),
        *(" ".join(claim.missing), " ".join(filter(None, claim.evidence)), *accepted, controls),
    )


def _cell(text: str) -> str:
    shown = printable(text)
    return f"'{shown}" if shown.lstrip().startswith(_FORMULA) else shown
