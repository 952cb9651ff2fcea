"""What stands on the pages of report.pdf, as data: the content of the report, in the order of the pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audit.model.verdict import Result, Severity, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from audit.report.content import Content
    from audit.report.content.findings import Case, Group
    from audit.report.content.proof import Sentence
    from audit.report.content.questions import Question
    from audit.report.diagrams.picture import Picture

_FIRST, _HELD, _LEADS, _CITED = 7, 12, 220, 4
"""Policies on the executives' page, claims that hold of each question, letters of its first, records of a claim."""
Json = dict[str, Any]


def pages(told: Content, pictures: Sequence[Picture]) -> Json:
    """The data of every page."""
    return {
        "environment": told.environment,
        "account": told.account,
        "region": told.region,
        "as_of": told.as_of,
        "emulated": told.emulated,
        "reviewed": told.reviewed,
        "verdict": told.verdict.value,
        "summary": _summary(told),
        "questions": [_question(question) for question in told.questions],
        "groups": [_group(group) for group in told.groups],
        "frameworks": _frameworks(told),
        "coverage": _coverage(told),
        "duties": _duties(told),
        "pictures": [_picture(picture) for picture in pictures],
    }


def _picture(picture: Picture) -> Json:
    return {"file": f"{picture.view}.svg", "name": picture.name, "title": picture.diagram.title}


def _summary(told: Content) -> Json:
    standing = [group for group in told.groups if group.status in {Verdict.BROKEN, Verdict.UNKNOWN}]
    seen = told.coverage
    return {
        "asked": _counts(told.asked, Verdict),
        "found": {name: told.found[name] for name in ("broken", "unknown", "holds", "waived")},
        "severe": _counts(told.severe, Severity),
        "came": _counts(told.came, Result),
        "policies": told.policies,
        "questions": [_asked(question) for question in told.questions],
        "first": [
            {
                "id": group.policy.id,
                "title": group.policy.title,
                "severity": group.policy.severity.value,
                "status": group.status,
                "cases": sum(case.status == group.status for case in group.cases),
            }
            for group in standing[:_FIRST]
        ],
        "others": max(0, len(standing) - _FIRST),
        "calls": {"made": seen.records, "answered": seen.answered, "missed": seen.missed, "hidden": seen.hidden},
        "unowned": [held.name for held in told.duties if held.verdict is not Verdict.HOLDS],
    }


def _counts(counts: Mapping[Any, int], names: type[Verdict | Severity | Result]) -> dict[str, int]:
    return {name.value: counts.get(name, 0) or counts.get(name.value, 0) for name in names}


def _asked(question: Question) -> Json:
    lead = question.lead.text if question.lead is not None and question.verdict is not Verdict.HOLDS else ""
    cut = lead if len(lead) <= _LEADS else f"{lead[:_LEADS]}…"
    return {
        "title": question.title,
        "verdict": question.verdict.value,
        "lead": cut,
        "counts": _counts(question.counts, Verdict),
    }


def _question(question: Question) -> Json:
    held = question.of(Verdict.HOLDS)
    hidden = question.of(Verdict.UNKNOWN, emulator=True)
    return {
        **_asked(question),
        "broken": [_sentence(one) for one in question.of(Verdict.BROKEN)],
        "unknown": [_sentence(one) for one in question.of(Verdict.UNKNOWN)],
        "hidden": [one.text for one in hidden],
        "held": [one.text for one in held[:_HELD]],
        "more": max(0, len(held) - _HELD),
    }


def _sentence(told: Sentence) -> Json:
    steps = [
        {"name": step.name, "says": step.says, "at": "; ".join(f"{one.document}{one.pointer}" for one in step.places)}
        for step in told.steps
    ]
    return {
        "verdict": told.verdict.value,
        "text": told.text,
        "missing": list(told.missing),
        "steps": steps,
        "records": [record[:12] for record in told.records[:_CITED]],
        "more": max(0, len(told.records) - _CITED),
    }


def _group(group: Group) -> Json:
    policy = group.policy
    return {
        "id": policy.id,
        "title": policy.title,
        "severity": policy.severity.value,
        "status": group.status,
        "why": policy.why,
        "remedy": policy.remedy,
        "source": policy.source,
        "controls": [f"{title}: {', '.join(numbers)}" for title, numbers in policy.controls],
        "cases": [_case(case) for case in group.cases],
    }


def _case(case: Case) -> Json:
    waiver = case.waiver
    accepted = f"accepted {waiver.said}" if waiver is not None else ""
    told = _sentence(case.sentence)
    return {
        **told,
        "status": case.status,
        "subject": case.sentence.name,
        "team": case.team or "nobody",
        "waiver": accepted,
    }


def _frameworks(told: Content) -> list[Json]:
    return [
        {
            "title": framework.title,
            "counts": _counts(framework.counts, Result),
            "controls": [
                {
                    "number": control.number,
                    "result": control.result.value,
                    "accepted": control.accepted,
                    "evidence": [{"id": one.policy.id, "result": one.result.value} for one in control.evidence],
                }
                for control in framework.controls
            ],
        }
        for framework in told.frameworks
    ]


def _coverage(told: Content) -> Json:
    seen = told.coverage
    return {
        "accounts": ", ".join(seen.accounts),
        "regions": ", ".join(seen.regions),
        "caller": seen.caller,
        "closed": [f"{account} ({code})" for account, code in seen.closed],
        "services": [[one.name, one.answered, one.absent, one.unread, one.hidden] for one in seen.services],
        "unread": [
            {
                "permission": one.permission,
                "calls": one.calls,
                "codes": ", ".join(one.codes),
                "places": ", ".join(one.places),
                "kinds": ", ".join(one.kinds),
                "leaves": list(one.leaves),
            }
            for one in seen.unread
        ],
        "emulated": [{"operation": one.operation, "why": one.why, "leaves": list(one.leaves)} for one in seen.emulated],
        "spared": len(seen.spared),
    }


def _duties(told: Content) -> list[Json]:
    return [
        {
            "name": held.name,
            "team": held.team or "nobody",
            "contact": held.contact,
            "verdict": held.verdict.value,
            "broken": held.broken,
            "unknown": held.unknown,
            "waived": held.waived,
            "reviews": ", ".join(held.reviews),
            "kinds": ", ".join(held.kinds),
        }
        for held in told.duties
    ]
