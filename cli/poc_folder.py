"""The folder of a proof of concept's artifacts: where they are written, each whole, and where the scorecard looks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.model.errors import UsageError
from cli.folder import OUT, write_file

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from poc.case.model import Case


def default(case: Case) -> Path:
    """Where a case's artifacts are written when nothing else is said."""
    return OUT / f"poc-{case.name}"


def write(target: Path, files: Mapping[str, bytes]) -> None:
    """Write artifacts in the place of earlier ones; raises UsageError where the folder cannot be written to."""
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{target} cannot be made ({error.strerror}): name another folder with --out") from error
    for name, content in files.items():
        write_file(target / name, content, replace=True)
