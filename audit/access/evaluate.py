"""A request against every layer, in AWS's own order.

AWS pages "How AWS enforcement code logic evaluates requests to allow or deny access", "Cross-account policy evaluation
logic": an explicit denial anywhere, then RCPs, SCPs, resource policies, identity policies, boundary, session.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from audit.access import access_point, boundary, endpoint, identity, kms, rcp, resource, s3, scp, session, trust
from audit.access.decision import Decision, Outcome, decide
from audit.access.expression import FALSE, Expr, all_of, any_of
from audit.access.refused import refused

if TYPE_CHECKING:
    from audit.access.matching import Request
    from audit.access.policy import Document
    from audit.access.resource import ResourceVote
    from audit.access.vote import Cause, Vote


@dataclass(frozen=True, slots=True)
class Policies:
    """Every document that bears on a request.

    ``boundary``, ``session``, ``endpoint`` and ``resource`` are None where there is none. ``scp`` and ``rcp`` are
    levels,
    root first; none means that they do not apply. ``foreign`` marks a caller whose account was not walked.
    ``public_block`` says when S3 restricts public buckets.
    """

    identity: tuple[Document, ...] = ()
    boundary: tuple[Document, ...] | None = None
    session: tuple[Document, ...] | None = None
    resource: Document | None = None
    scp: tuple[tuple[Document, ...], ...] = ()
    rcp: tuple[tuple[Document, ...], ...] = ()
    endpoint: tuple[Document, ...] | None = None
    grants: kms.Grants = ()
    public_block: Expr = FALSE
    foreign: bool = False

    def problems(self) -> list[str]:
        """What is not understood in any of the documents, each with document, JSON pointer and why."""
        levels = (level for levels in (self.scp, self.rcp) for level in levels)
        groups = (self.identity, self.boundary or (), self.session or (), *levels, self.endpoint or ())
        documents = [document for group in groups for document in group]
        documents += [self.resource] if self.resource is not None else []
        return [problem for document in documents for problem in document.problems]


class Around(NamedTuple):
    """What all documents but the caller's own say of a request.

    ``resource`` is the resource policy under Block Public Access, ``unblocked`` without it; ``layer`` its name.
    """

    scp: Vote
    rcp: Vote
    endpoint: Vote
    resource: ResourceVote
    unblocked: ResourceVote
    grants: Expr
    grant_causes: tuple[Cause, ...]
    layer: str = "resource_policy"


class Votes(NamedTuple):
    """Every layer's vote on one request."""

    identity: Vote
    boundary: Vote
    session: Vote
    around: Around

    @property
    def resource(self) -> ResourceVote:
        """The resource policy's vote."""
        return self.around.resource

    @property
    def grants(self) -> Expr:
        """When a grant allows the request."""
        return self.around.grants


def evaluate(request: Request, policies: Policies) -> Decision:
    """Decide one request."""
    return decide(outcome(request, policies))


def around(request: Request, policies: Policies, layer: str = resource.LAYER) -> Around:
    """What resource policy (``layer`` is its name), grants, SCPs, RCPs and endpoint policy say of one request."""
    given, grant_causes = kms.vote(policies.grants, request)
    found = resource.vote(policies.resource, request, layer=layer)
    return Around(
        scp.vote(policies.scp, request),
        rcp.vote(policies.rcp, request),
        endpoint.vote(policies.endpoint, request),
        s3.restricted(found, policies.resource, request, policies.public_block),
        found,
        given if request.service == "kms" else FALSE,
        grant_causes,
        layer,
    )


def outcome(request: Request, policies: Policies, said: Around | None = None) -> Outcome:
    """The layers' votes on one request, joined and not yet decided; ``said`` is what ``around`` found before."""
    found = joined(request, votes(request, policies, said or around(request, policies)))
    beyond = access_point.unasked(request.resource)
    return found if beyond is None else replace(found, limits=(*found.limits, beyond))


def votes(request: Request, policies: Policies, said: Around) -> Votes:
    """Every layer's vote on one request; ``said`` is what ``around`` found."""
    return Votes(
        identity.vote(policies.identity, request, foreign=policies.foreign),
        boundary.vote(policies.boundary, request),
        session.vote(policies.session, request),
        said,
    )


def joined(request: Request, found: Votes) -> Outcome:
    """The votes on one request as an outcome."""
    own, limit, passed, said = found
    given, account, owner, gate = said.resource, said.scp, said.rcp, said.endpoint
    never = refused(request)
    granted = FALSE if never else _granted(request, found)
    return Outcome(
        granted,
        (*_bounds(request, found), ("scp", account.allow), ("endpoint", gate.allow)),
        any_of(given.deny, own.deny, limit.deny, passed.deny, account.deny, owner.deny, gate.deny),
        given.causes + own.causes + limit.causes + passed.causes + account.causes + owner.causes + gate.causes
        + said.grant_causes,
        () if granted is not FALSE else (("service", FALSE),) if never else _sources(request, found),
    )  # fmt: skip


def _bounds(request: Request, votes: Votes) -> tuple[tuple[str, Expr], ...]:
    """Boundary and session limit all that does not reach the caller directly in its own account."""
    if not request.principal.is_iam:
        return ()
    direct = any_of(votes.resource.direct, votes.grants) if request.same_account else FALSE
    return (("boundary", any_of(direct, votes.boundary.allow)), ("session", any_of(direct, votes.session.allow)))


def _granted(request: Request, votes: Votes) -> Expr:
    """What gives access, limits aside: the account's policies, the resource's, or both."""
    given = votes.resource
    if not request.principal.is_iam:
        return any_of(given.direct, votes.grants)
    if not request.same_account:
        return any_of(votes.grants, all_of(given.allow, votes.identity.allow))
    named = any_of(given.direct, given.role, votes.grants)
    if kms.rules(request) or trust.rules(request):
        return any_of(named, all_of(given.account, votes.identity.allow))
    return any_of(named, votes.identity.allow)


def _sources(request: Request, votes: Votes) -> tuple[tuple[str, Expr], ...]:
    """The layers that can give access, and Block Public Access where it takes away what the bucket policy gives."""
    given = any_of(votes.resource.allow, votes.grants)
    own = ((identity.LAYER, votes.identity.allow),) if request.principal.is_iam else ()
    blocked = ((s3.LAYER, FALSE),) if votes.around.unblocked.allow != FALSE and votes.resource.allow == FALSE else ()
    return (*own, (votes.around.layer, given), *blocked)
