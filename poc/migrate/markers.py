"""Markers: for each group a record that is written at the target, read by a group of the prefix, and committed."""

from __future__ import annotations

import secrets
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import NewTopic

from poc.compat.site import QUIET, comes, done
from poc.inventory.brokers import why
from poc.migrate import measuring
from poc.migrate.runbook import Reading
from poc.migrate.side import UnreadError

if TYPE_CHECKING:
    from poc.case.model import Case
    from poc.migrate.flow import Flow
    from poc.migrate.side import Side

_SECONDS = 20.0
_WORKERS = 8


def read(case: Case, flow: Flow, prefix: str) -> Reading:
    """How many groups' markers were not read and committed; the topic and the groups go again."""
    names = sorted(measuring.groups(flow.here, case.scope))
    if not names:
        return Reading(None, "no group is in scope")
    probe = _Probe(flow.there, f"{prefix}markers-{secrets.token_hex(3)}", prefix)
    try:
        probe.make()
        with ThreadPoolExecutor(_WORKERS) as pool:
            failed = [told for told in pool.map(probe.try_group, names) if told]
    finally:
        left = probe.take_away(names)
    told = (*failed, *(f"left behind, take it away by hand: {name}" for name in left))
    return Reading(len(failed), f"{len(names) - len(failed)} of {len(names)} groups' markers were read", tuple(told))


@dataclass(frozen=True)
class _Probe:
    side: Side
    topic: str
    prefix: str

    def make(self) -> None:
        done(self.side.admin.create_topics([NewTopic(self.topic, 1, -1)], request_timeout=_SECONDS))
        ready = comes(lambda: self.topic in self.side.topics(), _SECONDS)
        if not ready:
            raise UnreadError(f"{self.topic} did not come to be at {self.side.bootstrap}")

    def try_group(self, group: str) -> str:
        """Empty, or what went wrong."""
        marker = f"{group} {secrets.token_hex(8)}".encode()
        try:
            self._write(marker)
            return self._read(group, marker)
        except KafkaException as error:
            return f"{group}: {why(error)}"

    def _write(self, marker: bytes) -> None:
        failed: list[object] = []
        producer = Producer({**self.side.client, "message.timeout.ms": int(_SECONDS * 1000), "logger": QUIET})
        producer.produce(self.topic, marker, on_delivery=lambda error, _: failed.append(error) if error else None)
        if producer.flush(_SECONDS) or failed:
            raise KafkaException(*failed)

    def _read(self, group: str, marker: bytes) -> str:
        options = {"group.id": f"{self.prefix}{group}", "auto.offset.reset": "earliest", "enable.auto.commit": False}
        consumer = Consumer({**self.side.client, **options, "logger": QUIET})
        try:
            consumer.subscribe([self.topic])
            end = time.monotonic() + _SECONDS
            while time.monotonic() < end:
                message = consumer.poll(0.2)
                if message is None or message.error() is not None or message.value() != marker:
                    continue
                consumer.commit(message=message, asynchronous=False)
                (kept,) = consumer.committed([TopicPartition(self.topic, 0)], _SECONDS)
                following = (message.offset() or 0) + 1
                return "" if kept.offset == following else f"{group}: committed {following}, read back {kept.offset}"
            return f"{group}: the marker was not read within {_SECONDS:g} s"
        finally:
            consumer.close()

    def take_away(self, groups: list[str]) -> list[str]:
        """What could not be taken away."""
        left = []
        admin = self.side.admin
        mine = [f"{self.prefix}{group}" for group in groups]
        known = {one.group_id for one in admin.list_consumer_groups(request_timeout=_SECONDS).result(_SECONDS).valid}
        doomed = [name for name in mine if name in known]
        futures = dict(admin.delete_consumer_groups(doomed, request_timeout=_SECONDS)) if doomed else {}
        futures |= admin.delete_topics([self.topic], request_timeout=_SECONDS)
        for name, future in futures.items():
            try:
                future.result(_SECONDS)
            except (KafkaException, TimeoutError) as error:
                if "UNKNOWN_TOPIC" not in why(error):
                    left.append(name)
        return left
