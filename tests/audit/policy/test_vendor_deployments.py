"""The toy accounts built like the vendor's own deployments: each finding that must appear, none more.

A line names the weakness of the vendor's modules that the finding is about, as audit/policy/weaknesses.py numbers
them, the policy, whom it is about, and the verdict where it is not broken; ``x2`` where one policy says two things of
one subject. A dash stands for what the catalogue leaves out, with the reason beside it.
"""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from vendor_accounts.__main__ import DEPLOYMENTS
from vendor_accounts.snapshots import snapshot

from audit.model.contract import BoundaryContract
from audit.model.snapshot import Snapshot
from audit.model.verdict import Finding, Verdict
from audit.policy import load
from audit.policy.weaknesses import WEAKNESSES
from cli import judging

ACCOUNTS = Path(__file__).parents[2] / "accounts"

FIRST = """
A02 V006 console-and-brokers
A03 V006 console-and-brokers
A05 V006 console-and-brokers x2
A06 C008 instance/i-console
A08 N002 console-group
A08 N007 console-group
A08 P002 console-group
A08 P002 network-interface/eni-console
A08 P006 console
A08 P007 network-interface/eni-console x4
A09 C003 network-interface/eni-console
A09 P005 network-interface/eni-console
A16 P006 kafka
A18 V006 console-and-brokers
A19 V006 console-and-brokers
A20 C001 instance/i-broker-a
A20 C001 instance/i-broker-b
A20 C001 instance/i-broker-c
A20 C001 instance/i-console
A20 C002 launch-template/lt-broker
A20 C004 volume/vol-broker-a-root
A20 C004 volume/vol-broker-b-root
A20 C004 volume/vol-broker-c-root
A20 C004 volume/vol-console-data
A20 C004 volume/vol-console-root
A24 N002 endpoint-group
A25 N005 vpc-endpoint/{endpoint_s3}
A26 A005 console-and-brokers x4
A26 A005 deployer x4
A26 B001 data-bucket
A26 B001 ops-bucket
A26 B007 data-bucket
A26 B007 ops-bucket
A26 B009 data-bucket
A26 B009 ops-bucket
A26 B011 data-bucket unknown
A26 B011 ops-bucket unknown
A26 K002 {account}
A27 L001 {account}
A27 N003 vpc
A27 N004 vpc
A27 T001 console
A27 T001 data_events
A27 T001 dns_queries
A27 T001 flow_logs
A27 T001 management_events
A27 T001 s3_access
A28 C006 volume/vol-console-data
A28 L007 {account}
A31 R001 console-and-brokers
A32 V006 console-and-brokers
A33 V006 console-and-brokers
A34 T008 ops-bucket
"""
SECOND = """
A01 V006 console
A02 V006 console
A03 V006 console
A09 C003 network-interface/eni-console
A09 P005 network-interface/eni-console
A09 P006 console
A13 A001 console
A13 V004 console
A13 V006 console
A14 A001 root
A14 O004 ops-bucket
A14 V005 ops-bucket
A15 C005 instance/i-console
A15 V006 console
A16 P006 kafka
A18 V006 console
A18 V006 data-plane
A19 V006 console
A19 V006 data-plane
A25 N005 vpc-endpoint/{endpoint_s3}
A26 A005 data-plane x2
A26 A005 deployer x2
A26 B001 data-bucket
A26 B001 ops-bucket
A26 B007 data-bucket
A26 B007 ops-bucket
A26 B009 data-bucket
A26 B009 ops-bucket
A26 B011 data-bucket unknown
A26 B011 ops-bucket unknown
A26 K002 {account}
A27 L001 {account}
A27 N003 vpc
A27 N004 vpc
A27 T001 console
A27 T001 data_events
A27 T001 dns_queries
A27 T001 flow_logs
A27 T001 management_events
A27 T001 s3_access
A28 C006 volume/vol-console-data
A28 L007 {account}
A28 P010 subnet/{subnet_2}
A28 P010 subnet/{subnet_3}
A31 R001 console
A31 R001 data-plane
A32 V006 console
A33 V006 console
A34 T008 ops-bucket
— C004 volume/vol-broker-a-root
— C004 volume/vol-broker-b-root
— C004 volume/vol-broker-c-root
— C004 volume/vol-console-data
— C004 volume/vol-console-root
— N001 security-group/sg-default
— V008 console holds
"""
EKS = """
A02 V009 console holds
A04 V006 data-plane
A05 A001 console
A05 O008 console
A05 V003 console
A05 V006 console
A05 V006 data-plane
A06 C008 instance/i-console
A08 N002 console-group
A08 N007 console-group
A08 P002 console-group
A08 P002 network-interface/eni-console
A08 P006 console
A08 P007 network-interface/eni-console x3
A09 C003 network-interface/eni-console
A09 P005 network-interface/eni-console
A10 N007 broker-group
A10 P001 network-interface/eni-node-automq x3
A10 P002 broker-group
A11 N008 broker-group
A12 EKS002 cluster/automq
A16 P006 kafka
A18 V006 data-plane
A19 V006 console
A19 V006 data-plane
A20 C001 instance/i-console
A20 C001 instance/i-node-automq
A20 C001 instance/i-node-system
A20 C004 volume/vol-console-data
A20 C004 volume/vol-console-root
A20 C004 volume/vol-node-automq-root
A20 C004 volume/vol-node-system-root
A22 EKS001 cluster/automq
A24 N002 endpoint-group
A25 N005 vpc-endpoint/{endpoint_s3}
A26 A005 data-plane x2
A26 A005 deployer x2
A26 B001 data-bucket
A26 B001 ops-bucket
A26 B007 data-bucket
A26 B007 ops-bucket
A26 B009 data-bucket
A26 B009 ops-bucket
A26 B011 data-bucket unknown
A26 B011 ops-bucket unknown
A26 K002 {account}
A27 L001 {account}
A27 N003 vpc
A27 N004 vpc
A27 T001 console
A27 T001 data_events
A27 T001 dns_queries
A27 T001 flow_logs
A27 T001 management_events
A27 T001 s3_access
A28 C006 volume/vol-console-data
A28 EKS005 nodegroup/automq/automq/1
A28 L007 {account}
A28 P010 subnet/{subnet_2}
A28 P010 subnet/{subnet_3}
A31 R001 console
A31 R001 data-plane
A32 V006 data-plane
A33 V006 console
A33 V006 role/automq-external-dns
A34 T008 ops-bucket
A37 P003 kafka-tls
A38 EKS003 nodegroup/automq/automq/1
A38 EKS004 nodegroup/automq/system/1
— EKS006 cluster/automq
— EKS007 cluster/automq
"""
MUST_APPEAR = {"vendor-ec2-first": FIRST, "vendor-ec2-second": SECOND, "vendor-eks": EKS}
BESIDE_THE_CATALOGUE = {
    ("vendor-ec2-second", "C004"): "volumes have Amazon's own key, the kit wants one of the customer's",
    ("vendor-ec2-second", "N001"): "AWS's default group is left as it is",
    ("vendor-ec2-second", "V008"): "what the console starts acts as the brokers, as the contract says",
    ("vendor-eks", "EKS006"): "the module makes a key for secrets, which no contract names",
    ("vendor-eks", "EKS007"): "the module turns three of the five logs on",
}
"""Why a finding is right that the catalogue has no number for."""
TOLD = {"V006", "V007", "V009"}
"""Policies whose findings name the weakness themselves."""
Line = tuple[str, str, str]


