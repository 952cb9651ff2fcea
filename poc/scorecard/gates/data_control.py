"""The data control gate: the audit of the account itself finds nothing broken, and leaves nothing open."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from audit.model.verdict import Verdict
from audit.report import json_files
from poc.scorecard.artifacts import Artifact
from poc.scorecard.result import Reason, Standing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from poc.scorecard.artifacts import Given
    from poc.scorecard.result import Evidence

ORDER = 4
TITLE = "Data control"
QUESTION = "Who owns and can touch the records, keys, networks and logs?"
COMMAND = "byoc audit, and name its folder with --from"
_FILE = "answers.json of the audit"


def artifacts(given: Given) -> tuple[Artifact, ...]:
    """The audit's answers, judged again from its snapshot."""
    if given.audit is None:
        return (Artifact(_FILE, fault="no audit was given"),)
    told = json_files.answers_json(given.audit.answers)
    return (Artifact(_FILE, hashlib.sha256(json_files.text(told).encode()).hexdigest(), told),)


def judge(given: Given, found: tuple[Artifact, ...]) -> Iterator[Reason]:
    """Nothing broken, nothing unknown but what the gate accepts, of the account itself."""
    del found
    audit = given.audit
    if audit is None:
        return
    if audit.contract.emulated:
        yield _reason(Standing.NOT_PROVEN, "it was rehearsed in an embedded AWS, not read from the account itself")
    if not audit.contract.reviewed:
        yield _reason(Standing.NOT_PROVEN, "the boundary contract has lines that nobody confirmed")
    accepted = set(given.case.gates.data_control.accept_unknown)
    for answer in audit.answers:
        if answer.verdict is Verdict.BROKEN:
            yield _reason(Standing.FAIL, f"{answer.title}: broken")
        elif answer.verdict is Verdict.UNKNOWN and answer.question not in accepted:
            yield _reason(Standing.NOT_PROVEN, f"{answer.title}: not answered whole")
    standing = [one for one in audit.findings if one.waiver is None]
    for policy, title in {(one.policy, one.title): None for one in standing if one.verdict is Verdict.BROKEN}:
        yield _reason(Standing.FAIL, f"{policy}, {title}: broken")
    for policy, title in {
        (one.policy, one.title): None
        for one in standing
        if one.verdict is Verdict.UNKNOWN and one.policy not in accepted
    }:
        yield _reason(Standing.NOT_PROVEN, f"{policy}, {title}: could not be judged")
    if audit.verdict is Verdict.HOLDS:
        yield _reason(Standing.PASS, "the audit answers every question, and no policy is broken")


def evidence(given: Given, found: tuple[Artifact, ...]) -> Iterator[Evidence]:
    """What the audit says."""
    audit = given.audit
    says = ""
    if audit is not None:
        says = f"environment {audit.contract.environment_id} in account {audit.contract.account}, as of {audit.as_of}"
    yield found[0].evidence(says)


def assumptions(given: Given, found: tuple[Artifact, ...]) -> Iterator[str]:
    """What may stay unknown, and what was accepted."""
    del found
    for name in given.case.gates.data_control.accept_unknown:
        yield f"{name} may stay unknown"
    for finding in given.audit.findings if given.audit is not None else ():
        if finding.waiver is not None:
            yield f"{finding.policy}, {finding.title}: accepted by a waiver"


def _reason(standing: Standing, text: str) -> Reason:
    return Reason(standing=standing, text=text, shown_by=_FILE)
