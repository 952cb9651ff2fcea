"""SARIF: valid against the standard's schema, with fingerprints that stay and suppressions."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from audit.model.verdict import Severity, Verdict
from audit.report.findings import render

if TYPE_CHECKING:
    from collections.abc import Callable

    from audit.report.material import Material

SCHEMA = json.loads((Path(__file__).parent / "schemas" / "sarif-schema-2.1.0.json").read_text("utf-8"))


def run(material: Material) -> dict[str, Any]:
    log = json.loads(render("sarif", material))
    jsonschema.validate(log, SCHEMA, format_checker=jsonschema.FormatChecker())
    (one,) = log["runs"]
    return dict(one)


def fingerprints(material: Material) -> list[str]:
    return [result["partialFingerprints"]["primaryLocationLineHash"] for result in run(material)["results"]]


def test_a_verdict_has_the_kind_that_the_standard_has_for_it_and_information_makes_no_alert(material: Material) -> None:
    results = run(material)["results"]
    assert {(r["ruleId"], r["kind"], r["level"]) for r in results} == {
        ("A001", "fail", "error"),
        ("B002", "open", "none"),
        ("B003", "fail", "note"),
    }


def test_a_result_points_to_its_rule_and_shows_its_path(material: Material) -> None:
    one = run(material)
    rules = one["tool"]["driver"]["rules"]
    for result in one["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    (flow,) = one["results"][0]["codeFlows"][0]["threadFlows"]
    assert "identity/p/Statement/0" in flow["locations"][0]["location"]["message"]["text"]


def test_the_severity_is_in_githubs_bands(material: Material) -> None:
    scores = {}
    for severity in Severity:
        changed = replace(material, findings=(replace(material.findings[0], severity=severity),))
        scores[severity] = float(run(changed)["tool"]["driver"]["rules"][0]["properties"]["security-severity"])
    bands = {
        Severity.CRITICAL: (9.1, 10),
        Severity.HIGH: (7, 8.9),
        Severity.MEDIUM: (4, 6.9),
        Severity.LOW: (0.1, 3.9),
        Severity.INFO: (0, 0),
    }
    assert all(low <= scores[severity] <= high for severity, (low, high) in bands.items())


def test_only_the_waived_one_is_suppressed_and_all_say_whether_they_are(material: Material) -> None:
    found = {result["ruleId"]: result["suppressions"] for result in run(material)["results"]}
    assert found.pop("B003") == [
        {
            "kind": "external",
            "status": "accepted",
            "justification": "waived until 2027-05-31 by platform team: mended in May",
        }
    ]
    assert set(map(len, found.values())) == {0}


def test_a_fingerprint_stays_whatever_else_changes_and_no_two_results_share_one(material: Material) -> None:
    lone = material.findings[2]
    claim = replace(lone.claim, verdict=Verdict.BROKEN, text="other words", evidence=("b" * 64,), reason="other")
    later = replace(
        material, findings=(*material.findings[:2], replace(lone, claim=claim, title="T"), *material.findings[3:])
    )
    assert set(fingerprints(later)) == set(fingerprints(material))
    assert len(set(fingerprints(material))) == 4


def test_two_findings_of_one_policy_and_subject_share_the_fingerprint_of_both(material: Material) -> None:
    found = [r["partialFingerprints"]["policyAndSubject/v1"] for r in run(material)["results"] if r["ruleId"] == "A001"]
    assert len(found) == 2
    assert len(set(found)) == 1


@pytest.mark.parametrize("name", ["a b", "a:b", "../x", "%", "é", "a\\b", "arn:aws:s3:::b"])
def test_any_name_makes_a_location(name: str, saying: Callable[[str], Material]) -> None:
    run(saying(name))
