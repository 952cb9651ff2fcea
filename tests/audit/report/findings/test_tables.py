"""JUnit, CSV and Markdown: what a pipeline counts, what a spreadsheet computes, what a page shows."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from markdown_it import MarkdownIt

from audit.report.findings import render

if TYPE_CHECKING:
    from collections.abc import Callable

    from audit.report.material import Material


def junit(material: Material) -> ET.Element:
    return ET.fromstring(render("junit", material))  # noqa: S314  # our own document


def test_junit_counts_failures_errors_and_skipped(material: Material) -> None:
    root = junit(material)
    suite = root.find("testsuite")
    assert suite is not None
    counts = {name: int(suite.attrib[name]) for name in ("tests", "failures", "errors", "skipped")}
    assert counts == {"tests": 5, "failures": 2, "errors": 1, "skipped": 1}
    for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        assert len(root.findall(f".//testcase/{tag}")) == counts[name]
    names = [(case.get("classname"), case.get("name")) for case in root.iter("testcase")]
    assert len(set(names)) == 5


def test_junit_shows_the_path_and_the_remedy(material: Material) -> None:
    failure = junit(material).find(".//failure")
    assert failure is not None
    assert "→ console (automq-console-poc) its own policies allow s3:GetObject [identity/p/Statement/0" in str(
        failure.text
    )
    assert str(failure.text).endswith("remedy: Mend it.")


def test_csv_has_a_row_for_each_finding_and_says_what_is_waived(material: Material) -> None:
    rows = list(csv.DictReader(io.StringIO(render("csv", material))))
    assert [row["policy"] for row in rows] == ["A001", "A001", "B003", "B002", "V007"]
    assert {row["policy"]: row["waived_by"] for row in rows if row["waived_by"]} == {"B003": "platform team"}


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", " =1"])
def test_no_cell_is_a_formula(name: str, saying: Callable[[str], Material]) -> None:
    (row,) = list(csv.reader(io.StringIO(render("csv", saying(name)))))[1:]
    assert not [cell for cell in row if cell.lstrip().startswith(("=", "+", "-", "@"))]


def test_markdown_tells_the_tally_and_puts_the_waived_last(material: Material) -> None:
    page = render("markdown", material)
    assert page.startswith("# Findings: 2 broken, 1 unknown, 1 holds, 1 waived\n")
    assert [line.split()[1] for line in page.splitlines() if line.startswith("## ")] == [
        "A001",
        "A001",
        "B002",
        "V007",
        "B003",
    ]


@pytest.mark.parametrize("name", ["<img src=x>", "[a](http://evil)", "# heading", "a\n\n# b", "`x`"])
def test_no_name_becomes_markup(name: str, saying: Callable[[str], Material]) -> None:
    html = MarkdownIt("commonmark").render(render("markdown", saying(name)))
    assert html.count("<h1>") == html.count("<h2>") == 1
    assert "<a " not in html
    assert "<img" not in html
    assert html.count("<code>") == 1
