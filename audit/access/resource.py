"""Resource policies: bucket, key, topic, secret, trust and further documents that hang on what is asked for.

AWS pages "Identity-based policies and resource-based policies", "Cross-account policy evaluation logic".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from audit.access.expression import FALSE, Expr, Opaque, all_of, any_of, negate
from audit.access.matching import applies
from audit.access.principals import Meant, meant, not_meant
from audit.access.vote import Cause

if TYPE_CHECKING:
    from audit.access.matching import Request
    from audit.access.policy import Document, Statement

LAYER = "resource_policy"
_EFFECTS = ("Allow", "Deny")


@dataclass(frozen=True, slots=True)
class ResourceVote:
    """What a resource policy says: grants by what still limits them (see principals), and its denials."""

    direct: Expr = FALSE
    role: Expr = FALSE
    account: Expr = FALSE
    deny: Expr = FALSE
    causes: tuple[Cause, ...] = ()

    @property
    def allow(self) -> Expr:
        """When it grants in any way."""
        return any_of(self.direct, self.role, self.account)


def vote(document: Document | None, request: Request, *, layer: str = LAYER, grants: bool = True) -> ResourceVote:
    """What the document says of the request; None when the resource has none. ``grants``: an unread one might give."""
    if document is None:
        return ResourceVote()
    if document.body is None:
        grant, denial = (
            Opaque(layer, effect, document.permission, grants, policy=document.name) for effect in _EFFECTS
        )
        return ResourceVote(grant, grant, grant, denial)
    allows: list[Meant] = []
    denies: list[Expr] = []
    causes: list[Cause] = []
    for statement in document.body.on(request.action):
        if statement.may("Allow"):
            when = applies(statement, request, layer=layer, policy=document.name, effect="Allow")
            found = Meant() if when == FALSE else _limited(granted(statement, request), when)
            allows.append(found)
            causes += _cause(document, statement, layer, "Allow", found.at_all)
        if statement.may("Deny"):
            when = applies(statement, request, layer=layer, policy=document.name, effect="Deny")
            denied = when if when == FALSE else all_of(denied_by(statement, request), when)
            denies.append(denied)
            causes += _cause(document, statement, layer, "Deny", denied)
    return ResourceVote(
        any_of(*(found.direct for found in allows)),
        any_of(*(found.role for found in allows)),
        any_of(*(found.account for found in allows)),
        any_of(*denies),
        tuple(causes),
    )


def granted(statement: Statement, request: Request) -> Meant:
    """Whom an Allow reaches. With NotPrincipal, everyone whom the list does not mean."""
    found = meant(statement.principals or (), request.principal, request.context)
    if not statement.not_principal:
        return found
    return Meant(direct=negate(found.at_all))


def denied_by(statement: Statement, request: Request) -> Expr:
    """Whom a Deny reaches."""
    pairs = statement.principals or ()
    if statement.not_principal:
        return not_meant(pairs, request.principal, request.context, bounded=request.bounded)
    return meant(pairs, request.principal, request.context).at_all


def _limited(found: Meant, when: Expr) -> Meant:
    return Meant(all_of(found.direct, when), all_of(found.role, when), all_of(found.account, when))


def _cause(document: Document, statement: Statement, layer: str, effect: str, when: Expr) -> list[Cause]:
    if when == FALSE:
        return []
    return [Cause(layer, document.name, statement.pointer, document.record, effect, when)]
