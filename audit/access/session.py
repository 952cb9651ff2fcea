"""Session policies: what was passed when the session was made limits what the role or user can do in it.

AWS page "Policies and permissions in IAM", session policies.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.access.vote import ABSENT, Vote, ballot

if TYPE_CHECKING:
    from collections.abc import Iterable

    from audit.access.matching import Request
    from audit.access.policy import Document

LAYER = "session"


def vote(documents: Iterable[Document] | None, request: Request) -> Vote:
    """What the session policy says; None when none was passed."""
    return (
        ABSENT
        if documents is None or not request.principal.is_iam
        else ballot(documents, request, layer=LAYER, grants=False)
    )
