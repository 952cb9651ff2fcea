"""The log on volumes: one zone, volumes that brokers attach and never make, and what is found when that is not so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from answers import edit, role

from audit.model.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Rehearsed

    from cli.judging import Judged


@pytest.fixture(scope="module")
def ebswal(rehearsed: Callable[..., Rehearsed]) -> Rehearsed:
    return rehearsed("ebswal")


def broken(judged: Judged) -> dict[str, set[str]]:
    """The broken policies, and the roles or names of what they speak of."""
    found: dict[str, set[str]] = {}
    for finding in judged.findings:
        if finding.verdict is Verdict.BROKEN:
            subject = finding.claim.subject
            found.setdefault(finding.policy, set()).add(judged.boundary.roles.get(subject, subject))
    return found


def undeclared(judged: Judged) -> set[str]:
    """What an undeclared principal may get at: an upper bound, for no emulator shows an organisation's policies."""
    return {judged.boundary.roles[f.claim.subject] for f in judged.findings if f.claim.reason == "upper_bound"}


def test_nothing_is_broken_and_only_what_no_emulator_shows_is_unknown(ebswal: Rehearsed) -> None:
    judged = ebswal.judged()
    claims = [claim for answer in judged.answers for claim in answer.claims] + [f.claim for f in judged.findings]

    assert broken(judged) == {}
    assert {claim.reason for claim in claims if claim.verdict is Verdict.UNKNOWN} == {"emulator_cannot_show"}


def test_everything_stands_in_one_zone(ebswal: Rehearsed) -> None:
    network = ebswal.contract.network
    zones = {
        subnet["AvailabilityZone"]
        for record in ebswal.snapshot.records
        if record.operation == "DescribeSubnets"
        for subnet in (record.response or {})["Subnets"]
        if network is not None and subnet["VpcId"] == network.vpc
    }
    assert network is not None
    assert (len(network.subnets), zones) == (1, {"us-east-1a"})


def plain(answer: dict[str, Any]) -> None:
    log = next(volume for volume in answer["Volumes"] if any(a["Device"] == "/dev/sdf" for a in volume["Attachments"]))
    log.update(Encrypted=False, KmsKeyId=None)


def test_a_log_on_a_volume_that_is_not_encrypted_is_found(ebswal: Rehearsed) -> None:
    assert set(broken(ebswal.judged(edit("DescribeVolumes", plain)))) == {"C004"}


def test_the_brokers_hold_volumes_rights_only_where_the_log_is_on_volumes(ebswal: Rehearsed, poc: Rehearsed) -> None:
    def of_mode(contract: Any, other: Any) -> Any:
        brokers = contract.principals["data-plane"].model_copy(update={"may": other.principals["data-plane"].may})
        return contract.model_copy(update={"principals": {**contract.principals, "data-plane": brokers}})

    assert undeclared(ebswal.judged(contract=of_mode(ebswal.contract, poc.contract))) == {"volumes-key"}
    assert set(broken(poc.judged(contract=of_mode(poc.contract, ebswal.contract)))) == {"A003"}


def test_brokers_that_could_rule_the_logs_key_are_found(ebswal: Rehearsed) -> None:
    def unbound(found: dict[str, Any]) -> None:
        del found["PermissionsBoundary"]
        anything = {"Effect": "Allow", "Action": ["ec2:*", "kms:*"], "Resource": "*"}
        found["RolePolicyList"].append(
            {"PolicyName": "more", "PolicyDocument": {"Version": "2012-10-17", "Statement": [anything]}}
        )

    judged = ebswal.judged(role(ebswal.contract.principals["data-plane"].arn, unbound))
    assert set(broken(judged)) == {"R001"}
    assert "volumes-key" in undeclared(judged)
