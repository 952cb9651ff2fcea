"""What holds of every format, also of one that somebody adds."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from audit.report.findings import formats, render

if TYPE_CHECKING:
    from collections.abc import Callable

    from audit.report.material import Material

HOSTILE = [
    "=cmd|' /C calc'!A0",
    "<script>&\"'",
    "a\x00b\x1b[31m\x08",
    "﷐￾",
    "x\ny",
    "\x7f\u202e",
    " ",
    "||`#",
]
READERS: dict[str, Callable[[str], object]] = {
    "csv": lambda text: list(csv.reader(io.StringIO(text))),
    "junit": ET.fromstring,
    "markdown": str,
}


def test_the_formats_of_the_issue_are_there() -> None:
    assert formats() == ("csv", "json", "junit", "markdown", "ocsf", "oscal", "sarif")


@pytest.mark.parametrize("name", formats())
def test_the_same_material_gives_the_same_bytes_in_whatever_order_it_was_found(name: str, material: Material) -> None:
    turned = replace(material, findings=tuple(reversed(material.findings)))
    assert render(name, material) == render(name, replace(material))
    if name != "json":  # which keeps the order given, as findings.json does
        assert render(name, material) == render(name, turned)


@pytest.mark.parametrize("name", formats())
def test_every_finding_is_there_the_waived_one_with_who_accepts_it_until_when(name: str, material: Material) -> None:
    text = render(name, material)
    assert text.endswith("\n")
    for policy in ("A001", "B002", "B003"):
        assert policy in text
    assert ("V007" in text) == (name != "sarif")  # where information would be an alert
    for part in ("mended in May", "platform team", "2027-05-31"):
        assert part in text


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize("name", formats())
def test_no_name_breaks_a_document(name: str, hostile: str, saying: Callable[[str], Material]) -> None:
    text = render(name, saying(hostile))
    READERS.get(name, json.loads)(text)
    assert "\x1b" not in text
    text.encode()


@pytest.mark.parametrize("name", formats())
def test_no_findings_are_a_document_too(name: str, material: Material) -> None:
    READERS.get(name, json.loads)(render(name, replace(material, findings=())))
