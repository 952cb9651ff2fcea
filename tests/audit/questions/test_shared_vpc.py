"""A VPC that another account shares: what only its owner is told is unknown, by name, until the owner is walked too."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import pytest
from answers import edit, every

from audit.model.verdict import Verdict
from audit.questions import ask
from audit.reach.names import resolves
from audit.reach.packets import decide
from audit.report.diagrams import VIEWS
from audit.report.diagrams.forms import mermaid
from cli import judging

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Rehearsed

    from audit.model.verdict import Claim
    from cli.judging import Judged

OWNER = "222233334444"
ASKED = f"sts:AssumeRole into account {OWNER}"
_THINGS = (
    ("DescribeVpcs", "Vpcs"), ("DescribeSubnets", "Subnets"), ("DescribeRouteTables", "RouteTables"),
    ("DescribeNetworkAcls", "NetworkAcls"), ("DescribeInternetGateways", "InternetGateways"),
)  # fmt: skip
"""What a participant may describe of the owner's, with the owner's account in it and without its tags."""
_UNSEEN = (
    ("DescribeNatGateways", "NatGateways"), ("DescribeVpcEndpoints", "VpcEndpoints"), ("DescribeFlowLogs", "FlowLogs"),
    ("DescribeVpcPeeringConnections", "VpcPeeringConnections"),
    ("ListResolverQueryLogConfigs", "ResolverQueryLogConfigs"),
    ("ListResolverQueryLogConfigAssociations", "ResolverQueryLogConfigAssociations"),
)  # fmt: skip


def _owned(field: str) -> Callable[[dict[str, Any]], None]:
    def mend(answer: dict[str, Any]) -> None:
        for item in answer[field]:
            item["OwnerId"] = OWNER
            item.pop("Tags", None)

    return mend


def _without(answer: dict[str, Any]) -> None:
    kept = [
        one for one in answer["NetworkInterfaces"] if one.get("InterfaceType") not in {"nat_gateway", "vpc_endpoint"}
    ]
    answer["NetworkInterfaces"] = kept


def _ungrouped(answer: dict[str, Any]) -> None:
    answer["SecurityGroups"] = [one for one in answer["SecurityGroups"] if one["GroupName"] != "default"]


PARTICIPANT = every(
    *(edit(operation, _owned(field)) for operation, field in _THINGS),
    *(edit(operation, lambda answer, field=field: answer.update({field: []})) for operation, field in _UNSEEN),
    edit("DescribeNetworkInterfaces", _without),
    edit("DescribeSecurityGroups", _ungrouped),
)
"""What AWS tells a participant ("Responsibilities and permissions for owners and participants")."""
ROUTELESS = every(
    PARTICIPANT,
    edit("DescribeRouteTables", lambda answer: answer.update({"RouteTables": []})),
    edit("DescribeNetworkAcls", lambda answer: answer.update({"NetworkAcls": []})),
)
"""The same, where routes and ACLs were not told either."""


_NETWORK = {
    "ec2", "route53resolver", "elbv2", "cloudfront", "globalaccelerator", "apigateway", "apigatewayv2", "vpc-lattice",
    "route53",
}  # fmt: skip
_POLICIES = {"N001", "N003", "N004", "N005", "N006"}
"""Policies about what the owner alone makes and sees."""


def _joined(live: Rehearsed) -> Judged:
    """The participant's account and the owner's in one walk."""
    owned = every(*(edit(operation, _owned(field)) for operation, field in _THINGS))
    theirs = [record for record in live.snapshot.records if record.service in _NETWORK]
    both = (
        *map(PARTICIPANT, live.snapshot.records),
        *(dataclasses.replace(owned(one), account=OWNER) for one in theirs),
    )
    return judging.judge_snapshot(dataclasses.replace(live.snapshot, records=both), live.contract)


def _paths(judged: Judged) -> list[Claim]:
    return list(ask("traffic_paths", judged.boundary).claims)


@pytest.fixture(scope="module")
def participant(live: Rehearsed) -> Judged:
    return live.judged(PARTICIPANT)


@pytest.fixture(scope="module")
def routeless(live: Rehearsed) -> Judged:
    return live.judged(ROUTELESS)


@pytest.mark.parametrize("view", ["participant", "routeless"])
def test_what_rests_on_the_owners_things_is_unknown_and_names_the_owner(
    view: str, request: pytest.FixtureRequest
) -> None:
    claims = _paths(request.getfixturevalue(view))

    # What the groups say by themselves is the participant's own.
    settled = {claim.reason for claim in claims if claim.verdict is not Verdict.UNKNOWN}
    assert settled == {"closed_to_internet"}
    unknown = [claim for claim in claims if claim.verdict is Verdict.UNKNOWN]
    assert {claim.missing for claim in unknown} == {(ASKED,)}
    assert all(OWNER in claim.text for claim in unknown)
    asked = " ".join(claim.text for claim in unknown)
    for what in ("brokers reach S3", "can send to", "ways into the VPC", "names can be asked", "kafka-sasl-ssl"):
        assert what in asked


@pytest.mark.parametrize("view", ["participant", "routeless"])
def test_policies_on_the_owners_things_are_unknown(view: str, request: pytest.FixtureRequest) -> None:
    judged: Judged = request.getfixturevalue(view)
    found = {finding.policy: finding for finding in judged.findings if finding.policy in _POLICIES | {"T001"}}

    assert set(found) >= _POLICIES
    assert {finding.verdict for finding in found.values()} == {Verdict.UNKNOWN}
    assert all(OWNER in finding.claim.text for finding in found.values())
    trails = ask("audit_trails", judged.boundary).claims
    sent = {claim.verdict for claim in trails if "flow logs of" in claim.text or "DNS queries of" in claim.text}
    assert sent == {Verdict.UNKNOWN}


def test_a_table_that_a_participant_is_told_of_leads_to_gateways_that_it_is_not(participant: Judged) -> None:
    graph = participant.boundary.graph
    network = participant.boundary.contract.network
    assert network is not None
    broker = participant.boundary.behind(network.security_groups["broker-group"])[0][0].rpartition("/")[2]

    for end, port in (("internet", 443), ("s3", 443)):
        answer = decide(graph, broker, end, "tcp", port)
        assert answer.verdict == "unknown"
        assert OWNER in str([doubt.unread for doubt in answer.doubts])
    assert resolves(graph, "example.com", network.vpc).verdict == "unknown"


def test_the_drawing_of_the_network_says_whose_account_was_not_read(participant: Judged) -> None:
    assert f"not read: account {OWNER}" in mermaid.source(VIEWS["network"](participant.boundary))


def test_with_the_owner_walked_too_everything_is_as_in_a_vpc_of_ones_own(live: Rehearsed) -> None:
    judged = _joined(live)

    before = {(claim.verdict, claim.reason) for claim in _paths(live.judged())}
    assert {(claim.verdict, claim.reason) for claim in _paths(judged)} == before
    assert not {finding.policy for finding in judged.findings if finding.verdict is not Verdict.HOLDS} & _POLICIES
    assert not [gap for gap in judged.boundary.graph.gaps if gap.unknown.permission == ASKED]


def test_a_shared_vpc_beside_the_environments_own_leaves_its_paths_as_they_were(live: Rehearsed) -> None:
    beside = {"VpcId": "vpc-0beside", "OwnerId": OWNER, "CidrBlock": "10.99.0.0/16", "IsDefault": False}
    told = edit("DescribeVpcs", lambda answer: answer["Vpcs"].append(dict(beside)))

    before = {(claim.verdict, claim.reason) for claim in _paths(live.judged())}
    assert {(claim.verdict, claim.reason) for claim in _paths(live.judged(told))} == before
