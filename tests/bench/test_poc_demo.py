"""make poc-demo without its minutes: what it would write, and that a failure or an interruption leaves nothing behind."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from confluent_kafka.admin import AdminClient

from bench.brokers import NoKafkaError, find
from bench.poc_demo import __main__, journey
from bench.poc_demo.traffic import ORDERS, RETURNS, Ledger, Traffic, make_topics
from poc.case.model import Case
from poc.operate.model import operating

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.brokers import Cluster

BROKERS = 3
AT_FIRST = 2
"""The rehearsal and a broker that is still starting."""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder to run in; whatever a demo left running there is ended."""
    for version in ("3.9.1", "4.1.2"):
        try:
            find(version)
        except NoKafkaError as error:
            if os.environ.get("CI") == "true":
                pytest.fail(str(error))
            pytest.skip(str(error))
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    for pid in running(tmp_path):
        os.kill(pid, signal.SIGKILL)


def started(place: Path) -> list[int]:
    """The processes that a demo started there: brokers, and commands of byoc."""
    return [int(file.read_text() or 0) for file in (place / journey.OUT / "work").glob("*/*.pid")]


def running(place: Path) -> list[int]:
    """Those of them that have not ended."""
    return [pid for pid in started(place) if alive(pid)]


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_its_case_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "poc.yaml"
    path.write_text(journey.filled("127.0.0.1:9", "127.0.0.1:10,127.0.0.1:11"), "utf-8")
    case = Case.read(path)
    # What ran is never called AutoMQ.
    assert case.source is not None
    assert case.target is not None
    assert {case.source.platform, case.target.platform} == {"apache-kafka"}
    # Duties, deputies, runbooks and alerts are all there: what stays open is what only a real account can show.
    reasons = {gap.reason for gap in operating(case, None).gaps}
    assert reasons <= {"not_audited", "not_calibrated"}
    # The demo's groups and topics are those in scope.
    assert all(map(case.scope.groups.holds, journey.GROUPS))
    assert all(case.scope.topics.holds(topic) for topics in journey.GROUPS.values() for topic in topics)


def test_a_step_that_fails_is_named_and_leaves_no_process(
    place: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    broken = place / "case.yaml"
    broken.write_text(journey.CASE.read_text("utf-8").replace("fan_out: 2", "fan_out: many"), "utf-8")
    monkeypatch.setattr(journey, "CASE", broken)
    before = signal.getsignal(signal.SIGTERM)
    try:
        assert __main__.main() == 1
    finally:
        signal.signal(signal.SIGTERM, before)
    said = capfd.readouterr().err
    assert (
        "step 2, The plan of the migration, failed: byoc poc migrate plan --case out/poc-demo/poc.yaml exited" in said
    )
    assert "fan_out" in said
    (log,) = re.findall(r"its log is (\S+)", said)
    assert "fan_out" in (place / log).read_text()
    assert "everything that it started has ended" in said
    assert len(started(place)) == BROKERS + 2
    assert running(place) == []


def test_one_that_is_ended_leaves_no_process(place: Path) -> None:
    root = Path(journey.__file__).parents[2]
    demo = subprocess.Popen(
        [sys.executable, "-m", "bench.poc_demo"], env={**os.environ, "PYTHONPATH": str(root)},
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    end = time.monotonic() + 120
    while len(started(place)) < AT_FIRST and time.monotonic() < end:
        time.sleep(0.05)
    demo.terminate()
    _, said = demo.communicate(timeout=120)
    assert demo.returncode == 130
    assert "ended before it was done; everything that it started has ended" in said
    assert len(started(place)) >= AT_FIRST
    assert running(place) == []


@pytest.fixture
def orders(kafka_4: Cluster) -> Iterator[str]:
    """A broker with the demo's topics, which go again."""
    make_topics(kafka_4.bootstrap)
    yield kafka_4.bootstrap
    admin = AdminClient({"bootstrap.servers": kafka_4.bootstrap})
    for future in (
        *admin.delete_topics([ORDERS, RETURNS]).values(), *admin.delete_consumer_groups([*journey.GROUPS]).values(),
    ):  # fmt: skip
        future.result(30)


def test_its_clients_count_what_a_group_skipped_or_read_again(orders: str) -> None:
    ledger = Ledger()
    with Traffic(orders, ledger) as traffic:
        time.sleep(1)
        traffic.stop()
    assert len(ledger.written) > 20
    assert {group: (ledger.skipped(group), ledger.again(group)) for group in journey.GROUPS} == {
        "billing": (0, 0),
        "shipping": (0, 0),
    }
    written = len(ledger.written)
    # The groups go on where they were, and so does the count.
    with Traffic(orders, ledger) as traffic:
        time.sleep(1)
        traffic.stop()
    assert len(ledger.written) > written
    assert (ledger.skipped("shipping"), ledger.again("shipping")) == (0, 0)
    one = ledger.due("billing")[0]
    del ledger.read["billing"][one]
    ledger.read["shipping"][one] += 2
    assert (ledger.skipped("billing"), ledger.again("shipping")) == (1, 2)
