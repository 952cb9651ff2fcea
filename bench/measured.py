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
from collections import Counter
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
    from audit.report.diagrams.picture import Picture
    from audit.report.material import Material

    T = TypeVar("T")

_STATUS = Path("/proc/self/status")
DIAGRAMS, REPORTS = "diagrams, afterwards", "both reports, after the diagrams"
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
    material = watch("answers", lambda: _judge(boundary))
    # What the interpreter took before the first phase is ours too.
    total = {"cpu": cpu(), "peak": peak()}
    drawn = watch(DIAGRAMS, lambda: _draw(boundary))
    page = watch(REPORTS, lambda: _report(material, snapshot, drawn))
    found = {"records": len(snapshot.records), "found": _found(material), "page": page}
    return {"phases": watch.phases, "total": total, **found}


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


def _judge(boundary: Boundary) -> Material:
    from audit.policy import judge, load
    from audit.questions import ask_all
    from audit.report.material import Material

    answers, policies = ask_all(boundary), load()
    judged = judge(policies, boundary, answers)
    told = tuple(policy.told for policy in policies)
    contract, graph = boundary.contract, boundary.graph
    return Material(contract, graph, answers, judged.findings, boundary.now, judged.results, told)


def _found(material: Material) -> dict[str, int]:
    """How many claims of each verdict."""
    claims = [claim for answer in material.answers for claim in answer.claims]
    verdicts = Counter(claim.verdict.value for claim in (*claims, *(finding.claim for finding in material.findings)))
    return dict(sorted(verdicts.items()))


def _draw(boundary: Boundary) -> tuple[Picture, ...]:
    from audit.report.diagrams import pictures

    return pictures(boundary)


def _report(material: Material, snapshot: Snapshot, drawn: tuple[Picture, ...]) -> int:
    """Both reports; how many bytes the page has."""
    from audit.report import html, pdf

    pdf.report(material, snapshot, drawn)
    return len(html.report(material, snapshot, drawn).encode())


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
