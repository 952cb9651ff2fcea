"""Brokers and console among themselves, the environment's names, sessions, and other networks that they send to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from answers import DETAILS, edit, every, refuse

from audit.model.verdict import Verdict
from audit.questions import ask

if TYPE_CHECKING:
    from answers import Change
    from conftest import Rehearsed

    from audit.model.verdict import Claim

THEIRS = "172.16.0.0/16"


def told(live: Rehearsed, change: Change | None = None) -> list[Claim]:
    judged = live.judged(change) if change is not None else live.judged()
    return list(ask("traffic_paths", judged.boundary).claims)


def group(live: Rehearsed, role: str) -> str:
    assert live.contract.network is not None
    return live.contract.network.security_groups[role]


def without(live: Rehearsed, source: str) -> Change:
    """The brokers' group without the rules that name a role's group."""
    named, brokers = group(live, source), group(live, "broker-group")

    def mend(answer: dict[str, Any]) -> None:
        for one in answer["SecurityGroups"]:
            for rule in one["IpPermissions"] if one["GroupId"] == brokers else ():
                rule["UserIdGroupPairs"] = [pair for pair in rule["UserIdGroupPairs"] if pair["GroupId"] != named]

    return edit("DescribeSecurityGroups", mend)


def test_brokers_reach_each_other_and_the_console_reaches_them(live: Rehearsed) -> None:
    texts = {claim.text for claim in told(live) if claim.reason == "inside_path"}

    assert texts == {"brokers reach each other", "console-group reaches broker-group"}


@pytest.mark.parametrize(
    ("source", "what"),
    [("broker-group", "brokers reach each other"), ("console-group", "console-group reaches broker-group")],
)
def test_an_environment_whose_parts_do_not_reach_each_other_is_broken(live: Rehearsed, source: str, what: str) -> None:
    broken = [claim for claim in told(live, without(live, source)) if claim.verdict is Verdict.BROKEN]

    assert [claim.text for claim in broken if what in claim.text] == [f"not so that {what}: no rule admits it"]


def test_the_environments_names_resolve_in_its_own_network(live: Rehearsed) -> None:
    (claim,) = [claim for claim in told(live) if claim.reason == "names_resolve"]

    assert claim.verdict is Verdict.HOLDS
    assert "env-poc.automq.private" in claim.text


def test_names_that_do_not_resolve_where_the_clients_are_are_broken(live: Rehearsed) -> None:
    apart = edit("GetHostedZone", lambda answer: answer.update(VPCs=[{"VPCId": "vpc-other", "VPCRegion": "us-east-1"}]))
    broken = [claim for claim in told(live, apart) if claim.verdict is Verdict.BROKEN]

    assert ["does not resolve in vpc" in claim.text for claim in broken] == [True]


def test_zones_that_could_not_be_read_leave_names_unknown(live: Rehearsed) -> None:
    found = list(told(live, refuse("ListHostedZones", "route53:ListHostedZones")))
    names = [claim for claim in found if "its names resolve" in claim.text]

    assert {claim.verdict for claim in names} == {Verdict.UNKNOWN}
    assert "names_resolve" not in {claim.reason for claim in found}


def test_whoever_can_open_a_session_on_the_console_is_named(live: Rehearsed) -> None:
    assert live.contract.console is not None
    managed = {"InstanceId": live.contract.console.instance, "PingStatus": "Online", "ResourceType": "EC2Instance"}
    listed = edit("DescribeInstanceInformation", lambda answer: answer.update(InstanceInformationList=[managed]))
    anyone = {"Effect": "Allow", "Action": "ssm:StartSession", "Resource": "*"}
    power = {"PolicyName": "sessions", "PolicyDocument": {"Version": "2012-10-17", "Statement": [anyone]}}
    account = live.contract.account
    operators = {
        "Path": "/", "RoleName": "operators", "RoleId": "AROAOPERATORS", "Arn": f"arn:aws:iam::{account}:role/operators",
        "CreateDate": "2026-01-01T00:00:00Z", "InstanceProfileList": [], "AttachedManagedPolicies": [], "Tags": [],
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []}, "RolePolicyList": [power],
    }  # fmt: skip
    change = every(listed, edit(DETAILS, lambda said: said["RoleDetailList"].append(operators)))
    jumps = {claim.text for claim in told(live, change) if claim.reason == "session_jump"}

    assert any("operators can open a session on" in text and "console-group" in text for text in jumps)
    assert "session_jump" not in {claim.reason for claim in told(live)}


def peered(live: Rehearsed) -> Change:
    """A VPC of the same account, peered, with routes both ways."""
    assert live.contract.network is not None
    ours = live.contract.network.vpc
    vpc = {"VpcId": "vpc-theirs", "CidrBlock": THEIRS, "OwnerId": live.contract.account}
    subnet = {"SubnetId": "subnet-theirs", "VpcId": "vpc-theirs", "CidrBlock": "172.16.0.0/24"}
    sides = [{"VpcId": ours, "CidrBlock": "10.42.0.0/16"}, {"VpcId": "vpc-theirs", "CidrBlock": THEIRS}]
    peering = {
        "VpcPeeringConnectionId": "pcx-1", "Status": {"Code": "active"},
        "RequesterVpcInfo": sides[0], "AccepterVpcInfo": sides[1],
    }  # fmt: skip
    entries = [
        {"RuleNumber": 100, "Egress": out, "CidrBlock": "0.0.0.0/0", "RuleAction": "allow", "Protocol": "-1"}
        for out in (True, False)
    ]
    acl = {"NetworkAclId": "acl-theirs", "VpcId": "vpc-theirs", "Entries": entries}

    def over(cidr: str) -> dict[str, str]:
        return {"DestinationCidrBlock": cidr, "VpcPeeringConnectionId": "pcx-1", "State": "active"}

    local = {"DestinationCidrBlock": THEIRS, "GatewayId": "local", "State": "active"}
    table = {"RouteTableId": "rtb-theirs", "VpcId": "vpc-theirs", "Associations": [{"Main": True}]}

    def routed(answer: dict[str, Any]) -> None:
        for one in answer["RouteTables"]:
            one["Routes"].append(over(THEIRS))
        answer["RouteTables"].append({**table, "Routes": [local, over("10.42.0.0/16")]})

    return every(
        edit("DescribeVpcs", lambda answer: answer["Vpcs"].append(vpc)),
        edit("DescribeSubnets", lambda answer: answer["Subnets"].append(subnet)),
        edit(
            "DescribeNetworkAcls",
            lambda a: a["NetworkAcls"].append({**acl, "Associations": [{"SubnetId": "subnet-theirs"}]}),
        ),
        edit("DescribeVpcPeeringConnections", lambda answer: answer.update(VpcPeeringConnections=[peering])),
        edit("DescribeRouteTables", routed),
    )


def test_another_network_that_brokers_can_send_to_is_an_undeclared_way_out(live: Rehearsed) -> None:
    broken = {claim.text for claim in told(live, peered(live)) if claim.reason == "undeclared_egress"}

    assert any("broker-group can send to 172.16.0.0/24 through vpc-theirs" in text for text in broken)
