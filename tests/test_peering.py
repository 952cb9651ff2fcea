"""Peered clients: they arrive by the connection, find the brokers' names, and what is weakened is found."""

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

VPC, CIDR = "vpc-0123456789abcdef0", "10.80.0.0/16"
ADMITTED = [{"protocol": "SASL_SSL", "sources": ["10.42.0.0/16", CIDR]}]
PEERED: dict[str, Any] = {"clients": {"peering": [{"vpc": VPC, "cidr": CIDR}]}, "listeners": ADMITTED}


@pytest.fixture(scope="module")
def peered(rehearsed: Callable[..., Rehearsed]) -> Rehearsed:
    return rehearsed("poc", **PEERED)


@pytest.fixture(scope="module")
def before(peered: Rehearsed) -> Judged:
    return peered.judged()


def broken(judged: Judged) -> set[str]:
    found = [f for f in judged.findings if f.verdict is Verdict.BROKEN]
    assert all(f.claim.path for f in found)
    return {f.policy for f in found}


def asked(judged: Judged) -> list[Answer]:
    """What becomes of a packet from the machine in the peered network to each class of brokers."""
    (client,) = [n for n in judged.boundary.graph.nodes(NodeKind.NETWORK_INTERFACE) if n.properties["vpc"] == VPC]
    return [pair.answer for pair in pairs(judged.boundary, client.name, "kafka-sasl-ssl", "tcp", 9112)]


def test_clients_arrive_by_the_connection_and_nothing_is_broken(before: Judged) -> None:
    answers = asked(before)
    assert broken(before) == set()
    assert [one.verdict for one in answers] == [Reach.REACHES] * 3
    assert all(any(name.startswith("pcx-") for name in one.path) for one in answers)


def test_the_answer_says_so_of_packets(before: Judged) -> None:
    said = {c.text for a in before.answers for c in a.claims if c.verdict is Verdict.HOLDS}
    assert f"{CIDR} reaches kafka-sasl-ssl (tcp 9112) as declared" in {text.partition(", but")[0] for text in said}


def no_way(answer: dict[str, Any]) -> None:
    for table in answer["RouteTables"]:
        if table["VpcId"] != VPC:
            table["Routes"] = [one for one in table["Routes"] if "VpcPeeringConnectionId" not in one]


def no_way_back(answer: dict[str, Any]) -> None:
    for table in answer["RouteTables"]:
        if table["VpcId"] == VPC:
            table["Routes"] = [one for one in table["Routes"] if "VpcPeeringConnectionId" not in one]


def waiting(answer: dict[str, Any]) -> None:
    for one in answer["VpcPeeringConnections"]:
        one["Status"] = {"Code": "pending-acceptance"}


CHANGES: list[tuple[str, str, Mend]] = [
    ("our tables do not lead there", "DescribeRouteTables", no_way),
    ("theirs do not lead back", "DescribeRouteTables", no_way_back),
    ("nobody accepted the connection", "DescribeVpcPeeringConnections", waiting),
]


@pytest.mark.parametrize(("operation", "mend"), [c[1:] for c in CHANGES], ids=[c[0] for c in CHANGES])
def test_a_connection_that_carries_nothing_is_found_and_nobody_arrives(
    peered: Rehearsed, operation: str, mend: Mend
) -> None:
    judged = peered.judged(edit(operation, mend))
    assert {one.verdict for one in asked(judged)} == {Reach.BLOCKED}
    assert broken(judged) == {"P003"}


@pytest.mark.parametrize(
    ("clients", "words"),
    [
        ([{"vpc": VPC, "cidr": "10.42.128.0/17"}], "overlaps the environment's own 10.42.0.0/16"),
        ([{"vpc": VPC, "cidr": "10.81.0.0/16"}], "no listener admits 10.81.0.0/16"),
        ([{"vpc": VPC, "cidr": CIDR}, {"vpc": "vpc-00000000", "cidr": "10.80.1.0/24"}], "overlaps 10.80.0.0/16"),
        ([{"vpc": VPC, "cidr": CIDR}, {"vpc": VPC, "cidr": "10.90.0.0/16"}], "twice: two VPCs are peered once"),
        ([{"vpc": VPC, "cidr": "10.80.0.1/16"}], "is no IPv4 CIDR"),
        ([{"vpc": "clients", "cidr": CIDR}], "does not match"),
    ],
)
def test_what_no_route_can_carry_is_refused_before_anything_is_made(clients: list[dict[str, str]], words: str) -> None:
    overrides = {"clients": {"peering": clients}, "listeners": ADMITTED}
    with pytest.raises(SettingsError, match=words) as refused:
        rehearsed_settings(stack_file("poc"), overrides)
    assert "\n" not in str(refused.value)
