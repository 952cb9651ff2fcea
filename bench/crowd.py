"""Who can do what in an account of many principals: ``python -m bench.crowd`` reads a crowd's size and prints its cost.

Every privilege on each of its buckets and keys is derived, through others included, as an audit derives it. The graph
is made, and the code imported, before the clock starts; the memory is the whole process's, graph included. As in
``byoc``, garbage is looked for rarely.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict, dataclass

from audit.access.who_can import derive
from bench.alone import alone
from bench.measured import cpu, peak
from bench.principals import BUCKETS, KEYS, Crowd, graph
from cli import garbage

_NOW = "2026-01-01T00:00:00Z"


@dataclass(frozen=True, slots=True)
class Derived:
    """What deriving a crowd's access took: seconds, CPU seconds, bytes at most; and how many edges came of it."""

    crowd: Crowd
    seconds: float
    cpu: float
    peak: int
    edges: int


def measure(crowd: Crowd) -> Derived:
    """Measure in a process of its own."""
    return Derived(crowd, **alone("bench.crowd", asdict(crowd)))


def main() -> None:
    """Derive the crowd on standard input."""
    garbage.look_rarely()
    made = graph(Crowd(**json.load(sys.stdin)))
    began, used = time.perf_counter(), cpu()
    edges = sum(1 for _ in derive(made, [*BUCKETS, *KEYS], now=_NOW))
    cost = {"seconds": time.perf_counter() - began, "cpu": cpu() - used, "peak": peak(), "edges": edges}
    json.dump(cost, sys.stdout)


if __name__ == "__main__":
    main()
