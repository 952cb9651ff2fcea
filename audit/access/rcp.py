"""Resource control policies, from the resource's account: they only deny, RCPFullAWSAccess is implied at each level.

AWS pages "Resource control policies (RCPs)" and "Resource control policies in AWS KMS": they bind root users, anonymous
callers and services too, not service-linked roles; they are for resources of the listed services, not for AWS managed
keys nor for the management account; kms:RetireGrant is not for them to deny.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.access import resource
from audit.access.expression import TRUE, any_of
from audit.access.vote import ABSENT, Vote

if TYPE_CHECKING:
    from collections.abc import Sequence

    from audit.access.matching import Request
    from audit.access.policy import Document

LAYER = "rcp"
SERVICES = frozenset({"s3", "sts", "kms", "sqs", "secretsmanager", "ecr", "aoss", "cognito-idp", "logs"})
"""Services whose resources RCPs bind, as of 2026-01; one that AWS adds later leaves an upper bound."""
_NEVER_DENIED = "kms:retiregrant"


def vote(levels: Sequence[Sequence[Document]], request: Request) -> Vote:
    """What the levels say; no levels means that none apply."""
    bound = request.service in SERVICES and request.action.lower() != _NEVER_DENIED
    if not levels or not bound or request.principal.service_linked:
        return ABSENT
    votes = [resource.vote(document, request, layer=LAYER, grants=False) for level in levels for document in level]
    causes = tuple(cause for vote in votes for cause in vote.causes if cause.effect == "Deny")
    return Vote(TRUE, any_of(*(vote.deny for vote in votes)), causes)
