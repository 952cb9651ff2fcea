"""kafka-python."""

from __future__ import annotations

import time
from contextlib import closing
from typing import TYPE_CHECKING, Any

from kafka import KafkaConsumer, KafkaProducer

if TYPE_CHECKING:
    from poc.compat.site import Site

_SECONDS = 25


def round_trip(site: Site, topic: str, group: str, records: int) -> int:
    """Write, read by the group, commit; how many records were committed."""
    with closing(KafkaProducer(**site.settings.python)) as producer:
        _write(producer, topic, records)
    return _read(site, topic, group, records)


def transaction(site: Site, topic: str, group: str, records: int) -> int:
    """The same within a transaction."""
    producer = KafkaProducer(**site.settings.python, transactional_id=site.name("kafka-python"))
    with closing(producer):
        producer.init_transactions()
        producer.begin_transaction()
        _write(producer, topic, records)
        producer.commit_transaction()
    return _read(site, topic, group, records, isolation_level="read_committed")


def _write(producer: Any, topic: str, records: int) -> None:
    sent = [producer.send(topic, str(number).encode()) for number in range(records)]
    for future in sent:
        future.get(_SECONDS)


def _read(site: Site, topic: str, group: str, records: int, **conf: str) -> int:
    options = {"group_id": group, "auto_offset_reset": "earliest", "enable_auto_commit": False, **conf}
    consumer = KafkaConsumer(topic, **site.settings.python, **options)
    with closing(consumer):
        count, end = 0, time.monotonic() + _SECONDS
        while count < records and time.monotonic() < end:
            count += sum(map(len, consumer.poll(500).values()))
        consumer.commit()
        return min(count, sum(consumer.committed(partition) or 0 for partition in consumer.assignment()))
