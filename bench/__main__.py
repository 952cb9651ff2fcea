"""``python -m bench``: measure, print the table, write docs/benchmarks.md; exit code 1 when a limit is missed."""

from __future__ import annotations

import os
import platform
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from bench.account import Shape
from bench.table import Results, page
from bench.world import World, world

PAGE = Path(__file__).parent.parent / "docs" / "benchmarks.md"
_FURTHER = "us-west-2"
_GIB = 1 << 30


def main() -> int:
    """Run the bench."""
    shape = Shape()
    with world(shape, _tell) as made:
        found = _measure(made, shape)
    text = page(found)
    PAGE.write_text(text, "utf-8")
    sys.stdout.write(text)
    return 0 if found.kept() else 1


def _measure(made: World, shape: Shape) -> Results:
    home = made.emulator.region
    _tell("auditing with a contract")
    contract, more = made.audit(home), made.audit(home, _FURTHER)
    _tell("auditing with --everything")
    everything, most = made.audit(home, everything=True), made.audit(home, _FURTHER, everything=True)
    return Results(
        shape,
        made.deploying,
        contract,
        everything,
        {
            "with a contract": more.total.calls - contract.total.calls,
            "with --everything": most.total.calls - everything.total.calls,
        },
        _reference(),
        datetime.now(UTC).strftime("%Y-%m-%d"),
        f"{os.cpu_count()} cores of {platform.machine()}, {_memory()} GiB",
    )


def _reference() -> float:
    """CPU seconds of a fixed piece of work: what this machine's Python is worth just now."""
    began = time.process_time()
    counted: dict[str, int] = {}
    for number in range(1_000_000):
        key = f"team-{number % 1000}"
        counted[key] = counted.get(key, 0) + number
    return time.process_time() - began


def _memory() -> int:
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / _GIB)


def _tell(what: str) -> None:
    sys.stderr.write(f"bench: {what}\n")


if __name__ == "__main__":
    sys.exit(main())
