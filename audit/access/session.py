"""Session policies: what was passed when the session was made limits what the role or user can do in it.

AWS pages "Policies and permissions in IAM" (session policies) and "Permissions for GetFederationToken": a federated
user without one has nothing but what a resource's policy gives the session itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.access.principals import Kind
from audit.access.vote import ABSENT, SILENT, Vote, ballot

if TYPE_CHECKING:
    from collections.abc import Iterable

    from audit.access.matching import Request
    from audit.access.policy import Document

LAYER = "session"


def vote(documents: Iterable[Document] | None, request: Request) -> Vote:
    """What the session policy says; None when none was passed."""
    if documents is None:
        return SILENT if request.principal.kind is Kind.FEDERATED_USER else ABSENT
    return ballot(documents, request, layer=LAYER, grants=False) if request.principal.is_iam else ABSENT
