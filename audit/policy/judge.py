"""Policies judged on a boundary: what does not hold, or could not be known, as findings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.model.graph import Citation
from audit.model.verdict import NOT_SHOWN, Claim, Finding, Hop, Severity, Verdict
from audit.policy.called import Called
from audit.policy.conditions import HOLDS, Outcome, hold
from audit.policy.subjects import Missing, Subjects

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from audit.boundary import Boundary
    from audit.model.facts import Unknown
    from audit.model.verdict import Answer
    from audit.policy.rule import About, FromClaims, Policy
    from audit.policy.subjects import Subject

_VERDICTS = list(Verdict)
_SEVERITIES = list(Severity)


def judge(policies: Iterable[Policy], boundary: Boundary, answers: Sequence[Answer]) -> tuple[Finding, ...]:
    """The findings of the policies, broken first, then unknown, the severe before the mild."""
    called = Called(boundary)
    found = [
        Finding(policy.id, policy.title, policy.severity, claim, policy.remedy, policy.source, called.of(claim.subject))
        for policy in policies
        for claim in claims(policy, boundary, answers)
        if claim.verdict is not Verdict.HOLDS or policy.claim is not None
    ]
    return tuple(sorted(found, key=_order))


def claims(policy: Policy, boundary: Boundary, answers: Sequence[Answer]) -> list[Claim]:
    """What a policy comes to, one claim a subject, those that hold among them."""
    if policy.claim is not None:
        return list(_taken(policy.claim, answers))
    return list(_required(policy, boundary))


def idle(policies: Iterable[Policy], boundary: Boundary) -> tuple[str, ...]:
    """The ids of policies about things of which there are none: that nothing was found does not say that they hold."""
    about = (policy for policy in policies if policy.about is not None)
    return tuple(policy.id for policy in about if next(_required(policy, boundary), None) is None)


def _order(finding: Finding) -> tuple[int, int, str, str, str]:
    verdict, severity = _VERDICTS.index(finding.verdict), _SEVERITIES.index(finding.severity)
    return verdict, severity, finding.policy, finding.claim.subject, finding.claim.text


def _taken(rule: FromClaims, answers: Sequence[Answer]) -> Iterator[Claim]:
    for answer in answers:
        if answer.question == rule.question:
            for claim in answer.claims:
                if claim.reason in rule.reasons and (claim.verdict is Verdict.HOLDS) == (rule.verdict == "holds"):
                    yield claim


def _required(policy: Policy, boundary: Boundary) -> Iterator[Claim]:
    subjects = Subjects(boundary)
    about = policy.about
    if about is None:
        return
    met = False
    for subject in subjects.of(about):
        if isinstance(subject, Missing):
            yield from _missing(policy, about, boundary, subject)
            met = True
            continue
        chosen = hold(about.where, subject.node, boundary.graph, subjects.context(subject)) if about.where else HOLDS
        if chosen.verdict is not Verdict.BROKEN:
            met = True
            yield from _judged(policy, boundary, subject, subjects, chosen)
    listed = not about.roles and about.scope != "contract"
    unseen = listed and boundary.graph.unseen(about.kind, account=boundary.contract.account)
    if unseen or not met:
        yield from _missing(policy, about, boundary, None)


def _judged(
    policy: Policy, boundary: Boundary, subject: Subject, subjects: Subjects, chosen: Outcome
) -> Iterator[Claim]:
    if policy.require is None:
        return
    outcome = hold(policy.require, subject.node, boundary.graph, subjects.context(subject))
    doubtful = chosen.verdict is Verdict.UNKNOWN or not subject.sure
    if doubtful and outcome.verdict is Verdict.BROKEN:
        outcome = Outcome(Verdict.UNKNOWN, ("whether it belongs to the environment", *outcome.saw), chosen.unread)
    yield boundary.rests_on(_claim(policy, boundary, subject, outcome), subject.part)


def _claim(policy: Policy, boundary: Boundary, subject: Subject, outcome: Outcome) -> Claim:
    node, label = subject.node, _label(boundary, subject)
    saw = "; ".join(outcome.saw)
    evidence = outcome.records or node.records
    if outcome.verdict is Verdict.UNKNOWN:
        return _unknown(policy, node.id, label, outcome, evidence)
    sentence = (policy.says or policy.title).replace("{name}", label)
    text = f"{sentence}: {saw}" if saw else sentence
    if outcome.verdict is Verdict.HOLDS:
        return Claim(Verdict.HOLDS, "met", node.id, f"{label}: {policy.title}", (), evidence)
    hop = Hop(node.id, saw or "as its records say", tuple(Citation(record) for record in evidence))
    return Claim(Verdict.BROKEN, policy.reason or "not_met", node.id, text, (hop,), evidence)


def _label(boundary: Boundary, subject: Subject) -> str:
    known = boundary.label(subject.node.id)
    named = subject.role is None or subject.node.id in boundary.roles
    return known if named else f"{subject.role} ({subject.node.name})"


def _unknown(policy: Policy, subject: str, label: str, outcome: Outcome, evidence: tuple[str, ...]) -> Claim:
    what = f"{label}: whether it holds that {policy.title[0].lower()}{policy.title[1:]}"
    if any(unknown.code == NOT_SHOWN for unknown in outcome.unread):
        text = f"{what} cannot be shown by an emulator: audit the real account"
        return Claim(Verdict.UNKNOWN, "emulator_cannot_show", subject, text, (), evidence)
    if not outcome.unread:
        return Claim(
            Verdict.UNKNOWN, "not_declared", subject, f"{what} is not known: {'; '.join(outcome.saw)}", (), evidence
        )
    codes = ", ".join(sorted({unknown.code for unknown in outcome.unread}))
    missing = _missing_permissions(outcome.unread)
    return Claim(Verdict.UNKNOWN, "unreadable", subject, f"{what} could not be read ({codes})", (), evidence, missing)


def _missing_permissions(unread: Iterable[Unknown]) -> tuple[str, ...]:
    return tuple(sorted({unknown.permission for unknown in unread if unknown.permission}))


def _missing(policy: Policy, about: About, boundary: Boundary, gone: Missing | None) -> Iterator[Claim]:
    gaps = [gap.unknown for gap in boundary.graph.unseen(about.kind, account=boundary.contract.account)]
    kind = str(about.kind).replace("_", " ")
    subject = gone.name if gone else boundary.contract.account
    what = f"{gone.role} ({gone.name})" if gone else f"a {kind} of the environment"
    if policy.when_missing == "ignore" and not gaps:
        return
    if gaps or policy.when_missing == "unknown":
        yield _unknown(policy, subject, what, Outcome(Verdict.UNKNOWN, (f"no {kind} was seen",), tuple(gaps)), ())
        return
    claim = Claim(Verdict.BROKEN, f"{about.kind}_missing", subject, f"{what} is not in the account: {policy.title}")
    yield boundary.rests_on(claim, gone.part if gone else None)
