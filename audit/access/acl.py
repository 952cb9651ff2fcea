"""Bucket ACLs, where they still count.

AWS pages "Access control list (ACL) overview" and "Controlling ownership of objects and disabling ACLs": with
BucketOwnerEnforced no ACL counts; IgnorePublicAcls takes away what the groups of everyone were given; objects may have
ACLs of their own, which a bucket's does not show.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audit.access.decision import Decision, Effect, Settles
from audit.access.expression import FALSE, TRUE, Expr
from audit.access.named import EVERYONE
from audit.model.contract import Privilege
from audit.model.facts import Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.model.facts import Fact

ENFORCED = "BucketOwnerEnforced"
_GIVES = {
    Privilege.WRITE: frozenset({"WRITE", "FULL_CONTROL"}),
    Privilege.DESTROY: frozenset({"WRITE", "FULL_CONTROL"}),
    Privilege.ADMINISTER: frozenset({"WRITE_ACP", "FULL_CONTROL"}),
}
_GROUPS = ("/global/AllUsers", "/global/AuthenticatedUsers")
_ACTIONS = {"WRITE": "s3:PutObject", "WRITE_ACP": "s3:PutBucketAcl", "FULL_CONTROL": "s3:PutBucketAcl"}
_OBJECT_ACLS = Decision(Effect.UNDETERMINED, TRUE, missing=(Settles("acl", "s3:GetObjectAcl"),))


def given(
    ownership: Fact, acl: Fact, owner: Fact, ignored: Expr, privilege: Privilege
) -> Iterator[tuple[str, Decision, tuple[str, ...]]]:
    """Canonical ids (or ``*``) that ACLs give a privilege, with the decision and the actions."""
    if ownership == ENFORCED:
        return
    doubts = [fact for fact in (ownership, acl) if isinstance(fact, Unknown)]
    if doubts:
        missing = tuple(Settles("acl", fact.permission) for fact in doubts)
        yield EVERYONE, Decision(Effect.UNDETERMINED, TRUE, missing=missing), ()
        return
    if privilege is Privilege.READ:
        # Whether single objects were opened to others stands in their own ACLs alone.
        yield EVERYONE, _OBJECT_ACLS, ("s3:GetObject",)
        return
    for grant in acl or ():
        yield from _grant(grant, owner, ignored, _GIVES[privilege])


def _grant(
    grant: dict[str, Any], owner: Fact, ignored: Expr, permissions: frozenset[str]
) -> Iterator[tuple[str, Decision, tuple[str, ...]]]:
    permission, grantee = str(grant.get("Permission")), grant.get("Grantee") or {}
    name, group = grantee.get("ID"), str(grantee.get("URI") or "")
    if permission not in permissions or (name is not None and name == owner):
        return
    everyone = group.endswith(_GROUPS)
    unless = (Settles("block_public_access", "s3:GetBucketPublicAccessBlock"),) if ignored not in {TRUE, FALSE} else ()
    if name is not None or (everyone and ignored != TRUE):
        decision = Decision(Effect.ALLOWED, TRUE, unless if everyone else ())
        yield str(name or EVERYONE), decision, (_ACTIONS[permission],)
