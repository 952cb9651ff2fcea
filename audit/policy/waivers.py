"""Waivers, format ``byoc-waivers/1``: findings that somebody accepts until a day; past it, that is a finding."""

from __future__ import annotations

from dataclasses import replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict

from audit.model.errors import UsageError
from audit.model.verdict import Claim, Finding, Severity, Verdict
from audit.model.waiver import Waiver  # noqa: TC001  # pydantic reads the annotations when it runs
from audit.policy import plain_yaml
from audit.policy.called import Called

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from audit.boundary import Boundary

FORMAT = "byoc-waivers/1"
EXPIRED = "WAIVER"
"""What stands for a policy in the finding of an expired waiver: no policy can have this id."""
_TITLE = "No waiver is past its day"
_REMEDY = "Mend what the waived policy finds and remove the waiver, or agree on a new day with its owner."
_SOURCE = "NIST SP 800-53 Rev. 5, RA-7 Risk Response"


class WaiverFile(BaseModel):
    """A file of waivers: ``format`` and a list."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    format: Literal["byoc-waivers/1"] = "byoc-waivers/1"
    waivers: tuple[Waiver, ...]


def load(file: plain_yaml.Readable, policies: Collection[str]) -> tuple[Waiver, ...]:
    """The waivers of a file; raises UsageError for a bad file, an unknown policy, or two waivers of one thing."""
    document = plain_yaml.read(file, "waivers")
    found = document.parsed(WaiverFile, FORMAT, "docs/schemas/waivers.schema.json").waivers
    seen: set[tuple[str, str]] = set()
    for number, waiver in enumerate(found):
        place = document.place(("waivers", number))
        if waiver.policy not in policies:
            near = get_close_matches(waiver.policy, policies, n=3) or sorted(policies)[:3]
            raise UsageError(f"{place}: {waiver.policy} is no policy: did you mean {', '.join(near)}?")
        if (waiver.policy, waiver.subject) in seen:
            raise UsageError(f"{place}: {waiver.policy} of {waiver.subject} is waived twice: keep one of the two")
        seen.add((waiver.policy, waiver.subject))
    return found


def apply(waivers: Iterable[Waiver], findings: Iterable[Finding], boundary: Boundary) -> tuple[Finding, ...]:
    """The findings, each with the waiver that accepts it now, and one more for each waiver whose day is past.

    Raises UsageError for a name that means several subjects.
    """
    found, called = list(findings), Called(boundary)
    for waiver in waivers:
        if waiver.over(boundary.now):
            found.append(_expired(waiver, called))
            continue
        meant = _meant(waiver, found, boundary)
        found = [
            replace(f, waiver=waiver) if f.policy == waiver.policy and f.claim.subject in meant else f for f in found
        ]
    return tuple(found)


def unused(waivers: Iterable[Waiver], findings: Iterable[Finding], now: str) -> tuple[Waiver, ...]:
    """The waivers in force for which nothing was found: mended, or misspelt."""
    used = {finding.waiver for finding in findings}
    return tuple(waiver for waiver in waivers if waiver not in used and not waiver.over(now))


def _meant(waiver: Waiver, findings: Iterable[Finding], boundary: Boundary) -> set[str]:
    """The subject that a waiver means among those of its policy's findings: by id, by role, else by physical name."""
    subjects = {finding.claim.subject for finding in findings if finding.policy == waiver.policy}
    exact = {s for s in subjects if waiver.subject in {s, boundary.roles.get(s)}}
    named = {s for s in subjects if (node := boundary.graph.get(s)) is not None and node.name == waiver.subject}
    found = exact or named
    if len(found) > 1:
        raise UsageError(
            f"the waiver of {waiver.policy} for {waiver.subject} means {', '.join(sorted(found))}: "
            "name one by its ARN, or write a waiver for each"
        )
    return found


def _expired(waiver: Waiver, called: Called) -> Finding:
    subject = f"waiver of {waiver.policy} for {waiver.subject}"
    text = f"the {subject} ended on {waiver.until}; {waiver.owner} accepted: {waiver.reason}"
    claim = Claim(Verdict.BROKEN, "waiver_expired", subject, text)
    return Finding(EXPIRED, _TITLE, Severity.MEDIUM, claim, _REMEDY, _SOURCE, called.of(subject))
