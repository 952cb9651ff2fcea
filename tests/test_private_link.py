"""The stack privatelink: clients of another account arrive by their endpoint, and what is weakened is found by name.

The rehearsal stands in for the other account: a network of the same addresses, a machine in it, an accepted endpoint.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from answers import edit, every, refuse

from audit.model.graph import NodeKind
from audit.model.verdict import Verdict
from audit.reach.linked import by_private_link
from audit.reach.packets import decide
from audit.reach.path import Reach
from cli.reaching import pairs

if TYPE_CHECKING:
    from collections.abc import Callable

    from answers import Mend
    from conftest import Rehearsed

    from audit.model.snapshot import Record
    from cli.judging import Judged

THEIRS = "222233334444"


@pytest.fixture(scope="module")
def linked(rehearsed: Callable[..., Rehearsed]) -> Rehearsed:
    return rehearsed("privatelink")


@pytest.fixture(scope="module")
def before(linked: Rehearsed) -> Judged:
    return linked.judged()


def broken(judged: Judged) -> set[str]:
    found = [f for f in judged.findings if f.verdict is Verdict.BROKEN]
    assert all(f.claim.path for f in found)
    return {f.policy for f in found}


def client(judged: Judged) -> str:
    """The machine in the clients' account."""
    (found,) = [node for node in judged.boundary.graph.nodes(NodeKind.INSTANCE) if node.account == THEIRS]
    return found.name


def broker(judged: Judged) -> str:
    network = judged.boundary.contract.network
    assert network is not None
    return judged.boundary.behind(network.security_groups["broker-group"])[0][0].rpartition("/")[2]


def test_nothing_is_broken_and_what_is_unknown_is_what_no_emulator_shows(before: Judged) -> None:
    claims = [claim for answer in before.answers for claim in answer.claims] + [f.claim for f in before.findings]

    assert broken(before) == set()
    assert {claim.reason for claim in claims if claim.verdict is Verdict.UNKNOWN} == {"emulator_cannot_show"}


def test_the_other_account_arrives_by_its_endpoint_and_no_other_way(before: Judged) -> None:
    answers = pairs(before.boundary, client(before), "kafka-sasl-ssl", "tcp", 9112)
    graph = before.boundary.graph

    assert [pair.answer.verdict for pair in answers] == [Reach.REACHES] * 3
    assert all(any(name.startswith("vpce-svc-") for name in pair.answer.path) for pair in answers)
    assert decide(graph, client(before), broker(before), "tcp", 9112).verdict is Reach.BLOCKED


def test_each_brokers_port_leads_to_that_broker_alone(before: Judged) -> None:
    arrived = {
        port: [
            pair.end
            for pair in pairs(before.boundary, client(before), "broker-group", "tcp", port)
            if pair.answer.verdict is Reach.REACHES
        ]
        for port in (9201, 9202, 9203, 9204)
    }
    assert [len(ends) for ends in arrived.values()] == [1, 1, 1, 0]
    assert len({end for ends in arrived.values() for end in ends}) == 3


def test_the_answer_names_the_account_the_ports_and_who_may_ask(before: Judged) -> None:
    said = {
        c.text for a in before.answers if a.question == "traffic_paths" for c in a.claims if c.verdict is Verdict.HOLDS
    }

    assert f"account {THEIRS} reaches kafka-sasl-ssl (tcp 9112) by PrivateLink as declared" in said
    assert any("bootstrap (9112) and each broker (9201-9203) have a port of their own" in text for text in said)
    assert any("connects nobody without acceptance" in text for text in said)
    assert any("only declared principals may ask" in text for text in said)


def allow(*principals: str) -> Mend:
    return lambda answer: answer.update(AllowedPrincipals=[{"Principal": one} for one in principals])


def each(listing: str, **said: Any) -> Mend:
    return lambda answer: [one.update(said) for one in answer[listing]]


def pending(answer: dict[str, Any]) -> None:
    for name, field in (("VpcEndpoints", "State"), ("VpcEndpointConnections", "VpcEndpointState")):
        for one in answer.get(name, ()):
            if "vpce-svc-" in one.get("ServiceName", "vpce-svc-"):
                one[field] = "pendingAcceptance"


WAITING = every(edit("DescribeVpcEndpoints", pending), edit("DescribeVpcEndpointConnections", pending))


