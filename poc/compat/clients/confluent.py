"""confluent-kafka, which is librdkafka."""

from __future__ import annotations

from typing import TYPE_CHECKING

from poc.compat.site import collect

if TYPE_CHECKING:
    from poc.compat.site import Site


def round_trip(site: Site, topic: str, group: str, records: int) -> int:
    """Write, read by the group, commit; how many records were committed."""
    site.write(topic, [str(number) for number in range(records)], key=None)
    with site.consumer(group) as consumer:
        consumer.subscribe([topic])
        found = collect(consumer, records, 25)
        consumer.commit(asynchronous=False)
        return min(len(found), sum(p.offset for p in consumer.committed(consumer.assignment(), 10) if p.offset > 0))
