"""Options that several commands share."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from audit.model.errors import UsageError
from audit.model.verdict import Verdict
from audit.report.findings import formats

FORMATS = ("text", *formats())
"""How findings are printed."""


class FailOn(StrEnum):
    """The verdict from which a command's exit code says so."""

    BROKEN = "broken"
    UNKNOWN = "unknown"
    NEVER = "never"


class Format(StrEnum):
    """How a command prints."""

    TEXT = "text"
    JSON = "json"


def moment(text: str | None) -> str | None:
    """A point in time as ISO-8601 UTC to the second; raises UsageError for what is none or lacks its zone."""
    if text is None:
        return None
    try:
        given = datetime.fromisoformat(text)
        if given.tzinfo is not None:
            return given.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    except (ValueError, OverflowError):
        raise UsageError(f"--as-of {text} is no ISO-8601 time: write it like 2027-01-31T18:00:00Z") from None
    raise UsageError(f"--as-of {text} lacks its time zone: write it in UTC, {given.isoformat(timespec='seconds')}Z")


def _known(name: str) -> str:
    if name not in FORMATS:
        raise typer.BadParameter(f"{name!r} is not one of {', '.join(map(repr, FORMATS))}")
    return name


FindingsFormat = Annotated[str, typer.Option("--format", callback=_known, help=f"How to print: {', '.join(FORMATS)}.")]
From = Annotated[
    Path | None,
    typer.Option(
        "--from", help="An audit folder, a snapshot (folder or .zip) or a bundle; default: the only one under out/."
    ),
]
ContractFile = Annotated[
    Path | None, typer.Option("--contract", help="The boundary contract; default: the audit folder's own.")
]
Policies = Annotated[Path | None, typer.Option("--policies", help="A folder of further policies (*.yaml).")]
Waivers = Annotated[
    Path | None,
    typer.Option("--waivers", help="What is accepted until a day; default: waivers.yaml, if it is here."),
]
Output = Annotated[Format, typer.Option("--format", help="How to print.")]
AsOf = Annotated[
    str | None,
    typer.Option("--as-of", callback=moment, help="Judge as of this moment (ISO-8601 UTC) instead of the snapshot's."),
]


def exit_code(verdict: Verdict, fail_on: FailOn) -> int:
    """0 below --fail-on, 1 for broken, 2 for unknown."""
    if fail_on is FailOn.NEVER or verdict is Verdict.HOLDS:
        return 0
    if verdict is Verdict.BROKEN:
        return 1
    return 2 if fail_on is FailOn.UNKNOWN else 0
