"""Role trust policies: who may make a session of a role.

AWS pages "IAM roles: Terms and concepts" and "Policy evaluation logic": like a key policy, a trust policy must name the
caller, or its account, in which case the caller's own policies decide.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from audit.access.matching import Request

ACTIONS = frozenset(
    f"sts:{name}".lower()
    for name in (
        "AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity", "TagSession", "SetSourceIdentity",
        "SetContext",
    )
)  # fmt: skip
"""Actions on a role that its trust policy must allow."""


def rules(request: Request) -> bool:
    """Whether the request is one that a trust policy rules."""
    return request.action.lower() in ACTIONS and ":role/" in request.resource
