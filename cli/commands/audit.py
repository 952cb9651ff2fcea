"""``byoc audit``: walk an account read-only, or judge a saved folder or snapshot again, and write the audit folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from audit.model.errors import UsageError
from cli.options import AsOf, ContractFile, FailOn, Format, Output, Policies, exit_code

if TYPE_CHECKING:
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
        list[str] | None, typer.Option(help="The ARN of a role that opens a further account; repeat it for several.")
    ] = None,
    external_id: Annotated[str | None, typer.Option(help="The external id that those roles ask for.")] = None,
    session_name: Annotated[str, typer.Option(help="The session name that their trails will show.")] = "byoc-audit",
    everything: Annotated[
        bool, typer.Option("--everything", help="Read details also of what the contract does not lead to.")
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

    walked = {
        "--profile": profile,
        "--region": region,
        "--assume-role": assume_role,
        "--external-id": external_id,
        "--everything": everything,
    }
    if from_ is not None and (used := [name for name, value in walked.items() if value]):
        raise UsageError(
            f"{', '.join(used)} goes with a walk, --from judges what was walked before: drop one of the two"
        )
    pack = load(policies)
    declared = _declared(from_, contract)
    if declared is not None and region:
        judging.require_region(declared, region)
    target = out or folder.OUT / "audit"
    with folder.new_folder(target) as draft:
        if from_ is not None:
            snapshot = folder.read_snapshot(folder.source(from_))
        else:
            snapshot = _walk(declared, profile, region or [], assume_role or [], external_id, session_name, everything)
        judged = judging.judge_snapshot(
            snapshot,
            declared,
            policies=pack,
            environment=environment,
            options={"as_of": as_of, "environment": environment, "everything": everything},
        )
        folder.fill(draft, judged)
    printing.show(judged, target, output)
    raise typer.Exit(exit_code(judged.verdict, fail_on))


def _declared(from_: Path | None, contract: Path | None) -> BoundaryContract | None:
    from audit.model.contract import BoundaryContract
    from cli import folder

    if from_ is not None:
        return folder.read_contract(folder.source(from_), contract)
    return BoundaryContract.read(contract) if contract is not None else None


def _walk(
    contract: BoundaryContract | None,
    profile: str | None,
    regions: list[str],
    roles: list[str],
    external_id: str | None,
    session_name: str,
    everything: bool,
) -> Snapshot:
    from audit.collect.request import WalkRequest
    from cli import walking

    request = WalkRequest(
        taken_at=walking.now(),
        regions=tuple(regions),
        contract=contract,
        everything=everything,
        profile=profile,
        roles=tuple(roles),
        external_id=external_id,
        session_name=session_name,
    )
    with walking.progress_bar() as bar:
        return walking.walk(request, bar)
