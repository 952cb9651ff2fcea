"""Load balancers before brokers: their clients are found, and what is not understood stays in doubt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from audit.model.graph import INTERNET
from audit.reach.path import Reach
from audit.reach.paths import arrivals

if TYPE_CHECKING:
    from audit.model.graph import BoundaryGraph
    from audit.reach.path import Path

TARGET = {"Id": "10.0.1.10", "Port": 9112}
DOOR = "arn:aws:elasticloadbalancing:us-east-1:111111111111:loadbalancer/app/door/1"


@pytest.fixture
def balanced(toy: Any, allow: Any) -> Any:
    """Brokers that admit the load balancer's group alone; the load balancer listens on 443 and admits subnet-c."""
    toy.table("rtb-1").group("sg-broker", [allow(9112, groups=["sg-door"])])
    toy.group("sg-door", [allow(443, cidrs=["10.0.2.0/24"]), allow(80, cidrs=["10.0.1.0/24"])])
    return toy.balancer("internal", 443, TARGET)


def by_balancer(graph: BoundaryGraph) -> list[Path]:
    return [path for path in arrivals(graph, ["sg-broker"], "tcp", 9112) if path.via or path.origin == DOOR]


def test_the_clients_of_a_listener_come_by_the_load_balancer(balanced: Any) -> None:
    (path,) = by_balancer(balanced.graph())

    assert (path.verdict, path.reason, path.via) == (Reach.REACHES, "through_load_balancer", DOOR)
    assert (path.sources, path.ports) == (("10.0.2.0/24",), ((9112, 9112),))
    assert DOOR in [hop.node for hop in path.hops]
    assert all(citation.record for hop in path.hops for citation in hop.because)


def test_the_load_balancer_itself_arrives_as_any_interface(balanced: Any) -> None:
    paths = arrivals(balanced.graph(), ["sg-broker"], "tcp", 9112)
    (direct,) = [path for path in paths if not path.via]

    assert (direct.verdict, direct.groups, direct.sources) == (Reach.REACHES, ("sg-door",), ("10.0.2.20/32",))


def test_an_internet_facing_load_balancer_opens_private_brokers(balanced: Any, allow: Any) -> None:
    balanced.said["DescribeRouteTables"][0]["Routes"].append(
        {"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1", "State": "active"}
    )
    balanced.internet_gateway().said["DescribeNetworkInterfaces"][-1]["Association"] = {"PublicIp": "203.0.113.5"}
    balanced.said["DescribeSecurityGroups"][-1]["IpPermissions"] = [allow(443, cidrs=["0.0.0.0/0"])]
    found = [path for path in by_balancer(balanced.graph()) if path.origin == INTERNET]

    assert {path.verdict for path in found} == {Reach.REACHES}


def test_a_target_that_does_not_admit_the_load_balancer_is_not_reached_by_it(balanced: Any, allow: Any) -> None:
    balanced.said["DescribeSecurityGroups"][1]["IpPermissions"] = [allow(9112, cidrs=["10.0.1.0/24"])]

    assert by_balancer(balanced.graph()) == []


def test_a_load_balancer_without_a_listener_sends_nothing_on(balanced: Any) -> None:
    balanced.answers["elbv2:DescribeListeners"] = {"Listeners": []}

    assert by_balancer(balanced.graph()) == []


@pytest.mark.parametrize("second", ["redirect", "forward"])
def test_another_listener_may_send_on_by_rules_that_are_not_read(balanced: Any, listens: Any, second: str) -> None:
    listeners = [listens(443, "tg", "HTTPS"), listens(80, "tg", "HTTP")]
    if second == "redirect":
        listeners[1]["DefaultActions"] = [{"Type": "redirect"}]
    balanced.answers["elbv2:DescribeListeners"] = {"Listeners": listeners}
    found = {(path.verdict, path.sources) for path in by_balancer(balanced.graph())}

    by_second = Reach.REACHES if second == "forward" else Reach.UNKNOWN
    assert found == {(Reach.REACHES, ("10.0.2.0/24",)), (by_second, ("10.0.1.0/24",))}


def test_what_comes_by_a_sure_listener_is_not_doubted_for_another(balanced: Any, allow: Any, listens: Any) -> None:
    listeners = [listens(443, "tg", "HTTPS"), {"Port": 80, "Protocol": "HTTP"}]
    balanced.answers["elbv2:DescribeListeners"] = {"Listeners": listeners}
    balanced.said["DescribeSecurityGroups"][-1]["IpPermissions"] = [allow((80, 443), cidrs=["10.0.2.0/24"])]
    (path,) = by_balancer(balanced.graph())

    assert (path.verdict, path.sources) == (Reach.REACHES, ("10.0.2.0/24",))


def test_another_target_is_nobodys_way_here(balanced: Any) -> None:
    other = {"TargetHealthDescriptions": [{"Target": {"Id": "10.0.2.10", "Port": 9112}}]}
    balanced.answers["elbv2:DescribeTargetHealth"] = other

    assert by_balancer(balanced.graph()) == []


@pytest.mark.parametrize(
    ("operation", "word"),
    [
        ("elbv2:DescribeListeners", "load_balancer_unread"),
        ("elbv2:DescribeLoadBalancers", "load_balancer_unread"),
        ("elbv2:DescribeTargetHealth", "target_group_unread"),
        ("elbv2:DescribeTargetGroups", "target_group_unread"),
    ],
)
def test_what_was_not_read_of_it_is_in_doubt(balanced: Any, operation: str, word: str) -> None:
    paths = arrivals(balanced.refuse(operation).graph(), ["sg-broker"], "tcp", 9112)
    doubted = [path for path in paths if path.verdict is Reach.UNKNOWN]

    assert word in {path.reason for path in doubted}
    assert {path.missing for path in doubted} == {(operation.replace("elbv2", "elasticloadbalancing"),)}


def test_a_load_balancer_whose_interfaces_nobody_saw_is_in_doubt(balanced: Any) -> None:
    balanced.said["DescribeNetworkInterfaces"].pop()
    (path,) = by_balancer(balanced.graph())

    assert (path.verdict, path.reason) == (Reach.UNKNOWN, "load_balancer_interfaces_unseen")


def test_an_interface_that_only_looks_like_one_of_it_does_not_count(balanced: Any) -> None:
    balanced.said["DescribeNetworkInterfaces"][-1]["RequesterManaged"] = False
    (path,) = by_balancer(balanced.graph())

    assert path.reason == "load_balancer_interfaces_unseen"


def test_a_load_balancer_before_the_load_balancer_is_in_doubt(balanced: Any) -> None:
    front = DOOR.replace("app/door", "net/front")
    groups = balanced.answers["elbv2:DescribeTargetGroups"]["TargetGroups"]
    # One group before the broker and the load balancer: both targets are read by the same answer.
    groups[0]["LoadBalancerArns"].append(front)
    targets = [{"Target": TARGET}, {"Target": {"Id": DOOR, "Port": 443}}]
    balanced.answers["elbv2:DescribeTargetHealth"] = {"TargetHealthDescriptions": targets}
    doubted = [path for path in by_balancer(balanced.graph()) if path.verdict is Reach.UNKNOWN]

    assert {(path.via, path.reason) for path in doubted} >= {(DOOR, "load_balancer_unread")}
