"""What checkov found, as findings of declared resources; what it could not check, as unknown ones."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from audit.checkov.process import VERSION
from audit.model.errors import UsageError
from audit.model.verdict import Claim, Finding, Result, Severity, Verdict
from audit.model.waiver import Acceptance

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from audit.checkov.process import Checked, Failed
    from audit.checkov.skips import Skips

NOT_CHECKED = "PLAN"
"""The id under which stands what no check saw."""
_FILE = "policies/checkov/skips.yaml"
_SEVERITIES = {"CRITICAL": Severity.CRITICAL, "HIGH": Severity.HIGH, "LOW": Severity.LOW}


@dataclass(frozen=True, slots=True)
class Subject:
    """A declared resource, as findings speak of it.

    Attributes:
        urn: Pulumi's name.
        type: Pulumi's token.
        name: what the program calls it.
        component: the components that hold it, outermost first; empty for none.
        unknown: which of its arguments are not known yet, as a plan's ``after_unknown`` says it.
        unread: Terraform's arguments of which no check could see what stands in them.
        unchecked: what of it no check could see, reason and sentence each.
    """

    urn: str
    type: str
    name: str
    component: str = ""
    unknown: Mapping[str, Any] = field(default_factory=dict)
    unread: frozenset[str] = frozenset()
    unchecked: tuple[tuple[str, str], ...] = ()

    @property
    def said(self) -> str:
        """The resource in words."""
        within = f" of {self.component}" if self.component else ""
        return f"{self.type} {self.name}{within}"


def of(checked: Checked, subjects: Mapping[str, Subject], skips: Skips, stack: str) -> tuple[Finding, ...]:
    """The findings of a stack whose subjects are by Terraform's address; what is skipped is waived, with its reason.

    Raises UsageError when checkov did not see a resource that it was given.
    """
    missing = sorted(subjects.keys() - checked.resources)
    if missing:
        raise UsageError(
            f"checkov did not see {missing[0]} ({len(missing)} of {len(subjects)} resources): "
            "this is a fault of the kit, report it"
        )
    failed = (_finding(one, subjects[one.address], skips, stack) for one in checked.failed)
    return (*failed, *unchecked(subjects.values()))


def unchecked(subjects: Iterable[Subject]) -> Iterator[Finding]:
    """What could not be checked of them, each an unknown finding."""
    for subject in subjects:
        for reason, text in subject.unchecked:
            claim = Claim(Verdict.UNKNOWN, reason, subject.urn, f"{subject.said}: not checked: {text}")
            yield Finding(
                NOT_CHECKED,
                "Everything that the stack declares is checked",
                Severity.LOW,
                claim,
                "Look at it by hand, or audit the account once it is deployed.",
                "byoc plan-check",
                subject.urn,
            )


def results(checked: Checked, subjects: Mapping[str, Subject], findings: Sequence[Finding]) -> dict[str, Result]:
    """What each check that looked at something came to; one that is skipped throughout had nothing to judge.

    That a check passed where it could not see the argument that it is about says nothing.
    """
    found: dict[str, Result] = {}
    for check, address, keys in checked.passed:
        if _blind(subjects.get(address), keys):
            found[check] = Result.UNKNOWN
        else:
            found.setdefault(check, Result.HOLDS)
    for one in checked.failed:
        found.setdefault(one.check, Result.NOTHING_TO_JUDGE)
    standing = [finding for finding in findings if finding.waiver is None]
    for verdict in (Verdict.UNKNOWN, Verdict.BROKEN):
        found |= {finding.policy: Result(verdict.value) for finding in standing if finding.verdict is verdict}
    return found


def _blind(subject: Subject | None, keys: Sequence[str]) -> bool:
    if subject is None or not subject.unread:
        return False
    return not keys or any(re.split(r"[/.]", key)[0] in subject.unread for key in keys)


def _finding(failed: Failed, subject: Subject, skips: Skips, stack: str) -> Finding:
    depends = sorted({key for key in failed.keys if _touches(subject.unknown, re.split(r"[/.]", key))})
    if depends:
        verdict, reason = Verdict.UNKNOWN, "value_not_known"
        text = f"{subject.said}: {failed.name}: rests on {', '.join(depends)}, whose value is not known yet"
    else:
        verdict, reason, text = Verdict.BROKEN, "check_failed", f"{subject.said}: {failed.name}"
    skip = skips.reason(failed.check, subject.urn, stack)
    waiver = None
    if skip is not None:
        owner = f"the skip of {skip.name!r}"
        waiver = Acceptance(policy=failed.check, subject=subject.urn, reason=skip.reason, owner=owner)
    return Finding(
        failed.check,
        failed.name,
        _SEVERITIES.get(failed.severity or "", Severity.MEDIUM),
        Claim(verdict, reason, subject.urn, text),
        f"Change what declares it, or skip {failed.check} of it with a reason in {_FILE}.",
        failed.guideline or f"checkov {VERSION}, {failed.check}",
        subject.urn,
        waiver,
    )


def _touches(unknown: Any, key: Sequence[str]) -> bool:
    """Whether an argument that a check looked at is not known; places in lists, such as [0], are passed over."""
    if unknown is True:
        return True
    if isinstance(unknown, list):
        rest = key[1:] if key and re.fullmatch(r"\[?\d+\]?|\*", key[0]) else key
        return any(_touches(item, rest) for item in unknown)
    return isinstance(unknown, dict) and bool(key) and key[0] in unknown and _touches(unknown[key[0]], key[1:])
