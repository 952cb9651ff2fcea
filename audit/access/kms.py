"""KMS: the key policy decides first, grants give what they name.

AWS pages "Key policies in AWS KMS", "Grants in AWS KMS", "Troubleshooting AWS KMS permissions": an identity policy
counts only where the key policy lets the account use identity policies; a grant allows its operations to its grantee,
in another account too and without an identity policy there, under the encryption context that it names ("a grant or
IAM policy in your account allows you to use the KMS key"); grants never deny.
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
_WITHOUT_CONTEXT = frozenset(
    name.lower()
    for name in (
        "DescribeKey", "RetireGrant", "CreateGrant", "GetPublicKey", "Sign", "Verify", "GenerateMac", "VerifyMac",
        "DeriveSharedSecret",
    )
)  # fmt: skip
"""What has no encryption context, so that constraints on it do not count (page "GrantConstraints")."""
_WITHOUT_KEY = frozenset(
    name.lower()
    for name in (
        "ListKeys", "ListAliases", "CreateKey", "GenerateRandom", "CreateCustomKeyStore", "ConnectCustomKeyStore",
        "DescribeCustomKeyStores", "DisconnectCustomKeyStore", "UpdateCustomKeyStore", "DeleteCustomKeyStore",
    )
)  # fmt: skip
_CONSTRAINTS = frozenset({"EncryptionContextSubset", "EncryptionContextEquals"})
_PRINCIPALS = ("GranteePrincipal", "GranteeServicePrincipal", "RetiringPrincipal")
_CONTEXT = "kms:EncryptionContext:"
Grants = Document | tuple[dict[str, Any], ...]
"""As ListGrants returns them, or the document that stands for "not read"."""


def problem(grant: Any) -> str | None:
    """Why a grant is none, with the JSON pointer in it, or None."""
    if not isinstance(grant, dict):
        return " is no object"
    operations, constraints = grant.get("Operations") or (), grant.get("Constraints") or {}
    if not isinstance(operations, list | tuple) or not all(isinstance(name, str) for name in operations):
        return "/Operations is no list of texts"
    if not isinstance(constraints, dict):
        return "/Constraints is no object"
    for name in _PRINCIPALS:
        if (found := grant.get(name)) is not None and not isinstance(found, str):
            return f"/{name} is no text"
    for name in _CONSTRAINTS & constraints.keys():
        pairs = constraints[name]
        if not isinstance(pairs, dict) or not all(isinstance(value, str) for value in pairs.values()):
            return f"/Constraints/{name} is no object of texts"
    return None


def rules(request: Request) -> bool:
    """Whether a key policy must have its say: operations on keys, not those on the account's lists and aliases."""
    operation = request.action.partition(":")[2].lower()
    on_key = ":key/" in request.resource or (request.resource == "*" and operation not in _WITHOUT_KEY)
    return request.service == "kms" and on_key


def vote(grants: Grants, request: Request) -> tuple[Expr, tuple[Cause, ...]]:
    """When a grant allows the request, and which grants those are."""
    if isinstance(grants, Document):
        return Opaque(LAYER, "Allow", grants.permission, grants=True, policy=grants.name), ()
    if not grants or request.service != "kms":
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
        if name in _CONSTRAINTS:
            if operation not in _WITHOUT_CONTEXT:
                yield from (_holds(leaf, request) for leaf in _context(wanted, request, exact=name.endswith("Equals")))
        elif name == "SourceArn":
            yield _holds(Leaf("ArnLike", "aws:SourceArn", (str(wanted),)), request)
        else:
            yield Opaque(
                LAYER, "Allow", understood=False, policy=f"grants/{grant.get('GrantId', '')}", pointer=f"/{name}"
            )


def _context(wanted: dict[str, str], request: Request, *, exact: bool) -> Iterable[Leaf]:
    """Page "GrantConstraints": a constraint's keys do not mind case, its values do."""
    for key, value in sorted(wanted.items()):
        yield Leaf("StringEquals", f"{_CONTEXT}{key}", (literal(value),))
    if exact and not wanted:
        yield Leaf("Null", "kms:EncryptionContextKeys", ("true",))
    elif exact:
        yield Leaf("ForAllValues:StringEqualsIgnoreCase", "kms:EncryptionContextKeys", tuple(sorted(wanted)))
    if exact:
        given = (key for key, value in request.context.values.items() if key.startswith(_CONTEXT.lower()) and value)
        for key in sorted(set(given) - {f"{_CONTEXT}{name}".lower() for name in wanted}):
            yield Leaf("Null", key, ("true",))


def _holds(leaf: Leaf, request: Request) -> Expr:
    return evaluate(leaf, request.context, variables=False)