@cache
def findings(account: str) -> tuple[Finding, ...]:
    contract = BoundaryContract.read(ACCOUNTS / account / "contract.json")
    return judging.judge_snapshot(Snapshot.read(ACCOUNTS / account), contract).judgement.findings


def called(finding: Finding) -> str:
    """The subject's lasting name, without the environment's and without what all ARNs of an account begin with."""
    name = finding.about.split("/", 3)[3]
    return (name.split(":", 5)[5] if name.startswith("arn:") else name).replace(" ", "_")


def found(account: str) -> Counter[Line]:
    return Counter((finding.policy, called(finding), finding.verdict.value) for finding in findings(account))


def lines(account: str) -> list[tuple[str, Line, int]]:
    """Weakness, finding and how many of it, line by line."""
    made = []
    for line in MUST_APPEAR[account].split("\n")[1:-1]:
        weakness, policy, subject, *more = line.split()
        times = [int(word[1:]) for word in more if word.startswith("x")]
        verdicts = [word for word in more if not word.startswith("x")]
        verdict = verdicts[0] if verdicts else Verdict.BROKEN.value
        made.append((weakness, (policy, subject, verdict), times[0] if times else 1))
    return made


@pytest.mark.parametrize("account", MUST_APPEAR)
def test_the_findings_that_must_appear_do_and_none_more(account: str) -> None:
    wanted: Counter[Line] = Counter()
    for _, line, times in lines(account):
        wanted[line] += times

    assert found(account) == wanted


