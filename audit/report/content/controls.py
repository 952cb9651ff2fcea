"""The control matrix: of each catalogue the controls that some policy is evidence for, with what that comes to."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from audit.model.verdict import Requirement, Result, Verdict

if TYPE_CHECKING:
    from audit.report.material import Material

_RESULTS = list(Result)
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Evidence:
    """A policy that is evidence for a control, what it comes to, its findings, and how many of these are waived."""

    policy: Requirement
    result: Result
    findings: int
    waived: int

    @property
    def accepted(self) -> bool:
        """Whether it does not hold and somebody accepted each of its findings."""
        return self.result in {Result.BROKEN, Result.UNKNOWN} and 0 < self.findings == self.waived


@dataclass(frozen=True, slots=True)
class Control:
    """A control by its number, and the policies that are evidence for it."""

    number: str
    evidence: tuple[Evidence, ...]

    @property
    def result(self) -> Result:
        """The worst that a policy comes to; nothing to judge only where that goes for all."""
        return min((one.result for one in self.evidence), key=_RESULTS.index)

    @property
    def accepted(self) -> bool:
        """Whether all that makes it what it is was accepted."""
        return all(one.accepted for one in self.evidence if one.result is self.result)


@dataclass(frozen=True, slots=True)
class Framework:
    """A catalogue and its controls."""

    title: str
    controls: tuple[Control, ...]

    @property
    def counts(self) -> Counter[Result]:
        """How many controls come to each result."""
        return Counter(control.result for control in self.controls)


def frameworks(material: Material) -> tuple[Framework, ...]:
    """Every catalogue that a judged policy names, its controls in the order of their numbers."""
    found: dict[str, dict[str, list[Evidence]]] = {}
    for evidence in _judged(material):
        for title, numbers in evidence.policy.controls:
            for number in numbers:
                found.setdefault(title, {}).setdefault(number, []).append(evidence)
    return tuple(
        Framework(title, tuple(Control(number, _worst_first(found[title][number])) for number in _sorted(found[title])))
        for title in sorted(found)
    )


def _judged(material: Material) -> list[Evidence]:
    standing = Counter(one.policy for one in material.findings if one.verdict is not Verdict.HOLDS)
    waived = Counter(one.policy for one in material.findings if one.verdict is not Verdict.HOLDS and one.waiver)
    return [
        Evidence(one, material.results[one.id], standing[one.id], waived[one.id])
        for one in material.requirements
        if one.id in material.results
    ]


def _worst_first(evidence: list[Evidence]) -> tuple[Evidence, ...]:
    return tuple(sorted(evidence, key=lambda one: (_RESULTS.index(one.result), one.policy.id)))


def _sorted(numbers: dict[str, list[Evidence]]) -> list[str]:
    """AC-3 before AC-12: digits count as numbers."""
    return sorted(numbers, key=lambda number: _DIGITS.sub(lambda digits: digits[0].zfill(6), number))
