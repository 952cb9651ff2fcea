"""A request through an S3 access point: the point must permit it, and the bucket under it must, each with its policy.

AWS page "Configuring IAM policies for using access points": permissions that an access point's policy grants are
effective only if the bucket also allows the same access. Denials count wherever they stand. What the caller's own
policies allow is asked of the access point's ARN; where the bucket's policy says nothing, whether that is enough for a
bucket of the same account is not documented. An endpoint must let pass both (page "Creating access points restricted to
a virtual private cloud").
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from audit.access.access_point import LAYER
from audit.access.conditions.evaluate import evaluate
from audit.access.decision import Outcome
from audit.access.evaluate import Around, Policies, joined, votes
from audit.access.expression import TRUE, Expr, Opaque, all_of, any_of
from audit.access.vote import Vote

if TYPE_CHECKING:
    from audit.access.evaluate import Votes
    from audit.access.expression import Leaf
    from audit.access.matching import Request


class Door(NamedTuple):
    """The request as the point or as the bucket sees it, with the documents there and what ``around`` found."""

    request: Request
    policies: Policies
    said: Around


def outcome(point: Door, bucket: Door, origin: Leaf | None) -> Outcome:
    """Both doors' votes joined; ``origin`` is what the point's network origin asks of a request."""
    first, second = joined(point.request, votes(*point)), under(point, bucket)
    return Outcome(
        all_of(first.granted, second.granted),
        tuple(dict.fromkeys((*first.limits, *second.limits, (LAYER, from_origin(origin, point.request))))),
        any_of(first.deny, second.deny),
        tuple(dict.fromkeys(first.causes + second.causes)),
        tuple(dict.fromkeys((*first.sources, *second.sources))),
    )


def from_origin(origin: Leaf | None, request: Request) -> Expr:
    """When a request comes from where a point's network origin is."""
    return TRUE if origin is None else evaluate(origin, request.context, variables=False)


def under(point: Door, bucket: Door) -> Outcome:
    """What the bucket says of the request, whatever the point says."""
    return joined(bucket.request, _merged(votes(*point), votes(*bucket), bucket.request))


def _merged(point: Votes, bucket: Votes, request: Request) -> Votes:
    """The bucket's votes, where what the caller's own documents allow may name the point instead."""
    doubt = Opaque(LAYER, "Allow", request.action, grants=True) if request.same_account else TRUE
    said = bucket.around._replace(scp=_either(point.around.scp, bucket.around.scp))
    return bucket._replace(
        identity=_either(point.identity, bucket.identity, doubt),
        boundary=_either(point.boundary, bucket.boundary),
        session=_either(point.session, bucket.session),
        around=said,
    )


def _either(point: Vote, bucket: Vote, doubt: Expr = TRUE) -> Vote:
    return Vote(any_of(bucket.allow, all_of(point.allow, doubt)), bucket.deny, bucket.causes)
