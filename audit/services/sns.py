"""SNS: topics with their policy, key and subscriptions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audit.model.arn import Arn, is_arn
from audit.model.graph import Edge, EdgeKind, Gap, Node, NodeKind
from audit.model.snapshot import GLOBAL
from audit.services.grants import grants
from audit.services.kms import encrypted_with, key_arn
from audit.services.reading import document, named_first, record_id, tags, then, whole
from audit.services.receivers import receiver
from audit.services.row import Detail, Row

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from audit.model.facts import Fact
    from audit.services.facts import Facts


def _detail(operation: str, why: str, parameter: str = "TopicArn", leads: Mapping[Detail, str] | None = None) -> Row:
    return Row(
        "sns", operation, f"sns:{operation}", why, parent="sns:ListTopics",
        each=f"Topics[].{{{parameter}: TopicArn}}", detail=Detail.TOPIC, leads=leads or {},
    )  # fmt: skip


ROWS: tuple[Row, ...] = (
    Row("sns", "ListTopics", "sns:ListTopics", "which topics there are"),
    _detail("GetTopicAttributes", "a topic's policy and key", leads={Detail.KEY: "Attributes.KmsMasterKeyId"}),
    _detail("ListSubscriptionsByTopic", "who hears what a topic says"),
    _detail("ListTagsForResource", "a topic's tags", "ResourceArn"),
)


def describe(facts: Facts) -> Iterator[Node | Edge | Gap]:
    """Every topic of the account in the region."""
    if facts.region != GLOBAL:
        yield from facts.described("sns:ListTopics", "Topics", (NodeKind.TOPIC,), _topic)


def _topic(facts: Facts, topic: dict[str, Any], record: str) -> Iterator[Node | Edge]:
    arn, params = topic["TopicArn"], {"TopicArn": topic["TopicArn"]}
    policy = document(facts, "sns:GetTopicAttributes", "Attributes.Policy", params)
    written = facts.value("sns:GetTopicAttributes", "Attributes.KmsMasterKeyId", params)
    subscriptions = whole(facts, "sns:ListSubscriptionsByTopic", "Subscriptions", params)
    properties: dict[str, Fact] = {
        "policy": policy,
        "key": then(written, lambda key: key_arn(facts, key or None)),
        "subscriptions": subscriptions,
        "tags": tags(facts.value("sns:ListTagsForResource", "Tags", {"ResourceArn": arn})),
    }
    said, heard = (
        record_id(facts, name, params) for name in ("sns:GetTopicAttributes", "sns:ListSubscriptionsByTopic")
    )
    records = named_first(said, record, heard, record_id(facts, "sns:ListTagsForResource", {"ResourceArn": arn}))
    yield Node(arn, NodeKind.TOPIC, Arn.parse(arn).name, facts.account, facts.region, properties, records)
    yield Edge(facts.account, arn, EdgeKind.OWNS, {}, (record,))
    yield from encrypted_with(arn, properties["key"], said)
    yield from grants(facts, arn, policy, said, "topic_policy")
    yield from _subscribers(arn, subscriptions, heard)


def _subscribers(arn: str, subscriptions: Fact, record: str) -> Iterator[Node | Edge]:
    """Subscribers that AWS knows by ARN; mail addresses and web hooks stay in ``subscriptions``."""
    for subscription in subscriptions if isinstance(subscriptions, list) else ():
        endpoint = subscription["Endpoint"]
        if is_arn(endpoint):
            yield from receiver(endpoint, record)
            yield Edge(arn, endpoint, EdgeKind.NOTIFIES, {"protocol": subscription["Protocol"]}, (record,))