def to_two_brokers(answer: dict[str, Any]) -> None:
    listeners = {one["Port"]: one for one in answer["Listeners"]}
    if 9201 in listeners:
        listeners[9201]["DefaultActions"] = listeners[9112]["DefaultActions"]


def to_the_same(answer: dict[str, Any]) -> None:
    listeners = {one["Port"]: one for one in answer["Listeners"]}
    if 9201 in listeners:
        listeners[9202]["DefaultActions"] = listeners[9201]["DefaultActions"]


def without(port: int) -> Mend:
    return lambda answer: answer.update(Listeners=[one for one in answer["Listeners"] if one["Port"] != port])


def own_zone(answer: dict[str, Any]) -> None:
    for pair in answer["Attributes"]:
        if pair["Key"] == "load_balancing.cross_zone.enabled":
            pair["Value"] = "false"


def stranger(answer: dict[str, Any]) -> None:
    more = {"VpcEndpointId": "vpce-0", "VpcEndpointOwner": "999988887777"}
    answer["VpcEndpointConnections"] += [{**one, **more} for one in answer["VpcEndpointConnections"]]


CHANGES: list[tuple[str, Callable[[Record], Record], set[str]]] = [
    ("nobody accepts connections", edit("DescribeVpcEndpointServiceConfigurations",
     each("ServiceConfigurations", AcceptanceRequired=False)), {"P011"}),
    ("every account may ask", edit("DescribeVpcEndpointServicePermissions", allow("*")), {"P012"}),
    ("a stranger may ask", edit("DescribeVpcEndpointServicePermissions",
     allow(f"arn:aws:iam::{THEIRS}:root", "arn:aws:iam::999988887777:root")), {"P012"}),
    ("a stranger is connected", edit("DescribeVpcEndpointConnections", stranger), {"P001"}),
    ("the connection waits", WAITING, {"P003"}),
    ("the load balancer faces the internet", edit("DescribeLoadBalancers",
     each("LoadBalancers", Scheme="internet-facing")), {"E005"}),
    ("a broker's port is closed", edit("DescribeListeners", without(9202)), {"P003"}),
    ("a broker's port leads to all brokers", edit("DescribeListeners", to_two_brokers), {"P003"}),
    ("two ports lead to one broker", edit("DescribeListeners", to_the_same), {"P003"}),
    ("only brokers of the same zone answer", edit("DescribeLoadBalancerAttributes", own_zone), {"P003"}),
    ("the load balancer is gone", edit("DescribeLoadBalancers", lambda a: a.update(LoadBalancers=[])), {"P003"}),
]  # fmt: skip


@pytest.mark.parametrize(("change", "policies"), [c[1:] for c in CHANGES], ids=[c[0] for c in CHANGES])
def test_what_is_weakened_is_found(linked: Rehearsed, change: Callable[[Record], Record], policies: set[str]) -> None:
    assert broken(linked.judged(change)) == policies


def test_a_connection_that_nobody_accepted_does_not_arrive_and_the_answer_says_what_to_do(linked: Rehearsed) -> None:
    judged = linked.judged(WAITING)
    (first, *_) = pairs(judged.boundary, client(judged), "kafka-sasl-ssl", "tcp", 9112)

    assert first.answer.verdict is Reach.BLOCKED
    assert ("connection_not_accepted", "accept the connection in the account of the service") in {
        (one.reason, one.remedy) for one in first.answer.blocked_by
    }


def test_what_could_not_be_read_of_the_service_is_unknown(linked: Rehearsed) -> None:
    denied = "ec2:DescribeVpcEndpointServicePermissions"
    judged = linked.judged(refuse("DescribeVpcEndpointServicePermissions", denied))

    claims = [claim for answer in judged.answers for claim in answer.claims if denied in claim.missing]

    assert broken(judged) == set()
    assert {claim.verdict for claim in claims} == {Verdict.UNKNOWN}
    assert {reason for claim in claims for reason in claim.bears_on} == {
        "connects_others", "undeclared_source", "open_to_internet",
    }  # fmt: skip


def test_a_machine_without_an_endpoint_has_no_such_way(before: Judged) -> None:
    console = before.boundary.contract.console
    assert console is not None
    assert by_private_link(before.boundary.graph, str(console.instance), broker(before), "tcp", 9201) is None
