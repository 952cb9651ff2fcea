"""``byoc poc migrate``: the runbook, and the checks that its gates are measured by."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import FailOn, Format, Output, exit_code
from cli.poc_options import DEFAULT_CASE, CaseFile, OutFolder

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from poc.case.cluster import Cluster
    from poc.case.migration import GateName
    from poc.case.model import Case
    from poc.migrate.flow import Flow
    from poc.migrate.gates import GateRow, Phase
    from poc.migrate.runbook import Measured, Runbook
    from poc.migrate.side import Side

    Rows = Mapping[GateName, GateRow]

FILE = "runbook.json"
_PREFIX = "byoc-poc-"
Fail = Annotated[FailOn, typer.Option("--fail-on", help="From which verdict on the exit code says so.")]
Prefix = Annotated[
    str, typer.Option("--prefix", help="What the names of the topic and groups begin with that it makes.")
]


def register(group: typer.Typer) -> None:
    """Add the command group."""
    migrate = typer.Typer(no_args_is_help=True, help="The migration runbook: a plan, and gates that are measured.")
    migrate.command("plan")(plan)
    migrate.command("check")(check)
    migrate.command("cutover-check")(cutover_check)
    migrate.command("rollback-check")(rollback_check)
    group.add_typer(migrate, name="migrate")


def plan(*, case: CaseFile = DEFAULT_CASE, out: OutFolder = None, output: Output = Format.TEXT) -> None:
    """Write MirrorMaker 2's properties for both directions, and the runbook with its gates; nothing is connected to."""
    from cli import poc_folder, walking
    from poc.case.model import Case
    from poc.migrate import plan as planning
    from poc.migrate.runbook import Measured, runbook

    told = Case.read(case)
    source, target = _ends(told, case)
    folder = out or poc_folder.default(told)
    files = planning.files(told.migration, told.scope, source, target, _PREFIX)
    found = runbook(told, _earlier(folder), Measured(), walking.now())
    poc_folder.write(folder, {name: content.encode() for name, content in files.items()})
    _write(folder, told, found)
    if output is Format.JSON:
        typer.echo(found.text(), nl=False)
        return
    typer.echo(f"wrote {folder}/runbook.md, runbook.pdf, runbook.json, {', '.join(files)}")
    typer.echo("next: start replication to the target, then byoc poc migrate check")


def check(
    *,
    case: CaseFile = DEFAULT_CASE,
    out: OutFolder = None,
    fail_on: Fail = FailOn.UNKNOWN,
    output: Output = Format.TEXT,
) -> None:
    """Before the cutover: topics, partitions, configs, groups on both sides, lag, offsets. Both sides are only read."""
    from poc.migrate import before
    from poc.migrate.gates import Phase

    _checked(case, out, fail_on, output, Phase.BEFORE, lambda told, flow, rows, _: before.check(told, flow, rows))


def cutover_check(
    *,
    case: CaseFile = DEFAULT_CASE,
    prefix: Prefix = _PREFIX,
    out: OutFolder = None,
    fail_on: Fail = FailOn.UNKNOWN,
    output: Output = Format.TEXT,
) -> None:
    """At the cutover, with clients stopped: everything copied, offsets at or behind the source's, markers read.

    Makes a topic and groups behind the prefix at the target, and takes them away again; the source is only read.
    """
    from poc.migrate import cutover
    from poc.migrate.gates import Phase

    named = _prefix(prefix)
    _checked(
        case, out, fail_on, output, Phase.CUTOVER, lambda told, flow, rows, _: cutover.check(told, flow, rows, named)
    )


def rollback_check(
    *,
    case: CaseFile = DEFAULT_CASE,
    out: OutFolder = None,
    fail_on: Fail = FailOn.UNKNOWN,
    output: Output = Format.TEXT,
) -> None:
    """After the cutover: replication back is alive and keeps up, and what going back now would lose; only reads."""
    from poc.migrate import rollback
    from poc.migrate.gates import Phase
    from poc.migrate.runbook import Cutover

    def measure(told: Case, flow: Flow, rows: Rows, before: Runbook | None) -> Measured:
        then = Cutover(before.cutover_ends, before.cutover_offsets) if before is not None else Cutover({}, {})
        return rollback.check(told, flow, rows, then)

    _checked(case, out, fail_on, output, Phase.ROLLBACK, measure)


def _checked(
    path: Path,
    out: Path | None,
    fail_on: FailOn,
    output: Format,
    phase: Phase,
    measure: Callable[[Case, Flow, Rows, Runbook | None], Measured],
) -> None:
    from cli import poc_folder, walking
    from cli.poc_options import fetch_secret
    from poc.case.model import Case
    from poc.migrate import text
    from poc.migrate.gates import rows
    from poc.migrate.runbook import runbook, verdict
    from poc.migrate.side import opened

    told = Case.read(path)
    source, target = _ends(told, path)
    folder = out or poc_folder.default(told)
    before = _earlier(folder)
    here = opened(source, told.migration.source_alias, fetch_secret)
    there = opened(target, told.migration.target_alias, fetch_secret)
    measured = measure(told, _flow(told, here, there, phase), {row.gate: row for row in rows(told)}, before)
    found = runbook(told, before, measured, walking.now())
    _write(folder, told, found)
    if output is Format.JSON:
        typer.echo(found.text(), nl=False)
    else:
        for line in text.shown(found, phase):
            typer.echo(line)
        typer.echo(f"\nwrote {folder}/runbook.md, runbook.pdf and runbook.json")
    raise typer.Exit(exit_code(verdict(found.of(phase)), fail_on))


def _flow(case: Case, source: Side, target: Side, phase: Phase) -> Flow:
    from poc.migrate.flow import Flow
    from poc.migrate.gates import Phase

    identity = case.migration.replication_policy == "identity"
    if phase is Phase.ROLLBACK:
        return Flow(target, source, identity)
    return Flow(source, target, identity, linked=case.migration.tool == "automq-linking")


def _ends(case: Case, path: Path) -> tuple[Cluster, Cluster]:
    from audit.model.errors import UsageError

    if case.source is None or case.target is None:
        missing = "source" if case.source is None else "target"
        raise UsageError(f"{path} has no section {missing}: add it as byoc poc init writes it (docs/poc-migration.md)")
    return case.source, case.target


def _prefix(given: str) -> str:
    from cli.poc_options import prefix

    return prefix(given)


def _earlier(folder: Path) -> Runbook | None:
    """The runbook that a check goes on with; raises UsageError for one that cannot be read."""
    from pydantic import ValidationError

    from audit.model.errors import UsageError
    from poc.migrate.runbook import Runbook

    path = folder / FILE
    if not path.exists():
        return None
    try:
        return Runbook.model_validate_json(path.read_bytes())
    except (ValidationError, OSError):
        raise UsageError(f"{path} is no runbook of this kit: move it away, and measure again") from None


def _write(folder: Path, case: Case, found: Runbook) -> None:
    from cli import poc_folder
    from poc.migrate import text

    files = {FILE: found.text().encode(), "runbook.md": text.markdown(found, case).encode()}
    poc_folder.write(folder, {**files, "runbook.pdf": text.pdf(found, case)})
