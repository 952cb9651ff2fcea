"""What S3 adds to its bucket policies: Block Public Access, the owner's last word, operations that only the owner has.

AWS pages "Blocking public access to your Amazon S3 storage" (with "The meaning of public"), "PutBucketPolicy".
"""

from __future__ import annotations

from ipaddress import ip_network
from typing import TYPE_CHECKING

from audit.access.conditions.ip import network
from audit.access.expression import FALSE, TRUE, Expr, Leaf, Opaque, all_of, negate
from audit.access.glob import intersects, wild
from audit.access.principals import Kind

if TYPE_CHECKING:
    from audit.access.matching import Request
    from audit.access.policy import Document, Statement
    from audit.access.resource import ResourceVote

LAYER = "block_public_access"
OWNER_ACTIONS = frozenset({"s3:getbucketpolicy", "s3:putbucketpolicy", "s3:deletebucketpolicy"})
"""Operations that only identities of the owner's account have, and that a bucket policy cannot deny its root user."""
_FIXED = frozenset(
    f"{key}".lower()
    for key in (
        "aws:SourceArn", "aws:SourceVpc", "aws:SourceVpce", "aws:SourceOwner", "aws:SourceAccount", "aws:userid",
        "s3:x-amz-server-side-encryption-aws-kms-key-id", "s3:DataAccessPointArn", "s3:DataAccessPointAccount",
        "aws:PrincipalOrgID", "aws:PrincipalArn", "aws:PrincipalAccount",
    )
)  # fmt: skip
_EQUAL = frozenset({"StringEquals", "StringEqualsIgnoreCase", "StringLike", "ArnEquals", "ArnLike"})
_OPEN_ACTIONS = ("s3:get*", "s3:list*", "s3:abortmultipartupload", "s3:delete*", "s3:put*", "s3:restoreobject")
_PRIVATE = tuple(ip_network(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"))
_NARROW = {4: 8, 6: 32}


def restricted(found: ResourceVote, document: Document | None, request: Request, block: Expr) -> ResourceVote:
    """The bucket policy's vote as S3 lets it count; ``block`` says when RestrictPublicBuckets is on."""
    if request.service != "s3":
        return found
    action = request.action.lower()
    if request.same_account:
        lasting = request.principal.kind is Kind.ROOT and action in OWNER_ACTIONS
        return found._replace(deny=FALSE) if lasting else found
    if request.principal.kind is Kind.SERVICE or (block is FALSE and action not in OWNER_ACTIONS):
        return found
    served = FALSE if action in OWNER_ACTIONS else negate(all_of(block, public(document)))
    return found._replace(
        direct=all_of(found.direct, served),
        role=all_of(found.role, served),
        account=all_of(found.account, served),
    )


def public(document: Document | None) -> Expr:
    """Whether S3 deems a bucket policy public: some Allow for everyone without a fixed value that narrows it."""
    if document is None or document.body is None:
        return FALSE
    statements = document.body.statements
    if not any(_opens(statement) for statement in statements):
        return FALSE
    unclear = any(s.problem or (s.may("Deny") and s.conditions and _everyone(s)) for s in statements)
    # S3 weighs denials too: with one for everyone the policy may count as closed.
    return Opaque(LAYER, "Deny", "s3:GetBucketPolicyStatus", policy=document.name) if unclear else TRUE


def _everyone(statement: Statement) -> bool:
    return statement.not_principal or ("AWS", "*") in (statement.principals or ())


def _opens(statement: Statement) -> bool:
    reads = statement.not_action or any(intersects(a.lower(), b) for a in statement.actions for b in _OPEN_ACTIONS)
    return statement.may("Allow") and _everyone(statement) and reads and not any(map(_narrows, statement.conditions))


def _narrows(leaf: Leaf) -> bool:
    key = leaf.key.lower()
    if key == "aws:sourceip" and leaf.operator == "IpAddress":
        return all(_narrow(value) for value in leaf.values)
    if key == "s3:dataaccesspointarn":
        return leaf.operator in _EQUAL and all(not wild(value.rpartition(":")[0]) for value in leaf.values)
    fixed = not any(wild(value) or "${" in value for value in leaf.values)
    return key in _FIXED and leaf.operator in _EQUAL and fixed


def _narrow(text: str) -> bool:
    found = network(text)
    if found is None:
        return False
    return found.prefixlen >= _NARROW[found.version] or any(
        found.version == inner.version and found == inner for inner in _PRIVATE
    )
