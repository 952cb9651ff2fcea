"""Several decisions as one: all of them must allow, or one must."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.access.decision import Decision, Effect
from audit.access.expression import FALSE, TRUE, all_of, any_of
from audit.access.simplify import simplify

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import TypeVar

    T = TypeVar("T")

_DENIED = (Effect.EXPLICITLY_DENIED, Effect.IMPLICITLY_DENIED)


def every(decisions: Sequence[Decision]) -> Decision:
    """What comes of needing all: the worst of them, the conditions together."""
    for denied in _DENIED:
        for decision in decisions:
            if decision.effect is denied:
                return decision
    unless, missing = _all(d.unless for d in decisions), _all(d.missing for d in decisions)
    because = _all(d.because for d in decisions)
    if any(d.effect is Effect.UNDETERMINED for d in decisions):
        return Decision(Effect.UNDETERMINED, TRUE, unless, missing, because=because)
    only_if = simplify(all_of(*(d.only_if for d in decisions)))
    if only_if == FALSE:
        return Decision(Effect.IMPLICITLY_DENIED, because=because)
    return Decision(Effect.ALLOWED, only_if, unless, missing, because=because)


def either(decisions: Sequence[Decision]) -> Decision:
    """What comes of needing one: the best of them, or their conditions as alternatives.

    An allowed one with conditions keeps in ``missing`` what would settle whether there is more.
    """
    allowed = [d for d in decisions if d.effect is Effect.ALLOWED]
    undetermined = [d for d in decisions if d.effect is Effect.UNDETERMINED]
    plain = next((d for d in allowed if d.only_if == TRUE and not d.unless), None)
    if plain is not None:
        return plain
    if allowed:
        only_if = simplify(any_of(*(d.only_if for d in allowed)))
        unless = _all(d.unless for d in allowed)
        missing = _all(d.missing for d in undetermined) if only_if != TRUE else ()
        return Decision(Effect.ALLOWED, only_if, unless, missing, because=_all(d.because for d in allowed))
    if undetermined:
        unless, missing = _all(d.unless for d in undetermined), _all(d.missing for d in undetermined)
        return Decision(Effect.UNDETERMINED, TRUE, unless, missing, because=_all(d.because for d in undetermined))
    return next((d for d in decisions if d.effect is Effect.EXPLICITLY_DENIED), decisions[0])


def _all(parts: Iterable[tuple[T, ...]]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(item for part in parts for item in part))
