"""The boundary questions as a report tells them: the broken first, each with its claims."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from audit.model.verdict import Verdict
from audit.report.content.proof import by_verdict, sentence

if TYPE_CHECKING:
    from audit.model.verdict import Answer
    from audit.report.content.proof import Sentence
    from audit.report.material import Material

_VERDICTS = list(Verdict)
_NO_EMULATOR = "emulator_cannot_show"


@dataclass(frozen=True, slots=True)
class Question:
    """A question, its verdict and its claims, broken first."""

    name: str
    title: str
    verdict: Verdict
    sentences: tuple[Sentence, ...]

    @property
    def counts(self) -> Counter[Verdict]:
        """How many claims come to each verdict."""
        return Counter(one.verdict for one in self.sentences)

    @property
    def lead(self) -> Sentence | None:
        """The claim that the verdict shows best: what was not read is told before what no emulator can show."""
        worst = [one for one in self.sentences if one.verdict is self.verdict]
        return min(worst, key=lambda one: one.reason == _NO_EMULATOR, default=None)

    def of(self, verdict: str, *, emulator: bool = False) -> list[Sentence]:
        """The claims of a verdict: those that no emulator can show, or the others."""
        return [one for one in self.sentences if one.verdict == verdict and (one.reason == _NO_EMULATOR) == emulator]


def questions(material: Material) -> tuple[Question, ...]:
    """Every question, the broken first; within a verdict in the order in which they are asked."""
    found = [_question(material, answer) for answer in material.answers]
    return tuple(sorted(found, key=lambda one: _VERDICTS.index(one.verdict)))


def _question(material: Material, answer: Answer) -> Question:
    told = by_verdict(sentence(material, claim) for claim in answer.claims)
    return Question(answer.question, answer.title, answer.verdict, tuple(told))
