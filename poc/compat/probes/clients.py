"""The clients that applications use: each writes to a topic just made, reads it by a group, and commits."""

from __future__ import annotations

from functools import partial
from importlib import metadata
from typing import TYPE_CHECKING

from poc.compat.clients import aio, confluent, java, python
from poc.compat.probe import Area, Outcome, Probe, not_tested, supported
from poc.compat.site import done

if TYPE_CHECKING:
    from collections.abc import Callable

    from poc.compat.site import Site

RECORDS = 100


def _round_trip(site: Site, *, what: str, run: Callable[[Site, str, str, int], int], package: str | None) -> Outcome:
    from confluent_kafka.admin import NewTopic  # noqa: PLC0415  # Site.topic waits for leaders, which this must not

    lacking = java.lacking(site) if run is java.round_trip else None
    if lacking is not None:
        return not_tested(lacking)
    topic, group = site.note_topic(f"client-{what}"), site.note_group(f"client-{what}")
    done(site.admin.create_topics([NewTopic(topic, 3, -1)]))
    count = run(site, topic, group, RECORDS)
    version = metadata.version(package) if package else java.version(site)
    # Fewer without an error may be a slow cluster as well: what is lost is for byoc poc reliability to show.
    told = f"{version}: {count} of {RECORDS} records written, read and committed"
    return supported(told) if count == RECORDS else not_tested(told)


ROWS = (
    *(
        Probe(
            f"client_{what.replace('-', '_')}",
            Area.CLIENTS,
            f"{title} writes to a topic just made, reads it by a group, and commits",
            "CreateTopics (19), Produce (0) at once, JoinGroup (11), Fetch (1), OffsetCommit (8)",
            partial(_round_trip, what=what, run=run, package=package),
        )
        for what, title, run, package in (
            ("confluent-kafka", "confluent-kafka (librdkafka)", confluent.round_trip, "confluent-kafka"),
            ("kafka-python", "kafka-python", python.round_trip, "kafka-python"),
            ("aiokafka", "aiokafka", aio.round_trip, "aiokafka"),
            ("java", "Java's kafka-clients", java.round_trip, None),
        )
    ),
    *(
        Probe(
            f"client_{what.replace('-', '_')}_transaction",
            Area.CLIENTS,
            f"{what} commits a transaction",
            "InitProducerId (22), AddPartitionsToTxn (24), EndTxn (26)",
            partial(_round_trip, what=f"{what}-txn", run=run, package=what),
        )
        for what, run in (("kafka-python", python.transaction), ("aiokafka", aio.transaction))
    ),
)
