"""JUnit XML: a finding is a test case, so that a pipeline shows it among its tests.

Broken is a failure, unknown an error (it could not be judged), waived is skipped; information passes.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from audit.model.verdict import Verdict
from audit.report.material import ordered
from audit.report.text import cite, printable

if TYPE_CHECKING:
    from audit.model.verdict import Finding
    from audit.report.material import Material

_OUTCOME = {Verdict.BROKEN: "failure", Verdict.UNKNOWN: "error", Verdict.HOLDS: ""}


def render(material: Material) -> str:
    """One suite for the environment, a case for each finding."""
    findings = ordered(material.findings)
    counts = Counter(map(_outcome, findings))
    tally = {
        "tests": str(len(findings)),
        "failures": str(counts["failure"]),
        "errors": str(counts["error"]),
        "skipped": str(counts["skipped"]),
    }
    suites = ET.Element("testsuites", {"name": "byoc check", **tally})
    name = f"boundary of {printable(material.contract.environment_id)}"
    suite = ET.SubElement(suites, "testsuite", {"name": name, **tally, "timestamp": material.as_of.removesuffix("Z")})
    for finding in findings:
        _case(suite, material, finding)
    ET.indent(suites, " ")
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(suites, encoding="unicode") + "\n"


def _outcome(finding: Finding) -> str:
    return "skipped" if finding.waiver is not None else _OUTCOME[finding.verdict]


def _case(suite: ET.Element, material: Material, finding: Finding) -> None:
    name = f"{finding.title}: {material.named(finding.claim.subject)} [{material.key(finding)}]"
    case = ET.SubElement(suite, "testcase", {"classname": f"byoc.{finding.policy}", "name": printable(name)})
    outcome = _outcome(finding)
    if outcome:
        said = {"message": printable(_message(finding))} | ({} if outcome == "skipped" else {"type": finding.policy})
        ET.SubElement(case, outcome, said).text = _body(material, finding)


def _message(finding: Finding) -> str:
    waiver = finding.waiver
    accepted = f"waived {waiver.said}: " if waiver is not None else ""
    return f"{accepted}{finding.severity.value}: {finding.claim.text}"


def _body(material: Material, finding: Finding) -> str:
    hops = [f"→ {material.named(hop.node)} {hop.says} [{cite(hop.because)}]" for hop in finding.claim.path]
    return "\n".join(map(printable, (finding.claim.subject, *hops, f"remedy: {finding.remedy}")))
