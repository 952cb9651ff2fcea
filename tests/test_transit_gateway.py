"""Clients behind a transit gateway: they arrive by its attachments, and what is weakened is found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from answers import edit

from audit.model.errors import SettingsError
from audit.model.graph import NodeKind
from audit.model.verdict import Verdict
from audit.reach.path import Reach
from cli.reaching import pairs
from stacks.stack_files import rehearsed_settings, stack_file

if TYPE_CHECKING:
    from collections.abc import Callable

    from answers import Mend
    from conftest import Rehearsed

    from audit.reach.packets import Answer
    from cli.judging import Judged

GATEWAY, VPC, CIDR = "tgw-0123456789abcdef0", "vpc-0fedcba9876543210", "10.90.0.0/16"
ADMITTED = [{"protocol": "SASL_SSL", "sources": ["10.42.0.0/16", CIDR]}]


def behind(*networks: dict[str, str]) -> dict[str, Any]:
    return {"clients": {"transit_gateway": {"id": GATEWAY, "networks": list(networks)}}, "listeners": ADMITTED}


@pytest.fixture(scope="module")
def attached(rehearsed: Callable[..., Rehearsed]) -> Rehearsed:
    return rehearsed("poc", **behind({"cidr": CIDR, "vpc": VPC}))


@pytest.fixture(scope="module")
def before(attached: Rehearsed) -> Judged:
    return attached.judged()


def broken(judged: Judged) -> set[str]:
    found = [f for f in judged.findings if f.verdict is Verdict.BROKEN]
    assert all(f.claim.path for f in found)
    return {f.policy for f in found}


def asked(judged: Judged) -> list[Answer]:
    """What becomes of a packet from the machine in the clients' network to each class of brokers."""
    (client,) = [
        node
        for node in judged.boundary.graph.nodes(NodeKind.NETWORK_INTERFACE)
        if node.properties["vpc"] == VPC and node.properties["instance"]
    ]
    return [pair.answer for pair in pairs(judged.boundary, client.name, "kafka-sasl-ssl", "tcp", 9112)]


def test_clients_arrive_by_the_gateway_and_nothing_is_broken(before: Judged) -> None:
    answers = asked(before)
    assert broken(before) == set()
    assert [one.verdict for one in answers] == [Reach.REACHES] * 3
    assert all(GATEWAY in one.path for one in answers)


def no_way(answer: dict[str, Any]) -> None:
    for table in answer["RouteTables"]:
        if table["VpcId"] != VPC:
            table["Routes"] = [one for one in table["Routes"] if "TransitGatewayId" not in one]


def blackhole(answer: dict[str, Any]) -> None:
    for one in answer["Routes"]:
        one["State"] = "blackhole"


CHANGES: list[tuple[str, str, Mend]] = [
    ("our tables do not lead there", "DescribeRouteTables", no_way),
    ("the gateway's table leads nowhere", "SearchTransitGatewayRoutes", blackhole),
]


@pytest.mark.parametrize(("operation", "mend"), [c[1:] for c in CHANGES], ids=[c[0] for c in CHANGES])
def test_a_gateway_that_carries_nothing_is_found_and_nobody_arrives(
    attached: Rehearsed, operation: str, mend: Mend
) -> None:
    judged = attached.judged(edit(operation, mend))
    assert {one.verdict for one in asked(judged)} == {Reach.BLOCKED}
    assert broken(judged) == {"P003"}


@pytest.mark.parametrize(
    ("networks", "words"),
    [
        ([{"cidr": "10.42.128.0/17"}], "overlaps the environment's own 10.42.0.0/16"),
        ([{"cidr": "10.91.0.0/16"}], "no listener admits 10.91.0.0/16"),
        ([{"cidr": CIDR}, {"cidr": "10.90.1.0/24"}], "overlaps 10.90.0.0/16 of the same gateway"),
        ([{"cidr": "10.90.0.1/16"}], "is no IPv4 CIDR"),
        ([], "at least 1"),
    ],
)
def test_what_no_route_can_carry_is_refused_before_anything_is_made(networks: list[dict[str, str]], words: str) -> None:
    with pytest.raises(SettingsError, match=words) as refused:
        rehearsed_settings(stack_file("poc"), behind(*networks))
    assert "\n" not in str(refused.value)
