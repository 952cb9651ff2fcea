from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from audit.model.facts import Unknown
from audit.model.graph import Citation, NodeKind
from audit.services import sns

if TYPE_CHECKING:
    from audit.services.row import Row


@pytest.mark.parametrize("row", sns.ROWS, ids=lambda row: row.name)
def test_a_row_is_a_call_that_botocore_knows(row: Row, shapes: Any) -> None:
    shapes.check(row)


@pytest.mark.parametrize("row", sns.ROWS, ids=lambda row: row.name)
def test_what_a_row_would_have_shown_is_unknown_when_it_was_denied(row: Row, whole_account: Any) -> None:
    assert whole_account.everything().unknowns() == []
    assert row.permission in {unknown.permission for unknown in whole_account.denied(row).everything().unknowns()}


@pytest.mark.parametrize("row", sns.ROWS, ids=lambda row: row.name)
def test_what_a_row_would_have_shown_is_unknown_when_it_was_never_asked(row: Row, whole_account: Any) -> None:
    unknowns = whole_account.without(row).everything().unknowns()
    assert (row.permission, "NotCollected") in {(unknown.permission, unknown.code) for unknown in unknowns}


ACCOUNT, OTHER, REGION = "111122223333", "444455556666", "eu-central-1"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:alerts"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/k-1"


def test_a_topic_names_its_key_its_writers_and_its_subscribers(world: Any) -> None:
    service = '{"Statement": [{"Effect": "Allow", "Principal": {"Service": "cloudwatch.amazonaws.com"}, "Action": "sns:Publish"}]}'
    queue = f"arn:aws:sqs:{REGION}:{OTHER}:q"
    heard = [{"Protocol": "sqs", "Endpoint": queue}, {"Protocol": "email", "Endpoint": "a@example.org"}]
    world.says("sns:ListTopics", {"Topics": [{"TopicArn": TOPIC}]})
    said = world.says(
        "sns:GetTopicAttributes", {"Attributes": {"Policy": service, "KmsMasterKeyId": "k-1"}}, {"TopicArn": TOPIC}
    )
    world.says("sns:ListSubscriptionsByTopic", {"Subscriptions": heard}, {"TopicArn": TOPIC})
    world.says("sns:ListTagsForResource", {"Tags": [{"Key": "a", "Value": "b"}]}, {"ResourceArn": TOPIC})
    found = world.described(sns)
    properties = found.nodes[TOPIC].properties
    assert [properties[name] for name in ("key", "subscriptions", "tags")] == [KEY, heard, {"a": "b"}]
    assert {edge for edge in found.edges if edge[0] == TOPIC} == {
        (TOPIC, "encrypted_with", KEY),
        (TOPIC, "grants", "cloudwatch.amazonaws.com"),
        (TOPIC, "notifies", queue),
    }
    assert found.edge("grants", "cloudwatch.amazonaws.com").because == (
        Citation(said.id, "topic_policy", "/Statement/0"),
    )
    assert (found.nodes[queue].kind, found.nodes[queue].account) == (NodeKind.RECEIVER, OTHER)


def test_a_topic_that_was_only_listed_has_unknown_facts(world: Any) -> None:
    world.says("sns:ListTopics", {"Topics": [{"TopicArn": TOPIC}]})
    properties = world.described(sns).nodes[TOPIC].properties
    assert all(isinstance(properties[name], Unknown) for name in ("policy", "key", "subscriptions", "tags"))


def test_a_topic_without_a_key_has_none(world: Any) -> None:
    world.says("sns:ListTopics", {"Topics": [{"TopicArn": TOPIC}]})
    world.says("sns:GetTopicAttributes", {"Attributes": {}}, {"TopicArn": TOPIC})
    assert world.described(sns).nodes[TOPIC].properties["key"] is None
