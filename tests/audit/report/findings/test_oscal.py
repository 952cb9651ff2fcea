"""OSCAL: compliance-trestle takes the document and finds no fault with its ids and references."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

from audit.report.findings import render

if TYPE_CHECKING:
    from collections.abc import Callable

    from audit.report.material import Material


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Callable[[Material], Any]:
    """The results as trestle's own objects, after all of its validators."""
    # Trestle imports it to fetch over SFTP, which nothing here does: it is LGPL and not installed.
    monkeypatch.setitem(sys.modules, "paramiko", ModuleType("paramiko"))
    from trestle.core.validator_factory import validator_factory  # noqa: PLC0415  # after the line above
    from trestle.oscal.assessment_results import Model  # noqa: PLC0415  # the same

    def reading(material: Material) -> Any:
        results = Model.model_validate(json.loads(render("oscal", material))).assessment_results
        for validator in validator_factory.get_all():
            assert validator.model_is_valid(results, quiet=True, trestle_root=Path()), validator.error_msg()
        return results.results[0]

    return reading


def test_trestle_reads_it_whole(read: Callable[[Material], Any], material: Material) -> None:
    result = read(material)
    states = {(f.target.target_id, f.target.status.state.value, f.target.status.reason) for f in result.findings}
    assert states == {
        ("A001", "not-satisfied", "fail"),
        ("B002", "not-satisfied", "other"),
        ("B003", "not-satisfied", "fail"),
        ("V007", "satisfied", "pass"),
    }
    assert (len(result.observations), len(result.findings), len(result.risks)) == (5, 5, 4)


def test_a_waived_risk_is_an_approved_deviation_that_names_who_and_until(
    read: Callable[[Material], Any], material: Material
) -> None:
    by_status = {risk.status.root.root: risk for risk in read(material).risks}
    assert by_status.keys() == {"open", "deviation-approved"}
    props = {prop.name: prop.value for prop in by_status["deviation-approved"].props}
    assert props == {
        "severity": "low",
        "waived-until": "2027-05-31",
        "waived-by": "platform team",
        "waived-because": "mended in May",
    }


def test_nothing_found_is_a_result_too(read: Callable[[Material], Any], material: Material) -> None:
    assert read(replace(material, findings=())).findings is None


def test_the_same_finding_has_the_same_ids_in_the_next_audit(
    read: Callable[[Material], Any], material: Material
) -> None:
    now, later = read(material), read(replace(material, as_of="2026-12-01T00:00:00Z"))
    assert [f.uuid for f in now.findings] == [f.uuid for f in later.findings]
    assert now.uuid != later.uuid


@pytest.mark.parametrize("name", ["x\ny", " ", "a\x00b", "é|"])
def test_any_name_makes_a_valid_document(
    read: Callable[[Material], Any], saying: Callable[[str], Material], name: str
) -> None:
    read(saying(name))
