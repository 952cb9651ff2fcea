"""findings.json, as the audit folder holds it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.report import json_files

if TYPE_CHECKING:
    from audit.report.material import Material


def render(material: Material) -> str:
    """The findings as ``byoc-findings/1``."""
    return json_files.text(json_files.findings_json(material.findings, material.results))
