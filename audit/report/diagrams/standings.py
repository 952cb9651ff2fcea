"""How derived edges are known, as a drawing tells it: the strongest word that any of them allows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.report import access
from audit.report.diagrams.diagram import Standing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from audit.model.graph import Edge

_OF_ACCESS = {
    access.Standing.ALWAYS: Standing.SHOWN,
    access.Standing.ONLY_IF: Standing.CONDITIONAL,
    access.Standing.THROUGH: Standing.THROUGH,
    access.Standing.UNDETERMINED: Standing.UNKNOWN,
}
_OF_PACKETS = {"reaches": Standing.SHOWN, "unknown": Standing.UNKNOWN}
_ORDER = tuple(Standing)


def of_access(edge: Edge) -> Standing:
    """How an edge of access is known."""
    return _OF_ACCESS[access.standing(edge)]


def of_packets(edge: Edge) -> Standing:
    """How an edge of packets is known."""
    return _OF_PACKETS[str(edge.properties.get("verdict", "reaches"))]


def strongest(found: Iterable[Standing]) -> Standing:
    """The strongest of some; of none, that it is only declared."""
    return min(found, key=_ORDER.index, default=Standing.DECLARED)


def records(edges: Iterable[Edge]) -> tuple[str, ...]:
    """The records that edges rest on, sorted."""
    found = {record for edge in edges for record in (*edge.records, *(one.record for one in edge.because))}
    return tuple(sorted(filter(None, found)))
