"""Where probes run: one cluster, and the names that a run makes there, which all begin with its prefix and go again."""

from __future__ import annotations

import logging
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, Producer, TopicPartition
from confluent_kafka.admin import AclBindingFilter, ConfigResource, NewTopic

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from confluent_kafka.admin import AdminClient

    from poc.case.cluster import Cluster
    from poc.compat.settings import Settings
    from poc.compat.wire import Wire

SECONDS = 15.0
"""How long a probe waits for one thing to come about."""
QUIET = logging.getLogger("byoc.librdkafka")
"""Where librdkafka's own lines go, which it writes to the terminal otherwise: nowhere, as errors come to who asked."""
QUIET.addHandler(logging.NullHandler())
QUIET.propagate = False
Value = bytes | str | None


@dataclass
class Made:
    """What a run made at a cluster and has to take away."""

    topics: set[str] = field(default_factory=set)
    groups: set[str] = field(default_factory=set)
    acls: list[AclBindingFilter] = field(default_factory=list)
    users: set[tuple[str, int]] = field(default_factory=set)
    quotas: set[tuple[tuple[str, str], ...]] = field(default_factory=set)


@dataclass
class Site:
    """A cluster under probe. Names that a probe makes come from ``name``; what it makes is noted in ``made``."""

    cluster: Cluster
    settings: Settings
    prefix: str
    admin: AdminClient
    wire: Wire
    offered: Mapping[int, tuple[int, int]]
    features: Mapping[str, int]
    listeners: Sequence[Mapping[str, str]] = ()
    java_libs: str | None = None
    made: Made = field(default_factory=Made)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def name(self, what: str) -> str:
        """A name of this run."""
        return f"{self.prefix}{what}"

    def topic(self, what: str, partitions: int = 1, copies: int = -1, **config: str) -> str:
        """A new topic with leaders; raises KafkaException. A config's dots are written as double underscores."""
        name = self.note_topic(what)
        given = {key.replace("__", "."): value for key, value in config.items()}
        done(self.admin.create_topics([NewTopic(name, partitions, copies, config=given)], request_timeout=SECONDS))
        wait(lambda: len(self._led(name)) == partitions, f"topic {name} has no leader")
        # Brokers hear of it one after the other, and clients may ask any of them.
        wait(lambda: self.wire.told_everywhere(name, partitions), f"topic {name} is not known to all brokers")
        return name

    def note_topic(self, what: str) -> str:
        """A topic's name, which is taken away at the end whoever makes it."""
        name = self.name(what)
        with self._lock:
            self.made.topics.add(name)
        return name

    def note_group(self, what: str) -> str:
        """A group's name, which is taken away at the end."""
        name = self.name(what)
        with self._lock:
            self.made.groups.add(name)
        return name

    def _led(self, name: str) -> list[int]:
        known = self.admin.list_topics(name, timeout=SECONDS).topics[name]
        return [p.id for p in known.partitions.values() if known.error is None and p.leader >= 0]

    def producer(self, **conf: Any) -> Producer:
        """A producer; options' dots are written as underscores."""
        times = {"message.timeout.ms": int(SECONDS * 1000), "linger.ms": 0}
        return Producer({**self.settings.librdkafka, **times, **dotted(conf), "logger": QUIET})

    def write(self, topic: str, values: Sequence[Value], *, key: Value = b"k", **conf: Any) -> list[Message]:
        """The delivered records; raises KafkaException for the first that was refused."""
        producer = self.producer(**conf)
        return self.send(producer, topic, values, key=key)

    def send(
        self, producer: Producer, topic: str, values: Sequence[Value], *, key: Value = b"k", **more: Any
    ) -> list[Message]:
        """What ``write`` does, by a producer that is there."""
        delivered: list[Message] = []
        failed: list[KafkaError] = []
        for value in values:
            producer.produce(
                topic,
                value,
                key,
                on_delivery=lambda error, m: failed.append(error) if error else delivered.append(m),
                **more,
            )
        if producer.flush(SECONDS):
            raise TimeoutError(f"{topic}: not every record was acknowledged within {SECONDS:g} s")
        if failed:
            raise KafkaException(failed[0])
        return delivered

    @contextmanager
    def consumer(self, group: str, **conf: Any) -> Iterator[Consumer]:
        """A consumer of a group, closed at the end."""
        options = {"group.id": group, "auto.offset.reset": "earliest", "enable.auto.commit": False, **dotted(conf)}
        consumer = Consumer({**self.settings.librdkafka, **options, "logger": QUIET})
        try:
            yield consumer
        finally:
            consumer.close()

    def read(self, topic: str, count: int, partition: int = 0, offset: int = 0, **conf: Any) -> list[Message]:
        """Records of a partition from an offset on, ``count`` at most; fewer where there are no more."""
        with self.consumer(self.name("reader"), **conf) as consumer:
            consumer.assign([TopicPartition(topic, partition, offset)])
            return collect(consumer, count)

    def configs(self, topic: str) -> dict[str, Any]:
        """A topic's configs by name, as confluent-kafka's ConfigEntry."""
        resource = ConfigResource(ConfigResource.Type.TOPIC, topic)
        found: dict[str, Any] = done(self.admin.describe_configs([resource], request_timeout=SECONDS))
        return found


def dotted(conf: Mapping[str, Any]) -> dict[str, Any]:
    """Options by librdkafka's names."""
    return {key.replace("_", "."): value for key, value in conf.items()}


def collect(consumer: Consumer, count: int, seconds: float = SECONDS) -> list[Message]:
    """Records that a consumer gets, ``count`` at most; raises KafkaException for an error among them."""
    found: list[Message] = []
    end = time.monotonic() + seconds
    while len(found) < count and time.monotonic() < end:
        for message in consumer.consume(count - len(found), 0.2):
            error = message.error()
            if error is None:
                found.append(message)
            elif error.code() not in {KafkaError._PARTITION_EOF, KafkaError.UNKNOWN_TOPIC_OR_PART}:  # noqa: SLF001  # its public name
                raise KafkaException(error)
    return found


def done(futures: Mapping[Any, Any]) -> Any:
    """The last result of an admin call; raises KafkaException, or TimeoutError."""
    result = None
    for future in futures.values():
        result = future.result(SECONDS * 2)
    return result


def wait(holds: Any, what: str, seconds: float = SECONDS) -> None:
    """Wait until something holds; raises TimeoutError, which says what did not come about."""
    if not comes(holds, seconds):
        raise TimeoutError(f"{what} after {seconds:g} s")


def comes(holds: Any, seconds: float = SECONDS) -> bool:
    """Whether something holds within the time."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True
