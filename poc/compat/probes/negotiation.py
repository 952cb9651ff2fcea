"""What a client asks first: versions, features, brokers; and every API key that clients may use."""

from __future__ import annotations

from functools import cache, partial
from importlib import resources
from typing import TYPE_CHECKING

import yaml
from kafka.protocol.admin import DescribeClusterRequest, DescribeTopicPartitionsRequest
from kafka.protocol.metadata import MetadataRequest
from pydantic import BaseModel, ConfigDict

from poc.compat.frames import api_versions_frame
from poc.compat.probe import Area, Outcome, Probe, no_effect, probe, refused, seen, supported

if TYPE_CHECKING:
    from poc.compat.site import Site

_UNSUPPORTED_VERSION = 35


class ApiKey(BaseModel):
    """An API key that clients may use: its name in Kafka's protocol, and the release it came with."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: int
    name: str
    since: str
    use: str


@cache
def api_keys() -> tuple[ApiKey, ...]:
    """The table api_keys.yaml."""
    text = resources.files("poc.compat").joinpath("api_keys.yaml").read_text("utf-8")
    return tuple(ApiKey.model_validate(one) for one in yaml.safe_load(text))


def _offered(site: Site, *, key: ApiKey) -> Outcome:
    if key.key not in site.offered:
        return refused(f"the broker does not offer {key.name}")
    lowest, highest = site.offered[key.key]
    return supported(f"versions {lowest} to {highest}")


ROWS = tuple(
    Probe(
        f"api_{key.key}",
        Area.API_KEYS,
        f"{key.name} is offered: {key.use} (since {key.since})",
        f"ApiVersions (18): key {key.key}",
        partial(_offered, key=key),
    )
    for key in api_keys()
)


@probe(Area.NEGOTIATION, "The broker says which API versions it speaks", "ApiVersions (18), newest version")
def api_versions(site: Site) -> Outcome:
    answer = site.wire.api_versions()
    return supported(f"{len(answer.api_keys)} API keys, {len(answer.supported_features or ())} features")


@probe(
    Area.NEGOTIATION,
    "A client of a later Kafka is told which versions to use",
    "ApiVersions (18), one version too high",
    "KIP-511",
)
def api_versions_of_the_future(site: Site) -> Outcome:
    version = site.offered[18][1] + 1
    code, keys = api_versions_frame(site, version)
    told = f"version {version}: error {code} with {keys} keys"
    return seen(code == _UNSUPPORTED_VERSION and keys > 0, told)


@probe(Area.NEGOTIATION, "Brokers, controller and cluster id are told", "Metadata (3), no topics")
def metadata(site: Site) -> Outcome:
    answer = site.wire.ask(MetadataRequest(topics=[]))
    known = answer.controller_id in {broker.node_id for broker in answer.brokers}
    return seen(bool(answer.brokers and answer.cluster_id and known), f"{len(answer.brokers)} brokers")


@probe(Area.NEGOTIATION, "A topic has an id, and is found by it", "Metadata (3) by topic_id", "KIP-516")
def topic_ids(site: Site) -> Outcome:
    name = site.topic("topic-ids")
    found = site.wire.topic(name).topic_id
    wanted = MetadataRequest.MetadataRequestTopic(name=None, topic_id=found)
    back = site.wire.ask(MetadataRequest(topics=[wanted], min_version=12)).topics[0].name
    return seen(back == name, f"id {found} leads to {back}")


@probe(Area.NEGOTIATION, "A topic that is not there is told as such", "Metadata (3), no automatic creation")
def unknown_topic(site: Site) -> Outcome:
    one = MetadataRequest.MetadataRequestTopic(name=site.name("nowhere"), topic_id=None)
    code = site.wire.send(MetadataRequest(topics=[one], allow_auto_topic_creation=False)).topics[0].error_code
    return seen(code == 3, f"error {code}; UNKNOWN_TOPIC_OR_PARTITION is 3")  # noqa: PLR2004  # the sentence says it


@probe(Area.NEGOTIATION, "The cluster describes itself", "DescribeCluster (60)", "KIP-700")
def describe_cluster(site: Site) -> Outcome:
    answer = site.wire.ask(DescribeClusterRequest(include_cluster_authorized_operations=True))
    return seen(bool(answer.brokers), f"cluster {answer.cluster_id}, {len(answer.brokers)} brokers")


@probe(Area.NEGOTIATION, "A topic's partitions are described page by page", "DescribeTopicPartitions (75)", "KIP-966")
def describe_topic_partitions(site: Site) -> Outcome:
    name = site.topic("paged", partitions=3)
    page = DescribeTopicPartitionsRequest(
        topics=[DescribeTopicPartitionsRequest.TopicRequest(name=name)], response_partition_limit=2, cursor=None
    )
    answer = site.wire.ask(page)
    (told,) = answer.topics
    cursor = answer.next_cursor is not None
    answered = f"{len(told.partitions)} of 3 partitions, a cursor to the rest: {cursor}"
    return seen(len(told.partitions) == 2 and cursor, answered)  # noqa: PLR2004  # two are asked


@probe(Area.NEGOTIATION, "The finalized features are told", "ApiVersions (18): finalized_features", "KIP-584")
def features(site: Site) -> Outcome:
    levels = ", ".join(f"{name} {level}" for name, level in sorted(site.features.items()))
    return supported(levels) if levels else no_effect("no feature is told")
