"""Runs probes at a cluster: many at a time, none longer than the run, and takes away what they made."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from confluent_kafka import KafkaException
from confluent_kafka.admin import ScramMechanism, UserScramCredentialDeletion
from kafka import errors

from audit.model.errors import BrokerError, UsageError
from poc import connection
from poc.compat.clients import java
from poc.compat.failures import FAILURES, outcome
from poc.compat.matrix import Result
from poc.compat.probe import Area, Outcome, Probe, State, not_tested, probes, supported
from poc.compat.probes.clients import RECORDS
from poc.compat.probes.security import alter_quota
from poc.compat.settings import settings
from poc.compat.site import SECONDS, Site, comes, done
from poc.compat.wire import Wire

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from poc.case.clients import ClientCommand, Clients
    from poc.case.cluster import Cluster

WORKERS = 12
RUN_SECONDS = 105.0
"""The longest that probes may take together; a run ends within two minutes."""
_FIRST = (Area.API_KEYS, Area.CLIENTS, Area.GROUPS, Area.TRANSACTIONS)
"""What needs no time begins first, then what needs most, so that nothing is waited for at the end."""


@contextmanager
def opened(cluster: Cluster, clients: Clients, prefix: str, fetch: Callable[[str], str]) -> Iterator[Site]:
    """A site of a cluster that answers; raises BrokerError where it does not, UsageError for a prefix in use."""
    ways = settings(cluster, fetch)
    admin = connection.reach(ways.librdkafka)
    _require_free(admin, prefix)
    listeners = [
        connection.librdkafka(cluster.model_copy(update={"bootstrap": one.bootstrap, "security": one.security}), fetch)
        for one in cluster.listeners
    ]
    try:
        with Wire(ways.python) as wire:
            told = wire.api_versions()
            yield Site(
                cluster,
                ways,
                prefix,
                admin,
                wire,
                {one.api_key: (one.min_version, one.max_version) for one in told.api_keys},
                {one.name: one.max_version_level for one in told.finalized_features or ()},
                [{**conf, "log_level": "0", "client.id": "byoc"} for conf in listeners],
                clients.java_libs,
            )
    except errors.KafkaError as error:
        raise BrokerError(f"{cluster.bootstrap}: {error}: look at address, network and credentials") from None


def _require_free(admin: Any, prefix: str) -> None:
    there = sorted(name for name in admin.list_topics(timeout=SECONDS).topics if name.startswith(prefix))
    if there:
        raise UsageError(
            f"topics of the prefix {prefix} are there already ({', '.join(there[:3])}): name another with --prefix, so "
            "that nothing of yours is taken away"
        )


def all_probes(clients: Clients) -> tuple[Probe, ...]:
    """Every probe of the kit, and one for each client that the case names."""
    return (*probes(), *map(_command_probe, clients.commands))


def _command_probe(client: ClientCommand) -> Probe:
    return Probe(
        f"client_{client.name}",
        Area.CLIENTS,
        f"{client.name} writes to a topic just made, reads it by a group, and commits",
        " ".join(client.command),
        partial(_command, client=client),
    )


def _command(site: Site, *, client: ClientCommand) -> Outcome:
    topic, group = site.topic(f"client-{client.name}", partitions=3), site.note_group(f"client-{client.name}")
    java.run_client(site, client.command, topic, group, RECORDS)
    ends = sum(consumer_end(site, topic, partition) for partition in range(3))
    if ends != RECORDS:
        return not_tested(f"exited with 0, and {ends} of {RECORDS} records are there")
    return supported(f"exited with 0; {RECORDS} records are there")


def consumer_end(site: Site, topic: str, partition: int) -> int:
    """The next offset of a partition."""
    from confluent_kafka import TopicPartition  # noqa: PLC0415  # only commands need it

    with site.consumer(site.name("reader")) as consumer:
        end: int = consumer.get_watermark_offsets(TopicPartition(topic, partition), SECONDS)[1]
        return end


def run(site: Site, chosen: Sequence[Probe], seconds: float = RUN_SECONDS) -> dict[str, Result]:
    """Each probe's result by its id; what is not done when the time is over is NOT_TESTED."""
    began = time.monotonic()
    pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="probe")
    try:
        ordered = sorted(chosen, key=lambda one: _FIRST.index(one.area) if one.area in _FIRST else len(_FIRST))
        running = {one.id: pool.submit(_tried, site, one, began + seconds) for one in ordered}
        wait(running.values(), timeout=seconds)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    late = _result(not_tested(f"the run's {seconds:.0f} s were over"), time.monotonic())
    return {name: one.result() if one.done() and not one.cancelled() else late for name, one in running.items()}


