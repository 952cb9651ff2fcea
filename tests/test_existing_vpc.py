"""The stack existing-vpc holds what it promises in another team's VPC, and what that team changes is found."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from answers import edit

from audit.model.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from answers import Mend
    from conftest import Rehearsed

    from cli.judging import Judged


VPC = "vpc-0a1b2c3d4e5f60718"
EVERYTHING = '{"Version":"2008-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}'


@pytest.fixture(scope="module")
def existing(rehearsed: Callable[..., Rehearsed]) -> Rehearsed:
    return rehearsed("existing-vpc")


@pytest.fixture(scope="module")
def before(existing: Rehearsed) -> Judged:
    return existing.judged()


def broken(judged: Judged) -> set[str]:
    found = [f for f in judged.findings if f.verdict is Verdict.BROKEN]
    assert all(f.claim.path for f in found)
    return {f.policy for f in found}


def test_nothing_is_broken_and_unknown_is_what_no_emulator_shows(before: Judged) -> None:
    claims = [claim for answer in before.answers for claim in answer.claims] + [f.claim for f in before.findings]
    assert broken(before) == set()
    assert {claim.reason for claim in claims if claim.verdict is Verdict.UNKNOWN} == {"emulator_cannot_show"}


def test_it_stands_where_the_settings_say_and_lists_the_endpoints_that_were_there(existing: Rehearsed) -> None:
    network = existing.contract.network
    assert network is not None
    assert network.vpc == VPC
    assert network.subnets == tuple(f"subnet-0a1b2c3d4e5f6071{place}" for place in (1, 2, 3))
    assert network.endpoints["kms"] == "vpce-0a1b2c3d4e5f60722"
    assert (network.flow_logs, network.internet_egress) == ("subnets", "nat")


def test_the_named_keys_are_used_and_the_others_made(existing: Rehearsed) -> None:
    named = {
        role: key.arn[-1] for role, key in existing.contract.keys.items() if "/0a1b2c3d-4e5f-6071-8293-" in key.arn
    }
    assert named == {"data-key": "1", "volumes-key": "2"}


def test_the_subnets_are_logged_each_by_itself(before: Judged) -> None:
    (answer,) = [answer for answer in before.answers if answer.question == "audit_trails"]
    logged = [claim.text for claim in answer.claims if "flow logs of" in claim.text]
    assert len([text for text in logged if "subnet-0a1b2c3d4e5f6071" in text]) == 3


def everything(answer: dict[str, Any]) -> None:
    group = next(g for g in answer["SecurityGroups"] if (g["GroupName"], g["VpcId"]) == ("default", VPC))
    group["IpPermissionsEgress"] = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]


def endpoint(answer: dict[str, Any], service: str) -> dict[str, Any]:
    found: dict[str, Any] = next(e for e in answer["VpcEndpoints"] if e["ServiceName"].endswith(f".{service}"))
    return found


CHANGES: list[tuple[str, str, Mend, set[str]]] = [
    ("one subnet is not logged", "DescribeFlowLogs", lambda a: a["FlowLogs"].pop(), {"T001", "N009"}),
    ("refused packets alone are logged", "DescribeFlowLogs",
     lambda a: a["FlowLogs"][0].update(TrafficType="REJECT"), {"T001", "N009"}),
    ("the default group lets everything out", "DescribeSecurityGroups", everything, {"N001"}),
    ("an endpoint that was there lost its private DNS", "DescribeVpcEndpoints",
     lambda a: endpoint(a, "kms").update(PrivateDnsEnabled=False), {"N006"}),
    ("the S3 endpoint carries every request", "DescribeVpcEndpoints",
     lambda a: endpoint(a, "s3").update(PolicyDocument=EVERYTHING), {"N005"}),
]  # fmt: skip


def foreign(answer: dict[str, Any]) -> None:
    policy = json.loads(answer["Policy"])
    who = {"AWS": "arn:aws:iam::999988887777:role/backup"}
    policy["Statement"].append({"Effect": "Allow", "Principal": who, "Action": "kms:*", "Resource": "*"})
    answer["Policy"] = json.dumps(policy)


@pytest.mark.parametrize(
    ("operation", "mend", "policies"),
    [
        ("GetKeyPolicy", foreign, {"O004"}),
        ("GetKeyRotationStatus", lambda a: a.update(KeyRotationEnabled=False), {"K001"}),
    ],
)
def test_what_the_keys_owner_changes_is_found(
    existing: Rehearsed, operation: str, mend: Mend, policies: set[str]
) -> None:
    assert broken(existing.judged(edit(operation, mend, existing.contract.keys["data-key"].arn))) == policies


@pytest.mark.parametrize(("operation", "mend", "policies"), [c[1:] for c in CHANGES], ids=[c[0] for c in CHANGES])
def test_what_the_networks_owner_changes_is_found(
    existing: Rehearsed, operation: str, mend: Mend, policies: set[str]
) -> None:
    assert broken(existing.judged(edit(operation, mend))) == policies
