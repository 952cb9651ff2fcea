"""What report.html and report.pdf tell: the same sentences and numbers, drawn from a judged boundary once."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from audit.model.verdict import Verdict
from audit.report.content.controls import frameworks
from audit.report.content.coverage import coverage
from audit.report.content.duties import duties
from audit.report.content.findings import groups
from audit.report.content.questions import questions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from audit.model.snapshot import Snapshot
    from audit.model.verdict import Result
    from audit.report.content.controls import Framework
    from audit.report.content.coverage import Coverage
    from audit.report.content.duties import Held
    from audit.report.content.findings import Case, Group
    from audit.report.content.questions import Question
    from audit.report.material import Material


@dataclass(frozen=True)
class Content:
    """Everything that a report tells but the diagrams and the raw answers."""

    environment: str
    account: str
    region: str
    as_of: str
    emulated: bool
    reviewed: bool
    verdict: Verdict
    questions: tuple[Question, ...]
    groups: tuple[Group, ...]
    frameworks: tuple[Framework, ...]
    coverage: Coverage
    duties: tuple[Held, ...]
    came: Mapping[Result, int]
    """How many policies come to each result."""

    @property
    def policies(self) -> int:
        """How many policies were judged."""
        return sum(self.came.values())

    @property
    def cases(self) -> tuple[Case, ...]:
        """The findings one by one, in the order of their policies."""
        return tuple(case for group in self.groups for case in group.cases)

    @property
    def asked(self) -> Counter[Verdict]:
        """How many questions come to each verdict."""
        return Counter(question.verdict for question in self.questions)

    @property
    def found(self) -> Counter[str]:
        """How many findings stand at each verdict, and how many are waived."""
        return Counter("waived" if case.waiver is not None else case.verdict.value for case in self.cases)

    @property
    def severe(self) -> Counter[str]:
        """How many findings that are broken and not waived there are of each severity."""
        standing = (case for case in self.cases if case.verdict is Verdict.BROKEN and case.waiver is None)
        return Counter(case.severity.value for case in standing)


def content(material: Material, snapshot: Snapshot) -> Content:
    """What the reports of a judged boundary tell; ``snapshot`` is what it was judged from."""
    contract, told = material.contract, groups(material)
    return Content(
        contract.environment_id,
        contract.account,
        contract.region,
        material.as_of,
        contract.emulated,
        contract.reviewed,
        material.verdict,
        questions(material),
        told,
        frameworks(material),
        coverage(material, snapshot),
        duties(material, told),
        Counter(material.results.values()),
    )
