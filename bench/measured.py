"""One audit, phase by phase, in a process of its own: ``python -m bench.measured ORDER`` prints JSON.

The order is ``{endpoint, account, regions, contract, everything, cannot_show}``; of each phase come seconds, CPU
seconds of this process alone and the most memory so far. What is imported counts for the phase that imports it. As in
``byoc``, garbage is looked for rarely.
"""

# ruff: noqa: PLC0415  what a phase imports is measured with it
from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli import garbage

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    from audit.boundary import Boundary
    from audit.model.contract import BoundaryContract
    from audit.model.graph import BoundaryGraph
    from audit.model.snapshot import Snapshot

    T = TypeVar("T")

_STATUS = Path("/proc/self/status")
DIAGRAMS = "diagrams, afterwards"
"""The phase that the whole process, up to the answers, is without."""
_TAKEN_AT = "2026-01-01T00:00:00Z"


def cpu() -> float:
    """CPU seconds of this process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def peak() -> int:
    """The most memory so far, in bytes.

    Linux hands ru_maxrss on from the parent at exec, so there the kernel's own mark of this program is read.
    """
    if _STATUS.exists():
        line = next(line for line in _STATUS.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


class _Watch:
    """The phases so far."""

    def __init__(self) -> None:
        self.phases: dict[str, dict[str, float]] = {}

    def __call__(self, name: str, work: Callable[[], T]) -> T:
        began, used = time.perf_counter(), cpu()
        done = work()
        self.phases[name] = {"seconds": time.perf_counter() - began, "cpu": cpu() - used, "peak": peak()}
        return done


def _audit(order: dict[str, Any], watch: _Watch) -> dict[str, Any]:
    snapshot = watch("walk", lambda: _walk(order))
    if "keep" in order:
        _keep(Path(order["keep"]), snapshot)
    graph = watch("graph", lambda: _build(snapshot))
    boundary = watch("access and reach", lambda: _derive(order, graph))
    found = watch("answers", lambda: _judge(boundary))
    # What the interpreter took before the first phase is ours too.
    total = {"cpu": cpu(), "peak": peak()}
    watch(DIAGRAMS, lambda: _draw(boundary))
    return {"phases": watch.phases, "records": len(snapshot.records), "found": found, "total": total}


def _walk(order: dict[str, Any]) -> Snapshot:
    from audit.collect.request import Credentials, WalkRequest
    from audit.collect.walk import collect

    request = WalkRequest(
        taken_at=_TAKEN_AT,
        regions=tuple(order["regions"]),
        contract=_contract(order),
        everything=order["everything"],
        credentials=Credentials("bench", "bench"),
        endpoint_url=order["endpoint"],
        emulated=order["cannot_show"],
        attempts=1,
    )
    snapshot = collect(request)
    garbage.clear()
    return snapshot


def _build(snapshot: Snapshot) -> BoundaryGraph:
    from audit.graph.build import build

    return build(snapshot)


def _derive(order: dict[str, Any], graph: BoundaryGraph) -> Boundary:
    from audit.boundary import derive

    return derive(graph, _contract(order), _TAKEN_AT)


def _judge(boundary: Boundary) -> dict[str, int]:
    """How many claims of each verdict."""
    from collections import Counter

    from audit.policy import judge, load
    from audit.questions import ask_all

    answers = ask_all(boundary)
    findings = judge(load(), boundary, answers).findings
    claims = [claim for answer in answers for claim in answer.claims]
    verdicts = Counter(claim.verdict.value for claim in (*claims, *(finding.claim for finding in findings)))
    return dict(sorted(verdicts.items()))


def _draw(boundary: Boundary) -> None:
    from audit.report.diagrams import pictures

    pictures(boundary)


def _keep(folder: Path, snapshot: Snapshot) -> None:
    folder.mkdir(parents=True)
    snapshot.write(folder)


def _contract(order: dict[str, Any]) -> BoundaryContract:
    from audit.model.contract import BoundaryContract

    return BoundaryContract.from_json(order["contract"], "the bench's contract")


def main() -> None:
    """Run the order on standard input."""
    garbage.look_rarely()
    watch = _Watch()
    json.dump(_audit(json.load(sys.stdin), watch), sys.stdout)


if __name__ == "__main__":
    main()
