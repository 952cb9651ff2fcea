"""docs/benchmarks.md: what was measured, and whether it is within the limits."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bench.account import Shape
    from bench.world import Cost, Walk

CALLS, CALLS_OF_EVERYTHING, CALLS_A_REGION = 200, 800, 40
CPU_SECONDS, MEMORY = 5.0, 200_000_000
_NOTES = """Seconds are of the clock and include waiting for the embedded AWS, which answers one call at a time; CPU
seconds are our process's alone, imports included; memory is the most so far."""
_OTHERS = """## For scale

On an account of this shape the posture scanner prowler 5.46.0 made 5,468 calls for seven services in 102 s (35 s of
CPU, 720 MB); PMapper's graph of IAM alone took 235 calls and 25 s."""


@dataclass(frozen=True, slots=True)
class Results:
    """Everything that one run of the bench measured; ``reference`` is the CPU time of a fixed piece of work."""

    shape: Shape
    deploying: Cost
    contract: Walk
    everything: Walk
    further: Mapping[str, int]
    reference: float
    date: str
    machine: str

    def limits(self) -> list[tuple[str, float, float, str]]:
        """What is limited, what was measured, the limit, and the unit."""
        rows: list[tuple[str, float, float, str]] = [
            ("calls with a contract", self.contract.total.calls, CALLS, ""),
            ("calls with --everything", self.everything.total.calls, CALLS_OF_EVERYTHING, ""),
        ]
        rows += [
            (f"calls of a further region, {name}", calls, CALLS_A_REGION, "") for name, calls in self.further.items()
        ]
        for name, walk in (("with a contract", self.contract), ("with --everything", self.everything)):
            rows.append((f"CPU {name}", walk.total.cpu, CPU_SECONDS, "s"))
            rows.append((f"memory {name}", walk.total.peak / 1e6, MEMORY / 1e6, "MB"))
        return rows

    def kept(self) -> bool:
        """Whether every limit is kept."""
        return all(measured <= limit for _, measured, limit, _ in self.limits())


def page(found: Results) -> str:
    """The page, which is also what the bench prints."""
    parts = (
        "# Benchmarks",
        "<!-- Written by `make bench`; change bench/, not this file. -->",
        _setting(found),
        "## Limits",
        _table(("limited", "measured", "at most", ""), map(_limit, found.limits())),
        "## Phases",
        _phases("deploy", {"deploy": found.deploying}),
        *(
            _phases(f"audit {name}", {**walk.phases, "whole process": walk.total})
            for name, walk in (("with a contract", found.contract), ("with --everything", found.everything))
        ),
        _NOTES,
        _OTHERS,
    )
    return "\n\n".join(parts) + "\n"


def _setting(found: Results) -> str:
    return (
        f"An account of {found.shape}, with the poc footprint rehearsed into it; one region. The embedded AWS is a "
        "process of its own, so that its work is not counted as ours. "
        f"Measured on {found.date}: {found.machine}, Python {platform.python_version()}. "
        f"A fixed piece of work in Python alone took {found.reference:.2f} s of CPU in the same run."
    )


def _limit(row: tuple[str, float, float, str]) -> Sequence[str]:
    name, measured, limit, unit = row
    return name, _number(measured, unit), _number(limit, unit), "kept" if measured <= limit else "**missed**"


def _number(value: float, unit: str) -> str:
    return f"{value:.1f} {unit}" if unit == "s" else f"{value:.0f} {unit}".strip()


def _phases(title: str, costs: Mapping[str, Cost]) -> str:
    rows = (
        (name, f"{cost.seconds:.1f}", f"{cost.cpu:.1f}", str(cost.calls or ""), f"{cost.peak / 1e6:.0f}")
        for name, cost in costs.items()
    )
    return _table((title, "seconds", "CPU seconds", "API calls", "memory (MB)"), rows)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
