"""One request over the graph, explained: every layer's vote with its statements, and what they come to.

The order is that of the AWS page "How AWS enforcement code logic evaluates requests to allow or deny access". Context
keys that follow from principal and resource are filled as who-can does; what the caller fixes goes before them.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from audit.access import (
    access_point,
    boundary,
    endpoint,
    identity,
    kms,
    passage,
    rcp,
    resource,
    s3,
    scp,
    session,
    through_point,
)  # fmt: skip
from audit.access.asking import caller_id, resource_of, the_caller
from audit.access.context import Context
from audit.access.decision import Decision, Outcome, Settles, decide
from audit.access.evaluate import around, outcome, votes
from audit.access.expression import FALSE, TRUE, Expr, Leaf, Opaque, all_of, any_of, atoms, negate, substitute
from audit.access.holdings import Caller, Holdings, bounded
from audit.access.matching import Request
from audit.access.policy import Document
from audit.access.principals import Kind
from audit.access.simplify import simplify
from audit.access.simulate import known_keys
from audit.access.through_point import Door
from audit.access.vote import ABSENT, NOTHING, Vote
from audit.access.wording import Contents, contents, texts
from audit.model.graph import NodeKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from audit.access.asking import Resource
    from audit.access.evaluate import Policies
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
    doors = _doors(held, caller, asked, question, Door(request, policies, around(request, policies, _layer_of(asked))))
    origin = asked.point.origin if asked.point is not None else None
    found = outcome(*doors[0]) if len(doors) == 1 else through_point.outcome(doors[0], doors[1], origin)
    allowed = found.allowed
    for door in doors:
        allowed = passage.through(allowed, door.request, held)
    narrowed = Outcome(allowed, (), FALSE, found.causes) if allowed != found.allowed else found
    through = request.context.held(_VPCE)
    names = through if isinstance(through, tuple) else passage.endpoints(found.allowed)
    documents = contents(held.graph, held.graph.get(caller_id(caller)), asked.node, names)
    told = tuple(_votes(held, doors, origin, caller.given, names))
    decision = decide(narrowed, caller.given)
    known = {key: context.values[key.lower()] for key in keys}
    return Explanation(question, asked.account, known, told, decision, documents)


def _layer_of(asked: Resource) -> str:
    return resource.LAYER if asked.point is None else access_point.LAYER


def _doors(held: Holdings, caller: Caller, asked: Resource, question: Question, first: Door) -> tuple[Door, ...]:
    """What must permit the request: the resource, or an access point and then the bucket under it."""
    node, point, request = asked.node, asked.point, first.request
    if node is None or point is None:
        return (first,)
    name = request.resource.removeprefix(point.objects if request.resource.startswith(point.objects) else point.arn)
    owner = {"aws:ResourceAccount": node.account, "s3:ResourceAccount": node.account}
    given = {key.lower() for key in question.context}
    context = request.context.fixed({key: value for key, value in owner.items() if key.lower() not in given})
    below = replace(request, resource=f"{node.id}{name}", resource_account=node.account, context=context)
    bucket = replace(asked, account=node.account, policy=held.policy(node))
    policies = _policies(held, caller, bucket, below)
    return first, Door(below, policies, around(below, policies))


def _keys(
    caller: Caller, asked: Resource, question: Question, now: str | None
) -> tuple[dict[str, object], tuple[str, ...]]:
    """What is known of the request's context, and the prefixes of keys of which all are known."""
    keys = known_keys(caller.principal, question.action, asked.account)
    keys |= {"aws:ResourceAccount": asked.account, "aws:SecureTransport": "true", **caller.keys}
    if question.action.lower() not in _GRANT_ACTIONS:
        keys["kms:GrantIsForAWSResource"] = None
    if asked.point is not None:
        keys |= asked.point.keys
    elif (named := access_point.point_of(question.resource)) is not None:
        keys |= access_point.keys_of(named)
    elif asked.node is not None and asked.node.kind is NodeKind.BUCKET:
        keys |= access_point.DIRECTLY
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
        public_block=_block(held, caller, asked, request),
        endpoint=passage.documents(held, through) if isinstance(through, tuple) else None,
    )


def _block(held: Holdings, caller: Caller, asked: Resource, request: Request) -> Expr:
    """When public access is blocked; an access point's own also serves the account of its bucket."""
    node, point = asked.node, asked.point
    if node is None or node.kind is not NodeKind.BUCKET:
        return FALSE
    if point is None:
        return held.block(node)
    behind = request.resource.startswith(point.arn)
    return FALSE if behind and caller.principal.account == node.account else point.block


def _votes(
    held: Holdings, doors: tuple[Door, ...], origin: Leaf | None, given: tuple[Leaf, ...], endpoints: tuple[str, ...]
) -> Iterator[LayerVote]:
    """Every layer in AWS's order, the endpoint's last; of two doors what both come to, but each with its own policy."""
    found = [votes(*door) for door in doors]
    first, policies = doors[0].request, doors[0].policies
    yield _layer(rcp.LAYER, _both([one.around.rcp for one in found]), given)
    yield _unwalked(scp.LAYER, policies) or _layer(scp.LAYER, _both([one.around.scp for one in found]), given)
    for door in doors:
        yield from _by_resource(door, given, origin if door is doors[0] else None)
    if first.principal.kind is Kind.ROOT and not policies.foreign:
        yield LayerVote(identity.LAYER, Says.ALLOWS)
    else:
        yield _layer(identity.LAYER, _both([one.identity for one in found]), given)
    yield _unwalked(boundary.LAYER, policies) or _layer(boundary.LAYER, _both([one.boundary for one in found]), given)
    yield _layer(session.LAYER, _both([one.session for one in found]), given)
    gate = passage.documents(held, endpoints)
    gates = [endpoint.vote(gate, door.request) for door in doors]
    passes = all_of(*(vote.allow for vote in gates))
    yield _layer(endpoint.LAYER, _both(gates)._replace(allow=passes) if len(gates) > 1 and gate else gates[0], given)


def _both(found: list[Vote]) -> Vote:
    """A layer's votes on a request that names an access point and, under it, a bucket: what is allowed is the point's.

    Denials count wherever they stand.
    """
    if all(vote is found[0] for vote in found):
        return found[0]
    causes = tuple(dict.fromkeys(cause for vote in found for cause in vote.causes))
    return Vote(found[0].allow, any_of(*(vote.deny for vote in found)), causes)


def _unwalked(layer: str, policies: Policies) -> LayerVote | None:
    """What limits a caller of an account that was not walked was not read."""
    missing = (Settles(layer, _UNWALKED[layer]),)
    return LayerVote(layer, Says.UNREAD, missing=missing) if policies.foreign else None


def _by_resource(door: Door, given: tuple[Leaf, ...], origin: Leaf | None) -> Iterator[LayerVote]:
    """The resource's policy, what Block Public Access leaves of it, and a key's grants.

    ``origin`` is what an access point asks of where a request comes from.
    """
    request, policies, said = door
    whole, comes = said.unblocked, through_point.from_origin(origin, request)
    if policies.resource is None:
        without = LayerVote(said.layer, Says.ABSENT)
        yield without if comes == TRUE else _layer(said.layer, Vote(comes, FALSE), given)
    else:
        allow = all_of(whole.allow, comes)
        yield _delegating(whole, _layer(said.layer, Vote(allow, said.resource.deny, whole.causes), given))
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