@pytest.mark.parametrize("account", MUST_APPEAR)
def test_what_is_stored_is_what_its_builder_makes(account: str) -> None:
    contract, made = snapshot(DEPLOYMENTS[account])
    stored = {
        path.relative_to(ACCOUNTS / account).as_posix(): path.read_text()
        for path in (ACCOUNTS / account).rglob("*.jsonl")
    }

    assert made.files() == stored
    assert contract.text() == (ACCOUNTS / account / "contract.json").read_text()


@pytest.mark.parametrize("account", MUST_APPEAR)
def test_each_wide_permission_is_found_under_its_own_weakness(account: str) -> None:
    wanted = sorted(
        (w, policy, s) for w, (policy, s, _), times in lines(account) for _ in range(times) if policy in TOLD
    )

    assert sorted((f.claim.text[:3], f.policy, called(f)) for f in findings(account) if f.policy in TOLD) == wanted


@pytest.mark.parametrize("account", MUST_APPEAR)
def test_each_broken_finding_shows_its_proof(account: str) -> None:
    known = {record.id for record in Snapshot.read(ACCOUNTS / account).records}
    for finding in findings(account):
        cited = {citation.record for hop in finding.claim.path for citation in hop.because}
        assert cited <= known, finding.claim.text
        if finding.policy in TOLD:
            assert cited or "share the role" in finding.claim.text, finding.claim.text


def test_a_finding_is_about_a_weakness_that_its_policy_finds_or_has_its_reason() -> None:
    beside = set()
    for account in MUST_APPEAR:
        for weakness, (policy, *_), _ in lines(account):
            if weakness == "—":
                beside.add((account, policy))
            else:
                assert policy in WEAKNESSES[weakness].policies, (weakness, policy)
    assert beside == set(BESIDE_THE_CATALOGUE)


def test_every_weakness_has_a_policy_or_the_reason_why_none_can_find_it() -> None:
    known = {policy.id for policy in load()}

    assert list(WEAKNESSES) == [f"A{number:02}" for number in range(1, 43)]
    for name, weakness in WEAKNESSES.items():
        assert weakness.policies or weakness.source_only, name
        assert set(weakness.policies) <= known, name


def test_every_weakness_that_these_deployments_have_is_found_in_one_of_them() -> None:
    shown = {weakness for account in MUST_APPEAR for weakness, *_ in lines(account)}
    elsewhere = {
        "A21": "the older example, with a key pair",
        "A23": "the benchmark's monitoring",
        "A35": "the buckets of all three block public access",
        "A36": "the example of static keys",
    }

    assert {name for name, one in WEAKNESSES.items() if one.policies} - shown == set(elsewhere)
