"""The findings as a report tells them: by policy, so that risk and remedy are said once, the worst policy first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from audit.model.verdict import Requirement, Severity, Verdict
from audit.report.content.duties import duty_of
from audit.report.content.proof import sentence
from audit.report.material import ordered

if TYPE_CHECKING:
    from audit.model.contract import Duty
    from audit.model.verdict import Finding
    from audit.model.waiver import Acceptance
    from audit.report.content.proof import Sentence
    from audit.report.material import Material

_VERDICTS, _SEVERITIES = list(Verdict), list(Severity)


@dataclass(frozen=True, slots=True)
class Case:
    """One finding; ``duty`` is what its subject falls under and ``team`` who owns that, "" where nobody does."""

    key: str
    severity: Severity
    sentence: Sentence
    waiver: Acceptance | None
    duty: Duty | None
    team: str

    @property
    def verdict(self) -> Verdict:
        """The verdict of the claim."""
        return self.sentence.verdict

    @property
    def status(self) -> str:
        """The verdict, or that somebody accepted it."""
        return "waived" if self.waiver is not None else self.verdict.value


@dataclass(frozen=True, slots=True)
class Group:
    """A policy with its findings."""

    policy: Requirement
    cases: tuple[Case, ...]

    @property
    def status(self) -> str:
        """The worst status of its findings; waived only where all of them are."""
        order = (*(verdict.value for verdict in Verdict), "waived")
        return min((case.status for case in self.cases), key=order.index)


def groups(material: Material) -> tuple[Group, ...]:
    """The policies that have findings: broken first, then unknown, waived last; the severe before the mild."""
    known = {one.id: one for one in material.requirements}
    found: dict[str, list[Case]] = {}
    for finding in ordered(material.findings):
        known.setdefault(finding.policy, _requirement(finding))
        question = known[finding.policy].question
        found.setdefault(finding.policy, []).append(_case(material, finding, question))
    made = [
        Group(known[policy], tuple(sorted(cases, key=lambda case: case.waiver is not None)))
        for policy, cases in found.items()
    ]
    return tuple(sorted(made, key=_order))


def _order(group: Group) -> tuple[int, int, str]:
    order = (*(verdict.value for verdict in Verdict if verdict is not Verdict.HOLDS), "waived", Verdict.HOLDS.value)
    return order.index(group.status), _SEVERITIES.index(group.policy.severity), group.policy.id


def _requirement(finding: Finding) -> Requirement:
    """A policy that only its finding tells of: another program's check."""
    return Requirement(
        finding.policy, finding.title, finding.severity, "", finding.remedy, finding.source, "", finding.controls
    )


def _case(material: Material, finding: Finding, question: str) -> Case:
    duty = duty_of(material, finding.claim, question)
    owner = material.contract.owners.get(duty) if duty is not None else None
    team = owner.team.strip() if owner is not None else ""
    told = sentence(material, finding.claim)
    return Case(material.key(finding), finding.severity, told, finding.waiver, duty, team)
