"""JSON Lines in, verdicts out, in the same order; a bad line gets an ``error`` and the rest goes on.

    {"id", "from": "eni-… | i-… | subnet-… | 10.1.2.3 | internet", "to": "eni-… | i-… | 10.1.2.4 | s3 | internet",
     "protocol": "tcp" | "udp", "port"}

The answer: ``{"id", "verdict", "path", "blocked_by": [{"resource", "reason"}], "sources"}``; an ``unknown`` one also
has ``reason`` and ``missing``, the permissions that would settle it.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from audit.access.layers import right
from audit.access.policy import brief
from audit.access.simulate import answered, read_carefully, require
from audit.reach.packets import decide
from audit.reach.path import Reach

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from audit.model.graph import BoundaryGraph
    from audit.reach.packets import Answer

_REQUIRED = ("id", "from", "to", "port")
_FIELDS = (*_REQUIRED, "protocol")


def simulate(graph: BoundaryGraph, lines: Iterable[str | bytes]) -> Iterator[str]:
    """One verdict a line; blank lines are passed over."""
    return answered(lines, partial(_answer, graph))


def _answer(graph: BoundaryGraph, text: str, case: Any) -> dict[str, Any]:
    _check(case)
    read_carefully(text)
    answer = decide(graph, case["from"], case["to"], case.get("protocol", "tcp"), case["port"])
    found = {"id": case["id"], **_said(answer)}
    # A field that is not known may be another one misspelt: the verdict stands, and says that it was not read.
    problems = [f"the unknown field {brief(name)} was not read" for name in case if name not in _FIELDS]
    return {**found, "problems": problems} if problems else found


def _said(answer: Answer) -> dict[str, Any]:
    stopping = [{"resource": one.resource, "reason": one.reason} for one in answer.blocked_by]
    said = {"verdict": answer.verdict.value, "path": answer.path, "blocked_by": stopping, "sources": answer.sources}
    if answer.verdict is not Reach.UNKNOWN:
        return said
    return {**said, "reason": answer.reason, "missing": missing(answer)}


def missing(answer: Answer) -> list[str]:
    """The permissions that would settle an unknown."""
    found = (doubt.unread.permission for doubt in answer.doubts if doubt.unread is not None)
    return list(dict.fromkeys(filter(None, found)))


def _check(case: Any) -> None:
    require(case, _REQUIRED)
    for name in ("from", "to"):
        right(name, case[name], "the id of an interface, instance or subnet, an address, internet or s3",
              fits=isinstance(case[name], str))  # fmt: skip
    right("protocol", case.get("protocol", "tcp"), "tcp or udp", fits=case.get("protocol", "tcp") in ("tcp", "udp"))
    right("port", case["port"], "a number from 0 to 65535", fits=type(case["port"]) is int)
