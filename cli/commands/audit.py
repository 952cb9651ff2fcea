"""``byoc audit``: walk an account read-only, or judge a saved folder or snapshot again, and write the audit folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from audit.model.errors import UsageError
from cli.options import AsOf, ContractFile, FailOn, Format, Output, Policies, exit_code

if TYPE_CHECKING:
    from collections.abc import Mapping

    from audit.model.contract import BoundaryContract
    from audit.model.snapshot import Snapshot


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("audit")(audit)


def audit(
    *,
    contract: ContractFile = None,
    out: Annotated[Path | None, typer.Option("--out", help="The audit folder to write; default: out/audit.")] = None,
    from_: Annotated[
        Path | None, typer.Option("--from", help="Judge this folder or snapshot again, offline, instead of walking.")
    ] = None,
    profile: Annotated[str | None, typer.Option(help="A profile of the AWS configuration.")] = None,
    region: Annotated[list[str] | None, typer.Option(help="A region to walk; repeat it for several.")] = None,
    assume_role: Annotated[
        list[str] | None,
        typer.Option(help="The ARN of a role that opens a further account, or the contract's own; repeat it."),
    ] = None,
    external_id: Annotated[str | None, typer.Option(help="The external id that those roles ask for.")] = None,
    session_name: Annotated[str, typer.Option(help="The session name that their trails will show.")] = "byoc-audit",
    everything: Annotated[
        bool, typer.Option("--everything", help="Read who can use what also of what the contract does not lead to.")
    ] = False,
    environment: Annotated[
        str | None, typer.Option(help="Without a contract: the environment to draft one for.")
    ] = None,
    policies: Policies = None,
    as_of: AsOf = None,
    fail_on: Annotated[FailOn, typer.Option(help="From which verdict on the exit code says so.")] = FailOn.UNKNOWN,
    output: Output = Format.TEXT,
) -> None:
    """Walk an account read-only, or judge a saved snapshot again, and answer the boundary questions with evidence."""
    from audit.policy import load
    from cli import folder, judging, printing

    declared = _declared(from_, contract)
    walk = {
        "profile": profile,
        "regions": tuple(region or ()),
        "roles": tuple(assume_role or ()),
        "external_id": external_id,
        "everything": everything,
    }
    _require_one_source(from_, declared, walk)
    pack = load(policies)
    options = {"as_of": as_of, "environment": environment, "everything": everything}
    target = out or folder.OUT / "audit"
    with folder.new_folder(target) as draft:
        snapshot = _walk(declared, session_name, walk) if from_ is None else folder.read_snapshot(from_)
        judged = judging.judge_snapshot(snapshot, declared, policies=pack, environment=environment, options=options)
        folder.fill(draft, judged.snapshot, judging.files(judged))
    printing.show(judged, target, output)
    raise typer.Exit(exit_code(judged.verdict, fail_on))


def _declared(from_: Path | None, contract: Path | None) -> BoundaryContract | None:
    from audit.model.contract import BoundaryContract
    from cli import folder

    if from_ is not None:
        return folder.read_contract(folder.source(from_), contract)
    return BoundaryContract.read(contract) if contract is not None else None


def _require_one_source(from_: Path | None, declared: BoundaryContract | None, walk: Mapping[str, Any]) -> None:
    """Raise UsageError for options of a walk beside --from, and for regions that miss the contract's."""
    from cli import judging

    names = {"profile": "--profile", "regions": "--region", "roles": "--assume-role", "external_id": "--external-id"}
    used = [names.get(name, f"--{name}") for name, value in walk.items() if value]
    if from_ is not None and used:
        raise UsageError(
            f"{', '.join(used)} goes with a walk, --from judges what was walked before: drop one of the two"
        )
    if declared is not None and walk["regions"]:
        judging.require_region(declared, walk["regions"])


def _walk(contract: BoundaryContract | None, session_name: str, walk: Mapping[str, Any]) -> Snapshot:
    from audit.collect.request import WalkRequest
    from cli import walking

    request = WalkRequest(taken_at=walking.now(), contract=contract, session_name=session_name, **walk)
    with walking.progress_bar() as bar:
        return walking.walk(request, bar)
