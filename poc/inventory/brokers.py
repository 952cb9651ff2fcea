"""What the brokers tell by the Admin API: topics, configs, groups with lag, ACLs, quotas, users. Nothing is changed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any, TypeVar

from confluent_kafka import ConsumerGroupTopicPartitions, KafkaException, TopicPartition
from confluent_kafka.admin import (
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    ConfigEntry,
    ConfigResource,
    ConfigSource,
    OffsetSpec,
    ResourcePatternType,
    ResourceType,
)
from kafka.errors import KafkaError
from kafka.protocol.admin import DescribeClientQuotasRequest

from poc.inventory.model import Acl, Group, Quota, Topic, Unseen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from concurrent.futures import Future

    from confluent_kafka.admin import AdminClient

    from poc.case.scope import Scope
    from poc.compat.wire import Wire

_SECONDS = 60
_BATCH = 250
"""Topics, or partitions by tens, in a request: each answer is some hundred kilobytes."""
_WORKERS = 4
_OWN = ConfigSource.DYNAMIC_TOPIC_CONFIG.value
Picked = TypeVar("Picked")
Pair = tuple[str, int]
"""A topic and a partition."""
EARLIEST: Any = OffsetSpec.earliest()  # type: ignore[no-untyped-call]  # the library lacks it
LATEST: Any = OffsetSpec.latest()  # type: ignore[no-untyped-call]  # the same


@dataclass
class Told:
    """What brokers told, and what they did not."""

    brokers: int = 0
    topics: tuple[Topic, ...] = ()
    groups: tuple[Group, ...] = ()
    acls: tuple[Acl, ...] = ()
    quotas: tuple[Quota, ...] = ()
    users: tuple[str, ...] = ()
    unseen: list[Unseen] = field(default_factory=list)


def read(admin: AdminClient, wire: Wire, scope: Scope) -> Told:
    """Everything; raises KafkaException only where the topics cannot be listed. The rest may be unseen."""
    told = Told()
    known = admin.list_topics(timeout=_SECONDS)
    told.brokers = len(known.brokers)
    configs = configs_of(admin, sorted(known.topics), told.unseen, _own)
    told.topics = tuple(
        Topic(
            name=name,
            partitions=len(one.partitions),
            replication_factor=max((len(p.replicas) for p in one.partitions.values()), default=0),
            configs=configs.get(name),
            in_scope=scope.topics.holds(name),
        )
        for name, one in sorted(known.topics.items())
    )
    told.groups = _attempt(told, "consumer groups", partial(_groups, admin, scope, told), ())
    told.acls = _attempt(told, "ACLs", partial(_acls, admin), ())
    told.quotas = _attempt(told, "quotas", partial(_quotas, wire), ())
    told.users = _attempt(told, "SCRAM users", partial(_users, admin), ())
    return told


def _attempt(told: Told, what: str, reading: Callable[[], Any], otherwise: Any) -> Any:
    try:
        return reading()
    except (KafkaException, KafkaError, TimeoutError) as error:
        told.unseen.append(Unseen(what=what, why=why(error)))
        return otherwise


def why(error: Exception) -> str:
    """An error of a client by its name and its words."""
    inner = error.args[0] if error.args else error
    name = inner.name() if hasattr(inner, "name") else type(error).__name__
    text = inner.str() if hasattr(inner, "str") else str(error)
    return f"{name}: {text}"


def _parts(items: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    return (items[start : start + size] for start in range(0, len(items), size))


Entries = dict[str, "ConfigEntry"]
"""A topic's configs by their names."""


def _own(entries: Entries) -> dict[str, str]:
    return {key: entry.value or "" for key, entry in sorted(entries.items()) if is_own(entry)}


def is_own(entry: ConfigEntry) -> bool:
    """Whether a config was set for the topic itself."""
    source: Any = entry.source  # the library says ConfigSource, and gives its number
    return bool(source == _OWN)


def configs_of(
    admin: AdminClient, names: Sequence[str], unseen: list[Unseen], pick: Callable[[Entries], Picked]
) -> dict[str, Picked]:
    """What is picked of each topic's configs, by topic; what is refused goes to ``unseen``."""
    found: dict[str, Picked] = {}
    refused: dict[str, list[str]] = {}
    # A worker waits for its answer before it asks again: what is asked all at once runs into its own time limit.
    with ThreadPoolExecutor(_WORKERS) as pool:
        for name, picked, refusal in chain.from_iterable(pool.map(partial(_asked, admin, pick), _parts(names, _BATCH))):
            if picked is None:
                refused.setdefault(refusal, []).append(name)
            else:
                found[name] = picked
    for reason, topics in refused.items():
        unseen.append(Unseen(what=f"configs of {len(topics)} topics, such as {topics[0]}", why=reason))
    return found


