"""What a check of the preflight found."""

from __future__ import annotations

from dataclasses import dataclass, replace

from audit.model.verdict import Claim, Verdict


@dataclass(frozen=True, slots=True)
class Judged:
    """One sentence of a preflight, with what to do about it.

    Attributes:
        claim: verdict, reason, subject, sentence, evidence, and the permissions that would settle an unknown.
        way_out: what to do; "" where it holds.
        details: what the sentence is about in full, where it names only the first few.
        check: the check that found it.
    """

    claim: Claim
    way_out: str = ""
    details: tuple[str, ...] = ()
    check: str = ""

    def of(self, check: str) -> Judged:
        """The same, said by a check."""
        return replace(self, check=check)


def holds(reason: str, subject: str, text: str, *evidence: str) -> Judged:
    """What is as the stack needs it."""
    return Judged(Claim(Verdict.HOLDS, reason, subject, text, evidence=_known(evidence)))


def broken(reason: str, subject: str, text: str, *evidence: str, way_out: str) -> Judged:
    """What would stop the deployment, and the way out."""
    return Judged(Claim(Verdict.BROKEN, reason, subject, text, evidence=_known(evidence)), way_out)


def unknown(
    reason: str, subject: str, text: str, *evidence: str, way_out: str, missing: tuple[str, ...] = ()
) -> Judged:
    """What could not be judged, and what would settle it."""
    return Judged(Claim(Verdict.UNKNOWN, reason, subject, text, evidence=_known(evidence), missing=missing), way_out)


def _known(evidence: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for one in evidence if one))
