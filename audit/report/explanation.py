"""One request explained, on a console and as JSON (``byoc-explanation/1``)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.text import Text

from audit.access.decision import Effect
from audit.access.explain import Says
from audit.access.expression import Opaque, atoms, to_json
from audit.access.phrase import phrase
from audit.model.arn import Arn, is_arn
from audit.model.graph import EdgeKind
from audit.report.access import LAYERS, principal_json, settles, who
from audit.report.text import indented, print_lines, printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.console import Console

    from audit.access.decision import Settles
    from audit.access.explain import Explanation, LayerVote
    from audit.access.expression import Expr
    from audit.access.vote import Cause
    from audit.boundary import Boundary
    from audit.report.text import Line

EXPLANATION_FORMAT = "byoc-explanation/1"
_STYLES = {
    Effect.ALLOWED: "bold green",
    Effect.IMPLICITLY_DENIED: "bold red",
    Effect.EXPLICITLY_DENIED: "bold red",
    Effect.UNDETERMINED: "bold yellow",
}
_WORDS = {
    Effect.ALLOWED: "allowed",
    Effect.IMPLICITLY_DENIED: "denied: nothing that must allow it does",
    Effect.EXPLICITLY_DENIED: "denied: a statement says so",
    Effect.UNDETERMINED: "undetermined",
}
_KEYED = {"s3:getobject": "kms:Decrypt", "s3:getobjectversion": "kms:Decrypt", "s3:putobject": "kms:GenerateDataKey"}
_ID = 12
_COLUMN = 28
_BLANK: Line = (0, Text())


def show(boundary: Boundary, found: Explanation, console: Console) -> None:
    """Print the decision, every layer's vote, and what was taken as known."""
    lines = (*_head(boundary, found), *_votes(boundary, found), *_known(found), *_key(boundary, found))
    print_lines(console, lines)


def as_json(boundary: Boundary, found: Explanation) -> dict[str, Any]:
    """The explanation as ``--format json`` prints it."""
    question = found.question
    return {
        "format": EXPLANATION_FORMAT,
        "principal": principal_json(boundary, question.principal),
        "action": question.action,
        "resource": question.resource,
        "resource_account": found.resource_account,
        "as_of": boundary.now,
        "given": {key: list(values) for key, values in question.context.items()},
        "known": {key: list(values) for key, values in sorted(found.known.items())},
        **found.decision.to_json(),
        "votes": [_vote_json(found, vote) for vote in found.votes],
    }


def _vote_json(found: Explanation, vote: LayerVote) -> dict[str, Any]:
    return {
        "layer": vote.layer,
        "says": vote.says.value,
        "when": _tree(vote.when),
        "missing": [one.to_json() for one in vote.missing],
        "statements": [
            {
                "effect": cause.effect,
                "document": cause.policy,
                "pointer": cause.pointer,
                "record": cause.record,
                "when": _tree(cause.when),
                "text": list(found.said(cause)),
            }
            for cause in vote.statements
        ],
    }


def _head(boundary: Boundary, found: Explanation) -> Iterator[Line]:
    question, decision = found.question, found.decision
    on = _shown(boundary, question.resource)
    asks = f"{question.action} on {on}, asked by {who(boundary, question.principal)}"
    yield 0, Text(printable(asks), "bold")
    condition = phrase(to_json(decision.only_if))
    said = _WORDS[decision.effect] + (f", only if {condition}" if condition else "")
    yield 0, Text(printable(said), _STYLES[decision.effect])
    if decision.blocked_by:
        yield indented(Text(f"by: {', '.join(LAYERS.get(layer, layer) for layer in decision.blocked_by)}"), 2)
    yield from _doubts(boundary, "an upper bound: not read", decision.unless)
    yield from _doubts(boundary, "not known: not read", decision.missing)
    yield _BLANK


def _doubts(boundary: Boundary, lead: str, doubts: Iterable[Settles]) -> Iterator[Line]:
    parts = list(doubts)
    if parts:
        layers = ", ".join(dict.fromkeys(LAYERS.get(one.layer, one.layer) for one in parts))
        text = f"{lead} {layers}; {settles(boundary, [one.permission for one in parts])}"
        yield indented(Text(printable(text), "yellow"), 2)


def _votes(boundary: Boundary, found: Explanation) -> Iterator[Line]:
    for vote in found.votes:
        condition = phrase(_tree(vote.when))
        said = f"{vote.says.value} {condition}".rstrip()
        name = LAYERS.get(vote.layer, vote.layer)
        style = "dim" if vote.says is Says.ABSENT else "yellow" if vote.says is Says.UNREAD else ""
        yield indented(Text.assemble((f"{name:<{_COLUMN}}", "bold"), (printable(said), style)), 2)
        if vote.missing:
            yield indented(Text(settles(boundary, [one.permission for one in vote.missing]), "yellow"), 4)
        for cause in vote.statements:
            yield indented(_statement(found, cause), 4)


def _statement(found: Explanation, cause: Cause) -> Text:
    named = [str(one["Sid"]) for one in found.said(cause) if isinstance(one, dict) and one.get("Sid")]
    held = f" (record {cause.record[:_ID]})" if cause.record else ""
    condition = phrase(_tree(cause.when))
    when = f" if {condition}" if condition else ""
    sid = f" {' or '.join(named)}" if named else ""
    text = f"{cause.effect} by {cause.policy} {cause.pointer}".rstrip()
    return Text.assemble(printable(f"{text}{sid}{when}"), (held, "dim"))


def _known(found: Explanation) -> Iterator[Line]:
    given = found.question.context
    said = {key: f"{key} = {' and '.join(values)}" for key, values in sorted(found.known.items()) if values}
    yield _BLANK
    if given:
        yield 0, Text(printable(f"Given: {'; '.join(said[key] for key in given)}"))
    others = "; ".join(text for key, text in said.items() if key not in given)
    yield 0, Text(printable(f"Taken as known: {others}"), "dim")
    yield 0, Text("Every other context key is free: a condition on it stays in the decision.", "dim")


def _key(boundary: Boundary, found: Explanation) -> Iterator[Line]:
    """Reading and writing an encrypted object asks its key too, which is a request of its own."""
    action = _KEYED.get(found.question.action.lower())
    bucket = found.question.resource.partition("/")[0]
    for edge in boundary.graph.edges(EdgeKind.ENCRYPTED_WITH, source=bucket) if action else ():
        key = boundary.roles.get(edge.target, edge.target)
        yield 0, Text(printable(f"S3 also asks {action} on {key} for this caller: explain that too."))


def _shown(boundary: Boundary, resource: str) -> str:
    """A resource by its role in the contract, with what lies in it."""
    if not is_arn(resource):
        return resource
    head, slash, rest = resource.partition("/") if Arn.parse(resource).service == "s3" else (resource, "", "")
    role = boundary.roles.get(head)
    return f"{role}{slash}{rest}" if role else resource


def _tree(expr: Expr) -> dict[str, Any] | None:
    """A condition as JSON; None for always, and for one that holds what was not read."""
    return None if any(isinstance(atom, Opaque) for atom in atoms(expr)) else to_json(expr)
