"""Topic configs: set, read back, and seen to take effect where a client can see it within a run."""

from __future__ import annotations

import time
from functools import cache, partial
from importlib import resources
from typing import TYPE_CHECKING, Any

import yaml
from confluent_kafka import TIMESTAMP_LOG_APPEND_TIME, KafkaException
from confluent_kafka.admin import AlterConfigOpType, ConfigEntry, ConfigResource
from kafka.protocol.admin import AlterConfigsRequest, DescribeConfigsRequest, ListConfigResourcesRequest
from pydantic import BaseModel, ConfigDict

from poc.compat.probe import (
    Area,
    Outcome,
    Probe,
    State,
    no_effect,
    not_tested,
    overridden,
    probe,
    refused,
    seen,
    supported,
)
from poc.compat.probes.records import batch_codec
from poc.compat.site import SECONDS, comes, done

if TYPE_CHECKING:
    from collections.abc import Callable

    from poc.compat.site import Site

    _Effect = Callable[[Site, str, str], Outcome]

_TOPIC = 2
_HOUR_MS = 3_600_000
_SPREAD_SECONDS = 5.0
"""How long a config may take from the controller to all brokers."""


class TopicConfig(BaseModel):
    """A topic config and a value that is not its default."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    value: str
    since: str | None = None
    until: str | None = None


@cache
def topic_configs() -> tuple[TopicConfig, ...]:
    """The table topic_configs.yaml."""
    text = resources.files("poc.compat").joinpath("topic_configs.yaml").read_text("utf-8")
    return tuple(TopicConfig.model_validate(one) for one in yaml.safe_load(text))


def _change(site: Site, topic: str, name: str, value: str | None, how: AlterConfigOpType) -> None:
    entry = ConfigEntry(name, value, incremental_operation=how)
    resource = ConfigResource(ConfigResource.Type.TOPIC, topic, incremental_configs=[entry])
    done(site.admin.incremental_alter_configs([resource], request_timeout=SECONDS))


def _is(site: Site, topic: str, name: str, value: str) -> bool:
    """Whether a config is told with a value, which may take a moment to spread from the controller."""

    def told() -> bool:
        entry = site.configs(topic).get(name)
        return entry is not None and entry.value == value

    return comes(told, _SPREAD_SECONDS)


def _tried(site: Site, *, config: TopicConfig) -> Outcome:
    topic = site.topic(f"config-{config.name}")
    if config.name not in site.configs(topic):
        return refused(f"the cluster knows no {config.name}")
    _change(site, topic, config.name, config.value, AlterConfigOpType.SET)
    if not _is(site, topic, config.name, config.value):
        return overridden(f"set to {config.value}, read back as {site.configs(topic)[config.name].value}")
    effect = _EFFECTS.get(config.name)
    told = f"set to {config.value} and read back"
    if effect is None:
        return not_tested(f"{told}; no client sees its effect within a run")
    return _in_time(effect, site, topic, told)


def _in_time(effect: _Effect, site: Site, topic: str, told: str) -> Outcome:
    """What is seen at last: the broker that leads may hear of a config after the one that told it."""
    end = time.monotonic() + _SPREAD_SECONDS
    while (found := effect(site, topic, told)).state is State.ACCEPTED_NO_EFFECT and time.monotonic() < end:
        time.sleep(0.3)
    return found


def _compacts(site: Site, topic: str, told: str) -> Outcome:
    try:
        site.write(topic, [b"v"], key=None)
    except KafkaException as error:
        return supported(f"{told}; a record without a key is refused ({error.args[0].name()})")
    return no_effect(f"{told}; a record without a key was taken, which compaction cannot keep")


def _compresses(site: Site, topic: str, told: str) -> Outcome:
    first = site.write(topic, [b"x" * 500] * 10)[0]
    codec = batch_codec(site, topic, first.offset() or 0)
    return seen(codec == "gzip", f"{told}; records that came uncompressed are kept as {codec}")


def _limits_size(site: Site, topic: str, told: str) -> Outcome:
    return _refuses(site, topic, told, b"x" * 5000, None, "a record of 5,000 bytes")


def _refuses(site: Site, topic: str, told: str, value: bytes, timestamp: int | None, what: str) -> Outcome:
    more: dict[str, Any] = {} if timestamp is None else {"timestamp": timestamp}
    try:
        site.send(site.producer(), topic, [value], **more)
    except KafkaException as error:
        return supported(f"{told}; {what} is refused ({error.args[0].name()})")
    return no_effect(f"{told}; {what} was taken")


def _limits_past(site: Site, topic: str, told: str) -> Outcome:
    return _refuses(site, topic, told, b"v", _now() - _HOUR_MS, "a record of an hour ago")


def _limits_future(site: Site, topic: str, told: str) -> Outcome:
    return _refuses(site, topic, told, b"v", _now() + _HOUR_MS // 2, "a record of half an hour ahead")


def _now() -> int:
    return int(time.time() * 1000)


def _stamps(site: Site, topic: str, told: str) -> Outcome:
    (written,) = site.send(site.producer(), topic, [b"v"], timestamp=1_000_000)
    kind, _ = site.read(topic, 1, offset=written.offset() or 0)[0].timestamp()
    return seen(kind == TIMESTAMP_LOG_APPEND_TIME, f"{told}; records carry the broker's time")


_EFFECTS: dict[str, _Effect] = {
    "cleanup.policy": _compacts,
    "compression.type": _compresses,
    "max.message.bytes": _limits_size,
    "message.timestamp.after.max.ms": _limits_future,
    "message.timestamp.before.max.ms": _limits_past,
    "message.timestamp.difference.max.ms": _limits_past,
    "message.timestamp.type": _stamps,
}
"""How the effect of a config is seen; retention is not, as brokers look every five minutes by default."""

ROWS = tuple(
    Probe(
        f"config_{config.name.replace('.', '_')}",
        Area.CONFIGS,
        f"{config.name} is set, read back and takes effect"
        + (f" (since {config.since})" if config.since else "")
        + (f" (until {config.until})" if config.until else ""),
        f"IncrementalAlterConfigs (44): {config.name}={config.value}; DescribeConfigs (32)",
        partial(_tried, config=config),
    )
    for config in topic_configs()
)


@probe(Area.CONFIGS, "A config is set and taken back", "IncrementalAlterConfigs (44): SET, DELETE", "KIP-339")
def incremental_alter(site: Site) -> Outcome:
    topic = site.topic("incremental")
    before = site.configs(topic)["retention.ms"].value
    _change(site, topic, "retention.ms", "123456789", AlterConfigOpType.SET)
    between = _is(site, topic, "retention.ms", "123456789")
    _change(site, topic, "retention.ms", None, AlterConfigOpType.DELETE)
    after = _is(site, topic, "retention.ms", before)
    return seen(between and after, f"set: {between}; back at {before}: {after}")


@probe(
    Area.CONFIGS, "A list's item is added and taken away", "IncrementalAlterConfigs (44): APPEND, SUBTRACT", "KIP-339"
)
def incremental_alter_list(site: Site) -> Outcome:
    topic = site.topic("incremental-list", cleanup__policy="delete")
    _change(site, topic, "cleanup.policy", "compact", AlterConfigOpType.APPEND)
    both = _is(site, topic, "cleanup.policy", "delete,compact")
    _change(site, topic, "cleanup.policy", "delete", AlterConfigOpType.SUBTRACT)
    one = _is(site, topic, "cleanup.policy", "compact")
    return seen(both and one, f"delete,compact: {both}; compact: {one}")


@probe(Area.CONFIGS, "All configs of a topic are replaced at once", "AlterConfigs (33)")
def alter_configs(site: Site) -> Outcome:
    topic = site.topic("legacy", segment__ms="70000")
    kind = AlterConfigsRequest.AlterConfigsResource
    entry = kind.AlterableConfig(name="retention.ms", value="123456789")
    resource = kind(resource_type=_TOPIC, resource_name=topic, configs=[entry])
    site.wire.ask(AlterConfigsRequest(resources=[resource], validate_only=False))
    told = _is(site, topic, "retention.ms", "123456789")
    gone = site.configs(topic)["segment.ms"].value != "70000"
    return seen(told and gone, f"the new one is set: {told}; what was not named is back at its default: {gone}")


@probe(Area.CONFIGS, "min.insync.replicas is changed later", "IncrementalAlterConfigs (44): min.insync.replicas=2")
def alter_min_insync_replicas(site: Site) -> Outcome:
    topic = site.topic("alter-min-insync")
    _change(site, topic, "min.insync.replicas", "2", AlterConfigOpType.SET)
    told = _is(site, topic, "min.insync.replicas", "2")
    return (supported if told else overridden)(f"read back as {site.configs(topic)['min.insync.replicas'].value}")


@probe(Area.CONFIGS, "A value that is none is refused", "IncrementalAlterConfigs (44): retention.ms=soon")
def bad_value(site: Site) -> Outcome:
    topic = site.topic("bad-value")
    try:
        _change(site, topic, "retention.ms", "soon", AlterConfigOpType.SET)
    except KafkaException as error:
        return supported(str(error.args[0].name()))
    return no_effect("it was taken")


@probe(
    Area.CONFIGS, "Configs are told with their synonyms and documentation", "DescribeConfigs (32)", "KIP-226, KIP-524"
)
def describe_configs(site: Site) -> Outcome:
    resource = DescribeConfigsRequest.DescribeConfigsResource(
        resource_type=_TOPIC,
        resource_name=site.topic("documented", retention__ms="123456789"),
        configuration_keys=["retention.ms"],
    )
    request = DescribeConfigsRequest(resources=[resource], include_synonyms=True, include_documentation=True)
    (entry,) = site.wire.ask(request).results[0].configs
    return seen(bool(entry.synonyms), f"{len(entry.synonyms)} synonyms, documentation: {bool(entry.documentation)}")


@probe(Area.CONFIGS, "A broker's configs are told", "DescribeConfigs (32): a broker")
def describe_broker_configs(site: Site) -> Outcome:
    node = min(site.admin.list_topics(timeout=SECONDS).brokers)
    found = done(site.admin.describe_configs([ConfigResource(ConfigResource.Type.BROKER, str(node))]))
    return seen(bool(found), f"{len(found)} configs")


@probe(Area.CONFIGS, "Resources with configs are listed", "ListConfigResources (74)", "KIP-714, KIP-1142")
def list_config_resources(site: Site) -> Outcome:
    answer = site.wire.ask(ListConfigResourcesRequest())
    return supported(f"{len(answer.config_resources)} resources")
