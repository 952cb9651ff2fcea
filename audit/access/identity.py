"""Identity policies: a role's own, a user's own and its groups'.

AWS page "Policy evaluation for requests within a single account". The root user of an account has every permission in
it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.access.principals import Kind
from audit.access.vote import ABSENT, NOTHING, Vote, ballot

if TYPE_CHECKING:
    from collections.abc import Iterable

    from audit.access.matching import Request
    from audit.access.policy import Document

LAYER = "identity"


def vote(documents: Iterable[Document], request: Request, *, foreign: bool = False) -> Vote:
    """What the caller's own policies say; of a ``foreign`` account that was not walked, unread ones only restrict."""
    if request.principal.kind is Kind.ROOT:
        return ABSENT
    if not request.principal.is_iam:
        return NOTHING
    return ballot(documents, request, layer=LAYER, grants=not foreign)
