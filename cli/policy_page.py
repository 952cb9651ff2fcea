"""docs/policies.md: the pack's policies, and what a policy of one's own can say, from the models' own words."""

from __future__ import annotations

from inspect import getdoc
from typing import TYPE_CHECKING

from audit.policy import load
from audit.policy.condition import CONDITIONS
from audit.policy.rule import Answers, AppliesTo, Change, Controls, Example, Policy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pydantic import BaseModel

    Table = Callable[[tuple[str, ...], Iterable[tuple[str, ...]]], str]

_HEAD = """What must hold, from `policies/`, a policy a file. `byoc policy list` lists them, `byoc policy show B008`
prints one, `byoc policy test` judges each on its own examples, and `byoc check --policies DIR` adds a folder
of your own."""
_OWN = """`byoc policy new ACME001 own` writes a copy of one of ours, examples included, to be changed; `byoc policy
test --policies own` tries it. Files are found in nested folders too; an editor checks one whose first line is
`# yaml-language-server: $schema=PATH/policy.schema.json` (schemas/policy.schema.json). A file that is wrong
is refused with its line; one that selects nothing comes to `nothing_to_judge`, which is told and is not
`holds`. Properties are those of graph.json; a property that was not read makes a condition `unknown`, never
true or false."""
_EXAMPLES = """Examples change the kit's tidy account (`policies/accounts/tidy`: a rehearsed production environment in
which every policy holds), record by record, as AWS would answer."""


def parts(table: Table) -> Iterator[str]:
    """The page's title and parts."""
    pack = load()
    yield "The policy pack"
    yield _plain(_HEAD)
    rows = ((f"[{p.id}](#{p.id.lower()})", p.severity.value, p.title, _judged_on(p)) for p in pack)
    yield table(("policy", "severity", "what must hold", "judged on"), rows)
    yield "## Policies of your own"
    yield _plain(_OWN)
    yield table(("field", "what it says"), _fields(Policy, AppliesTo, Answers, Controls, Example, Change))
    yield "`expect` and `where` are conditions:"
    yield table(("condition", "what it says"), ((f"`{key}`", _said(model)) for key, model in CONDITIONS.items()))
    yield _plain(_EXAMPLES)
    yield from map(_policy, pack)


def _judged_on(policy: Policy) -> str:
    return f"question `{policy.expect.question}`" if isinstance(policy.expect, Answers) else "graph"


def _fields(policy: type[BaseModel], *inner: type[BaseModel]) -> Iterator[tuple[str, str]]:
    """The fields of a policy that say something of themselves, and what its parts are."""
    for name, field in policy.model_fields.items():
        if field.description:
            yield f"`{name}`", field.description
    for name, part in zip(("applies_to", "expect: {question}", "controls", "examples", "change"), inner, strict=True):
        yield f"`{name}`", _said(part)


def _said(model: type[BaseModel]) -> str:
    return _plain((getdoc(model) or "").replace("``", "`"))


def _plain(text: str) -> str:
    return " ".join(text.split())


def _policy(policy: Policy) -> str:
    expect, about = policy.expect, policy.applies_to
    if isinstance(expect, Answers):
        where = f"Findings from `{expect.question}`: {', '.join(f'`{reason}`' for reason in expect.reasons)}."
    else:
        where = f"About: {about.described if about is not None else ''}. Reason `{policy.reason}`."
    controls = "; ".join(f"{title}: {', '.join(numbers)}" for title, numbers in policy.controls.named)
    parts = [f"**{policy.title}** ({policy.severity})", policy.why, f"Remedy: {policy.remedy}", where]
    parts += [f"Source: *{policy.source}*", *([f"Evidence for: {controls}"] if controls else [])]
    return "\n\n".join((f"## {policy.id}", *parts))
