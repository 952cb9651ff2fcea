"""The demo's clients: one that writes, and two groups that read and commit, at the source first, then at the target."""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, Producer
from confluent_kafka.admin import AdminClient, NewTopic

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

ORDERS, RETURNS = "orders", "orders.returns"
GROUPS = {"billing": (ORDERS,), "shipping": (ORDERS, RETURNS)}
"""Who reads what."""
_TOPICS = {ORDERS: {"retention.ms": "604800000"}, RETURNS: {"cleanup.policy": "compact"}}
_PARTITIONS = 3
_RATE = 100
_EACH = 5
"""Every fifth record is a return."""
_COMMIT_SECONDS, _DRAIN_SECONDS = 0.5, 30.0
_PADDING = b" " * 1000


@dataclass
class Ledger:
    """The numbers of all records, written and read, at both clusters: what a cutover may not lose."""

    written: dict[int, str] = field(default_factory=dict)
    read: dict[str, Counter[int]] = field(default_factory=lambda: {group: Counter() for group in GROUPS})

    def skipped(self, group: str) -> int:
        """Records of its topics that the group never read."""
        return sum(1 for number in self.due(group) if number not in self.read[group])

    def again(self, group: str) -> int:
        """How often the group read a record that it had read before."""
        return sum(times - 1 for times in self.read[group].values())

    def due(self, group: str) -> list[int]:
        """The records that the group has to read."""
        return [number for number, topic in self.written.items() if topic in GROUPS[group]]


def make_topics(bootstrap: str, copies: int = 1) -> None:
    """Make the demo's topics; raises KafkaException."""
    topics = [NewTopic(name, _PARTITIONS, copies, config=config) for name, config in _TOPICS.items()]
    admin = AdminClient({"bootstrap.servers": bootstrap, "log_level": 0})
    for future in admin.create_topics(topics, operation_timeout=30).values():
        future.result()


class Traffic:
    """A writer and the groups at one cluster; a context manager, ended at once on failure."""

    def __init__(self, bootstrap: str, ledger: Ledger) -> None:
        self._client = {"bootstrap.servers": bootstrap, "log_level": 0}
        self._ledger = ledger
        self._stop_writing, self._stop_reading = threading.Event(), threading.Event()
        self._writer = threading.Thread(target=self._guarded, args=(self._write,))
        self._readers = [threading.Thread(target=self._guarded, args=(self._read, group)) for group in GROUPS]
        self._faults: list[Exception] = []

    def __enter__(self) -> Self:
        for thread in (self._writer, *self._readers):
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop_writing.set()
        self._stop_reading.set()
        for thread in (self._writer, *self._readers):
            thread.join()

    def stop(self) -> None:
        """Stop as at a cutover: the writer first, the groups when they have read all; raises KafkaException."""
        self._stop_writing.set()
        self._writer.join()
        end = time.monotonic() + _DRAIN_SECONDS
        while any(map(self._ledger.skipped, GROUPS)) and time.monotonic() < end and not self._faults:
            time.sleep(0.1)
        self._stop_reading.set()
        for thread in self._readers:
            thread.join()
        for fault in self._faults:
            raise fault

    def _guarded(self, work: Any, *arguments: str) -> None:
        try:
            work(*arguments)
        except (KafkaException, OSError) as error:
            self._faults.append(error)

    def _write(self) -> None:
        producer = Producer({**self._client, "enable.idempotence": True, "linger.ms": 5})
        number = max(self._ledger.written, default=0)
        due = time.monotonic()
        while not self._stop_writing.is_set():
            number += 1
            topic = RETURNS if number % _EACH == 0 else ORDERS
            # A compacted topic keeps the last record of a key: each has one of its own, so that none goes.
            producer.produce(topic, b"%d" % number + _PADDING, b"order-%d" % number, on_delivery=self._delivered)
            producer.poll(0)
            due += 1 / _RATE
            self._stop_writing.wait(max(0.0, due - time.monotonic()))
        if producer.flush(_DRAIN_SECONDS):
            raise KafkaException(KafkaError(KafkaError._MSG_TIMED_OUT))  # noqa: SLF001 - librdkafka's own code

    def _delivered(self, error: KafkaError | None, message: Message) -> None:
        if error is not None:
            self._faults.append(KafkaException(error))
            return
        self._ledger.written[_number(message)] = str(message.topic())

    def _read(self, group: str) -> None:
        consumer = Consumer(
            {**self._client, "group.id": group, "auto.offset.reset": "earliest", "enable.auto.commit": False}
        )
        try:
            consumer.subscribe(list(GROUPS[group]))
            self._follow(consumer, self._ledger.read[group])
        finally:
            consumer.close()

    def _follow(self, consumer: Consumer, read: Counter[int]) -> None:
        committed = time.monotonic()
        fresh = False
        while not self._stop_reading.is_set():
            for message in consumer.consume(100, 0.2):
                if message.error() is None:
                    read[_number(message)] += 1
                    fresh = True
            if fresh and time.monotonic() - committed > _COMMIT_SECONDS:
                consumer.commit(asynchronous=False)
                committed, fresh = time.monotonic(), False
        if fresh:
            consumer.commit(asynchronous=False)


def _number(message: Message) -> int:
    return int(bytes(message.value() or b"0"))
