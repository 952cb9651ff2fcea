"""VPC endpoint policies: what may pass when the request comes through that endpoint.

AWS page "Control access to VPC endpoints using endpoint policies". A gateway endpoint (S3 and DynamoDB have both kinds)
takes a principal element with an account for its root user alone: whether others pass depends on the endpoint's kind.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.access import resource
from audit.access.expression import Expr, Opaque, all_of, any_of
from audit.access.vote import ABSENT, Vote

if TYPE_CHECKING:
    from collections.abc import Iterable

    from audit.access.matching import Request
    from audit.access.policy import Document

LAYER = "endpoint"
_GATEWAYS = frozenset({"s3", "dynamodb"})
_KIND = Opaque(LAYER, "Allow", "ec2:DescribeVpcEndpoints")


def vote(documents: Iterable[Document] | None, request: Request, kind: Expr = _KIND) -> Vote:
    """What the endpoint's policies say; None when the request does not pass an endpoint.

    ``kind`` is whether it is an interface endpoint, for services that have gateways too.
    """
    if documents is None:
        return ABSENT
    votes = [resource.vote(document, request, layer=LAYER, grants=False) for document in documents]
    causes = tuple(cause for vote in votes for cause in vote.causes)
    allows = [
        any_of(vote.direct, vote.role, all_of(vote.account, kind)) if request.service in _GATEWAYS else vote.allow
        for vote in votes
    ]
    return Vote(any_of(*allows), any_of(*(vote.deny for vote in votes)), causes)
