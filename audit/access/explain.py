"""One request over the graph, explained: every layer's vote with its statements, and what they come to.

The order is that of the AWS page "How AWS enforcement code logic evaluates requests to allow or deny access". Context
keys that follow from principal and resource are filled as who-can does; what the caller fixes goes before them.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from audit.access import boundary, endpoint, identity, kms, passage, rcp, resource, s3, scp, session
from audit.access.asking import caller_id, resource_of, the_caller
from audit.access.context import Context
from audit.access.decision import Decision, Outcome, Settles, decide
from audit.access.evaluate import around, outcome
from audit.access.expression import FALSE, TRUE, Expr, Leaf, Opaque, all_of, atoms, negate, substitute
from audit.access.holdings import Caller, Holdings, bounded
from audit.access.matching import Request
from audit.access.policy import Document
from audit.access.principals import Kind
from audit.access.simplify import simplify
from audit.access.simulate import known_keys
from audit.access.vote import ABSENT, NOTHING, Vote
from audit.access.wording import Contents, contents, texts
from audit.model.graph import NodeKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from audit.access.asking import Resource
    from audit.access.evaluate import Around, Policies
    from audit.access.resource import ResourceVote
    from audit.access.vote import Cause

_GRANT_ACTIONS = frozenset({"kms:creategrant", "kms:listgrants", "kms:revokegrant"})
_VPCE = "aws:SourceVpce"
_UNWALKED = {scp.LAYER: "organizations:ListPoliciesForTarget", boundary.LAYER: "iam:GetAccountAuthorizationDetails"}


class Says(StrEnum):
    """What a layer says of a request."""

    ALLOWS = "allows"
    ALLOWS_ONLY_IF = "allows only if"
    DELEGATES = "leaves it to the account's own policies"
    DENIES = "denies"
    DENIES_IF = "denies if"
    SILENT = "does not allow"
    UNREAD = "not read"
    ABSENT = "does not apply"


@dataclass(frozen=True, slots=True)
class LayerVote:
    """A layer's say: ``when`` is the condition of the two that have one, ``missing`` what was not read of the layer."""

    layer: str
    says: Says
    when: Expr = TRUE
    statements: tuple[Cause, ...] = ()
    missing: tuple[Settles, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: names are ids of the graph (or ARNs, service names, ``*``), context is what the caller fixes."""

    principal: str
    action: str
    resource: str
    context: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Explanation:
    """The votes in AWS's order, the decision, and the context that was taken as known."""

    question: Question
    resource_account: str
    known: Mapping[str, tuple[str, ...]]
    votes: tuple[LayerVote, ...]
    decision: Decision
    documents: Contents

    def said(self, cause: Cause) -> tuple[Any, ...]:
        """The text of a statement, several where documents share a name."""
        return texts(self.documents, cause)


def explain(held: Holdings, question: Question, now: str | None = None) -> Explanation:
    """Explain one request; raises UsageError for a principal or resource that the graph cannot know."""
    caller = the_caller(held, question.principal)
    asked = resource_of(held, question, caller)
    keys, closed = _keys(caller, asked, question, now)
    context = Context.of(keys, free=True, closed=closed)
    request = Request(caller.principal, question.action, question.resource, asked.account, context, bounded(caller))
    policies = _policies(held, caller, asked, request)
    said = around(request, policies)
    found = outcome(request, policies, said)
    allowed = passage.through(found.allowed, request, held)
    narrowed = Outcome(allowed, (), FALSE, found.causes) if allowed != found.allowed else found
    through = request.context.held(_VPCE)
    names = through if isinstance(through, tuple) else passage.endpoints(found.allowed)
    documents = contents(held.graph, held.graph.get(caller_id(caller)), asked.node, names)
    votes = tuple(_votes(held, request, policies, caller.given, said, names))
    decision = decide(narrowed, caller.given)
    known = {key: context.values[key.lower()] for key in keys}
    return Explanation(question, asked.account, known, votes, decision, documents)


def _keys(
    caller: Caller, asked: Resource, question: Question, now: str | None
) -> tuple[dict[str, object], tuple[str, ...]]:
    """What is known of the request's context, and the prefixes of keys of which all are known."""
    keys = known_keys(caller.principal, question.action, asked.account)
    keys |= {"aws:ResourceAccount": asked.account, "aws:SecureTransport": "true", **caller.keys}
    if question.action.lower() not in _GRANT_ACTIONS:
        keys["kms:GrantIsForAWSResource"] = None
    if asked.region:
        keys["aws:RequestedRegion"] = asked.region
    if now is not None:
        keys["aws:CurrentTime"] = now
    closed = caller.closed
    if asked.tags is not None:
        keys |= {f"aws:ResourceTag/{key}": value for key, value in asked.tags.items()}
        closed = (*closed, "aws:resourcetag/")
    given = {key.lower() for key in question.context}
    return {**{key: value for key, value in keys.items() if key.lower() not in given}, **question.context}, closed


def _policies(held: Holdings, caller: Caller, asked: Resource, request: Request) -> Policies:
    node = asked.node
    managed = node is not None and node.properties.get("manager") == "AWS"
    through = request.context.held(_VPCE)
    return replace(
        caller.policies,
        resource=asked.policy,
        grants=held.grants(node) if node is not None else (),
        rcp=() if managed else held.levels(asked.account, "rcp"),
        public_block=held.block(node) if node is not None and node.kind is NodeKind.BUCKET else FALSE,
        endpoint=passage.documents(held, through) if isinstance(through, tuple) else None,
    )


def _votes(
    held: Holdings,
    request: Request,
    policies: Policies,
    given: tuple[Leaf, ...],
    said: Around,
    endpoints: tuple[str, ...],
) -> Iterator[LayerVote]:
    """Every layer in AWS's order, the endpoint's last."""
    yield _layer(rcp.LAYER, said.rcp, given)
    yield _unwalked(scp.LAYER, policies) or _layer(scp.LAYER, said.scp, given)
    yield from _by_resource(request, policies, given, said)
    if request.principal.kind is Kind.ROOT and not policies.foreign:
        yield LayerVote(identity.LAYER, Says.ALLOWS)
    else:
        yield _layer(identity.LAYER, identity.vote(policies.identity, request, foreign=policies.foreign), given)
    yield _unwalked(boundary.LAYER, policies) or _layer(
        boundary.LAYER, boundary.vote(policies.boundary, request), given
    )
    yield _layer(session.LAYER, session.vote(policies.session, request), given)
    yield _layer(endpoint.LAYER, endpoint.vote(passage.documents(held, endpoints), request), given)


def _unwalked(layer: str, policies: Policies) -> LayerVote | None:
    """What limits a caller of an account that was not walked was not read."""
    missing = (Settles(layer, _UNWALKED[layer]),)
    return LayerVote(layer, Says.UNREAD, missing=missing) if policies.foreign else None


def _by_resource(request: Request, policies: Policies, given: tuple[Leaf, ...], said: Around) -> Iterator[LayerVote]:
    """The resource's policy, what Block Public Access leaves of it, and a key's grants."""
    whole = said.unblocked
    if policies.resource is None:
        yield LayerVote(resource.LAYER, Says.ABSENT)
    else:
        yield _delegating(whole, _layer(resource.LAYER, Vote(whole.allow, said.resource.deny, whole.causes), given))
    if said.resource.allow != whole.allow:
        yield _layer(s3.LAYER, Vote(said.resource.allow, FALSE), given)
    if request.service == "kms":
        absent = not isinstance(policies.grants, Document) and not policies.grants
        by_grants = Vote(said.grants, FALSE, said.grant_causes)
        yield LayerVote(kms.LAYER, Says.ABSENT) if absent else _layer(kms.LAYER, by_grants, given)


def _delegating(whole: ResourceVote, vote: LayerVote) -> LayerVote:
    """A policy that names only the account gives nothing by itself."""
    only = whole.account != FALSE and whole.direct == FALSE and whole.role == FALSE
    return replace(vote, says=Says.DELEGATES) if only and vote.says is Says.ALLOWS else vote


def _layer(layer: str, vote: Vote, given: tuple[Leaf, ...]) -> LayerVote:
    """A vote as one word, a condition, and what was not read of the layer."""
    if vote is ABSENT or vote is NOTHING:
        return LayerVote(layer, Says.ABSENT)
    doubts = [atom for expr in (vote.allow, vote.deny) for atom in atoms(expr) if isinstance(atom, Opaque)]
    missing = tuple(dict.fromkeys(Settles(d.layer, d.permission or f"{d.policy}{d.pointer}") for d in doubts))
    allow, deny = (simplify(substitute(expr, _known), given) for expr in (vote.allow, vote.deny))
    says, when = _said(allow, deny, given)
    statements = _speaking(vote.causes, says, given)
    if missing and (says is Says.SILENT or (says is Says.ALLOWS and not statements)):
        says = Says.UNREAD
    return LayerVote(layer, says, when, statements, missing)


def _known(atom: Leaf | Opaque) -> Expr:
    return FALSE if isinstance(atom, Opaque) else atom


def _said(allow: Expr, deny: Expr, given: tuple[Leaf, ...]) -> tuple[Says, Expr]:
    if deny == TRUE:
        return Says.DENIES, TRUE
    passes = simplify(all_of(allow, negate(deny)), given)
    if passes == TRUE:
        return Says.ALLOWS, TRUE
    if passes != FALSE:
        return Says.ALLOWS_ONLY_IF, passes
    return (Says.SILENT, TRUE) if deny == FALSE else (Says.DENIES_IF, deny)


def _speaking(causes: tuple[Cause, ...], says: Says, given: tuple[Leaf, ...]) -> tuple[Cause, ...]:
    """The statements that bear on what a layer says: where something denies always, only that."""
    if says is Says.SILENT:
        # Some may speak and not count: S3 lets no bucket policy take the owner's root user its last word.
        return ()
    applying = {cause: simplify(cause.when, given) for cause in dict.fromkeys(causes)}
    found = [cause for cause, when in applying.items() if when != FALSE]
    if says is Says.DENIES:
        denying = [cause for cause in found if cause.effect == "Deny"]
        found = [cause for cause in denying if applying[cause] == TRUE] or denying
    return tuple(found)
