"""SARIF 2.1.0, for code scanning: a rule is a policy, a result a finding, a code flow its path.

Information is left out: code scanning takes a result of any kind for an alert (microsoft/PSRule #955).
What is found stands in no file, so a location is the subject's lasting name as a path: GitHub matches alerts by path
and ``primaryLocationLineHash`` (SARIF support for code scanning).
"""

from __future__ import annotations

from importlib import metadata
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from audit.model.verdict import Severity, Verdict
from audit.report import json_files
from audit.report.material import ordered
from audit.report.text import printable

if TYPE_CHECKING:
    from audit.model.verdict import Claim, Finding, Hop
    from audit.report.material import Material

_LEVELS = {Severity.CRITICAL: "error", Severity.HIGH: "error", Severity.MEDIUM: "warning"}
_SCORES = {
    Severity.CRITICAL: "9.5",
    Severity.HIGH: "8.0",
    Severity.MEDIUM: "5.5",
    Severity.LOW: "3.0",
    Severity.INFO: "0.0",
}
"""GitHub reads over 9 as critical, from 7 as high, from 4 as medium."""
_KINDS = {Verdict.BROKEN: "fail", Verdict.UNKNOWN: "open"}


def render(material: Material) -> str:
    """The log with one run, of the environment."""
    found = [finding for finding in ordered(material.findings) if finding.verdict in _KINDS]
    rules = {finding.policy: _rule(finding) for finding in sorted(found, key=lambda finding: finding.policy)}
    numbers = {policy: number for number, policy in enumerate(rules)}
    kind = "rehearsal" if material.contract.emulated else "account"
    run = {
        "tool": {
            "driver": {
                "name": "byoc",
                "fullName": "automq-byoc-kit",
                "version": metadata.version("automq-byoc-kit"),
                "rules": list(rules.values()),
            }
        },
        "automationDetails": {"id": f"byoc/{kind}/{material.contract.environment_id}/"},
        "results": [{**_result(material, finding), "ruleIndex": numbers[finding.policy]} for finding in found],
        "properties": {"asOf": material.as_of},
    }
    schema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
    return json_files.text({"$schema": schema, "version": "2.1.0", "runs": [run]})


def _rule(finding: Finding) -> dict[str, Any]:
    return {
        "id": finding.policy,
        "shortDescription": {"text": finding.title},
        "fullDescription": {"text": f"{finding.title}. Source: {finding.source}."},
        "help": {"text": finding.remedy},
        "defaultConfiguration": {"level": _level(finding.severity)},
        "properties": {
            "security-severity": _SCORES[finding.severity],
            "tags": ["security", finding.severity.value, *finding.evidence_for],
        },
    }


def _level(severity: Severity) -> str:
    return _LEVELS.get(severity, "note")


def _result(material: Material, finding: Finding) -> dict[str, Any]:
    claim, broken = finding.claim, finding.verdict is Verdict.BROKEN
    return {
        "ruleId": finding.policy,
        "kind": _KINDS[finding.verdict],
        # Where the kind is another than fail, the standard wants no level.
        "level": _level(finding.severity) if broken else "none",
        "message": {"text": printable(f"{claim.text}. Remedy: {finding.remedy}")},
        "locations": [_location(material, claim.subject, finding.about or claim.subject)],
        "partialFingerprints": {
            "primaryLocationLineHash": material.key(finding),
            "policyAndSubject/v1": finding.fingerprint,
        },
        "suppressions": _suppressions(finding),
        "properties": {
            "verdict": finding.verdict.value,
            "severity": finding.severity.value,
            "reason": claim.reason,
            "missing": list(claim.missing),
            "evidence": list(filter(None, claim.evidence)),
        },
        **({"codeFlows": [_flow(material, claim)]} if claim.path else {}),
    }


def _suppressions(finding: Finding) -> list[dict[str, str]]:
    waiver = finding.waiver
    if waiver is None:
        return []
    return [{"kind": "external", "status": "accepted", "justification": printable(f"waived {waiver.said}")}]


def _flow(material: Material, claim: Claim) -> dict[str, Any]:
    return {"threadFlows": [{"locations": [{"location": _hop(material, hop)} for hop in claim.path]}]}


def _hop(material: Material, hop: Hop) -> dict[str, Any]:
    cited = [f"{citation.document}{citation.pointer} record {citation.record}".strip() for citation in hop.because]
    text = f"{material.named(hop.node)} {hop.says}" + (f" [{'; '.join(cited)}]" if cited else "")
    return {**_location(material, hop.node, material.brief(hop.node)), "message": {"text": printable(text)}}


def _location(material: Material, subject: str, place: str) -> dict[str, Any]:
    logical = {"name": material.named(subject), "fullyQualifiedName": subject, "kind": "resource"}
    physical = {"artifactLocation": {"uri": quote(place, safe="/")}, "region": {"startLine": 1}}
    return {"physicalLocation": physical, "logicalLocations": [logical]}
