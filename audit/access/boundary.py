"""Permissions boundaries: the most that identity policies can give.

AWS page "Permissions boundaries for IAM entities". What a resource policy gives to a user's or a session's ARN is not
limited by a boundary that merely does not allow it; evaluate.py joins the votes so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.access.vote import ABSENT, Vote, ballot

if TYPE_CHECKING:
    from collections.abc import Iterable

    from audit.access.matching import Request
    from audit.access.policy import Document

LAYER = "boundary"


def vote(documents: Iterable[Document] | None, request: Request) -> Vote:
    """What the boundary says; None when none is set."""
    return (
        ABSENT
        if documents is None or not request.principal.is_iam
        else ballot(documents, request, layer=LAYER, grants=False)
    )
