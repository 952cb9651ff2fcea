"""Who a named thing's policy keeps from what, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audit.access.decision import OPEN
from audit.access.granting import granted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from audit.access.decision import Decision
    from audit.access.granting import Use


_TOLD = 6


def shut_out(policy: Mapping[str, Any] | None, wanted: Iterable[Use]) -> list[str]:
    """Who is kept from which actions by a resource's policy."""
    return kept_out((use, granted(policy, use)) for use in wanted)


def kept_out(decided: Iterable[tuple[Use, Decision]]) -> list[str]:
    """Who is kept from which actions, by principal; a use that is open to doubt is not among it."""
    shut: dict[str, list[str]] = {}
    for use, decision in decided:
        if is_shut(decision):
            who = use.who.rpartition("/")[2].rpartition(":")[2] if use.who.startswith("arn:") else use.who
            actions = shut.setdefault(who, [])
            if use.action not in actions:
                actions.append(use.action)
    return [f"{who} ({_few(actions)})" for who, actions in shut.items()]


def is_shut(decision: Decision) -> bool:
    """Whether a decision keeps somebody out; one that is open to doubt does not."""
    return decision.effect not in OPEN


def _few(actions: list[str]) -> str:
    rest = len(actions) - _TOLD
    return ", ".join(actions[:_TOLD]) + (f" and {rest} more" if rest > 0 else "")
