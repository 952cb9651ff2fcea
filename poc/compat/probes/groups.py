"""Consumer groups of both protocols, and their offsets."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from confluent_kafka import Consumer, ConsumerGroupTopicPartitions, KafkaException, TopicPartition
from kafka.protocol.admin import DescribeGroupsRequest
from kafka.protocol.consumer import LeaveGroupRequest, OffsetDeleteRequest

from poc.compat.messages import ConsumerGroupHeartbeatRequest
from poc.compat.probe import Area, Outcome, no_effect, probe, seen, supported
from poc.compat.site import SECONDS, collect, comes, done, dotted

if TYPE_CHECKING:
    from collections.abc import Callable

    from poc.compat.site import Site

_JOIN_SECONDS = 30.0
"""Joining may wait for group.initial.rebalance.delay.ms (3 s) and a rebalance."""


def _member(site: Site, group: str, topic: str, **conf: str) -> Consumer:
    options = {"group.id": group, "auto.offset.reset": "earliest", "enable.auto.commit": "false", **dotted(conf)}
    consumer = Consumer({**site.settings.librdkafka, **options})
    consumer.subscribe([topic])
    return consumer


def _settled(members: list[Consumer], holds: Callable[[list[int]], bool]) -> list[int]:
    """How many partitions each member has, once that holds or the time is over."""
    counts: list[int] = []

    def look() -> bool:
        nonlocal counts
        for member in members:
            message = member.poll(0.1)
            error = message.error() if message is not None else None
            if error is not None and (error.fatal() or not error.retriable()):
                raise KafkaException(error)
        counts = [len(member.assignment()) for member in members]
        return holds(counts)

    comes(look, _JOIN_SECONDS)
    return counts


def _shared(site: Site, what: str, **conf: str) -> Outcome:
    topic, group = site.topic(what, partitions=4), site.note_group(what)
    members = [_member(site, group, topic, **conf)]
    try:
        alone = _settled(members, lambda counts: counts == [4])
        members.append(_member(site, group, topic, **conf))
        both = _settled(members, lambda counts: counts == [2, 2])
    finally:
        for member in members:
            member.close()
    return seen((alone, both) == ([4], [2, 2]), f"4 partitions over one member {alone}, over two {both}")


@probe(Area.GROUPS, "Partitions are shared among the members of a classic group", "JoinGroup (11), SyncGroup (14)")
def group_range(site: Site) -> Outcome:
    return _shared(site, "range", partition_assignment_strategy="range")


@probe(Area.GROUPS, "Partitions move one by one (cooperative-sticky)", "JoinGroup (11), SyncGroup (14)", "KIP-429")
def group_cooperative(site: Site) -> Outcome:
    return _shared(site, "cooperative", partition_assignment_strategy="cooperative-sticky")


def _knocks(site: Site) -> None:
    """Join a group of the new protocol and leave it; raises what the cluster says, which librdkafka keeps to itself."""
    group = site.note_group("consumer-protocol-first")
    nothing = {"instance_id": None, "rack_id": None, "server_assignor": None}
    member, node = uuid.uuid4().hex, site.wire.coordinator(group)
    for epoch, names in ((0, [site.name("none")]), (-1, None)):
        beat = ConsumerGroupHeartbeatRequest(
            **nothing,
            group_id=group,
            member_id=member,
            member_epoch=epoch,
            rebalance_timeout_ms=30_000,
            subscribed_topic_names=names,
            topic_partitions=[] if epoch == 0 else None,
            version=0,
        )
        site.wire.ask(beat, node)


@probe(Area.GROUPS, "The new group protocol shares partitions", "ConsumerGroupHeartbeat (68)", "KIP-848")
def group_consumer_protocol(site: Site) -> Outcome:
    _knocks(site)
    return _shared(site, "consumer-protocol", group_protocol="consumer")


@probe(Area.GROUPS, "A static member comes back without a rebalance", "JoinGroup (11) group_instance_id", "KIP-345")
def static_membership(site: Site) -> Outcome:
    topic, group = site.topic("static", partitions=2), site.note_group("static")
    ids = []
    for _ in range(2):
        member = _member(site, group, topic, group_instance_id="one", session_timeout_ms="6000")
        try:
            _settled([member], lambda counts: counts == [2])
            ids.append(_members(site, group))
        finally:
            member.close()
    kept = _members(site, group)
    _put_out(site, group)
    told = f"{len(kept)} members after it left for a moment"
    return seen(len(ids[0]) == len(ids[1]) == len(kept) == 1, told)


def _members(site: Site, group: str) -> list[str]:
    answer = site.wire.ask(DescribeGroupsRequest(groups=[group]), site.wire.coordinator(group))
    return [member.member_id for member in answer.groups[0].members]


def _put_out(site: Site, group: str) -> None:
    identity = LeaveGroupRequest.MemberIdentity(member_id="", group_instance_id="one", reason="probe")
    site.wire.ask(LeaveGroupRequest(group_id=group, members=[identity], min_version=4), site.wire.coordinator(group))


@probe(Area.GROUPS, "A member can be put out of its group", "LeaveGroup (13) by instance id", "KIP-345")
def remove_member(site: Site) -> Outcome:
    topic, group = site.topic("remove-member"), site.note_group("remove-member")
    member = _member(site, group, topic, group_instance_id="one", session_timeout_ms="6000")
    _settled([member], lambda counts: counts == [1])
    member.close()
    _put_out(site, group)
    left = _members(site, group)
    return seen(not left, f"{len(left)} members left")


def _committed(site: Site, what: str, offset: int = 1) -> tuple[str, str]:
    topic, group = site.topic(what), site.note_group(what)
    site.write(topic, [b"a", b"b", b"c"])
    with site.consumer(group) as consumer:
        consumer.commit(offsets=[TopicPartition(topic, 0, offset, "note")], asynchronous=False)
    return topic, group


def _told(site: Site, group: str, topic: str) -> TopicPartition:
    asked = ConsumerGroupTopicPartitions(group, [TopicPartition(topic, 0)])
    (told,) = done(site.admin.list_consumer_group_offsets([asked], request_timeout=SECONDS)).topic_partitions
    found: TopicPartition = told
    return found


@probe(Area.GROUPS, "A committed offset is read back with its note", "OffsetCommit (8), OffsetFetch (9)")
def commit_offsets(site: Site) -> Outcome:
    topic, group = _committed(site, "commit-offsets")
    told = _told(site, group, topic)
    return seen((told.offset, told.metadata) == (1, "note"), f"offset {told.offset}, note {told.metadata!r}")


@probe(Area.GROUPS, "Reading goes on where the group committed", "OffsetFetch (9), Fetch (1)")
def resume(site: Site) -> Outcome:
    topic, group = _committed(site, "resume", 2)
    member = _member(site, group, topic)
    try:
        found = collect(member, 1, _JOIN_SECONDS)
    finally:
        member.close()
    return seen([m.offset() for m in found] == [2], f"first record at {[m.offset() for m in found]} after offset 2")


@probe(
    Area.GROUPS, "Offsets of an idle group are set by an administrator", "OffsetCommit (8) by the Admin API", "KIP-396"
)
def alter_offsets(site: Site) -> Outcome:
    topic, group = _committed(site, "alter-offsets")
    given = ConsumerGroupTopicPartitions(group, [TopicPartition(topic, 0, 3)])
    done(site.admin.alter_consumer_group_offsets([given], request_timeout=SECONDS))
    told = _told(site, group, topic).offset
    return seen(told == 3, f"offset {told} after 3 was set")  # noqa: PLR2004  # three was set


@probe(Area.GROUPS, "Offsets of a topic are deleted from a group", "OffsetDelete (47)", "KIP-496")
def delete_offsets(site: Site) -> Outcome:
    topic, group = _committed(site, "delete-offsets")
    kind = OffsetDeleteRequest.OffsetDeleteRequestTopic
    one = kind(name=topic, partitions=[kind.OffsetDeleteRequestPartition(partition_index=0)])
    site.wire.ask(OffsetDeleteRequest(group_id=group, topics=[one]), site.wire.coordinator(group))
    told = _told(site, group, topic).offset
    return seen(told < 0, f"offset {told} after deletion; none is below 0")


@probe(Area.GROUPS, "Groups are listed with their state", "ListGroups (16)", "KIP-518")
def list_groups(site: Site) -> Outcome:
    _, group = _committed(site, "list-groups")
    found = site.admin.list_consumer_groups(request_timeout=SECONDS).result(SECONDS)
    states = {one.group_id: one.state.name for one in found.valid}
    return seen(group in states, f"state {states.get(group)}")


@probe(Area.GROUPS, "A group is described", "DescribeGroups (15)")
def describe_group(site: Site) -> Outcome:
    topic, group = site.topic("describe-group"), site.note_group("describe-group")
    member = _member(site, group, topic)
    try:
        _settled([member], lambda counts: counts == [1])
        told = done(site.admin.describe_consumer_groups([group], request_timeout=SECONDS))
    finally:
        member.close()
    return seen(len(told.members) == 1, f"{told.state.name}, {len(told.members)} member, {told.partition_assignor}")


@probe(Area.GROUPS, "A group is deleted", "DeleteGroups (42)", "KIP-229")
def delete_group(site: Site) -> Outcome:
    _, group = _committed(site, "delete-group")
    done(site.admin.delete_consumer_groups([group], request_timeout=SECONDS))
    listed = site.admin.list_consumer_groups(request_timeout=SECONDS).result(SECONDS).valid
    return seen(group not in {one.group_id for one in listed}, "it is not listed any more")


@probe(Area.GROUPS, "A commit of a member that is none is refused", "OffsetCommit (8) with a stale generation")
def stale_commit(site: Site) -> Outcome:
    topic, group = site.topic("stale"), site.note_group("stale")
    member = _member(site, group, topic, session_timeout_ms="6000")
    try:
        _settled([member], lambda counts: counts == [1])
        with site.consumer(group) as stranger:
            stranger.commit(offsets=[TopicPartition(topic, 0, 1)], asynchronous=False)
    except KafkaException as error:
        return supported(str(error.args[0].name()))
    finally:
        member.close()
    return no_effect("a stranger committed for a group with members")