def _tried(site: Site, probe: Probe, end: float) -> Result:
    began = time.monotonic()
    if began > end:
        return _result(not_tested("the run's time was over"), began)
    try:
        found = probe.run(site)
        if found.state is State.ACCEPTED_NO_EFFECT:
            # A broker that died has no effect either: that says nothing of what it can.
            site.admin.list_topics(timeout=5)
    except FAILURES as error:
        found = outcome(error)
    return _result(found, began)


def _result(found: Outcome, began: float) -> Result:
    took = int((time.monotonic() - began) * 1000)
    return Result(
        state=found.state,
        answer=found.answer,
        at=datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        milliseconds=took,
    )


def clean(site: Site) -> tuple[str, ...]:
    """Take away what a run made; what is still there afterwards, by name, so that somebody can."""
    made = site.made
    with suppress(*FAILURES):
        if made.acls:
            done(site.admin.delete_acls(made.acls, request_timeout=SECONDS))
    for entity in made.quotas:
        for key in ("consumer_byte_rate", "producer_byte_rate", "request_percentage", "controller_mutation_rate"):
            with suppress(*FAILURES):
                alter_quota(site, entity, key, None)
    deletions = [UserScramCredentialDeletion(user, ScramMechanism(kind)) for user, kind in made.users]
    for deletion in deletions:
        with suppress(*FAILURES):
            done(site.admin.alter_user_scram_credentials([deletion], request_timeout=SECONDS))
    _drop_topics(site)
    # A group goes when its last member has: those whose probe broke off leave by their session's time-out.
    comes(lambda: _gone(site), 15)
    return left(site)


def _gone(site: Site) -> bool:
    _drop_groups(site)
    return not left(site)


def _drop_groups(site: Site) -> None:
    groups = [name.removeprefix("group ") for name in left(site) if name.startswith("group ")]
    if groups:
        for future in site.admin.delete_consumer_groups(groups, request_timeout=SECONDS).values():
            with suppress(*FAILURES):
                future.result(SECONDS)


def _drop_topics(site: Site) -> None:
    with suppress(*FAILURES):
        there = set(site.admin.list_topics(timeout=SECONDS).topics) & site.made.topics
        for future in (site.admin.delete_topics(list(there), request_timeout=SECONDS) if there else {}).values():
            with suppress(*FAILURES):
                future.result(SECONDS)


def left(site: Site) -> tuple[str, ...]:
    """What of a run is still listed: topics, groups, ACLs."""
    found: list[str] = []
    try:
        found += [
            f"topic {name}" for name in site.admin.list_topics(timeout=SECONDS).topics if name in site.made.topics
        ]
        listed = site.admin.list_consumer_groups(request_timeout=SECONDS).result(SECONDS).valid
        found += [f"group {one.group_id}" for one in listed if one.group_id in site.made.groups]
        for acl in site.made.acls:
            if site.admin.describe_acls(acl, request_timeout=SECONDS).result(SECONDS):
                found.append(f"ACL of {acl.principal} on {acl.name}")
    except (KafkaException, *FAILURES) as error:
        return (f"what is left could not be listed ({error}): look for the prefix {site.prefix}",)
    return tuple(sorted(found))
