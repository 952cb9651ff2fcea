"""What the demo does, in its order: the journey of a proof of concept from the plan to the scorecard."""

from __future__ import annotations

import json
import os
import shutil
import string
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from bench.brokers import CACHE, VERSIONS, Cluster, Mirror, find
from bench.poc_demo.steps import Byoc, DemoError, Steps
from bench.poc_demo.traffic import GROUPS, Ledger, Traffic, make_topics

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
CASE = HERE / "case.yaml"
OUT = Path("out") / "poc-demo"
ARTIFACTS = (
    "compatibility.json", "compatibility.md", "inventory.json", "runbook.md", "runbook.pdf", "cost.json", "cost.md",
    "reliability.json", "reliability.html", "operations.md", "scorecard.json", "scorecard.html", "scorecard.pdf",
)  # fmt: skip
"""What the demo has to leave in OUT."""
_OLD, _NEW = VERSIONS
_VERDICTS = (0, 1, 2)
"""Exit codes of a command that judged."""
_COMPAT_SECONDS, _CHECK_SECONDS, _TRAFFIC_SECONDS = 45, 180.0, 10.0


def filled(source: str, target: str) -> str:
    """The case's text for brokers at these addresses; paths are from where the demo runs."""
    return string.Template(CASE.read_text("utf-8")).substitute(
        source=source,
        target=target,
        version=_NEW,
        brokers=OUT / "work" / "target",
        jars=os.path.relpath(CACHE / _NEW),
        code=os.path.relpath(HERE / "code"),
    )


@dataclass
class Demo:
    """The demo; it writes into OUT below where it runs, in the place of an earlier one's."""

    steps: Steps = field(default_factory=Steps)
    ledger: Ledger = field(default_factory=Ledger)

    @property
    def work(self) -> Path:
        """Where brokers and logs are."""
        return OUT / "work"

    def run(self) -> None:
        """All of it; raises StepFailedError. Whatever it started is ended when this returns or raises."""
        with ExitStack() as started:
            with self.steps.step("A source and a target", *_CLUSTERS):
                shutil.rmtree(OUT, ignore_errors=True)
                (self.work / "logs").mkdir(parents=True)
                byoc = Byoc(self.steps, self.work / "logs")
                rehearsal = byoc.command("rehearse", "poc", "--out", str(OUT / "audit"))
                self.steps.tell(f"$ {rehearsal.line} &")
                started.enter_context(rehearsal)
                source = started.enter_context(self._cluster(_OLD, "source", 1))
                target = started.enter_context(self._cluster(_NEW, "target", 2))
                self._write_case(source, target)
                make_topics(source.bootstrap)
                # What follows needs both cores, and an embedded AWS that starves gives up.
                rehearsal.wait(_VERDICTS)
            self._migrate(byoc, source, target)
            self._reliability(byoc, target)
            self._decide(byoc)
        for broker in ("source", "target"):
            for data in (self.work / broker).glob("data-*"):
                shutil.rmtree(data)

    def _cluster(self, version: str, name: str, brokers: int) -> Cluster:
        return Cluster(find(version), (self.work / name).resolve(), brokers)

    def _write_case(self, source: Cluster, target: Cluster) -> None:
        (OUT / "poc.yaml").write_text(filled(source.bootstrap, target.bootstrap), "utf-8")
        shutil.copy(HERE / "price-list.json", OUT)
        self.steps.tell(f"the case is {OUT / 'poc.yaml'}: brokers, topics, limits, prices, owners in one file")

    def _mirror(self, cluster: Cluster, direction: str) -> Mirror:
        properties = (OUT / f"mm2-{direction}.properties").read_text("utf-8")
        return Mirror(cluster.kafka, (self.work / f"mm2-{direction}").resolve(), properties)

    def _migrate(self, byoc: Byoc, source: Cluster, target: Cluster) -> None:
        with self.steps.step("The plan of the migration", *_PLAN):
            byoc.run("poc", "migrate", "plan", *_case(), shows=_not_indented)
        with ExitStack() as forward:
            with self.steps.step("Replication under load, and what each side can do", *_REPLICATION):
                traffic = forward.enter_context(Traffic(source.bootstrap, self.ledger))
                forward.enter_context(self._mirror(target, "forward"))
                limit = ("--seconds", str(_COMPAT_SECONDS))
                byoc.run("poc", "compat", *_case(), "--source", "case", *limit, shows=_of_compat)
                byoc.until_continue("poc", "migrate", "check", *_case(), seconds=_CHECK_SECONDS)
            with self.steps.step("The cutover", *_CUTOVER):
                traffic.stop()
                self.steps.tell(
                    f"{len(self.ledger.written):,} records were written at the source; nothing is written now"
                )
                byoc.until_continue("poc", "migrate", "cutover-check", *_case(), seconds=_CHECK_SECONDS)
        with ExitStack() as back:
            with self.steps.step("The way back is opened; inventory and cost meanwhile", *_BACK):
                back.enter_context(self._mirror(source, "reverse"))
                byoc.run("poc", "inventory", *_case(), shows=_not_unseen)
                byoc.run("poc", "cost", *_case(), shows=_of_cost)
                byoc.until_continue("poc", "migrate", "rollback-check", *_case(), seconds=_CHECK_SECONDS)
            with self.steps.step("The clients at the target", *_TARGET):
                with Traffic(target.bootstrap, self.ledger) as there:
                    time.sleep(_TRAFFIC_SECONDS)
                    there.stop()
                self._tell_of_groups()
                byoc.until_continue("poc", "migrate", "rollback-check", *_case(), seconds=_CHECK_SECONDS)

    def _tell_of_groups(self) -> None:
        for group in GROUPS:
            skipped, due = self.ledger.skipped(group), len(self.ledger.due(group))
            told = f"{group} read {due - skipped:,} of {due:,} records of both clusters"
            self.steps.tell(f"{told}, skipped {skipped:,}, and read {self.ledger.again(group):,} again")
            if skipped:
                raise DemoError(
                    f"{group} skipped {skipped:,} records at the cutover; the checks are in {self.work}/logs"
                )

    def _reliability(self, byoc: Byoc, target: Cluster) -> None:
        with self.steps.step("A broker is killed under load", *_KILLED), target.kept_running():
            byoc.run("poc", "reliability", *_case(), good=_VERDICTS, shows=_of_reliability)

    def _decide(self, byoc: Byoc) -> None:
        audit = ("--from", str(OUT / "audit"))
        with self.steps.step("The operating model and the scorecard", *_DECIDE):
            byoc.run("poc", "operate", *_case(), *audit, good=_VERDICTS, shows=_of_operate)
            byoc.run("poc", "scorecard", *_case(), *audit, good=_VERDICTS, shows=_not_indented)
            missing = [name for name in ARTIFACTS if not (OUT / name).is_file()]
            if missing:
                raise DemoError(f"{', '.join(missing)} are not there; the commands' logs are in {self.work}/logs")

    def summary(self) -> Iterator[str]:
        """What came out: artifacts, gates, times."""
        yield f"\nWritten into {OUT}:"
        for name in ARTIFACTS:
            yield f"  {name:<22}{(OUT / name).stat().st_size / 1024:>8,.0f} KiB"
        yield f"  {'audit/':<22}{'':>8}     the rehearsed account's audit, which shows who can touch the data"
        scorecard = json.loads((OUT / "scorecard.json").read_text("utf-8"))
        yield "\nThe gates:"
        for gate in scorecard["gates"]:
            yield f"  {gate['standing'].replace('_', ' '):<12}{gate['title']}"
        yield "\nSeconds:"
        for title, seconds in self.steps.done:
            yield f"  {seconds:>6.0f}  {title}"
        yield f"  {time.monotonic() - self.steps.began:>6.0f}  in all"


