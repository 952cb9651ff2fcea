"""Effective access as a condition: only these principals have a privilege on the subject, by whatever way."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from audit.model.verdict import Hop, Verdict
from audit.policy.outcome import HOLDS, Outcome, every
from audit.questions import holders, indirect

if TYPE_CHECKING:
    from collections.abc import Collection

    from audit.boundary import Boundary
    from audit.model.contract import Privilege
    from audit.model.graph import Edge, Node


def only(boundary: Boundary, store: Node, privilege: Privilege, allowed: Collection[str]) -> Outcome:
    """Whether nobody else has the privilege: broken for each that has, unknown for each that may have."""

    def named(edge: Edge) -> bool:
        called = {edge.source, boundary.roles.get(edge.source, edge.source)}
        return any(fnmatchcase(name, pattern) for name in called for pattern in allowed)

    others = [edge for edge in boundary.who_can(store, privilege) if not named(edge)]
    return every([HOLDS, *(_other(boundary, edge, privilege) for edge in others)])


def _other(boundary: Boundary, edge: Edge, privilege: Privilege) -> Outcome:
    can = f"can {privilege.value}"
    who = holders.in_words(boundary, edge.source)
    others = indirect.is_indirect(edge)
    through = f" through {indirect.over(boundary, edge)}" if others else ""
    unsettled = holders.unsettled(edge)
    if unsettled:
        missing = tuple(permission for permission in unsettled if permission != "unknown")
        return Outcome(
            Verdict.UNKNOWN, (f"whether {who} {can} it{through} is not settled",), (), edge.records, (), missing
        )
    hops = tuple(indirect.hops(boundary, [edge])) if others else (Hop(edge.source, can, edge.because),)
    return Outcome(Verdict.BROKEN, (f"{who} {can} it{through}",), (), edge.records, hops)
