"""Service control policies, from the principal's account: every level from the organisation's root down must allow.

AWS page "Service control policies (SCPs)": they do not bind the management account (its levels are not passed here),
service-linked roles, services, or callers without an account.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.access.expression import all_of, any_of
from audit.access.vote import ABSENT, Vote, ballot

if TYPE_CHECKING:
    from collections.abc import Sequence

    from audit.access.matching import Request
    from audit.access.policy import Document

LAYER = "scp"


def vote(levels: Sequence[Sequence[Document]], request: Request) -> Vote:
    """What the levels say, root first; no levels means that none apply."""
    if not levels or not request.principal.is_iam or request.principal.service_linked:
        return ABSENT
    votes = [ballot(level, request, layer=LAYER, grants=False) for level in levels]
    return Vote(
        all_of(*(vote.allow for vote in votes)),
        any_of(*(vote.deny for vote in votes)),
        tuple(cause for vote in votes for cause in vote.causes),
    )
