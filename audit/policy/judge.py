"""Policies judged on a boundary: what does not hold, or could not be known, as findings."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from audit.model.graph import Citation
from audit.model.verdict import NOT_JOINED, NOT_SHOWN, STILL_TO_COME, Claim, Finding, Hop, Result, Severity, Verdict
from audit.policy.called import Called
from audit.policy.holds import hold
from audit.policy.outcome import HOLDS, Outcome
from audit.policy.rule import Answers
from audit.policy.subjects import Missing, Subject, Subjects
from audit.questions import left_open

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from audit.boundary import Boundary
    from audit.model.facts import Unknown
    from audit.model.graph import NodeKind
    from audit.model.verdict import Answer
    from audit.policy.rule import AppliesTo, Policy

_VERDICTS = list(Verdict)
_SEVERITIES = list(Severity)


@dataclass(frozen=True)
class Judgement:
    """The findings, broken first, then unknown, the severe before the mild; and what each policy comes to."""

    findings: tuple[Finding, ...]
    results: Mapping[str, Result]


def judge(policies: Iterable[Policy], boundary: Boundary, answers: Sequence[Answer]) -> Judgement:
    """Judge policies on a boundary and the answers to its questions.

    Raises UsageError for a policy that asks of a node what such nodes have not.
    """
    called, judging = Called(boundary), _Judging(boundary, answers)
    found, results = [], {}
    for policy in policies:
        claims = judging.claims(policy)
        results[policy.id] = _result(policy, claims, judging.left_open(policy))
        found += [
            Finding(
                policy.id,
                policy.title,
                policy.severity,
                claim,
                policy.remedy,
                policy.source,
                called.of(claim.subject),
                controls=policy.controls.named,
            )
            for claim in claims
            if claim.verdict is not Verdict.HOLDS or _shows(policy)
        ]
    return Judgement(tuple(sorted(found, key=_order)), results)


def _result(policy: Policy, claims: Sequence[Claim], open_: Sequence[Claim]) -> Result:
    if not claims and not isinstance(policy.expect, Answers):
        return Result.NOTHING_TO_JUDGE
    return Result(Verdict.worst([Verdict.HOLDS, *(claim.verdict for claim in (*claims, *open_))]))


def _shows(policy: Policy) -> bool:
    return isinstance(policy.expect, Answers) and bool(policy.expect.shows)


def _order(finding: Finding) -> tuple[int, int, str, str, str]:
    verdict, severity = _VERDICTS.index(finding.verdict), _SEVERITIES.index(finding.severity)
    return verdict, severity, finding.policy, finding.claim.subject, finding.claim.text


@dataclass(frozen=True)
class _Judging:
    """Policies asked of one boundary."""

    boundary: Boundary
    answers: Sequence[Answer]

    @cached_property
    def subjects(self) -> Subjects:
        return Subjects(self.boundary)

    def claims(self, policy: Policy) -> list[Claim]:
        """What a policy comes to, one claim a subject, those that hold among them."""
        if isinstance(policy.expect, Answers):
            return list(self._taken(policy.expect, policy.applies_to))
        return list(self._required(policy))

    def left_open(self, policy: Policy) -> list[Claim]:
        """Claims that are no finding of the policy and still leave open whether it holds: calls that were not read."""
        rule, about = policy.expect, policy.applies_to
        if not isinstance(rule, Answers) or rule.shows:
            return []
        claims = [claim for answer in self.answers if answer.question == rule.question for claim in answer.claims]
        others = [claim for claim in claims if claim.reason not in rule.reasons]
        found = [claim for claim in others if left_open(claim, rule.question) & {*rule.reasons}]
        return found if about is None else [claim for claim in found if self._may_concern(claim, about)]

    def _may_concern(self, claim: Claim, about: AppliesTo) -> bool:
        """Whether a claim may be about the subjects of a policy: not when it is of another node of these kinds."""
        node = self.boundary.graph.get(claim.subject)
        return node is None or node.kind not in about.kinds or claim.subject in self._ids(about)

    def _taken(self, rule: Answers, about: AppliesTo | None) -> Iterator[Claim]:
        within = self._ids(about) if about is not None else None
        for answer in self.answers:
            if answer.question == rule.question:
                for claim in answer.claims:
                    met = claim.reason in rule.reasons and (claim.verdict is Verdict.HOLDS) == bool(rule.shows)
                    if met and (within is None or claim.subject in within):
                        yield claim

    def _ids(self, about: AppliesTo) -> set[str]:
        """How claims may call the subjects of a policy."""
        found = self.subjects.of(about)
        names = {name for one in found if isinstance(one, Subject) for name in (one.node.id, one.node.name)}
        return names | {one.role for one in found if one.role is not None}

    def _required(self, policy: Policy) -> Iterator[Claim]:
        boundary, about = self.boundary, policy.applies_to
        if about is None:
            return
        met = False
        for subject in self.subjects.of(about):
            if isinstance(subject, Missing):
                yield from _missing(policy, subject.kind, boundary, subject)
                met = True
                continue
            context = self.subjects.context(subject)
            chosen = hold(about.where, subject.node, boundary, context) if about.where else HOLDS
            if chosen.verdict is not Verdict.BROKEN:
                met = True
                yield _judged(policy, boundary, subject, context, chosen)
        listed = not about.roles and about.scope != "contract"
        unseen = [kind for kind in about.kinds if boundary.unseen(kind)]
        for kind in (unseen if listed else []) or (about.kinds if not met else ()):
            yield from _missing(policy, kind, boundary, None)


def _judged(policy: Policy, boundary: Boundary, subject: Subject, context: Mapping[str, Any], chosen: Outcome) -> Claim:
    condition = policy.expect
    outcome = HOLDS if isinstance(condition, Answers) else hold(condition, subject.node, boundary, context)
    doubtful = chosen.verdict is Verdict.UNKNOWN or not subject.sure
    if doubtful and outcome.verdict is Verdict.BROKEN:
        outcome = Outcome(Verdict.UNKNOWN, ("whether it belongs to the environment", *outcome.saw), chosen.unread)
    return boundary.rests_on(_claim(policy, boundary, subject, outcome), subject.part)


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
    return Claim(Verdict.BROKEN, policy.reason or "not_met", node.id, text, outcome.hops or (hop,), evidence)


def _label(boundary: Boundary, subject: Subject) -> str:
    known = boundary.label(subject.node.id)
    named = subject.role is None or subject.node.id in boundary.roles
    return known if named else f"{subject.role} ({subject.node.name})"


def _unknown(policy: Policy, subject: str, label: str, outcome: Outcome, evidence: tuple[str, ...]) -> Claim:
    what = f"{label}: whether it holds that {policy.title[0].lower()}{policy.title[1:]}"
    if any(unknown.code == NOT_SHOWN for unknown in outcome.unread):
        text = f"{what} cannot be shown by an emulator: audit the real account"
        return Claim(Verdict.UNKNOWN, "emulator_cannot_show", subject, text, (), evidence)
    owners = sorted({unknown.permission for unknown in outcome.unread if unknown.code == NOT_JOINED})
    if owners:
        text = f"{what} could not be read, as the owner of the shared VPC alone can: grant {', '.join(owners)}"
        return Claim(Verdict.UNKNOWN, "unreadable", subject, text, (), evidence, tuple(owners))
    if outcome.unread and all(unknown.code == STILL_TO_COME for unknown in outcome.unread):
        return Claim(
            Verdict.UNKNOWN, "still_to_come", subject, f"{what} is to be seen: {'; '.join(outcome.saw)}", (), evidence
        )
    if not outcome.unread and not outcome.missing:
        return Claim(
            Verdict.UNKNOWN, "not_declared", subject, f"{what} is not known: {'; '.join(outcome.saw)}", (), evidence
        )
    codes = ", ".join(sorted({unknown.code for unknown in outcome.unread})) or "; ".join(outcome.saw)
    missing = tuple(sorted({*_missing_permissions(outcome.unread), *outcome.missing}))
    return Claim(Verdict.UNKNOWN, "unreadable", subject, f"{what} could not be read ({codes})", (), evidence, missing)


def _missing_permissions(unread: Iterable[Unknown]) -> tuple[str, ...]:
    return tuple(sorted({unknown.permission for unknown in unread if unknown.permission}))


def _missing(policy: Policy, of: NodeKind, boundary: Boundary, gone: Missing | None) -> Iterator[Claim]:
    gaps = [gap.unknown for gap in boundary.unseen(of)]
    kind = str(of).replace("_", " ")
    subject = gone.name if gone else boundary.contract.account
    what = f"{gone.role} ({gone.name})" if gone else f"a {kind} of the environment"
    if policy.when_missing == "ignore" and not gaps:
        return
    if gaps or policy.when_missing == "unknown":
        yield _unknown(policy, subject, what, Outcome(Verdict.UNKNOWN, (f"no {kind} was seen",), tuple(gaps)), ())
        return
    claim = Claim(Verdict.BROKEN, f"{of}_missing", subject, f"{what} is not in the account: {policy.title}")
    yield boundary.rests_on(claim, gone.part if gone else None)
