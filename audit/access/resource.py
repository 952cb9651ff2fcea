"""Resource policies: bucket, key, topic, secret, trust and further documents that hang on what is asked for.

AWS pages "Identity-based policies and resource-based policies", "Cross-account policy evaluation logic".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from audit.access.expression import FALSE, TRUE, Expr, Opaque, all_of, any_of, negate
from audit.access.matching import applies
from audit.access.principals import NOBODY, Meant, meant, not_meant
from audit.access.vote import Cause

if TYPE_CHECKING:
    from audit.access.matching import Request
    from audit.access.policy import Document, Statement

LAYER = "resource_policy"
_EFFECTS = ("Allow", "Deny")


class ResourceVote(NamedTuple):
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


_NOTHING = ResourceVote()


def vote(document: Document | None, request: Request, *, layer: str = LAYER, grants: bool = True) -> ResourceVote:
    """What the document says of the request; None when the resource has none. ``grants``: an unread one might give."""
    if document is None:
        return _NOTHING
    if document.body is None:
        grant, denial = (
            Opaque(layer, effect, document.permission, grants, policy=document.name) for effect in _EFFECTS
        )
        return ResourceVote(grant, grant, grant, denial)
    allows: list[Meant] = []
    denies: list[Expr] = []
    causes: list[Cause] = []
    for statement, effect, always in document.body.votes(request.action):
        reached = granted(statement, request) if effect == "Allow" else Meant(denied_by(statement, request))
        if reached == NOBODY:
            continue
        when = TRUE if always else applies(statement, request, layer=layer, policy=document.name, effect=effect)
        reached = _limited(reached, when)
        at_all = reached.at_all
        if at_all is FALSE:
            continue
        causes.append(Cause(layer, document.name, statement.pointer, document.record, effect, at_all))
        if effect == "Allow":
            allows.append(reached)
        else:
            denies.append(at_all)
    if not causes:
        return _NOTHING
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
    if when is TRUE or when is FALSE:
        return found if when is TRUE else NOBODY
    return Meant(all_of(found.direct, when), all_of(found.role, when), all_of(found.account, when))
