"""``python -m bench``: measure, print the table, write docs/benchmarks.md; exit code 1 when a limit is missed."""

from __future__ import annotations

import os
import platform
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bench import arrivals, crowd, declared, evidence, poc, preview, rehearsals, scanner, simulate
from bench.account import Shape
from bench.brokers import NoKafkaError
from bench.engine import NoEngineError
from bench.limits import Results
from bench.networks import Networks
from bench.principals import Crowd
from bench.table import page
from bench.world import STACK, World, world

if TYPE_CHECKING:
    from bench.arrivals import Arrived
    from bench.crowd import Derived
    from bench.evidence import Bundled
    from bench.poc import Proved
    from bench.preview import Preview
    from bench.scanner import Scanned
    from bench.world import Cost, Walk

PAGE = Path(__file__).parent.parent / "docs" / "benchmarks.md"
_FURTHER = "us-west-2"
_CROWDS = (Crowd(5_000, 1_500), Crowd(50_000, 15_000))
_NETWORKS = (Networks(), Networks(interfaces=40_000))
_GIB = 1 << 30


def main() -> int:
    """Run the bench."""
    shape = Shape()
    deploying, contract, everything, further, scanned, bundled = _audits(shape)
    previewed, large = _preview(STACK), _preview(preview.LARGE)
    rehearsed = rehearsals.measure(_tell)
    _tell("checking what is declared")
    checked = declared.measure()
    proved = _poc()
    few, many = map(_crowd, _CROWDS)
    networks, twice = map(_arrivals, _NETWORKS)
    _tell("simulating")
    found = Results(
        shape=shape,
        deploying=deploying,
        contract=contract,
        everything=everything,
        further=further,
        scanned=scanned,
        preview=previewed,
        large_preview=large,
        rehearsals=rehearsed,
        declared=checked,
        bundled=bundled,
        proved=proved,
        crowd=few,
        larger_crowd=many,
        networks=networks,
        twice=twice,
        rates=simulate.measure(),
        reference=_reference(),
        date=datetime.now(UTC).strftime("%Y-%m-%d"),
        machine=f"{os.cpu_count()} cores of {platform.machine()}, {_memory()} GiB",
    )
    text = page(found)
    PAGE.write_text(text, "utf-8")
    sys.stdout.write(text)
    return 0 if found.kept() else 1


def _audits(shape: Shape) -> tuple[Cost, Walk, Walk, dict[str, int], Scanned | None, Bundled]:
    """Deploying, the audits of one region, what a further one adds in calls, a scanner of it, a bundle."""
    with world(shape, _tell) as made:
        contract, more = _audit(made, everything=False)
        everything, most = _audit(made, everything=True)
        _tell("scanning, where a scanner is installed")
        further = {"with a contract": more, "with --everything": most}
        scanned = scanner.measure(made)
        _tell("writing and checking evidence bundles")
        return made.deploying, contract, everything, further, scanned, evidence.measure(made)


def _audit(made: World, *, everything: bool) -> tuple[Walk, int]:
    _tell("auditing with --everything" if everything else "auditing with a contract")
    home = made.emulator.region
    one, two = made.audit(home, everything=everything), made.audit(home, _FURTHER, everything=everything)
    return one, two.total.calls - one.total.calls


def _preview(stack: str) -> Preview | None:
    _tell(f"previewing {stack} on Pulumi's engine")
    try:
        return preview.measure(stack)
    except NoEngineError as error:
        _tell(f"not measured: {error}")
        return None


def _poc() -> Proved | None:
    _tell("loading, probing and listing Apache Kafka")
    try:
        return poc.measure()
    except NoKafkaError as error:
        _tell(f"not measured: {error}")
        return None


def _crowd(size: Crowd) -> Derived:
    _tell(f"deriving who can do what among {size}")
    return crowd.measure(size)


def _arrivals(size: Networks) -> Arrived:
    _tell(f"finding the sources of every listener among {size}")
    return arrivals.measure(size)


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
