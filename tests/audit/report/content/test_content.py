"""What both reports tell: verdicts first, findings by policy, controls, coverage and who owns what."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from audit.model.contract import Duty
from audit.model.graph import Citation, Node, NodeKind
from audit.model.snapshot import AccountEntry, Manifest, Record, Snapshot, Unreadable
from audit.model.verdict import Claim, Hop, Requirement, Result, Severity, Verdict
from audit.model.waiver import Waiver
from audit.questions import questions
from audit.report.content import content
from audit.report.content.duties import KINDS, QUESTIONS, duty_of
from audit.report.content.proof import sentence
from audit.report.content.statements import statement
from audit.report.material import Material

if TYPE_CHECKING:
    from conftest import Sample

ACCOUNT = "111111111111"
WAIVER = Waiver(policy="N001", subject="sg", reason="soon", owner="network", until="2027-01-31")
REFUSED = Record(ACCOUNT, "global", "iam", "ListUsers", unreadable=Unreadable("AccessDenied", "iam:ListUsers"))


def policy(name: str, **controls: tuple[str, ...]) -> Requirement:
    return Requirement(
        name, f"Title of {name}", Severity.HIGH, "risk", "mend it", "a page", "", tuple(controls.items())
    )


def snapshot(*records: Record, emulated: dict[str, str] | None = None) -> Snapshot:
    accounts = (AccountEntry(id=ACCOUNT),)
    manifest = Manifest(
        taken_at="2026-11-23T00:00:00Z",
        caller={},
        accounts=accounts,
        regions=("us-east-1",),
        emulated=emulated or {},
    )
    return Snapshot(manifest, records)


@pytest.fixture
def material(sample: Sample) -> Material:
    results = {"N001": Result.BROKEN, "B002": Result.UNKNOWN, "K001": Result.HOLDS, "E001": Result.NOTHING_TO_JUDGE}
    requirements = (
        policy("N001", nist=("AC-12", "AC-3"), soc=("CC6.1",)),
        policy("B002", nist=("AC-3",)),
        policy("K001", nist=("AC-12(1)", "SC-12")),
        policy("E001", soc=("CC7.1",)),
    )
    return Material(
        sample.contract, sample.graph, sample.answers, sample.findings, "2026-11-23T00:00:00Z", results, requirements
    )


def test_questions_come_broken_first_and_lead_with_what_makes_them_so(material: Material) -> None:
    told = content(material, snapshot()).questions
    assert [one.verdict for one in told] == [Verdict.BROKEN, Verdict.UNKNOWN, Verdict.HOLDS]
    assert told[0].lead is not None
    assert told[0].lead.text == "every address may reach tcp 9112"


def test_a_control_is_the_worst_of_its_policies_and_numbers_are_in_order(material: Material) -> None:
    soc, nist = sorted(content(material, snapshot()).frameworks, key=lambda one: one.title, reverse=True)
    assert [(one.number, one.result.value) for one in nist.controls] == [
        ("AC-3", "broken"),
        ("AC-12", "broken"),
        ("AC-12(1)", "holds"),
        ("SC-12", "holds"),
    ]
    assert [one.result.value for one in soc.controls] == ["broken", "nothing_to_judge"]


def test_a_control_whose_findings_are_all_waived_is_still_broken_and_says_that_it_is_accepted(
    material: Material,
) -> None:
    found = tuple(replace(one, waiver=WAIVER if one.policy == "N001" else None) for one in material.findings)
    told = content(replace(material, findings=found), snapshot())
    control = next(one for one in told.frameworks if one.title == "soc").controls[0]
    assert (control.result, control.accepted) == (Result.BROKEN, True)
    assert told.found == {"waived": 1, "unknown": 1}
    assert told.groups[-1].status == "waived"


def test_what_was_not_read_names_its_permission_and_what_it_leaves_open(material: Material) -> None:
    refused = Record(
        ACCOUNT, "us-east-1", "s3", "GetBucketPolicy", unreadable=Unreadable("AccessDenied", "s3:GetBucketPolicy")
    )
    told = content(material, snapshot(refused, REFUSED)).coverage
    assert [one.permission for one in told.unread] == ["iam:ListUsers", "s3:GetBucketPolicy"]
    assert told.unread[1].leaves == ("Who can read the data plane?", "B002 Data buckets are not public")
    assert (told.missed, told.answered, told.hidden) == (2, 0, 0)


def test_what_an_emulator_cannot_show_is_not_counted_as_refused(material: Material) -> None:
    told = content(material, snapshot(REFUSED, emulated={"iam:ListUsers": "it has none"})).coverage
    assert told.unread == ()
    assert (told.missed, told.hidden) == (0, 1)


def test_every_duty_is_told_owned_or_not(material: Material) -> None:
    told = {held.duty: held for held in content(material, snapshot()).duties}
    assert set(told) == set(Duty)
    assert told[Duty.ALERTS].team == "platform"
    assert told[Duty.ALERTS].reviews == ("management events",)
    assert told[Duty.VPC_DESIGN].broken == 1
    assert told[Duty.KEY_POLICY].unknown == 1


def test_a_kind_falls_under_one_duty_and_questions_have_one(material: Material) -> None:
    kinds = [kind for found in KINDS.values() for kind in found]
    assert len(kinds) == len(set(kinds))
    assert set(QUESTIONS) <= set(questions())


@pytest.mark.parametrize(
    ("subject", "reason", "question", "duty"),
    [
        ("quota", "missing_owner", "owners", Duty.QUOTA),
        (ACCOUNT, "key_missing", "", Duty.KEY_POLICY),
        ("management_events", "signal_not_emitted", "audit_trails", Duty.ALERTS),
        ("kafka", "plaintext_listener", "traffic_paths", Duty.VPC_DESIGN),
        ("something", "not_met", "", None),
    ],
)
def test_a_finding_falls_under_the_duty_of_its_subject(
    material: Material, subject: str, reason: str, question: str, duty: Duty | None
) -> None:
    assert duty_of(material, Claim(Verdict.BROKEN, reason, subject, "text"), question) is duty


def test_a_statement_is_found_in_the_documents_of_the_proof_or_in_the_raw_answer(material: Material) -> None:
    group = {"GroupId": "sg-1", "IpPermissions": [{"FromPort": 9092}]}
    raw = Record(
        ACCOUNT, "us-east-1", "ec2", "DescribeSecurityGroups", {}, {"SecurityGroups": [{"GroupId": "x"}, group]}
    )
    said = {"Effect": "Allow", "Action": "s3:GetObject"}
    role = Node("arn:aws:iam::1:role/r", NodeKind.ROLE, "r", "1", "global", {"identity": [{"name": "p", "document": {"Statement": [said]}}]}, ("f" * 64,))  # fmt: skip
    material.graph.add(role)
    hops = (
        Hop(role.id, "may", (Citation("f" * 64, "identity/p", "/Statement/0"),)),
        Hop("sg-1", "lets in", (Citation(raw.id, "security_group/sg-1", "/IpPermissions/0"),)),
        Hop("gone", "says", (Citation(raw.id, "security_group/sg-2", "/IpPermissions/0"),)),
    )
    told = sentence(material, Claim(Verdict.BROKEN, "r", role.id, "text", hops))
    found = [statement(material.graph, {raw.id: raw}, step.places[0], [step.node]) for step in told.steps]
    assert found == [said, {"FromPort": 9092}, None]
