"""``byoc policy``: the policies that are judged: listed, shown, tried on their own examples, and a start for one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from audit.model.errors import UsageError
from cli.options import Format, Output, Policies

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from audit.policy import Policy
    from audit.policy.examples import Tried

PolicyId = Annotated[str, typer.Argument(help="The policy's id, such as B001.")]


def register(app: typer.Typer) -> None:
    """Add the command group."""
    group = typer.Typer(no_args_is_help=True, help="The policies: what must hold.")
    group.command("list")(list_)
    group.command("show")(show)
    group.command("test")(try_)
    group.command("new")(new)
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


def show(policy: PolicyId, policies: Policies = None, output: Output = Format.TEXT) -> None:
    """Show one policy as its file holds it: a start for one of your own, in a folder for --policies."""
    content = _named(policy, _load(policies)).model_dump(mode="json", by_alias=True, exclude_unset=True)
    if output is Format.JSON:
        from cli.folder import dump

        typer.echo(dump(content), nl=False)
        return
    import yaml

    typer.echo(yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=110), nl=False)


def try_(
    ids: Annotated[list[str] | None, typer.Argument(metavar="[POLICY]...", help="Which; without any, all.")] = None,
    *,
    policies: Policies = None,
    output: Output = Format.TEXT,
) -> None:
    """Judge policies on their own examples: accounts that break them, and that do not; with --policies, that folder's.

    An example changes answers of a tidy account, in which every policy of the kit holds. Exits with 1 when a policy
    comes to something else than its example says, with 2 when one has no example that breaks it or none that holds.
    """
    from audit.policy.examples import Account, try_all
    from audit.policy.load import own

    pack = {policy.id: policy for policy in own(policies)} if policies is not None else _load(None)
    chosen = [_named(name, pack) for name in ids] if ids else list(pack.values())
    tried = list(try_all(chosen, Account.tidy()))
    untried = _untried(chosen)
    if output is Format.JSON:
        from cli.folder import dump

        typer.echo(dump({"examples": [_example(one) for one in tried], "untried": untried}), nl=False)
    else:
        for line in _told(tried, untried):
            typer.echo(line)
    raise typer.Exit(1 if not all(one.met for one in tried) else 2 if untried else 0)


def new(
    policy: Annotated[str, typer.Argument(help="An id that no policy has, such as ACME001.")],
    folder: Annotated[Path, typer.Argument(help="The folder for --policies; it is made if it is not there.")],
    like: Annotated[str, typer.Option(help="The policy of the kit to start from.")] = "B008",
) -> None:
    """Write a new policy's file, to be changed: a copy of one of ours with its examples, under an id of yours."""
    import re

    from audit.policy.rule import ID

    if not re.fullmatch(ID, policy):
        raise UsageError(f"{policy} is no id for a policy: take up to eight capitals and three digits, such as ACME001")
    known = _load(folder if folder.is_dir() and any(folder.rglob("*.yaml")) else None)
    if policy in known:
        raise UsageError(f"there is a policy {policy} already ({known[policy].title}): take another id")
    file = folder / f"{policy}.yaml"
    if file.exists():
        raise UsageError(f"{file} exists: move it away, or take another id")
    folder.mkdir(parents=True, exist_ok=True)
    file.write_text(_copied(_named(like, known), policy), encoding="utf-8")
    typer.echo(f"{file}: change it, then try it with byoc policy test --policies {folder}")


def _copied(policy: Policy, under: str) -> str:
    import yaml

    content = {**policy.model_dump(mode="json", by_alias=True, exclude_unset=True), "id": under}
    head = f"# Copied from {policy.id}. Names and forms: docs/policies.md and docs/schemas/policy.schema.json.\n"
    return head + yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=110)


def _untried(policies: Sequence[Policy]) -> dict[str, list[str]]:
    """The verdicts for which a policy has no example: what breaks it, what does not."""
    found = {
        policy.id: [word for word in _wanted(policy) if word not in {one.verdict.value for one in policy.examples}]
        for policy in policies
    }
    return {policy: words for policy, words in found.items() if words}


def _wanted(policy: Policy) -> tuple[str, ...]:
    """What only shows something is never broken."""
    return ("broken", "holds") if getattr(policy.expect, "without", True) else ("holds",)


def _example(tried: Tried) -> dict[str, Any]:
    return {
        "policy": tried.policy,
        "what": tried.example.what,
        "expected": tried.example.verdict.value,
        "result": tried.result.value,
    }


def _told(tried: Sequence[Tried], untried: Mapping[str, Sequence[str]]) -> list[str]:
    wrong = [one for one in tried if not one.met]
    lines = [
        f"✗ {one.policy}: {one.example.what}: expected {one.example.verdict.value}, "
        f"it comes to {one.result.value.replace('_', ' ')}"
        for one in wrong
    ]
    lines += [
        f"? {policy} has no example that is {' and none that is '.join(words)}" for policy, words in untried.items()
    ]
    return [*lines, f"{len(tried)} examples of {len({one.policy for one in tried})} policies: {len(wrong)} wrong"]


def _named(policy: str, known: Mapping[str, Policy]) -> Policy:
    from difflib import get_close_matches

    if policy not in known:
        near = get_close_matches(policy, known, n=3) or list(known)[:3]
        raise UsageError(f"{policy} is no policy: did you mean {', '.join(near)}?")
    return known[policy]


def _row(policy: Policy) -> dict[str, Any]:
    from audit.policy.rule import Answers

    expect, about = policy.expect, policy.applies_to
    judged = f"question {expect.question}" if isinstance(expect, Answers) else "graph"
    judged = about.described if about is not None else judged
    return {"id": policy.id, "severity": policy.severity.value, "title": policy.title, "judged_on": judged}


def _load(folder: Path | None) -> dict[str, Policy]:
    from audit.policy import load

    return {policy.id: policy for policy in load(folder)}
