"""Topics and partitions by the Admin API."""

from __future__ import annotations

from typing import TYPE_CHECKING

import kafka.errors
from confluent_kafka import KafkaException
from confluent_kafka.admin import NewPartitions, NewTopic
from kafka.protocol.admin import (
    AlterPartitionReassignmentsRequest,
    AlterReplicaLogDirsRequest,
    DescribeLogDirsRequest,
    DescribeQuorumRequest,
    ElectLeadersRequest,
    ListPartitionReassignmentsRequest,
    UpdateFeaturesRequest,
)

from poc.compat.probe import Area, Outcome, no_effect, overridden, probe, seen, supported
from poc.compat.site import SECONDS, comes, done

if TYPE_CHECKING:
    from poc.compat.site import Site

_COPIES = 3
_ELECTION_NOT_NEEDED = 84


@probe(Area.TOPICS, "A topic is created as asked", "CreateTopics (19): 3 partitions")
def create_topic(site: Site) -> Outcome:
    known = site.wire.topic(site.topic("create", partitions=3))
    return seen(len(known.partitions) == 3, f"{len(known.partitions)} partitions of 3")  # noqa: PLR2004  # three are asked


@probe(Area.TOPICS, "A creation is only checked", "CreateTopics (19): validate_only")
def create_topic_validate_only(site: Site) -> Outcome:
    name = site.note_topic("validate-only")
    done(site.admin.create_topics([NewTopic(name, 1, -1)], request_timeout=SECONDS, validate_only=True))
    there = name in site.admin.list_topics(timeout=SECONDS).topics
    return seen(not there, f"created: {there}")


@probe(Area.TOPICS, "A topic with three replicas has three", "CreateTopics (19): replication_factor=3")
def create_replication_factor(site: Site) -> Outcome:
    known = site.wire.topic(site.topic("replicas", copies=_COPIES))
    count = len(known.partitions[0].replica_nodes)
    return (supported if count == _COPIES else overridden)(f"{count} replicas of {_COPIES}")


@probe(Area.TOPICS, "Replicas are placed as asked", "CreateTopics (19): replica_assignment")
def create_assignment(site: Site) -> Outcome:
    name, node = site.note_topic("assignment"), min(site.admin.list_topics(timeout=SECONDS).brokers)
    done(site.admin.create_topics([NewTopic(name, 1, replica_assignment=[[node]])], request_timeout=SECONDS))
    comes(lambda: site.wire.topic(name).partitions)
    placed = list(site.wire.topic(name).partitions[0].replica_nodes)
    return (supported if placed == [node] else overridden)(f"replicas {placed} for [{node}]")


@probe(Area.TOPICS, "min.insync.replicas holds as it is set at creation", "CreateTopics (19): min.insync.replicas=2")
def create_min_insync_replicas(site: Site) -> Outcome:
    value = site.configs(site.topic("min-insync", min__insync__replicas="2"))["min.insync.replicas"].value
    return (supported if value == "2" else overridden)(f"min.insync.replicas is {value} after creation with 2")


@probe(Area.TOPICS, "A name that is none is refused", "CreateTopics (19): a name with a slash")
def create_bad_name(site: Site) -> Outcome:
    return _refuses(site, NewTopic(site.name("a/b"), 1, -1), 17)


@probe(Area.TOPICS, "A topic is not created twice", "CreateTopics (19) again")
def create_twice(site: Site) -> Outcome:
    return _refuses(site, NewTopic(site.topic("twice"), 1, -1), 36)


def _refuses(site: Site, topic: NewTopic, code: int) -> Outcome:
    try:
        done(site.admin.create_topics([topic], request_timeout=SECONDS))
    except KafkaException as error:
        return seen(error.args[0].code() == code, f"{error.args[0].name()} ({error.args[0].code()})")
    site.note_topic(topic.topic.removeprefix(site.prefix))
    return no_effect("it was created")


@probe(Area.TOPICS, "Partitions are added", "CreatePartitions (37)", "KIP-195")
def create_partitions(site: Site) -> Outcome:
    name = site.topic("partitions")
    done(site.admin.create_partitions([NewPartitions(name, 4)], request_timeout=SECONDS))
    grown = comes(lambda: len(site.wire.topic(name).partitions) == 4)  # noqa: PLR2004  # four are asked
    return seen(grown, f"{len(site.wire.topic(name).partitions)} partitions of 4")


@probe(Area.TOPICS, "A topic is deleted", "DeleteTopics (20)")
def delete_topic(site: Site) -> Outcome:
    name = site.topic("delete")
    done(site.admin.delete_topics([name], request_timeout=SECONDS))
    return seen(comes(lambda: name not in site.admin.list_topics(timeout=SECONDS).topics), "it is not listed any more")


@probe(Area.TOPICS, "A topic of a deleted one's name starts empty", "DeleteTopics (20), CreateTopics (19)")
def create_again(site: Site) -> Outcome:
    name = site.topic("again")
    site.write(name, [b"old"])
    done(site.admin.delete_topics([name], request_timeout=SECONDS))
    comes(lambda: name not in site.admin.list_topics(timeout=SECONDS).topics)
    site.topic("again")
    site.write(name, [b"new"])
    values = [message.value() for message in site.read(name, 1)]
    return seen(values == [b"new"], f"first record {values}")


