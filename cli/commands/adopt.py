"""``byoc adopt``: an environment that the vendor's Terraform made, described as a stack, with imports and a plan."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.options import ContractFile, From


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("adopt")(adopt)


def adopt(
    stack: Annotated[str, typer.Argument(help="The new stack's name, such as production.")],
    *,
    out: Annotated[Path, typer.Option("--out", help="The folder to write into, new or empty.")],
    from_: From = None,
    contract: ContractFile = None,
    environment: Annotated[
        str | None, typer.Option("--environment", help="The environment's id, where the account holds several.")
    ] = None,
) -> None:
    """Write the settings, the import file and the plan for an environment that was audited; change nothing."""
    from audit.model.errors import UsageError
    from audit.model.verdict import Verdict
    from cli import folder, judging
    from stacks import adoption, adoption_plan
    from stacks.init import file_name

    name = file_name(stack)
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UsageError(f"{out} is no new or empty folder: name another with --out")
    where = folder.source(from_)
    declared = folder.read_contract(where, contract)
    judged = judging.judge_snapshot(folder.read_snapshot(where), declared, environment=environment)
    found = adoption.adopt(stack, judged.boundary.graph, judged.boundary.contract)
    findings = [
        (one.policy, one.title, judged.boundary.label(one.claim.subject))
        for one in judged.findings
        if one.verdict is Verdict.BROKEN
    ]
    texts = {name: found.stack_file(), "import.json": found.imports(), "plan.md": adoption_plan.plan(found, findings)}
    folder.write_files(out, {file: text.encode() for file, text in texts.items()})
    typer.echo(f"wrote {out / name} (move it to stacks/), {out / 'import.json'} and {out / 'plan.md'}")
    typer.echo(f"{found.environment_id}: the plan places {len(findings)} findings; nothing was changed")
