"""OSCAL assessment results (1.2.1): an observation, a risk and a finding for each; a waived risk is a deviation.

An objective is a policy, and the plan is the pack itself; the controls that a policy is evidence for are properties.
"""

from __future__ import annotations

import uuid
from importlib import metadata
from typing import TYPE_CHECKING, Any

from audit.model.verdict import Verdict
from audit.report import json_files
from audit.report.material import ordered
from audit.report.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.model.verdict import Finding
    from audit.report.material import Material

_SPACE = uuid.uuid5(uuid.NAMESPACE_OID, "automq-byoc-kit")
_SELECTED = (
    "All that the plan holds: the policies; a finding's properties name the controls that its policy is evidence for."
)
_NAMESPACE = "urn:automq-byoc-kit"
_REASONS = {Verdict.BROKEN: "fail", Verdict.UNKNOWN: "other", Verdict.HOLDS: "pass"}
Json = dict[str, Any]


def render(material: Material) -> str:
    """One document with one result; the ids follow from what is found, so that the next one has the same."""
    found = {material.key(finding): finding for finding in ordered(material.findings)}
    contract = material.contract
    scope = f"{contract.account} {contract.region} {contract.environment_id}"
    body = {
        "uuid": _uuid("results", scope, material.as_of),
        "metadata": {
            "title": f"Boundary of {printable(contract.environment_id)}",
            "last-modified": material.as_of,
            "version": material.as_of,
            "oscal-version": "1.2.1",
            "remarks": f"Written by automq-byoc-kit {metadata.version('automq-byoc-kit')}.",
        },
        "import-ap": {"href": f"#{_uuid('plan')}"},
        "results": [_result(material, scope, found)],
        "back-matter": {"resources": [_plan()]},
    }
    return json_files.text({"assessment-results": body})


def _plan() -> Json:
    text = "What was assessed are the policies of the kit and of the user, policies/*.yaml: no other plan was written."
    return {"uuid": _uuid("plan"), "title": "The policies", "description": text}


def _result(material: Material, scope: str, found: dict[str, Finding]) -> Json:
    subjects = sorted({finding.claim.subject for finding in found.values()})
    result: Json = {
        "uuid": _uuid("result", scope, material.as_of),
        "title": "The policies judged",
        "description": f"What does not hold, or could not be known, of {printable(scope)}",
        "start": material.as_of,
        "reviewed-controls": {"control-selections": [{"description": _SELECTED, "include-all": {}}]},
    }
    if found:
        result["local-definitions"] = {"inventory-items": [_item(material, subject) for subject in subjects]}
        result["observations"] = [_observation(material, key, finding) for key, finding in found.items()]
        result["findings"] = [_finding(key, finding) for key, finding in found.items()]
    risks = [_risk(key, finding) for key, finding in found.items() if finding.verdict is not Verdict.HOLDS]
    return result | ({"risks": risks} if risks else {})


def _item(material: Material, subject: str) -> Json:
    named = printable(material.named(subject))
    return {"uuid": _uuid("item", subject), "description": named, "props": [_prop("subject", subject)]}


def _observation(material: Material, key: str, finding: Finding) -> Json:
    claim = finding.claim
    evidence = [{"description": text} for text in _evidence(material, finding)]
    observation = {
        "uuid": _uuid("observation", key),
        "title": printable(finding.title),
        "description": printable(claim.text),
        "props": [_prop("verdict", finding.verdict.value), _prop("reason", claim.reason)],
        "methods": ["TEST"],
        "types": ["finding"],
        "subjects": [{"subject-uuid": _uuid("item", claim.subject), "type": "inventory-item"}],
        "collected": material.as_of,
    }
    return observation | ({"relevant-evidence": evidence} if evidence else {})


def _evidence(material: Material, finding: Finding) -> Iterator[str]:
    for hop in finding.claim.path:
        yield printable(f"{material.named(hop.node)} {hop.says}").strip()
    yield from (f"record {record} of the snapshot" for record in finding.claim.evidence if record)
    yield from (f"not read: needs {permission}" for permission in finding.claim.missing)


def _risk(key: str, finding: Finding) -> Json:
    waiver, text = finding.waiver, printable(finding.claim.text)
    risk: Json = {
        "uuid": _uuid("risk", key),
        "title": printable(finding.title),
        "description": text,
        "statement": text,
        "props": [_prop("severity", finding.severity.value)],
        "status": "open" if waiver is None else "deviation-approved",
        "remediations": [
            {
                "uuid": _uuid("remedy", key),
                "lifecycle": "recommendation",
                "title": "Remedy",
                "description": finding.remedy,
            }
        ],
        "related-observations": [{"observation-uuid": _uuid("observation", key)}],
    }
    if waiver is not None:
        parts = {"waived-until": waiver.until, "waived-by": waiver.owner, "waived-because": waiver.reason}
        risk["props"] += [_prop(name, text) for name, text in parts.items() if text]
    return risk


def _finding(key: str, finding: Finding) -> Json:
    holds = finding.verdict is Verdict.HOLDS
    status = {"state": "satisfied" if holds else "not-satisfied", "reason": _REASONS[finding.verdict]}
    return {
        "uuid": _uuid("finding", key),
        "title": printable(f"{finding.policy} {finding.title}"),
        "description": printable(finding.claim.text),
        "props": [
            _prop("fingerprint", finding.fingerprint),
            _prop("source", finding.source),
            *(_prop("control", one) for one in finding.evidence_for),
        ],
        "target": {"type": "objective-id", "target-id": finding.policy, "status": status},
        "related-observations": [{"observation-uuid": _uuid("observation", key)}],
        **({} if holds else {"related-risks": [{"risk-uuid": _uuid("risk", key)}]}),
    }


def _prop(name: str, value: str) -> Json:
    return {"name": name, "ns": _NAMESPACE, "value": printable(value).strip() or "-"}


def _uuid(*parts: str) -> str:
    return str(uuid.uuid5(_SPACE, "\n".join(parts)))