@probe(Area.TOPICS, "Preferred leaders are elected", "ElectLeaders (43)", "KIP-460")
def elect_leaders(site: Site) -> Outcome:
    name = site.topic("elect")
    kind = ElectLeadersRequest.TopicPartitions
    request = ElectLeadersRequest(
        election_type=0, topic_partitions=[kind(topic=name, partitions=[0])], timeout_ms=10_000
    )
    answer = site.wire.send(request, site.wire.controller())
    code = answer.error_code or answer.replica_election_results[0].partition_result[0].error_code
    if code not in {0, _ELECTION_NOT_NEEDED}:
        raise kafka.errors.for_code(code)
    return supported("elected" if code == 0 else "the preferred replica leads already")


def _reassign(site: Site, name: str, nodes: list[int]) -> list[int]:
    kind = AlterPartitionReassignmentsRequest.ReassignableTopic
    partition = kind.ReassignablePartition(partition_index=0, replicas=nodes)
    request = AlterPartitionReassignmentsRequest(
        timeout_ms=10_000, allow_replication_factor_change=True, topics=[kind(name=name, partitions=[partition])]
    )
    site.wire.ask(request, site.wire.controller())

    def moved() -> bool:
        return sorted(site.wire.topic(name).partitions[0].replica_nodes) == sorted(nodes)

    comes(moved)
    return list(site.wire.topic(name).partitions[0].replica_nodes)


@probe(Area.TOPICS, "A partition is moved to another broker", "AlterPartitionReassignments (45)", "KIP-455")
def reassign(site: Site) -> Outcome:
    name = site.topic("reassign")
    here = list(site.wire.topic(name).partitions[0].replica_nodes)
    others = sorted(set(site.admin.list_topics(timeout=SECONDS).brokers) - set(here))
    wanted = [*here[1:], others[0]] if others else here
    now = _reassign(site, name, wanted)
    told = f"replicas {now} for {wanted}" + ("" if others else "; there is no other broker to move it to")
    return seen(sorted(now) == sorted(wanted), told)


@probe(Area.TOPICS, "A partition gets a second replica", "AlterPartitionReassignments (45): two replicas", "KIP-455")
def reassign_two_replicas(site: Site) -> Outcome:
    name = site.topic("two-replicas", copies=1)
    nodes = sorted(site.admin.list_topics(timeout=SECONDS).brokers)
    # With one broker a second replica is asked of a broker that is not there: what matters is what is said to it.
    wanted = nodes[:2] if len(nodes) > 1 else [nodes[0], nodes[0] + 1]
    now = _reassign(site, name, wanted)
    return (supported if sorted(now) == wanted else overridden)(f"replicas {now} for {wanted}")


@probe(Area.TOPICS, "Moves that go on are listed", "ListPartitionReassignments (46)", "KIP-455")
def list_reassignments(site: Site) -> Outcome:
    one = ListPartitionReassignmentsRequest.ListPartitionReassignmentsTopics(
        name=site.topic("reassignments"), partition_indexes=[0]
    )
    answer = site.wire.ask(ListPartitionReassignmentsRequest(timeout_ms=10_000, topics=[one]), site.wire.controller())
    return supported(f"{len(answer.topics)} go on")


def _log_dir(site: Site, name: str) -> tuple[str, int]:
    one = DescribeLogDirsRequest.DescribableLogDirTopic(topic=name, partitions=[0])
    answer = site.wire.ask(DescribeLogDirsRequest(topics=[one]), site.wire.leader(name))
    for result in answer.results:
        for topic in result.topics:
            return result.log_dir, topic.partitions[0].partition_size
    return "", 0


@probe(Area.TOPICS, "Sizes on disk are told", "DescribeLogDirs (35)", "KIP-113")
def describe_log_dirs(site: Site) -> Outcome:
    name = site.topic("log-dirs")
    site.write(name, [b"x" * 1000])
    where, size = _log_dir(site, name)
    return seen(bool(where) and size >= 1000, f"{size} bytes after a record of 1,000")  # noqa: PLR2004  # its size


@probe(
    Area.TOPICS, "A replica is moved between the disks of a broker", "AlterReplicaLogDirs (34), to the same", "KIP-113"
)
def alter_log_dirs(site: Site) -> Outcome:
    name = site.topic("alter-log-dirs")
    where, _ = _log_dir(site, name)
    kind = AlterReplicaLogDirsRequest.AlterReplicaLogDir
    topic = kind.AlterReplicaLogDirTopic(name=name, partitions=[0])
    site.wire.ask(AlterReplicaLogDirsRequest(dirs=[kind(path=where, topics=[topic])]), site.wire.leader(name))
    return supported(f"to {where or 'an empty path'}")


@probe(Area.TOPICS, "The controllers' quorum is described", "DescribeQuorum (55)", "KIP-595")
def describe_quorum(site: Site) -> Outcome:
    kind = DescribeQuorumRequest.TopicData
    one = kind(topic_name="__cluster_metadata", partitions=[kind.PartitionData(partition_index=0)])
    answer = site.wire.ask(DescribeQuorumRequest(topics=[one]))
    told = answer.topics[0].partitions[0]
    return supported(f"leader {told.leader_id}, {len(told.current_voters)} voters")


@probe(Area.TOPICS, "A change of features can be tried", "UpdateFeatures (57): validate_only", "KIP-584")
def update_features(site: Site) -> Outcome:
    level = site.features.get("metadata.version")
    if level is None:
        return no_effect("the broker tells no metadata.version")
    same = UpdateFeaturesRequest.FeatureUpdateKey(feature="metadata.version", max_version_level=level, upgrade_type=1)
    request = UpdateFeaturesRequest(timeout_ms=10_000, feature_updates=[same], validate_only=True, min_version=1)
    site.wire.ask(request, site.wire.controller())
    return supported(f"metadata.version {level} may stay")