def _case() -> tuple[str, str]:
    return "--case", str(OUT / "poc.yaml")


def _not_unseen(line: str) -> bool:
    return not line.startswith("not seen")


def _of_compat(line: str) -> bool:
    return not line.startswith(("REFUSED", "ACCEPTED", "OVERRIDDEN"))


def _of_reliability(line: str) -> bool:
    return line.strip().startswith(("holds", "broken", "unknown", "records", "broker", "partitions", "signal", "wrote"))


def _of_operate(line: str) -> bool:
    return line.startswith(("broken", "wrote")) or "signals:" in line or "alerts are due" in line


def _of_cost(line: str) -> bool:
    return line.startswith(("MODEL", "Confluent", "AutoMQ  ", "difference", "wrote"))


def _not_indented(line: str) -> bool:
    return bool(line) and not line.startswith(" ")


_CLUSTERS = (
    f"Apache Kafka {_OLD} with one broker stands for the platform of today, {_NEW} with two for the one to come.",
    "Beside that a stack of this kit is rehearsed in an embedded AWS and audited: who can touch data is a gate too.",
)
_PLAN = ("It writes MirrorMaker 2's properties for both directions and a runbook in which no gate is measured yet.",)
_REPLICATION = (
    "A client writes 100 records a second, the groups billing and shipping read; MirrorMaker 2 copies to the target.",
    "Meanwhile both sides are asked the same, probe by probe; then the gates before a cutover are measured.",
)
_CUTOVER = ("Clients stop. Is all copied, would a group skip records, can each group read what is written now?",)
_BACK = (
    "MirrorMaker 2 now runs from the target to the source, so that clients could go back and lose nothing.",
    "The source is listed with those who use it, and both sides are priced on one workload (sample prices).",
)
_TARGET = (
    "They go on where they were; what they write is copied back. Going back is still open if nothing is at risk.",
)
_KILLED = ("Broker 2 of the target is killed while a prober writes and reads; then every record is looked for.",)
_DECIDE = (
    "Who holds which duty and sees which signal; then six gates, each pass, fail or not proven.",
    "What ran is Apache Kafka and an embedded AWS, so that nothing is proven of AutoMQ or of an account: it says so.",
)
