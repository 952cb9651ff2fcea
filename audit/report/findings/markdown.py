"""The findings as a page: for a job's summary or a comment on a pull request."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from audit.model.verdict import Verdict
from audit.report.markdown import escaped
from audit.report.material import ordered
from audit.report.text import cite

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.model.verdict import Finding
    from audit.report.material import Material


def render(material: Material) -> str:
    """A head with the tally, then each finding with its path, the waived ones last."""
    found = ordered(material.findings)
    counts = Counter("waived" if finding.waiver is not None else finding.verdict.value for finding in found)
    words = (*(verdict.value for verdict in Verdict), "waived")
    tally = ", ".join(f"{counts[word]} {word}" for word in words if counts[word])
    contract = material.contract
    where = f"{contract.environment_id}, account {contract.account}, {contract.region}"
    head = [f"# Findings: {tally or 'none'}", f"{escaped(where)}, as of {material.as_of}"]
    last = sorted(found, key=lambda finding: finding.waiver is not None)
    head += [f"Nothing to judge: {', '.join(material.idle)}"] if material.idle else []
    return "\n\n".join([*head, *("\n".join(_finding(material, finding)) for finding in last)]) + "\n"


def _finding(material: Material, finding: Finding) -> Iterator[str]:
    claim, waiver = finding.claim, finding.waiver
    yield f"## {finding.policy} {escaped(finding.title)}: {escaped(material.named(claim.subject))}"
    yield ""
    yield f"**{finding.verdict.value}**, {finding.severity.value}: {escaped(claim.text)}"
    if waiver is not None:
        yield f"- Waived {escaped(waiver.said)}"
    for hop in claim.path:
        yield f"- {escaped(material.named(hop.node))} {escaped(hop.says)} ({escaped(cite(hop.because))})"
    if claim.missing:
        yield f"- Needs {escaped(', '.join(claim.missing))}"
    yield f"- Remedy: {escaped(finding.remedy)}"
    for title, numbers in finding.controls:
        yield f"- {title}: {', '.join(numbers)}"
    yield f"- Source: {escaped(finding.source)}. Fingerprint `{finding.fingerprint}`"
