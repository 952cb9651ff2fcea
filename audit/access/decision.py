"""Decisions, and how the joined votes become one.

What could not be read or understood is tried both ways: a layer that can only restrict never makes a denial uncertain
and turns allowed into "allowed unless"; one that can give access makes a denial undetermined.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from audit.access.expression import (
    FALSE,
    TRUE,
    And,
    Const,
    Expr,
    Leaf,
    Not,
    Opaque,
    Or,
    all_of,
    any_of,
    atoms,
    const,
    negate,
    to_json,
)
from audit.access.simplify import simplify

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from audit.access.vote import Cause


class Effect(StrEnum):
    """What is decided."""

    ALLOWED = "allowed"
    IMPLICITLY_DENIED = "implicitly_denied"
    EXPLICITLY_DENIED = "explicitly_denied"
    UNDETERMINED = "undetermined"


OPEN = frozenset({Effect.ALLOWED, Effect.UNDETERMINED})
"""What a principal has or may have."""


@dataclass(frozen=True, slots=True)
class Settles:
    """What would settle a doubt: the layer, and the permission to read it or the statement that was not understood."""

    layer: str
    permission: str

    def to_json(self) -> dict[str, str]:
        """``{layer, permission}``."""
        return {"layer": self.layer, "permission": self.permission}


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision; ``only_if`` is TRUE when nothing remains to be met, ``unless`` are unread layers that may deny.

    ``missing`` settles an undetermined one, ``blocked_by`` are the layers that deny, ``because`` the deciding
    statements.
    """

    effect: Effect
    only_if: Expr = TRUE
    unless: tuple[Settles, ...] = ()
    missing: tuple[Settles, ...] = ()
    blocked_by: tuple[str, ...] = ()
    because: tuple[Cause, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As ``simulate`` writes it."""
        return {
            "decision": self.effect.value,
            "only_if": to_json(self.only_if),
            "unless": [one.to_json() for one in self.unless],
            "missing": [one.to_json() for one in self.missing],
            "blocked_by": list(self.blocked_by),
            "because": [{"policy": cause.policy, "pointer": cause.pointer} for cause in self.because],
        }


@dataclass(frozen=True, slots=True)
class Outcome:
    """The votes joined: ``granted`` is what gives access, ``limits`` each restricting layer's allow, ``deny`` denials.

    ``sources`` are the layers that can give access, with what each gives: they are named when nothing is given.
    """

    granted: Expr
    limits: tuple[tuple[str, Expr], ...]
    deny: Expr
    causes: tuple[Cause, ...] = ()
    sources: tuple[tuple[str, Expr], ...] = ()

    @property
    def allowed(self) -> Expr:
        """When the request is allowed."""
        return all_of(self.granted, *(limit for _, limit in self.limits), negate(self.deny))


def decide(outcome: Outcome, given: tuple[Leaf, ...] = ()) -> Decision:
    """The decision that an outcome comes to; ``given`` are conditions that the request is known to meet."""
    allowed = outcome.allowed
    if isinstance(allowed, Const):
        return Decision(Effect.ALLOWED, because=_deciding(outcome, "Allow")) if allowed.value else _denied(outcome)
    doubts = tuple(dict.fromkeys(atom for atom in atoms(allowed) if isinstance(atom, Opaque)))
    upper = simplify(_settled(allowed, _upper), given)
    lower = simplify(_settled(allowed, _lower), given) if doubts else upper
    if upper == FALSE:
        return _denied(outcome)
    if lower != upper:
        missing = _settles(d for d in doubts if d.grants or not d.understood)
        unless = _settles(d for d in doubts if d.understood and not d.grants)
        return Decision(Effect.UNDETERMINED, TRUE, unless, missing, because=_deciding(outcome, "Allow"))
    return Decision(Effect.ALLOWED, lower, _settles(doubts), because=_deciding(outcome, "Allow"))


def _lower(doubt: Opaque, *, positive: bool) -> Expr:
    if not doubt.understood:
        return FALSE
    return const(not (positive and doubt.grants and doubt.effect == "Allow"))


def _upper(_doubt: Opaque, *, positive: bool) -> Expr:  # noqa: ARG001 the bounds share their form
    return TRUE


def _known(_doubt: Opaque, *, positive: bool) -> Expr:  # noqa: ARG001 the bounds share their form
    return FALSE


def _settled(expr: Expr, bound: Callable[..., Expr]) -> Expr:
    """The expression with every opaque replaced by its bound; expressions are negated only in their leaves."""
    match expr:
        case And(parts):
            return all_of(*(_settled(part, bound) for part in parts))
        case Or(parts):
            return any_of(*(_settled(part, bound) for part in parts))
        case Not(Opaque() as doubt):
            return bound(doubt, positive=False)
        case Opaque():
            return bound(expr, positive=True)
        case Const() | Leaf() | Not():
            return expr


def _settles(doubts: Iterable[Opaque]) -> tuple[Settles, ...]:
    return tuple(dict.fromkeys(Settles(d.layer, d.permission or f"{d.policy}{d.pointer}") for d in doubts))


def _denied(outcome: Outcome) -> Decision:
    """Explicit when a denial meets every request that would pass without it, or always applies."""
    if _explicit(outcome):
        causes = _deciding(outcome, "Deny")
        deniers = tuple(dict.fromkeys(cause.layer for cause in causes))
        return Decision(Effect.EXPLICITLY_DENIED, blocked_by=deniers, because=causes)
    layers = outcome.limits if outcome.granted != FALSE else (*outcome.sources, *outcome.limits)
    blocked = tuple(
        layer for layer, vote in layers if vote is FALSE or (vote is not TRUE and _never(_settled(vote, _upper)))
    )
    return Decision(Effect.IMPLICITLY_DENIED, blocked_by=blocked, because=())


def _explicit(outcome: Outcome) -> bool:
    if isinstance(outcome.deny, Const) and isinstance(outcome.allowed, Const):
        return outcome.deny.value
    rest = all_of(outcome.granted, *(limit for _, limit in outcome.limits))
    return simplify(_settled(outcome.deny, _known)) == TRUE or not _never(_settled(rest, _upper))


def _never(expr: Expr) -> bool:
    return simplify(expr) == FALSE


def _deciding(outcome: Outcome, effect: str) -> tuple[Cause, ...]:
    return tuple(dict.fromkeys(cause for cause in outcome.causes if cause.effect == effect))
