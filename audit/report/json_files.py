"""answers.json and findings.json: the same answers and findings give the same bytes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from audit.model.verdict import Verdict, claim_json, standing

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from audit.model.verdict import Answer, Finding, Result

ANSWERS_FORMAT = "byoc-answers/1"
FINDINGS_FORMAT = "byoc-findings/1"


def answers_json(answers: Iterable[Answer]) -> dict[str, Any]:
    """The answers as answers.json holds them, in the order given."""
    found = [
        {
            "question": answer.question,
            "title": answer.title,
            "verdict": answer.verdict.value,
            "claims": [claim_json(claim) for claim in answer.claims],
        }
        for answer in answers
    ]
    return {"format": ANSWERS_FORMAT, "verdict": _worst(found), "answers": found}


def findings_json(findings: Iterable[Finding], results: Mapping[str, Result] | None = None) -> dict[str, Any]:
    """The findings as findings.json holds them, in the order given; the verdict leaves out the waived."""
    findings = list(findings)
    found = [
        {
            "fingerprint": finding.fingerprint,
            "policy": finding.policy,
            "title": finding.title,
            "severity": finding.severity.value,
            "verdict": finding.verdict.value,
            "claim": claim_json(finding.claim),
            "remedy": finding.remedy,
            "source": finding.source,
            "controls": {title: list(numbers) for title, numbers in finding.controls},
            "waiver": finding.waiver.model_dump() if finding.waiver is not None else None,
        }
        for finding in findings
    ]
    verdict = standing(findings).value
    policies = {policy: result.value for policy, result in (results or {}).items()}
    return {"format": FINDINGS_FORMAT, "verdict": verdict, "findings": found, "policies": policies}


def text(content: dict[str, Any] | list[dict[str, Any]]) -> str:
    """A file's content as bytes-stable JSON text."""
    return json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _worst(found: list[dict[str, Any]]) -> str:
    return Verdict.worst(Verdict(entry["verdict"]) for entry in found).value
