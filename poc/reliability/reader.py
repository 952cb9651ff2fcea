"""The processes that read: a group that follows the writer, a cold reader, and the read-back that proves the count."""

from __future__ import annotations

import resource
import time
from dataclasses import dataclass, field
from multiprocessing import parent_process
from typing import TYPE_CHECKING

from confluent_kafka import Consumer, KafkaException, TopicPartition

from poc.reliability.logs import READ, Log

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from multiprocessing.connection import Connection
    from multiprocessing.synchronize import Event
    from pathlib import Path

    from confluent_kafka import Message

    from poc.reliability.shape import Shape

_BATCH, _WAIT, _FLUSH_EVERY, _IDLE, _LONGEST = 1000, 0.05, 1_000_000_000, 3_000_000_000, 60_000_000_000


@dataclass(frozen=True)
class ReaderPlan:
    """What a reader is told. ``settings`` are librdkafka's, with secrets, and go to no log."""

    settings: Mapping[str, str]
    topic: str
    group: str
    shape: Shape
    log: Path


def follow(plan: ReaderPlan, done: Event, parent: Connection) -> None:
    """Reads as the group's only member until it is told that writing is done and nothing more comes, a minute at most.

    Sends the processor time that it took when it ends.
    """
    consumer = Consumer({**plan.settings, "group.id": plan.group, "auto.offset.reset": "earliest", "log_level": "0"})
    consumer.subscribe([plan.topic])
    above = parent_process()
    with Log(plan.log, READ) as log:
        last = flushed = now = time.monotonic_ns()
        told = None
        while above is None or above.is_alive():
            if told is None and done.is_set():
                told = now
            if told is not None and (now - max(last, told) > _IDLE or now - told > _LONGEST):
                break
            messages = consumer.consume(_BATCH, _WAIT)
            now = time.monotonic_ns()
            if _keep(log, plan.shape, messages, now):
                last = now
            if now - flushed > _FLUSH_EVERY:
                log.flush()
                flushed = now
    consumer.close()
    used = resource.getrusage(resource.RUSAGE_SELF)
    parent.send(used.ru_utime + used.ru_stime)


def _keep(log: Log, shape: Shape, messages: Sequence[Message], now: int) -> bool:
    """Whether a record was among them: librdkafka hands its troubles over as messages too."""
    before = log.count
    for message in messages:
        if message.error() is None:
            number = shape.number(message.value())
            log.add(-1 if number is None else number, now, message.partition() or 0, message.offset() or 0)
    return log.count > before


@dataclass(frozen=True)
class ReadBack:
    """How far the read-back came: the end offset and the next offset to read, by partition; equal where it is whole."""

    ends: dict[int, int] = field(default_factory=dict)
    reached: dict[int, int] = field(default_factory=dict)
    said: str = ""

    @property
    def whole(self) -> bool:
        """Whether every partition was read from its first record to its last."""
        return not self.said and self.ends == self.reached and bool(self.ends)


def read_back(plan: ReaderPlan, seconds: float) -> ReadBack:
    """Reads every partition from its first record to the end that it has now, in no group; says how far it came."""
    consumer = Consumer({**plan.settings, "group.id": plan.group, "enable.auto.commit": "false", "log_level": "0"})
    ends: dict[int, int] = {}
    reached: dict[int, int] = {}
    try:
        for partition in range(plan.shape.partitions):
            low, ends[partition] = consumer.get_watermark_offsets(TopicPartition(plan.topic, partition), timeout=20)
            reached[partition] = low
        consumer.assign([TopicPartition(plan.topic, one, reached[one]) for one in ends])
        with Log(plan.log, READ) as log:
            _read(consumer, plan.shape, log, reached, ends, seconds)
    except KafkaException as error:
        return ReadBack(ends, reached, str(error.args[0].str()))
    finally:
        consumer.close()
    return ReadBack(ends, reached)


def _read(
    consumer: Consumer, shape: Shape, log: Log, reached: dict[int, int], ends: dict[int, int], seconds: float
) -> None:
    limit = time.monotonic() + seconds
    while reached != ends and time.monotonic() < limit:
        messages = consumer.consume(_BATCH, 0.2)
        _keep(log, shape, messages, time.monotonic_ns())
        for message in messages:
            if message.error() is None:
                reached[message.partition() or 0] = (message.offset() or 0) + 1
