"""Who a named thing's policy keeps from what, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audit.access.decision import OPEN
from audit.access.granting import granted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from audit.access.granting import Use


def shut_out(policy: Mapping[str, Any] | None, wanted: Iterable[Use]) -> list[str]:
    """Who is kept from which actions, by principal; a use that the policy leaves open to doubt is not among it."""
    shut: dict[str, list[str]] = {}
    for use in wanted:
        if granted(policy, use).effect not in OPEN:
            who = use.who.rpartition("/")[2].rpartition(":")[2] if use.who.startswith("arn:") else use.who
            actions = shut.setdefault(who, [])
            if use.action not in actions:
                actions.append(use.action)
    return [f"{who} ({', '.join(actions)})" for who, actions in shut.items()]
