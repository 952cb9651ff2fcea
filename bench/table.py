"""docs/benchmarks.md: what was measured, and whether it is within the limits."""

from __future__ import annotations

import platform
from typing import TYPE_CHECKING

from bench.engine import WAY_OUT
from bench.scanner import SERVICES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bench.arrivals import Arrived
    from bench.crowd import Derived
    from bench.evidence import Bundled
    from bench.limits import Limit, Results
    from bench.poc import Proved
    from bench.scanner import Scanned
    from bench.world import Cost

_CORE = """Limits in seconds are CPU seconds on one core, and lines a second are of such seconds too. Only those
of previews, rehearsals, plan-check, diagrams and reports are of the clock: several programs share in them, and a
person waits for them."""
_NO_ENGINE = f"""The preview was not measured: there is no Pulumi engine here. To have it measured, {WAY_OUT}."""
_NOTES = """Seconds are of the clock and include waiting for the embedded AWS, which answers one call at a time; CPU
seconds are our process's alone, imports included; memory is the most so far. A preview's CPU seconds are the
engine's, its language host's and the stack's program's; its memory is the largest of these processes'.
The diagrams are the five views as SVG, the reports report.html and report.pdf; the whole process is told up to the
answers."""
_WHO_CAN = """Every principal is asked for read, write, destroy and administer on each bucket and key, by itself and
through others: role chains and the ways to come by another's rights. The seconds are those of deriving alone; the
memory includes the graph."""
_ARRIVES = """VPCs behind transit gateways, each with two route tables and two ACLs; every fifth group guards a
listener, which all sources of its rules are judged for: other networks' addresses, other premises, groups. The seconds
are those of the paths alone; the memory includes the graph."""
_EVIDENCE = """Of the account with a contract: every member made, looked through for secrets, signed. Most of it
is graph.json, stored as it is. The large bundle is one file of records, whose integrity is checked piece by piece;
judging it again would need the snapshot in memory, and is not measured."""
_PROOF = """One broker of Apache Kafka on the same two cores, with twelve partitions and one group of readers; every
record is read back and counted. The floor is the same writer at the same rate against librdkafka's own broker in its
process: what the prober adds to a latency. Handing over late is how far it falls behind its schedule."""
_OTHERS = """On an account of the first shape the posture scanner prowler 5.46.0 made 5,468 calls for seven services in
102 s (35 s of CPU, 720 MB); PMapper 1.1.5's graph of IAM alone took 235 calls and 25 s for its 550 principals, and
one who-can on that graph more than 300 s. The fastest policy simulator measured makes 10,000 decisions a second."""
_VERDICTS = {True: "kept", False: "**missed**", None: ""}


def page(found: Results) -> str:
    """The page, which is also what the bench prints."""
    parts = (
        "# Benchmarks",
        "<!-- Written by `make bench`; change bench/, not this file. -->",
        _setting(found),
        "## Limits",
        _table(("limited", "measured", "limit", ""), map(_limit, found.limits())),
        _CORE if found.preview else f"{_CORE}\n\n{_NO_ENGINE}",
        "## Phases",
        *_all_phases(found),
        _NOTES,
        "## Who can",
        _crowds(found.crowd, found.larger_crowd),
        _WHO_CAN,
        "## What arrives",
        _networks(found.networks, found.twice),
        _ARRIVES,
        "## Evidence",
        _bundled(found.bundled),
        _EVIDENCE,
        *(["## Proof of concept", _proof(found.proved), _PROOF] if found.proved else []),
        "## For scale",
        *([_side_by_side(found, found.scanned)] if found.scanned else []),
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


def _limit(limit: Limit) -> Sequence[str]:
    measured = "not measured" if limit.measured is None else _number(limit.measured, limit.unit)
    bound = f"{'at least' if limit.least else 'at most'} {_number(limit.bound, limit.unit)}"
    return limit.what, measured, bound, _VERDICTS[limit.kept()]


def _number(value: float, unit: str) -> str:
    return f"{value:.1f} {unit}" if unit in {"s", "times"} else f"{value:,.0f} {unit}".strip()


def _all_phases(found: Results) -> Iterable[str]:
    yield _phases("deploy", {"deploy": found.deploying})
    for name, walk in (("with a contract", found.contract), ("with --everything", found.everything)):
        yield _phases(f"audit {name}", {**walk.phases, "whole process": walk.total})
    if found.preview:
        large = {"preview of the large stack": found.large_preview.cost} if found.large_preview else {}
        yield _phases(f"Pulumi {found.preview.engine}", {"preview": found.preview.cost, **large})


def _phases(title: str, costs: Mapping[str, Cost]) -> str:
    rows = (
        (name, f"{cost.seconds:.1f}", f"{cost.cpu:.1f}", str(cost.calls or ""), f"{cost.peak / 1e6:.0f}")
        for name, cost in costs.items()
    )
    return _table((title, "seconds", "CPU seconds", "API calls", "memory (MB)"), rows)


def _crowds(*measured: Derived) -> str:
    rows = (
        (str(made.crowd), f"{made.seconds:.1f}", f"{made.cpu:.1f}", f"{made.edges:,}", f"{made.peak / 1e6:.0f}")
        for made in measured
    )
    return _table(("an account of", "seconds", "CPU seconds", "who can what", "memory (MB)"), rows)


def _networks(*measured: Arrived) -> str:
    rows = (
        (str(made.size), f"{made.seconds:.1f}", f"{made.cpu:.1f}", f"{made.paths:,}", f"{made.peak / 1e6:.0f}")
        for made in measured
    )
    return _table(("networks", "seconds", "CPU seconds", "open paths", "memory (MB)"), rows)


def _bundled(made: Bundled) -> str:
    rows = (
        (f"write, {made.size / 1e6:.0f} MB", f"{made.write:.1f} s of CPU", ""),
        ("verify, judged again", f"{made.verify:.1f} s of CPU", ""),
        ("redact, judged twice", f"{made.redact:.1f} s of CPU", ""),
        (f"write {made.large / 1e6:.0f} MB", f"{made.large_write:.1f} s", f"{made.large_peak / 1e6:.0f}"),
        (f"integrity of {made.large / 1e6:.0f} MB", f"{made.large_verify:.1f} s", f"{made.large_peak / 1e6:.0f}"),
    )
    return _table(("bundle", "took", "memory (MB)"), rows)


def _proof(made: Proved) -> str:
    rows = (
        ("records a second, for a minute", f"{made.rate:,}"),
        ("lost, doubled or given up", f"{made.unaccounted:,}"),
        ("the prober's floor of latency, p99", f"{made.floor_p99:.1f} ms"),
        ("handed over late, p99", f"{made.late_p99:.1f} ms"),
        ("processor time of writer and readers", f"{made.cores:.2f} cores"),
        (f"compatibility, {made.probes} probes", f"{made.compat:.0f} s"),
        (f"inventory, {made.topics:,} topics", f"{made.inventory:.1f} s"),
    )
    return _table((f"Apache Kafka {made.kafka}", "measured"), rows)


def _side_by_side(found: Results, scanned: Scanned) -> str:
    costs = {"byoc audit --everything": found.everything.total, scanned.version: scanned.cost}
    services = ", ".join(SERVICES)
    return (
        f"{_phases('on the same account', costs)}\n\nThe scanner looks at {services} alone, byoc at all that it reads."
    )


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
