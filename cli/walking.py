"""Walk with a progress bar on standard error; the only place that reads the clock."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from audit.collect.walk import Step, collect
from cli import garbage

if TYPE_CHECKING:
    from audit.collect.request import WalkRequest
    from audit.model.snapshot import Snapshot


def now() -> str:
    """This moment, ISO-8601 UTC to the second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def progress_bar() -> Progress:
    """A bar that vanishes when it is done, and is silent where nobody watches."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    console = Console(stderr=True)
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)


def walk(request: WalkRequest, bar: Progress) -> Snapshot:
    """Collect a snapshot, showing on the bar what is being read."""
    task = bar.add_task("reading the account", total=None)

    def show(step: Step) -> None:
        reading = f"{step.record.service} {step.record.operation}"
        bar.update(task, completed=step.done, total=step.known, description=f"reading {reading:<48.48}")

    snapshot = collect(request, show)
    garbage.clear()
    return snapshot
