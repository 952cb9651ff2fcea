"""SNS: topics, their policies and subscriptions."""

from __future__ import annotations

from stacks.rehearsal.row import Call, Row

DIFFERS = {
    "aws:sns/topicSubscription:TopicSubscription": "the emulator confirms every subscription at once; AWS waits for "
    "the receiver of an e-mail to confirm it",
}


def _attribute(name: str, value: str) -> Call:
    return Call(
        operation="SetTopicAttributes",
        params={"TopicArn": "id", "AttributeName": f"'{name}'", "AttributeValue": f"inputs.{value}"},
        when=f"inputs.{value}",
    )


ROWS = (
    Row(
        type="aws:sns/topic:Topic",
        service="sns",
        create=Call(
            operation="CreateTopic",
            params={
                "Name": "inputs.name",
                "Tags": "tags",
                "Attributes": "prune({KmsMasterKeyId: inputs.kmsMasterKeyId, DisplayName: inputs.displayName, "
                "Policy: inputs.policy})",
            },
        ),
        named="name",
        spread=False,
        id="answers.CreateTopic.TopicArn",
        update=(
            _attribute("KmsMasterKeyId", "kmsMasterKeyId"),
            _attribute("DisplayName", "displayName"),
            _attribute("Policy", "policy"),
        ),
        outputs={"arn": "id", "owner": "account"},
        delete=(Call(operation="DeleteTopic", params={"TopicArn": "id"}),),
        read=Call(
            operation="GetTopicAttributes",
            params={"TopicArn": "id"},
            absent=frozenset({"NotFound", "NotFoundException"}),
        ),
        tagged=True,
    ),
    Row(
        type="aws:sns/topicPolicy:TopicPolicy",
        service="sns",
        create=Call(
            operation="SetTopicAttributes",
            params={"TopicArn": "inputs.arn", "AttributeName": "'Policy'", "AttributeValue": "inputs.policy"},
        ),
        spread=False,
        id="inputs.arn",
        outputs={"owner": "account"},
        stays="AWS has no topic without a policy",
        read=Call(
            operation="GetTopicAttributes",
            params={"TopicArn": "id"},
            absent=frozenset({"NotFound", "NotFoundException"}),
            shows="answers.GetTopicAttributes.Attributes.Policy",
        ),
    ),
    Row(
        type="aws:sns/topicSubscription:TopicSubscription",
        service="sns",
        create=Call(
            operation="Subscribe",
            params={
                "TopicArn": "inputs.topic",
                "Protocol": "inputs.protocol",
                "Endpoint": "inputs.endpoint",
                "ReturnSubscriptionArn": "`true`",
            },
        ),
        spread=False,
        id="answers.Subscribe.SubscriptionArn",
        outputs={"arn": "id", "ownerId": "account"},
        delete=(Call(operation="Unsubscribe", params={"SubscriptionArn": "id"}),),
        read=Call(
            operation="GetSubscriptionAttributes",
            params={"SubscriptionArn": "id"},
            absent=frozenset({"NotFound", "NotFoundException"}),
        ),
    ),
)
