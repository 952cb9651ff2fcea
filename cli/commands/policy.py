"""``byoc policy``: the policies that are judged, as a list or one whole, so that a reviewer can read and copy them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from audit.model.errors import UsageError
from cli.options import Format, Output, Policies

if TYPE_CHECKING:
    from pathlib import Path

    from audit.policy import Policy


def register(app: typer.Typer) -> None:
    """Add the command group."""
    group = typer.Typer(no_args_is_help=True, help="The policies: what must hold.")
    group.command("list")(list_)
    group.command("show")(show)
    app.add_typer(group, name="policy")


def list_(policies: Policies = None, output: Output = Format.TEXT) -> None:
    """List the policies: id, severity, what must hold, and what they are judged on."""
    found = [_row(policy) for policy in _load(policies).values()]
    if output is Format.JSON:
        from cli.folder import dump

        typer.echo(dump(found), nl=False)
        return
    for row in found:
        typer.echo(f"{row['id']:<6} {row['severity']:<8} {row['title']}  [{row['judged_on']}]")


def show(
    policy: Annotated[str, typer.Argument(help="The policy's id, such as B001.")],
    policies: Policies = None,
    output: Output = Format.TEXT,
) -> None:
    """Show one policy as its file holds it: a start for one of your own, in a folder for --policies."""
    from difflib import get_close_matches

    known = _load(policies)
    if policy not in known:
        near = get_close_matches(policy, known, n=3) or list(known)[:3]
        raise UsageError(f"{policy} is no policy: did you mean {', '.join(near)}?")
    content = known[policy].model_dump(mode="json", by_alias=True, exclude_defaults=True)
    if output is Format.JSON:
        from cli.folder import dump

        typer.echo(dump(content), nl=False)
        return
    import yaml

    from audit.policy.rule import FORMAT

    whole = {"format": FORMAT, "policies": [content]}
    typer.echo(yaml.safe_dump(whole, sort_keys=False, allow_unicode=True, width=110), nl=False)


def _row(policy: Policy) -> dict[str, Any]:
    judged = f"question {policy.claim.question}" if policy.claim is not None else "graph"
    if policy.about is not None:
        judged = f"every {policy.about.kind.replace('_', ' ')} of the {policy.about.scope}"
        judged = f"{', '.join(policy.about.roles)}" if policy.about.roles else judged
    return {"id": policy.id, "severity": policy.severity.value, "title": policy.title, "judged_on": judged}


def _load(folder: Path | None) -> dict[str, Policy]:
    from audit.policy import load

    return {policy.id: policy for policy in load(folder)}
