"""Makes the measurement: a topic of its own, load, faults at their time, the read-back, and the topic is gone again."""

from __future__ import annotations

import secrets
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient, NewTopic

from poc.reliability import hooks
from poc.reliability.children import Child, Children, ProberError
from poc.reliability.overhead import Floor, floor
from poc.reliability.reader import ReadBack, ReaderPlan, follow, read_back
from poc.reliability.shape import SECOND, Shape
from poc.reliability.watch import Watch
from poc.reliability.writer import WriterPlan, Written, settings, write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from multiprocessing.synchronize import Event
    from pathlib import Path

    from poc.case.reliability import Ec2, Reliability, Step

PREFIX = "byoc-poc-"
_CONNECT_SECONDS, _READ_BACK_LEAST = 15.0, 60.0
_READ_BACK_RATE = 2000


@dataclass(frozen=True)
class Target:
    """Where the load goes: librdkafka's connection settings with their secrets, and what may be named."""

    connection: Mapping[str, str]
    codec: str
    ratio: float
    record_size: int
    prefix: str = PREFIX


@dataclass(frozen=True)
class Done:
    """A step that was tried: begin and end (monotonic nanoseconds), and why it failed, if it did."""

    fault: int
    step: int
    begin: int
    end: int
    failed: str = ""


@dataclass
class Measured:
    """What a run left: the logs' folder, and what the processes told. Times are monotonic nanoseconds."""

    folder: Path
    shape: Shape
    client: Mapping[str, str]
    cluster: str | None
    brokers: int
    floor: Floor
    written: Written
    read_back: ReadBack
    reader_seconds: float
    began: float
    steps: list[Done] = field(default_factory=list)
    events: list[tuple[int, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def run(
    told: Reliability, target: Target, folder: Path, on_ec2: Callable[[Ec2, float], str], say: Callable[[str], None]
) -> Measured:
    """Runs the load with its faults; ``folder`` is new and takes the logs.

    Raises ProberError where nothing can be measured.
    """
    load = told.load
    shape = Shape.of(load, load.record_size or target.record_size, target.ratio, secrets.token_bytes(8))
    own = settings(load.linger, target.codec, idempotent=load.idempotent)
    admin = AdminClient({**target.connection, "log_level": "0"})
    cluster, brokers = _reached(admin)
    name = f"{target.prefix}reliability-{shape.run.hex()}"
    plan = WriterPlan({**target.connection, **own}, name, shape, folder / "acknowledged.log", load.delivery_timeout)
    say(f"the prober's own overhead is measured for {_floor_seconds(told):g} s")
    alone = floor(plan, _floor_seconds(told))
    with _topic(admin, name, told) as notes:
        found = _Run(told, target, plan, say, on_ec2).go(admin)
        again = ReaderPlan(target.connection, name, f"{name}-read-back", shape, folder / "read-back.log")
        say("all is read back")
        whole = read_back(again, max(_READ_BACK_LEAST, found.written.sent / _READ_BACK_RATE))
    return Measured(
        folder, shape, own, cluster, brokers, alone, found.written, whole, found.reader_seconds, found.began,
        found.steps, found.events, notes,
    )  # fmt: skip


def _floor_seconds(told: Reliability) -> float:
    return min(5.0, max(2.0, told.load.lasts / 4))


def _reached(admin: AdminClient) -> tuple[str | None, int]:
    try:
        there = admin.list_topics(timeout=_CONNECT_SECONDS)
    except KafkaException as error:
        raise ProberError(
            f"the target does not answer ({error.args[0].str()}): look at target's bootstrap and security in poc.yaml"
        ) from None
    return there.cluster_id, len(there.brokers)


@contextmanager
def _topic(admin: AdminClient, name: str, told: Reliability) -> Iterator[list[str]]:
    """The topic while it is needed; what could not be taken away again is a note."""
    notes: list[str] = []
    copies = told.load.replication_factor
    wanted = NewTopic(
        name,
        told.load.partitions,
        -1 if copies is None else copies,
        config={"cleanup.policy": "delete", "retention.ms": "86400000", "retention.bytes": "-1"},
    )
    try:
        admin.create_topics([wanted], operation_timeout=30)[name].result()
    except KafkaException as error:
        raise ProberError(f"the target does not create the topic {name} ({error.args[0].str()})") from None
    try:
        yield notes
    finally:
        try:
            admin.delete_topics([name], operation_timeout=30)[name].result()
        except KafkaException as error:
            notes.append(f"the topic {name} is left behind ({error.args[0].str()}): delete it")


@dataclass
class _Found:
    written: Written
    reader_seconds: float
    began: float
    steps: list[Done]
    events: list[tuple[int, str]]


@dataclass
class _Run:
    told: Reliability
    target: Target
    plan: WriterPlan
    say: Callable[[str], None]
    on_ec2: Callable[[Ec2, float], str]
    readers: list[Child] = field(default_factory=list)

    def go(self, admin: AdminClient) -> _Found:
        load = self.told.load
        with Children() as children:
            done = children.event()
            for number in range(load.groups):
                self._read(f"group-{number}", children, done)
            writer = children.start(write, self.plan)
            start, began = writer.receive(int), time.time()
            self.say(f"load: {load.warm_up:g} s of warm-up, then {load.lasts:g} s")
            watch = Watch(admin, self.plan.topic)
            watch.start()
            try:
                steps = list(self._faults(start, children, done))
                written = writer.receive(Written)
            finally:
                watch.stop()
            done.set()
            seconds = sum(reader.receive(float) for reader in self.readers)
            return _Found(written, seconds, began, steps, watch.seen)

    def _read(self, kind: str, children: Children, done: Event) -> None:
        plan, group = self.plan, f"{self.plan.topic}-{kind}"
        log = plan.log.with_name(f"{kind}.log")
        told = ReaderPlan(self.target.connection, plan.topic, group, plan.shape, log)
        self.readers.append(children.start(follow, told, done))

    def _faults(self, start: int, children: Children, done: Event) -> Iterator[Done]:
        for number, fault in enumerate(self.told.faults):
            for place, step in enumerate(fault.steps):
                due = self.told.load.warm_up + fault.after + step.after
                time.sleep(max(0.0, due - (time.monotonic_ns() - start) / SECOND))
                self.say(f"{fault.after + step.after:g} s: {fault.kind}: {hooks.named(step)}")
                begin = time.monotonic_ns()
                if step.cold_read:
                    self._read(f"cold-{number}-{place}", children, done)
                failed = self._failed(step)
                yield Done(number, place, begin, time.monotonic_ns(), failed)

    def _failed(self, step: Step) -> str:
        try:
            hooks.do(step, self.on_ec2)
        except hooks.StepFailedError as error:
            self.say(f"  not done: {error}")
            return str(error)
        return ""
