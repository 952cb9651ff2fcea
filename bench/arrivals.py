"""Which packets arrive in many networks: ``python -m bench.arrivals`` reads their size and prints the cost.

All sources of all listeners are found, each with its paths. The graph is made, and the code imported, before the clock
starts; the memory is the whole process's, graph included. As in ``byoc``, garbage is looked for rarely.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict, dataclass

from audit.reach.paths import Reach, arrivals
from bench.alone import alone
from bench.measured import cpu, peak
from bench.networks import PORT, Networks, graph, listeners
from cli import garbage


@dataclass(frozen=True, slots=True)
class Arrived:
    """What it took: seconds, CPU seconds, bytes at most; and how many paths are open."""

    size: Networks
    seconds: float
    cpu: float
    peak: int
    paths: int


def measure(size: Networks) -> Arrived:
    """Measure in a process of its own."""
    return Arrived(size, **alone("bench.arrivals", asdict(size)))


def main() -> None:
    """Find the sources of every listener of the networks on standard input."""
    garbage.look_rarely()
    size = Networks(**json.load(sys.stdin))
    made = graph(size)
    began, used = time.perf_counter(), cpu()
    found = (path for group in listeners(size) for path in arrivals(made, [group], "tcp", PORT))
    count = sum(1 for path in found if path.verdict is Reach.REACHES)
    cost = {"seconds": time.perf_counter() - began, "cpu": cpu() - used, "peak": peak(), "paths": count}
    json.dump(cost, sys.stdout)


if __name__ == "__main__":
    main()
