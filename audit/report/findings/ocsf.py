"""OCSF compliance findings (class 2003), for data lakes and SIEMs; a waived one has the status Suppressed."""

from __future__ import annotations

from datetime import datetime
from importlib import metadata
from typing import TYPE_CHECKING

from py_ocsf_models.events.findings.activity_id import ActivityID
from py_ocsf_models.events.findings.compliance_finding import ComplianceFinding
from py_ocsf_models.events.findings.compliance_finding_type_id import ComplianceFindingTypeID
from py_ocsf_models.events.findings.severity_id import SeverityID
from py_ocsf_models.events.findings.status_id import StatusID
from py_ocsf_models.objects.check import Check
from py_ocsf_models.objects.compliance import Compliance
from py_ocsf_models.objects.compliance_status import StatusID as Outcome
from py_ocsf_models.objects.finding_info import FindingInformation
from py_ocsf_models.objects.metadata import Metadata
from py_ocsf_models.objects.product import Product
from py_ocsf_models.objects.remediation import Remediation
from py_ocsf_models.objects.resource_details import ResourceDetails

from audit.model.verdict import Severity, Verdict
from audit.report import json_files
from audit.report.material import ordered
from audit.report.text import printable

if TYPE_CHECKING:
    from audit.model.verdict import Finding
    from audit.report.material import Material

_SEVERITIES = {
    Severity.CRITICAL: SeverityID.Critical,
    Severity.HIGH: SeverityID.High,
    Severity.MEDIUM: SeverityID.Medium,
    Severity.LOW: SeverityID.Low,
    Severity.INFO: SeverityID.Informational,
}
_OUTCOMES = {Verdict.BROKEN: Outcome.Fail, Verdict.UNKNOWN: Outcome.Warning, Verdict.HOLDS: Outcome.Pass}
"""Warning is OCSF's word for a check that yields no result because information is missing."""


def render(material: Material) -> str:
    """A list of events."""
    events = [_event(material, finding) for finding in ordered(material.findings)]
    return json_files.text([event.model_dump(mode="json", exclude_none=True) for event in events])


def _event(material: Material, finding: Finding) -> ComplianceFinding:
    claim, severity, waiver = finding.claim, _SEVERITIES[finding.severity], finding.waiver
    status = StatusID.New if waiver is None else StatusID.Suppressed
    accepted = f"waived {waiver.said}" if waiver is not None else None
    return ComplianceFinding(
        activity_id=ActivityID.Create,
        activity_name=ActivityID.Create.name,
        comment=printable(accepted) if accepted is not None else None,
        compliance=_compliance(finding),
        finding_info=_information(material, finding),
        message=printable(claim.text),
        metadata=Metadata(
            event_code=finding.policy,
            product=Product(
                name="automq-byoc-kit", vendor_name="automq-byoc-kit", version=metadata.version("automq-byoc-kit")
            ),
        ),
        remediation=Remediation(desc=finding.remedy, references=[finding.source]),
        resources=[_resource(material, claim.subject)],
        severity=severity.name,
        severity_id=severity,
        status=status.name,
        status_id=status,
        status_code=claim.reason,
        status_detail=finding.verdict.value,
        time=_milliseconds(material),
        type_uid=ComplianceFindingTypeID.Create,
        type_name="Compliance Finding: Create",
        unmapped={
            "account": material.contract.account,
            "environment": material.contract.environment_id,
            "fingerprint": finding.fingerprint,
            "evidence": list(filter(None, claim.evidence)),
            "missing": list(claim.missing),
            "path": [printable(f"{material.named(hop.node)} {hop.says}") for hop in claim.path],
        },
    )


def _compliance(finding: Finding) -> Compliance:
    outcome = _OUTCOMES[finding.verdict]
    check = Check(
        uid=finding.policy,
        name=finding.title,
        severity_id=_SEVERITIES[finding.severity],
        status_id=outcome,
        status=outcome.name,
    )
    return Compliance(
        control=finding.policy,
        desc=finding.title,
        checks=[check],
        status_id=outcome,
        standards=[title for title, _ in finding.controls],
        requirements=finding.evidence_for,
    )


def _information(material: Material, finding: Finding) -> FindingInformation:
    return FindingInformation(
        uid=material.key(finding),
        title=finding.title,
        desc=printable(finding.claim.text),
        created_time=_milliseconds(material),
        last_seen_time=_milliseconds(material),
    )


def _resource(material: Material, subject: str) -> ResourceDetails:
    node, contract = material.graph.get(subject), material.contract
    return ResourceDetails(
        uid=subject,
        name=printable(material.named(subject)),
        type=str(node.kind) if node is not None else None,
        region=node.region if node is not None else contract.region,
        cloud_partition=contract.partition,
    )


def _milliseconds(material: Material) -> int:
    return int(datetime.fromisoformat(material.as_of).timestamp() * 1000)
