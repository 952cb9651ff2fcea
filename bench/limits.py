"""What the bench limits, and whether a run kept to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench import poc, simulate
from bench.measured import DIAGRAMS, REPORTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bench.account import Shape
    from bench.arrivals import Arrived
    from bench.crowd import Derived
    from bench.declared import Checked
    from bench.evidence import Bundled
    from bench.poc import Proved
    from bench.preview import Preview
    from bench.rehearsals import Rehearsed
    from bench.scanner import Scanned
    from bench.simulate import Rates
    from bench.world import Cost, Walk

CALLS, CALLS_OF_EVERYTHING, CALLS_A_REGION = 200, 800, 40
CPU_SECONDS, MEMORY = 5.0, 200_000_000
JUDGING_SECONDS = 3.0
DIAGRAM_SECONDS = 4.0
REPORT_SECONDS, PAGE_BYTES = 3.0, 5_000_000
PREVIEW_SECONDS, PREVIEWED = 10.0, 150
PREVIEW_SECONDS_OF_MANY, PREVIEWED_OF_MANY = 15.0, 300
REHEARSAL_SECONDS = 60.0
PLAN_SECONDS, PLAN_SECONDS_OF_MANY = 15.0, 20.0
UNACCOUNTED, LATE_MS = 0, 100.0
COMPAT_SECONDS, INVENTORY_SECONDS = 120.0, 30.0
BUNDLE_SECONDS, VERIFY_SECONDS, BUNDLE_MEMORY = 10.0, 5.0, 300 << 20
CROWD_SECONDS, CROWD_MEMORY, CROWD_TIMES = 10.0, 1 << 30, 10
REACH_SECONDS, REACH_MEMORY, REACH_TIMES = 10.0, 1 << 30, 1.3

_AFTER_THE_GRAPH = ("access and reach", "answers")


@dataclass(frozen=True, slots=True)
class Limit:
    """Something limited: what was measured, none where it could not be, and the most or the least that is wanted."""

    what: str
    measured: float | None
    bound: float
    unit: str = ""
    least: bool = False

    def kept(self) -> bool | None:
        """Whether the limit is kept; none where nothing was measured."""
        if self.measured is None:
            return None
        return self.measured >= self.bound if self.least else self.measured <= self.bound


@dataclass(frozen=True, slots=True)
class Results:
    """Everything that one run of the bench measured; ``reference`` is the CPU time of a fixed piece of work."""

    shape: Shape
    deploying: Cost
    contract: Walk
    everything: Walk
    further: Mapping[str, int]
    scanned: Scanned | None
    preview: Preview | None
    large_preview: Preview | None
    rehearsals: Sequence[Rehearsed]
    declared: Checked
    bundled: Bundled
    proved: Proved | None
    crowd: Derived
    larger_crowd: Derived
    networks: Arrived
    twice: Arrived
    rates: Rates
    reference: float
    date: str
    machine: str

    def limits(self) -> list[Limit]:
        """Every limit with what was measured."""
        return [
            *self._audit(),
            *self._previews(),
            *self._rehearsals(),
            *self._declared(),
            *self._evidence(),
            *self._poc(),
            *self._access(),
            *self._reach(),
        ]

    def kept(self) -> bool:
        """Whether no limit is missed; what could not be measured is none."""
        return all(limit.kept() is not False for limit in self.limits())

    def _audit(self) -> Iterator[Limit]:
        yield Limit("calls with a contract", self.contract.total.calls, CALLS)
        yield Limit("calls with --everything", self.everything.total.calls, CALLS_OF_EVERYTHING)
        for name, calls in self.further.items():
            yield Limit(f"calls of a further region, {name}", calls, CALLS_A_REGION)
        for name, walk in (("with a contract", self.contract), ("with --everything", self.everything)):
            yield Limit(f"CPU {name}", walk.total.cpu, CPU_SECONDS, "s")
            judging = sum(walk.phases[phase].cpu for phase in _AFTER_THE_GRAPH)
            yield Limit(f"CPU of all answers and policies {name}, after the graph", judging, JUDGING_SECONDS, "s")
            yield Limit(f"memory {name}", walk.total.peak / 1e6, MEMORY / 1e6, "MB")
            yield Limit(f"five diagrams {name}, by the clock", walk.phases[DIAGRAMS].seconds, DIAGRAM_SECONDS, "s")
            yield Limit(f"both reports {name}, by the clock", walk.phases[REPORTS].seconds, REPORT_SECONDS, "s")
            yield Limit(f"report.html {name}", walk.page / 1e6, PAGE_BYTES / 1e6, "MB")

    def _previews(self) -> Iterator[Limit]:
        for preview, most, bound in (
            (self.preview, PREVIEWED, PREVIEW_SECONDS),
            (self.large_preview, PREVIEWED_OF_MANY, PREVIEW_SECONDS_OF_MANY),
        ):
            count, seconds = (preview.resources, preview.cost.seconds) if preview else (most, None)
            yield Limit(f"preview of {count} resources on Pulumi's engine, by the clock", seconds, bound, "s")

    def _rehearsals(self) -> Iterator[Limit]:
        for made in self.rehearsals:
            what = f"rehearsal of {made.stack}, {made.resources} resources, by the clock"
            yield Limit(what, made.seconds, REHEARSAL_SECONDS, "s")

    def _declared(self) -> Iterator[Limit]:
        yield Limit("plan-check of the production stack, by the clock", self.declared.stack, PLAN_SECONDS, "s")
        many = f"plan-check of {self.declared.resources} resources, by the clock"
        yield Limit(many, self.declared.export, PLAN_SECONDS_OF_MANY, "s")

    def _evidence(self) -> Iterator[Limit]:
        made = self.bundled
        small = f"judging, five diagrams, both reports and the bundle of {made.size / 1e6:.0f} MB: CPU"
        yield Limit(small, made.write, BUNDLE_SECONDS, "s")
        yield Limit("its verification, judged again: CPU", made.verify, VERIFY_SECONDS, "s")
        large = f"a bundle of {made.large / 1e6:.0f} MB, written and its integrity checked: memory"
        yield Limit(large, made.large_peak / 1e6, BUNDLE_MEMORY / 1e6, "MB")

    def _poc(self) -> Iterator[Limit]:
        made = self.proved
        load = f"{poc.RATE:,} records a second of 1 KiB beside the broker"
        yield Limit(f"{load}: lost, doubled or given up", made.unaccounted if made else None, UNACCOUNTED)
        yield Limit(f"{load}: p99 of how late they were handed over", made.late_p99 if made else None, LATE_MS, "ms")
        yield Limit("compatibility, every probe, by the clock", made.compat if made else None, COMPAT_SECONDS, "s")
        yield Limit(
            f"inventory of {poc.TOPICS:,} topics, by the clock",
            made.inventory if made else None,
            INVENTORY_SECONDS,
            "s",
        )

    def _access(self) -> Iterator[Limit]:
        few, many = (f"who can, {made.crowd.principals:,} principals" for made in (self.crowd, self.larger_crowd))
        yield Limit(f"{few}: CPU", self.crowd.cpu, CROWD_SECONDS, "s")
        yield Limit(f"{few}: memory", self.crowd.peak / 1e6, CROWD_MEMORY / 1e6, "MB")
        times = self.larger_crowd.cpu / self.crowd.cpu
        yield Limit(f"{many}: CPU of {self.crowd.crowd.principals:,}", times, CROWD_TIMES, "times")
        for kind, rate, wanted in (
            ("lines share policies", self.rates.shared, simulate.SHARED),
            ("every line brings new policies", self.rates.new, simulate.NEW),
        ):
            yield Limit(f"simulate, {kind}", rate, wanted, "lines/s", least=True)

    def _reach(self) -> Iterator[Limit]:
        few, many = (f"what arrives, {made.size.interfaces:,} interfaces" for made in (self.networks, self.twice))
        yield Limit(f"{few}: CPU", self.networks.cpu, REACH_SECONDS, "s")
        yield Limit(f"{few}: memory", self.networks.peak / 1e6, REACH_MEMORY / 1e6, "MB")
        times = self.twice.cpu / self.networks.cpu
        yield Limit(
            f"{many} of the same classes: CPU of {self.networks.size.interfaces:,}", times, REACH_TIMES, "times"
        )
