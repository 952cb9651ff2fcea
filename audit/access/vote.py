"""What one layer says of a request: when it allows, when it denies, and which statements make it so."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from audit.access.expression import FALSE, TRUE, Expr, Opaque, any_of, const
from audit.access.matching import applies

if TYPE_CHECKING:
    from collections.abc import Iterable

    from audit.access.matching import Request
    from audit.access.policy import Document


class Cause(NamedTuple):
    """A statement that says something: its layer, document, JSON pointer, record, effect, and when it applies."""

    layer: str
    policy: str
    pointer: str
    record: str
    effect: str
    when: Expr


class Vote(NamedTuple):
    """A layer's say. A layer that does not apply allows and denies nothing: ``ABSENT``."""

    allow: Expr
    deny: Expr
    causes: tuple[Cause, ...] = ()


ABSENT = Vote(TRUE, FALSE)
NOTHING = Vote(FALSE, FALSE)
"""Of a layer that can only give access and gives none."""
SILENT = Vote(FALSE, FALSE)
"""Of a layer that applies and says nothing of the request."""


def ballot(documents: Iterable[Document], request: Request, *, layer: str, grants: bool) -> Vote:
    """The say of documents whose statements have no principal; ``grants`` whether an unread one could give access."""
    allows: list[Expr] = []
    denies: list[Expr] = []
    causes: list[Cause] = []
    for document in documents:
        known = _whatever_is_asked(document, request.action, layer)
        if known is not None:
            allows.append(known.allow)
            denies.append(known.deny)
            causes += known.causes
            continue
        if document.body is None:
            allows.append(Opaque(layer, "Allow", document.permission, grants, policy=document.name))
            denies.append(Opaque(layer, "Deny", document.permission, grants, policy=document.name))
            continue
        for statement, effect, always in document.body.votes(request.action):
            when = TRUE if always else applies(statement, request, layer=layer, policy=document.name, effect=effect)
            if when is not FALSE:
                (allows if effect == "Allow" else denies).append(when)
                causes.append(Cause(layer, document.name, statement.pointer, document.record, effect, when))
    return Vote(any_of(*allows), any_of(*denies), tuple(causes)) if causes or allows else SILENT


def _whatever_is_asked(document: Document, action: str, layer: str) -> Vote | None:
    """What a document says of an action when that depends on nothing else, found once; None when it does."""
    if document.body is None:
        return None
    key = (layer, action)
    if key in document.said:
        found: Vote | None = document.said[key]
        return found
    votes = document.body.votes(action)
    found = None
    if all(always for _, _, always in votes):
        causes = tuple(
            Cause(layer, document.name, statement.pointer, document.record, effect, TRUE)
            for statement, effect, _ in votes
        )
        effects = {effect for _, effect, _ in votes}
        found = Vote(const("Allow" in effects), const("Deny" in effects), causes)
    document.said[key] = found
    return found