def _asked(
    admin: AdminClient, pick: Callable[[Entries], Picked], names: Sequence[str]
) -> list[tuple[str, Picked | None, str]]:
    """What is picked of each topic's configs, or None and why they are not known."""
    resources = [ConfigResource(ConfigResource.Type.TOPIC, name) for name in names]
    futures = admin.describe_configs(resources, request_timeout=_SECONDS)
    return [(resource.name, *_configured(future, pick)) for resource, future in futures.items()]


def _configured(future: Future[Entries], pick: Callable[[Entries], Picked]) -> tuple[Picked | None, str]:
    try:
        return pick(future.result(_SECONDS)), ""
    except (KafkaException, TimeoutError) as error:
        return None, why(error)


def _groups(admin: AdminClient, scope: Scope, told: Told) -> tuple[Group, ...]:
    listed = admin.list_consumer_groups(request_timeout=_SECONDS).result(_SECONDS)
    told.unseen += [Unseen(what="groups of a coordinator", why=why(error)) for error in listed.errors]
    with ThreadPoolExecutor(_WORKERS) as pool:
        offsets_of = dict(pool.map(partial(committed, admin), sorted(one.group_id for one in listed.valid)))
    wanted = {pair for offsets in offsets_of.values() if isinstance(offsets, dict) for pair in offsets}
    ends = list_offsets(admin, dict.fromkeys(wanted, LATEST))
    found = []
    for one in sorted(listed.valid, key=lambda group: group.group_id):
        offsets = offsets_of[one.group_id]
        if isinstance(offsets, str):
            told.unseen.append(Unseen(what=f"offsets of group {one.group_id}", why=offsets))
        known = offsets if isinstance(offsets, dict) else {}
        found.append(
            Group(
                name=one.group_id,
                state=one.state.name if one.state else "UNKNOWN",
                protocol=one.type.name if one.type else "UNKNOWN",
                lag=_lag(known, ends),
                topics=tuple(sorted({topic for topic, _ in known})),
                in_scope=scope.groups.holds(one.group_id),
            )
        )
    return tuple(found)


def committed(admin: AdminClient, group: str) -> tuple[str, dict[tuple[str, int], int] | str]:
    """A group's committed offsets by topic and partition, or why they are not known."""
    try:
        asked = admin.list_consumer_group_offsets([ConsumerGroupTopicPartitions(group)], request_timeout=_SECONDS)
        partitions = asked[group].result(_SECONDS).topic_partitions or []
    except (KafkaException, TimeoutError) as error:
        return group, why(error)
    for one in partitions:
        if one.error is not None:
            return group, f"{one.topic}, partition {one.partition}: {one.error.str()}"
    return group, {(one.topic, one.partition): one.offset for one in partitions if one.offset >= 0}


def list_offsets(admin: AdminClient, wanted: Mapping[Pair, Any]) -> dict[Pair, int]:
    """The offsets that are asked for by an OffsetSpec each; without those of what is gone or may not be read."""
    found: dict[Pair, int] = {}
    for part in _parts(sorted(wanted), _BATCH * 10):
        asked = {TopicPartition(*pair): wanted[pair] for pair in part}
        for one, future in admin.list_offsets(asked, request_timeout=_SECONDS).items():
            try:
                found[one.topic, one.partition] = future.result(_SECONDS).offset
            except (KafkaException, TimeoutError):  # the topic is gone, or may not be read: the lag is not known
                continue
    return found


def _lag(committed: dict[tuple[str, int], int], ends: dict[tuple[str, int], int]) -> int | None:
    if not committed or not committed.keys() <= ends.keys():
        return None
    return sum(max(0, ends[pair] - offset) for pair, offset in committed.items())


def _acls(admin: AdminClient) -> tuple[Acl, ...]:
    anything: Any = None
    every = AclBindingFilter(
        ResourceType.ANY,
        anything,
        ResourcePatternType.ANY,
        anything,
        anything,
        AclOperation.ANY,
        AclPermissionType.ANY,
    )
    found = admin.describe_acls(every, request_timeout=_SECONDS).result(_SECONDS)
    acls = [
        Acl(
            principal=one.principal,
            permission=one.permission_type.name,
            operation=one.operation.name,
            resource="CLUSTER" if one.restype is ResourceType.BROKER else one.restype.name,
            name=one.name,
            pattern=one.resource_pattern_type.name,
            host=one.host,
        )
        for one in found
    ]
    return tuple(sorted(acls, key=lambda one: tuple(one.model_dump().values())))


def _quotas(wire: Wire) -> tuple[Quota, ...]:
    answer = wire.ask(DescribeClientQuotasRequest(components=[], strict=False))
    found = [
        Quota(
            entity=", ".join(f"{part.entity_type} {part.entity_name or '(default)'}" for part in entry.entity),
            key=value.key,
            value=value.value,
        )
        for entry in answer.entries or ()
        for value in entry.values
    ]
    return tuple(sorted(found, key=lambda one: (one.entity, one.key)))


def _users(admin: AdminClient) -> tuple[str, ...]:
    asked: Any = admin.describe_user_scram_credentials(request_timeout=_SECONDS)
    return tuple(sorted(asked.result(_SECONDS)))
