"""Which packets arrive, as JSON (``byoc-reach/1``): one row for each path, or one answer for each two ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from audit.reach.simulate import missing
from audit.report.access import principal_json

if TYPE_CHECKING:
    from collections.abc import Iterable

    from audit.boundary import Boundary
    from audit.model.verdict import Hop
    from audit.reach.packets import Answer
    from audit.reach.path import Doubt, Path
    from audit.reach.sides import Side

REACH_FORMAT = "byoc-reach/1"


@dataclass(frozen=True, slots=True)
class Row:
    """A path, the side on which its far end lies, and the interfaces that receive, where they are known."""

    side: Side
    path: Path
    ends: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pair:
    """Two ends, as the engine takes them, and what becomes of the packets between them."""

    start: str
    end: str
    answer: Answer


def rows_json(boundary: Boundary, command: str, asked: dict[str, Any], rows: Iterable[Row]) -> dict[str, Any]:
    """The answer of ``byoc reach to`` and ``from``."""
    return {
        "format": REACH_FORMAT,
        "command": command,
        "asked": asked,
        "rows": [_row_json(boundary, row) for row in rows],
        "answers": [],
    }


def pairs_json(asked: dict[str, Any], pairs: Iterable[Pair]) -> dict[str, Any]:
    """The answer of ``byoc reach path``."""
    answers = [_pair_json(pair) for pair in pairs]
    return {"format": REACH_FORMAT, "command": "path", "asked": asked, "rows": [], "answers": answers}


def _row_json(boundary: Boundary, row: Row) -> dict[str, Any]:
    path = row.path
    lists = ("sources", "destinations", "groups", "interfaces", "path", "missing", "records")
    return {
        "side": row.side.value,
        "verdict": path.verdict.value,
        "reason": path.reason,
        "origin": principal_json(boundary, path.origin),
        "target": principal_json(boundary, path.target),
        "via": path.via or None,
        "protocol": path.protocol or None,
        "ports": [list(span) for span in path.ports],
        "client_ports": [list(span) for span in path.client_ports],
        **{name: [one for one in getattr(path, name) if one] for name in lists},
        "receivers": list(row.ends),
        "doubts": [_doubt_json(doubt) for doubt in path.doubts],
        "hops": [_hop_json(hop) for hop in path.hops],
    }


def _pair_json(pair: Pair) -> dict[str, Any]:
    answer = pair.answer
    stopping = [{"resource": one.resource, "reason": one.reason, "remedy": one.remedy} for one in answer.blocked_by]
    return {
        "from": pair.start,
        "to": pair.end,
        "verdict": answer.verdict.value,
        "reason": answer.reason,
        "path": list(answer.path),
        "blocked_by": stopping,
        "sources": list(answer.sources),
        "missing": missing(answer),
        "doubts": [_doubt_json(doubt) for doubt in answer.doubts],
        "hops": [_hop_json(hop) for hop in answer.hops],
    }


def _doubt_json(doubt: Doubt) -> dict[str, Any]:
    permission = doubt.unread.permission if doubt.unread is not None else None
    return {"reason": doubt.reason, "node": doubt.node, "permission": permission or None}


def _hop_json(hop: Hop) -> dict[str, Any]:
    return {"node": hop.node, "says": hop.says, "because": [citation.to_json() for citation in hop.because]}
