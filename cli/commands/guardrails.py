"""``byoc guardrails``: control policies that hold the boundary against the account's own administrators."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import ContractFile, From

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.access.guardrails import Guardrails
    from audit.boundary import Boundary

Deployer = Annotated[
    str | None, typer.Option("--deployer", help="The role that runs Pulumi, excepted; default: the contract's.")
]
BreakGlass = Annotated[
    str | None,
    typer.Option("--break-glass", help="The role for emergencies, excepted; default: the contract's."),
]


def register(app: typer.Typer) -> None:
    """Add the command group."""
    text = "Control policies of the organisation that hold the boundary against the account's own administrators."
    group = typer.Typer(no_args_is_help=True, help=text)
    group.command("write")(write)
    group.command("check")(check)
    app.add_typer(group, name="guardrails")


def write(
    *,
    out: Annotated[Path, typer.Option("--out", help="The folder to write into, new or empty.")],
    deployer: Deployer = None,
    break_glass: BreakGlass = None,
    from_: From = None,
    contract: ContractFile = None,
) -> None:
    """Write the SCPs and RCPs of an environment, after the evaluator has tried them on its audit; attach nothing."""
    from audit.model.errors import UsageError
    from cli import folder, guarding

    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UsageError(f"{out} is no new or empty folder: name another with --out")
    before, guardrails, excepted = _made(from_, contract, deployer, break_glass)
    taken = list(_tried(before, guardrails, excepted, from_, contract))
    folder.write_files(out, {name: text.encode() for name, text in guarding.files(guardrails).items()})
    typer.echo(f"wrote {', '.join(str(out / name) for name in guarding.files(guardrails))}")
    typer.echo(f"excepted: {', '.join(excepted)}")
    _tell(taken)
    typer.echo("Nothing is attached. In the organisation's management account (docs/guardrails.md):")
    typer.echo(f"  pulumi -C stacks/guardrails config set folder {out.resolve()}")
    typer.echo(f"  pulumi -C stacks/guardrails config set account {before.contract.account}")
    typer.echo("  pulumi -C stacks/guardrails up")


def check(
    guardrails: Annotated[Path, typer.Argument(metavar="FOLDER", help="The folder of the policies, edited or not.")],
    *,
    from_: From = None,
    contract: ContractFile = None,
) -> None:
    """Try the policies of a folder on an audit: that nobody who needs it loses anything, and what others lose."""
    from cli import guarding, judging

    read = guarding.read(guardrails)
    before = judging.boundary_of(from_, contract, None)
    _tell(list(_tried(before, read, (), from_, contract)))


def _made(
    from_: Path | None, contract: Path | None, deployer: str | None, break_glass: str | None
) -> tuple[Boundary, Guardrails, tuple[str, ...]]:
    from cli import guarding, judging

    before = judging.boundary_of(from_, contract, None)
    what = guarding.guarded(before.contract, deployer, break_glass)
    return before, guarding.made(what), (what.deployer, what.break_glass)


def _tried(
    before: Boundary, guardrails: Guardrails, excepted: tuple[str, ...], from_: Path | None, contract: Path | None
) -> Iterator[str]:
    """What they take away, a line each; raises UsageError where they take it from one who needs it."""
    from audit.boundary import PRIVILEGES
    from cli import guarding, judging

    guarding.require_open(guardrails, before.contract, excepted)
    after = judging.boundary_of(from_, contract, None, guardrails)
    guarding.require_kept(before, after)
    left = {(edge.source, edge.target, edge.kind) for edge in after.graph.edges(*PRIVILEGES)}
    for edge in before.graph.edges(*PRIVILEGES):
        if (edge.source, edge.target, edge.kind) not in left:
            who = before.roles.get(edge.source, edge.source)
            yield f"{who} can no longer {PRIVILEGES[edge.kind].value} {before.label(edge.target)}"


def _tell(taken: list[str]) -> None:
    from audit.report.text import printable

    typer.echo(f"They take away {len(taken)} privileges on this audit's stores" + (":" if taken else ""))
    for line in sorted(taken):
        typer.echo(f"  {printable(line)}")
