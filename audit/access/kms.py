"""KMS: the key policy decides first, grants give what they name.

AWS pages "Key policies in AWS KMS", "Grants in AWS KMS", "Troubleshooting AWS KMS permissions": an identity policy
counts
only where the key policy lets the account use identity policies; a grant allows its operations to its grantee, under
the
encryption context that it names; grants never deny.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audit.access.conditions.evaluate import evaluate
from audit.access.expression import FALSE, TRUE, Expr, Leaf, Opaque, all_of, any_of
from audit.access.glob import literal
from audit.access.policy import Document
from audit.access.principals import meant
from audit.access.vote import Cause

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from audit.access.matching import Request

LAYER = "grants"
_WITHOUT_CONTEXT = frozenset({"describekey", "retiregrant", "creategrant", "getpublickey", "sign", "verify"})
Grants = Document | tuple[dict[str, Any], ...]
"""As ListGrants returns them, or the document that stands for "not read"."""


def vote(grants: Grants, request: Request) -> tuple[Expr, tuple[Cause, ...]]:
    """When a grant allows the request, and which grants those are."""
    if isinstance(grants, Document):
        return Opaque(LAYER, "Allow", grants.permission, grants=True, policy=grants.name), ()
    if request.service != "kms":
        return FALSE, ()
    found = [(_allows(grant, request), grant) for grant in grants]
    causes = tuple(
        Cause(LAYER, f"grants/{grant.get('GrantId', place)}", "", str(grant.get("record", "")), "Allow", when)
        for place, (when, grant) in enumerate(found)
        if when != FALSE
    )
    return any_of(*(when for when, _ in found)), causes


def _allows(grant: dict[str, Any], request: Request) -> Expr:
    operation = request.action.partition(":")[2].lower()
    if operation == "retiregrant" and _means(grant.get("RetiringPrincipal"), request) == TRUE:
        return TRUE
    if operation not in {str(name).lower() for name in grant.get("Operations") or ()}:
        return FALSE
    grantee = grant.get("GranteePrincipal") or grant.get("GranteeServicePrincipal")
    return all_of(_means(grantee, request), *_constraints(grant, request, operation))


def _means(name: str | None, request: Request) -> Expr:
    if not name:
        return FALSE
    return meant(pairs(name), request.principal, request.context).at_all


def pairs(name: str) -> Sequence[tuple[str, str]]:
    """A grantee as the pair of a principal element: a service by its name, anything else as AWS."""
    return (("AWS" if name.startswith("arn:") or name.isdigit() else "Service", name),)


def _constraints(grant: dict[str, Any], request: Request, operation: str) -> Iterable[Expr]:
    for name, wanted in (grant.get("Constraints") or {}).items():
        if name in {"EncryptionContextSubset", "EncryptionContextEquals"}:
            if operation not in _WITHOUT_CONTEXT:
                yield from (_holds(leaf, request) for leaf in _context(wanted, exact=name.endswith("Equals")))
        elif name == "SourceArn":
            yield _holds(Leaf("ArnLike", "aws:SourceArn", (str(wanted),)), request)
        else:
            yield Opaque(
                LAYER, "Allow", understood=False, policy=f"grants/{grant.get('GrantId', '')}", pointer=f"/{name}"
            )


def _context(wanted: dict[str, str], *, exact: bool) -> Iterable[Leaf]:
    for key, value in sorted(wanted.items()):
        yield Leaf("StringEquals", f"kms:EncryptionContext:{key}", (literal(value),))
    if exact:
        yield Leaf("ForAllValues:StringEqualsIgnoreCase", "kms:EncryptionContextKeys", tuple(sorted(wanted)))


def _holds(leaf: Leaf, request: Request) -> Expr:
    return evaluate(leaf, request.context, variables=False)
