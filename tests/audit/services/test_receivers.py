from __future__ import annotations

import pytest

from audit.model.graph import Edge, EdgeKind, Node, NodeKind
from audit.services.receivers import receiver

QUEUE = "arn:aws:sqs:eu-central-1:444455556666:q"


def test_a_receiver_belongs_to_the_account_in_its_name() -> None:
    assert list(receiver(QUEUE, "r")) == [
        Node(QUEUE, NodeKind.RECEIVER, "q", "444455556666", "eu-central-1", {"service": "sqs"}, ("r",)),
        Edge("444455556666", QUEUE, EdgeKind.OWNS, {}, ("r",)),
    ]


@pytest.mark.parametrize(
    "arn", ["arn:aws:sns:r:444455556666:t", "arn:aws:s3:::b", "arn:aws:logs:r:1:log-group:/g", "a@example.org"]
)
def test_what_another_service_describes_and_what_is_no_arn_is_left_out(arn: str) -> None:
    assert list(receiver(arn, "r")) == []


def test_an_action_of_ec2_has_no_owner() -> None:
    assert [type(element) for element in receiver("arn:aws:automate:eu-central-1:ec2:stop", "r")] == [Node]
