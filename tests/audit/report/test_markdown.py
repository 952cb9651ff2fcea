"""report.md: complete, stable, and safe against what AWS lets people call things."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from markdown_it import MarkdownIt

from audit.model.facts import Unknown
from audit.model.graph import Gap, NodeKind
from audit.model.verdict import Answer, Claim, Verdict
from audit.report import markdown
from audit.report.material import Material

if TYPE_CHECKING:
    from conftest import Sample


@pytest.fixture
def material(sample: Sample) -> Material:
    return Material(sample.contract, sample.graph, sample.answers, sample.findings, "2026-11-23T00:00:00Z")


def test_it_has_verdict_answers_findings_flows_limits_and_evidence(material: Material) -> None:
    page = markdown.report(material)
    for heading in (
        "# AutoMQ BYOC boundary: poc",
        "## Answers",
        "## Findings",
        "## Data flows",
        "## Coverage and limits",
        "## Evidence",
    ):
        assert f"\n{heading}\n" in f"\n{page}"
    assert "| Verdict | **broken** |" in page
    assert "```mermaid\nflowchart TD\n" in page
    assert "  1. internet may send to tcp 9112 (ingress/0 record aaaaaaaaaaaa)" in page
    assert f"- `{'a' * 64}`" in page


def test_the_same_material_gives_the_same_bytes(material: Material) -> None:
    assert markdown.report(material) == markdown.report(replace(material))


def test_gaps_and_the_emulators_limits_are_told(sample: Sample, material: Material) -> None:
    grown = sample.having(
        Gap((NodeKind.USER,), "111111111111", "global", "iam:ListUsers", Unknown("iam:ListUsers", "AccessDenied", ""))
    )
    grown.graph.emulated["scp"] = "there is no organisation"
    page = markdown.report(replace(material, graph=grown.graph))
    assert "- An emulator cannot show scp: there is no organisation" in page
    assert (
        "- iam:ListUsers in 111111111111 global was not read (AccessDenied), so user may exist unseen; grant iam:ListUsers"
        in page
    )


@pytest.mark.parametrize(
    "name", ["<script>x</script>", "[a](http://evil)", "**bold**", "a | b", "`code`", "![i](x)", "a\n# heading", "&lt;"]
)
def test_no_name_becomes_markup(material: Material, name: str) -> None:
    claim = Claim(Verdict.BROKEN, "r", name, name)
    page = markdown.report(replace(material, answers=(Answer("q", "T", (claim,)),), findings=()))
    html = MarkdownIt("commonmark").enable("table").render(page)
    line = next(line for line in html.splitlines() if line.startswith("<li><strong>broken</strong>"))
    assert line.count("<") == 4
    plain = line.removeprefix("<li><strong>broken</strong> ").removesuffix("</li>").strip()
    assert plain == name.replace("\n", " ").replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
