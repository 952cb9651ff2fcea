"""A request against every layer, in AWS's own order.

AWS pages "How AWS enforcement code logic evaluates requests to allow or deny access", "Cross-account policy evaluation
logic": an explicit denial anywhere, then RCPs, SCPs, resource policies, identity policies, boundary, session.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from audit.access import boundary, endpoint, identity, kms, rcp, resource, s3, scp, session, trust
from audit.access.decision import Decision, Outcome, decide
from audit.access.expression import FALSE, Expr, all_of, any_of
from audit.access.principals import Kind

if TYPE_CHECKING:
    from audit.access.matching import Request
    from audit.access.policy import Document
    from audit.access.resource import ResourceVote
    from audit.access.vote import Cause, Vote

_NEVER_ANONYMOUS = frozenset({"kms", "sts", "iam", "secretsmanager", "logs"})


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


@dataclass(frozen=True, slots=True)
class Around:
    """What all documents but the caller's own say of a request.

    ``resource`` is the resource policy under Block Public Access, ``unblocked`` without it.
    """

    scp: Vote
    rcp: Vote
    endpoint: Vote
    resource: ResourceVote
    unblocked: ResourceVote
    grants: Expr
    grant_causes: tuple[Cause, ...]


@dataclass(frozen=True, slots=True)
class Votes:
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


def around(request: Request, policies: Policies) -> Around:
    """What resource policy, grants, SCPs, RCPs and endpoint policy say of one request."""
    given, grant_causes = kms.vote(policies.grants, request)
    found = resource.vote(policies.resource, request)
    return Around(
        scp.vote(policies.scp, request),
        rcp.vote(policies.rcp, request),
        endpoint.vote(policies.endpoint, request),
        s3.restricted(found, policies.resource, request, policies.public_block),
        found,
        given if request.service == "kms" else FALSE,
        grant_causes,
    )


def outcome(request: Request, policies: Policies, said: Around | None = None) -> Outcome:
    """The layers' votes on one request, joined and not yet decided; ``said`` is what ``around`` found before."""
    said = said or around(request, policies)
    votes = Votes(
        identity.vote(policies.identity, request, foreign=policies.foreign),
        boundary.vote(policies.boundary, request),
        session.vote(policies.session, request),
        said,
    )
    voters = (said.resource, votes.identity, votes.boundary, votes.session, said.scp, said.rcp, said.endpoint)
    return Outcome(
        _granted(request, votes),
        (*_bounds(request, votes), ("scp", said.scp.allow), ("endpoint", said.endpoint.allow)),
        any_of(*(voter.deny for voter in voters)),
        (*(cause for voter in voters for cause in voter.causes), *said.grant_causes),
        _sources(request, votes),
    )


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
        return FALSE if _refuses(request) else any_of(given.direct, votes.grants)
    if not request.same_account:
        return all_of(any_of(given.allow, votes.grants), votes.identity.allow)
    named = any_of(given.direct, given.role, votes.grants)
    if request.service == "kms" or trust.rules(request):
        return any_of(named, all_of(given.account, votes.identity.allow))
    return any_of(named, votes.identity.allow)


def _sources(request: Request, votes: Votes) -> tuple[tuple[str, Expr], ...]:
    """The layers that can give access, and Block Public Access where it takes away what the bucket policy gives."""
    given = any_of(votes.resource.allow, votes.grants)
    own = ((identity.LAYER, votes.identity.allow),) if request.principal.is_iam else ()
    blocked = ((s3.LAYER, FALSE),) if votes.around.unblocked.allow != FALSE and votes.resource.allow == FALSE else ()
    return (*own, (resource.LAYER, given), *blocked)


def _refuses(request: Request) -> bool:
    """Services that take no unsigned requests."""
    return request.principal.kind is Kind.ANONYMOUS and request.service in _NEVER_ANONYMOUS
