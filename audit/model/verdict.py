"""Verdicts, the claims of an answer, and findings: what the questions and policies say to the report."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from audit.model.facts import Unknown
    from audit.model.graph import Citation
    from audit.model.waiver import Acceptance


class Verdict(StrEnum):
    """What the evidence shows, in the order of a report."""

    BROKEN = "broken"
    UNKNOWN = "unknown"
    HOLDS = "holds"

    @classmethod
    def worst(cls, verdicts: Iterable[Verdict]) -> Verdict:
        """Broken over unknown over holds; unknown when there is nothing to judge."""
        return min(verdicts, key=list(cls).index, default=cls.UNKNOWN)


class Result(StrEnum):
    """What a policy comes to; that nothing was there to judge says neither that it holds nor that it does not."""

    BROKEN = "broken"
    UNKNOWN = "unknown"
    HOLDS = "holds"
    NOTHING_TO_JUDGE = "nothing_to_judge"


class Severity(StrEnum):
    """How much a broken policy matters."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Hop:
    """One step of a proof: a node, what leads on from it, and where that stands written."""

    node: str
    says: str
    because: tuple[Citation, ...] = ()


@dataclass(frozen=True, slots=True)
class Claim:
    """One sentence of an answer: verdict, reason as a machine's word, proof, and the records it rests on.

    ``reason`` is a lower_snake_case word, stable between releases; ``missing`` are the permissions that would
    settle an unknown. ``bears_on`` are the reasons of broken claims that an unknown one leaves open, or that a broken
    one is a case of too; an unknown one without any leaves every one of its question open.
    """

    verdict: Verdict
    reason: str
    subject: str
    text: str
    path: tuple[Hop, ...] = ()
    evidence: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    bears_on: tuple[str, ...] = field(default=(), compare=False)

    def bearing(self, *reasons: str) -> Claim:
        """The claim, bearing on these reasons where it does not say itself on which; a broken one says what it is."""
        return self if self.bears_on or self.verdict is Verdict.BROKEN else replace(self, bears_on=reasons)

    def also(self, other: Claim) -> Claim:
        """The claim, bearing on what the same one in another place bears on too."""
        both = (*self.bears_on, *other.bears_on) if self.bears_on and other.bears_on else ()
        return replace(self, bears_on=tuple(dict.fromkeys(both)))

    @classmethod
    def unread(cls, subject: str, what: str, unknown: Unknown) -> Claim:
        """The claim that something could not be read; the sentence names the permission that would settle it."""
        if unknown.code == NOT_SHOWN:
            text = f"{what} cannot be shown by an emulator: audit the real account"
            return cls(Verdict.UNKNOWN, "emulator_cannot_show", subject, text, (), (unknown.record,))
        if unknown.code == NOT_JOINED:
            text = f"{what} could not be read, as the owner of the shared VPC alone can: grant {unknown.permission}, "
            text += "and walk it too (byoc audit --assume-role)"
        else:
            text = f"{what} could not be read ({unknown.code}): grant {unknown.permission}"
        return cls(Verdict.UNKNOWN, "unreadable", subject, text, (), (unknown.record,), (unknown.permission,))


NOT_SHOWN = "EmulatorCannotShow"
"""The code of an Unknown whose record came from an emulator that does not model what it says."""
NOT_JOINED = "OwnerNotJoined"
"""The code of an Unknown that the owner of a shared VPC would settle, whose account was not walked."""
STILL_TO_COME = "StillToCome"
"""The code of an Unknown that time settles: until its moment it may be taken back."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A boundary question, its verdict (the worst of its claims) and the claims, broken first."""

    question: str
    title: str
    claims: tuple[Claim, ...]

    @property
    def verdict(self) -> Verdict:
        """The worst verdict of the claims."""
        return Verdict.worst(claim.verdict for claim in self.claims)


@dataclass(frozen=True, slots=True)
class Finding:
    """A policy that does not hold of a subject, or could not be judged; ``remedy`` says what to do.

    ``about`` is what the subject is called in every run, also where its ids are others: the environment and the role in
    the contract; ``waiver`` accepts the finding for a time. ``controls`` are a catalogue's title and numbers each.
    """

    policy: str
    title: str
    severity: Severity
    claim: Claim
    remedy: str
    source: str
    about: str = ""
    waiver: Acceptance | None = None
    controls: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def verdict(self) -> Verdict:
        """The verdict of the claim it rests on."""
        return self.claim.verdict

    @property
    def evidence_for(self) -> list[str]:
        """The controls one by one, each with its catalogue's title."""
        return [f"{title}: {number}" for title, numbers in self.controls for number in numbers]

    @property
    def fingerprint(self) -> str:
        """What trackers know it by: the same as long as policy and subject are, whatever else changes."""
        return hashlib.sha256(f"{self.policy}\n{self.about or self.claim.subject}".encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Requirement:
    """A policy as a reader needs it: what must hold, the risk without it, the remedy, the controls it is evidence for.

    ``question`` is the boundary question whose answer decides it, "" where it states a condition of its own.
    """

    id: str
    title: str
    severity: Severity
    why: str
    remedy: str
    source: str
    question: str = ""
    controls: tuple[tuple[str, tuple[str, ...]], ...] = ()


def standing(findings: Iterable[Finding]) -> Verdict:
    """The worst verdict of findings that nobody waived; holds when there are none."""
    return Verdict.worst([Verdict.HOLDS, *(finding.verdict for finding in findings if finding.waiver is None)])


def claim_json(claim: Claim) -> dict[str, Any]:
    """A claim as answers.json and findings.json hold it."""
    return {
        "verdict": claim.verdict.value,
        "reason": claim.reason,
        "subject": claim.subject,
        "text": claim.text,
        "path": [
            {
                "node": hop.node,
                "says": hop.says,
                "because": [citation.to_json() for citation in hop.because],
            }
            for hop in claim.path
        ],
        "evidence": list(claim.evidence),
        "missing": list(claim.missing),
    }
