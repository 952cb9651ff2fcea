"""The process that writes: each record when it is due, whatever became of the ones before.

A record that is late, because the client's queue is full or the machine was busy, keeps the time at which it was due,
and its latency counts from then. So a target that stops answering cannot make the load stop with it and hide its own
delay (coordinated omission).
"""

from __future__ import annotations

import resource
import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import confluent_kafka
from confluent_kafka import KafkaError, KafkaException, Producer

from poc.reliability.logs import ACKNOWLEDGED, Log

if TYPE_CHECKING:
    from collections.abc import Mapping
    from multiprocessing.connection import Connection
    from pathlib import Path

    from confluent_kafka import Message

    from poc.reliability.shape import Shape

_AT_ONCE, _WAIT, _FLUSH_EVERY = 200, 0.001, 1_000_000_000
_MOST_QUEUED, _MOST_QUEUED_KIB = 10_000_000, 1_048_576
_SLACK = 30.0


@dataclass(frozen=True)
class WriterPlan:
    """What the writer is told. ``settings`` are librdkafka's, with secrets, and go to no log."""

    settings: Mapping[str, str]
    topic: str
    shape: Shape
    log: Path
    delivery_timeout: float


@dataclass(frozen=True)
class Written:
    """What the writer tells: start and end (monotonic nanoseconds), what it sent, and the processor time it took."""

    start: int
    end: int
    sent: int
    processor_seconds: float


def settings(linger: float, codec: str, *, idempotent: bool) -> dict[str, str]:
    """The producer's part of librdkafka's configuration, as the report prints it."""
    return {
        "acks": "all",
        "enable.idempotence": str(idempotent).lower(),
        "linger.ms": f"{linger * 1000:g}",
        "compression.type": codec,
        "socket.nagle.disable": "true",
        # A partition that just got a leader answers "no leader" for a moment: asked again soon, not after a second.
        "retry.backoff.ms": "50",
    }


def write(plan: WriterPlan, parent: Connection) -> None:
    """Writes it all; sends its start when it begins, Written when it is done."""
    producer = Producer(
        {
            **plan.settings,
            "message.timeout.ms": str(round(plan.delivery_timeout * 1000)),
            "queue.buffering.max.messages": str(min(_MOST_QUEUED, 1000 + round(plan.shape.fastest * _longest(plan)))),
            "queue.buffering.max.kbytes": str(_MOST_QUEUED_KIB),
            "log_level": "0",
        }
    )
    try:
        producer.list_topics(plan.topic, timeout=10)
    except KafkaException as error:
        parent.send(str(error.args[0].str()))
        return
    with Log(plan.log, ACKNOWLEDGED) as log:
        start = time.monotonic_ns()
        parent.send(start)
        sent = _Writer(producer, plan, log, start).run()
        producer.flush(plan.delivery_timeout + _SLACK)
    used = resource.getrusage(resource.RUSAGE_SELF)
    parent.send(Written(start, time.monotonic_ns(), sent, used.ru_utime + used.ru_stime))


def _longest(plan: WriterPlan) -> float:
    return plan.delivery_timeout + _SLACK


class _Writer:
    def __init__(self, producer: Producer, plan: WriterPlan, log: Log, start: int) -> None:
        self._producer, self._plan, self._log, self._start = producer, plan, log, start
        self._tail = plan.shape.tail()

    def run(self) -> int:
        due = (self._plan.shape.due() + self._start).tolist()
        number, flushed = 0, self._start
        while number < len(due):
            now, last = time.monotonic_ns(), min(number + _AT_ONCE, len(due))
            while number < last and due[number] <= now and self._send(number):
                number += 1
            self._producer.poll(0 if number < len(due) and due[number] <= now else _WAIT)
            if now - flushed > _FLUSH_EVERY:
                self._log.flush()
                flushed = now
        return number

    def _send(self, number: int) -> bool:
        """Whether the client took it: it does not while its queue is full."""
        shape = self._plan.shape
        sent = time.monotonic_ns()
        try:
            self._producer.produce(
                self._plan.topic,
                shape.head(number) + self._tail,
                partition=number % shape.partitions,
                on_delivery=partial(self._delivered, number, sent),
            )
        except BufferError:
            return False
        return True

    def _delivered(self, number: int, sent: int, error: KafkaError | None, message: Message) -> None:
        code, offset = (0, message.offset()) if error is None else (error.code(), -1)
        self._log.add(number, sent, time.monotonic_ns(), -1 if offset is None else offset, code)


def said(code: int) -> str:
    """An error's words by librdkafka's code."""
    return str(KafkaError(code).str())


def client() -> str:
    """The client and its version, as the report names it."""
    return f"confluent-kafka {confluent_kafka.__version__}, librdkafka {confluent_kafka.libversion()[0]}"
