"""OCSF: the library's own model reads what was written."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from py_ocsf_models.events.findings.compliance_finding import ComplianceFinding
from py_ocsf_models.events.findings.severity_id import SeverityID
from py_ocsf_models.events.findings.status_id import StatusID
from py_ocsf_models.objects.compliance_status import StatusID as Outcome

from audit.report.findings import render

if TYPE_CHECKING:
    from audit.report.material import Material


def events(material: Material) -> list[ComplianceFinding]:
    return [ComplianceFinding.model_validate(event) for event in json.loads(render("ocsf", material))]


def test_verdict_severity_and_waiver_are_its_own_words(material: Material) -> None:
    said = {(e.metadata.event_code, e.compliance.status_id, e.severity_id, e.status_id) for e in events(material)}
    assert said == {
        ("A001", Outcome.Fail, SeverityID.High, StatusID.New),
        ("B002", Outcome.Warning, SeverityID.Medium, StatusID.New),
        ("B003", Outcome.Fail, SeverityID.Low, StatusID.Suppressed),
        ("V007", Outcome.Pass, SeverityID.Informational, StatusID.New),
    }


def test_ids_are_unique_and_the_time_is_the_moment_of_judging(material: Material) -> None:
    found = events(material)
    assert len({event.finding_info.uid for event in found}) == len(found)
    assert {event.time for event in found} == {1795392000000}
    assert {event.type_uid for event in found} == {200301}


def test_the_subject_is_the_resource(material: Material) -> None:
    (resource,) = events(material)[0].resources
    assert resource.name == "data-bucket (automq-data-poc-us-east-1-111111111111)"
    assert (resource.type, resource.cloud_partition) == ("bucket", "aws")
