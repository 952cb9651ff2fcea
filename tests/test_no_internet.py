"""The stack no-internet: no path leads to the internet, one proxy is the way out, and what opens another is found."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import pytest
from answers import edit, every, refuse

from audit.model.graph import INTERNET
from audit.model.verdict import Verdict
from audit.reach.path import Reach

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Rehearsed

    from audit.model.snapshot import Record
    from cli.judging import Judged

OTHER = "com.amazonaws.vpce.us-east-1.vpce-svc-00000000000000000"


@pytest.fixture(scope="module")
def closed(rehearsed: Callable[..., Rehearsed]) -> Rehearsed:
    return rehearsed("no-internet")


@pytest.fixture(scope="module")
def before(closed: Rehearsed) -> Judged:
    return closed.judged()


def broken(judged: Judged) -> set[str]:
    found = [f for f in judged.findings if f.verdict is Verdict.BROKEN]
    assert all(f.claim.path for f in found)
    return {f.policy for f in found}


def holding(judged: Judged) -> set[str]:
    return {
        claim.text.partition(" behind ")[0]
        for answer in judged.answers
        for claim in answer.claims
        if claim.verdict is Verdict.HOLDS
    }


def test_nothing_is_broken_and_what_is_unknown_is_what_no_emulator_shows(before: Judged) -> None:
    claims = [claim for answer in before.answers for claim in answer.claims] + [f.claim for f in before.findings]

    assert broken(before) == set()
    assert {claim.reason for claim in claims if claim.verdict is Verdict.UNKNOWN} == {"emulator_cannot_show"}


def test_no_path_leads_to_the_internet_and_the_proxy_is_the_one_way_out(before: Judged) -> None:
    network = before.boundary.contract.network
    assert network is not None
    for role in ("broker-group", "console-group"):
        group = network.security_groups[role]
        out = [path for path in before.boundary.departures(group) if path.verdict is Reach.REACHES]
        assert INTERNET not in {path.target for path in out}
        assert f"no path leads from {role} to the internet" in holding(before)
        assert f"{role} can send to the proxy" in holding(before)


def another_service(answer: dict[str, Any]) -> None:
    """The endpoint to AWS's KMS leads to a stranger's service instead, at the port that the group lets out."""
    for one in answer["VpcEndpoints"]:
        if one["ServiceName"].endswith(".kms"):
            one["ServiceName"] = OTHER


def other_port(answer: dict[str, Any]) -> None:
    for group in answer["SecurityGroups"]:
        for side in ("IpPermissions", "IpPermissionsEgress"):
            for rule in group[side]:
                if rule.get("FromPort") == 3128:
                    rule.update(ToPort=3129)


CHANGES: list[tuple[str, Callable[[Record], Record], set[str]]] = [
    ("an endpoint leads to a stranger's service", edit("DescribeVpcEndpoints", another_service), {"P008"}),
    ("another port of the proxy's endpoint is open", edit("DescribeSecurityGroups", other_port), {"P008"}),
]  # fmt: skip


@pytest.mark.parametrize(("change", "policies"), [c[1:] for c in CHANGES], ids=[c[0] for c in CHANGES])
def test_what_opens_another_way_out_is_found(
    closed: Rehearsed, change: Callable[[Record], Record], policies: set[str]
) -> None:
    assert broken(closed.judged(change)) == policies


def said(operation: str, **answer: Any) -> Callable[[Record], Record]:
    """What no emulator answers, answered as a real account would."""

    def change(record: Record) -> Record:
        if record.operation != operation:
            return record
        return dataclasses.replace(record, response=answer, absent=None, unreadable=None)

    return change


def test_nat_where_the_contract_promises_no_internet_is_an_undeclared_way_out(poc: Rehearsed) -> None:
    network = poc.contract.network
    assert network is not None
    promised = poc.contract.model_copy(update={"network": network.model_copy(update={"internet_egress": "none"})})
    change = every(
        said("DescribeVpcBlockPublicAccessOptions", VpcBlockPublicAccessOptions={"InternetGatewayBlockMode": "off"}),
        said("DescribeVpcBlockPublicAccessExclusions", VpcBlockPublicAccessExclusions=[]),
    )
    manifest = poc.snapshot.manifest.model_copy(update={"emulated": {}})
    real = dataclasses.replace(poc, snapshot=dataclasses.replace(poc.snapshot, manifest=manifest))
    judged = real.judged(change, promised)
    found = [f.claim.text for f in judged.findings if f.verdict is Verdict.BROKEN]

    assert broken(judged) == {"P008"}
    assert {text.partition(" can send to the internet")[0] for text in found} >= {"broker-group", "console-group"}


def test_without_the_routes_nobody_says_that_there_is_no_way(closed: Rehearsed) -> None:
    denied = "ec2:DescribeRouteTables"
    judged = closed.judged(refuse("DescribeRouteTables", denied))

    assert broken(judged) == set()
    assert not any(text.startswith("no path leads") for text in holding(judged))
