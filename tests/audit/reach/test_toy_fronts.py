"""What must come out of the toy networks with load balancers, PrivateLink and private names."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from audit.graph.build import build
from audit.model.graph import INTERNET
from audit.model.snapshot import Snapshot
from audit.reach.names import resolves
from audit.reach.paths import arrivals, service_paths

if TYPE_CHECKING:
    from audit.model.graph import BoundaryGraph

ACCOUNTS = Path(__file__).parents[2] / "accounts"
ENDPOINT = "arn:aws:ec2:us-east-1:222222222222:vpc-endpoint/vpce-clients"


@cache
def read(name: str) -> BoundaryGraph:
    return build(Snapshot.read(ACCOUNTS / f"network-{name}"))


def by_balancer(group: str, network: str = "balancers") -> set[tuple[str, str, str]]:
    """Verdict, reason and origin of what arrives by a load balancer."""
    found = arrivals(read(network), [group], "tcp", 9112)
    return {(path.verdict, path.reason, path.origin.rpartition(":")[2]) for path in found if path.via}


def through(group: str) -> set[str]:
    found = arrivals(read("balancers"), [group], "tcp", 9112)
    return {source for path in found if path.via and path.verdict == "reaches" for source in path.sources}


def test_a_target_that_sees_the_clients_admits_clients() -> None:
    assert through("sg-kept") == {"10.0.2.0/24"}


def test_a_target_that_sees_the_load_balancer_admits_the_load_balancer() -> None:
    assert through("sg-hidden") == {"10.0.2.0/24"}


def test_a_target_that_sees_the_load_balancer_and_admits_clients_gets_nothing_by_it() -> None:
    assert by_balancer("sg-wrong") == set()


def test_a_public_load_balancer_lets_the_internet_in_to_a_private_instance() -> None:
    assert ("reaches", "through_load_balancer", INTERNET) in by_balancer("sg-public")


def test_an_application_load_balancer_lets_in_whom_its_own_group_admits() -> None:
    assert by_balancer("sg-console") == {("reaches", "through_load_balancer", INTERNET)}
    assert through("sg-console") == {"203.0.113.0/24"}


def test_an_accepted_endpoint_enters_and_one_that_waits_does_not() -> None:
    found = by_balancer("sg-brokers", "private-link")

    assert ("reaches", "through_privatelink", "vpc-endpoint/vpce-clients") in found
    assert ("blocked", "connection_not_accepted", "333333333333") in found


def test_the_consumer_reaches_the_broker_by_its_endpoint() -> None:
    found = service_paths(read("private-link"), ["sg-clients"], "tcp", 9092)
    assert {(path.verdict, path.target.rpartition("/")[2]) for path in found} == {("reaches", "eni-broker")}


@pytest.mark.parametrize(
    ("name", "vpc", "verdict"),
    [
        ("bootstrap.kafka.internal", "vpc-brokers", "reaches"),
        ("bootstrap.kafka.shared", "vpc-brokers", "reaches"),
        ("bootstrap.kafka.shared", "vpc-clients", "reaches"),
    ],
)
def test_a_name_resolves_in_the_vpcs_of_its_zone(name: str, vpc: str, verdict: str) -> None:
    answer = resolves(read("private-names"), name, vpc)
    assert (answer.verdict, answer.addresses) == (verdict, ("10.0.0.10",))


def test_a_name_does_not_resolve_outside_the_vpcs_of_its_zone() -> None:
    assert resolves(read("private-names"), "bootstrap.kafka.internal", "vpc-clients").verdict != "reaches"
