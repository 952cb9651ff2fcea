"""answers.json and findings.json keep to their formats."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import jsonschema

from audit.model.verdict import Result
from audit.model.waiver import Waiver
from audit.report import json_files, schemas

if TYPE_CHECKING:
    from conftest import Sample


def test_answers_keep_to_their_schema(sample: Sample) -> None:
    content = json_files.answers_json(sample.answers)
    jsonschema.validate(content, schemas.answers())
    assert (content["format"], content["verdict"]) == ("byoc-answers/1", "broken")


def test_findings_keep_to_their_schema(sample: Sample) -> None:
    content = json_files.findings_json(sample.findings)
    jsonschema.validate(content, schemas.findings())
    assert (content["format"], content["verdict"]) == ("byoc-findings/1", "broken")


def test_a_waived_finding_stays_and_the_verdict_is_that_of_the_others(sample: Sample) -> None:
    waiver = Waiver(policy="N001", subject="s", reason="r", owner="o", until="2027-05-31")
    broken, unknown = sample.findings
    content = json_files.findings_json((replace(broken, waiver=waiver), unknown))
    jsonschema.validate(content, schemas.findings())
    assert (content["verdict"], content["findings"][0]["waiver"]) == ("unknown", waiver.model_dump())


def test_what_had_nothing_to_judge_is_told_beside_the_findings() -> None:
    content = json_files.findings_json((), {"B001": Result.HOLDS, "E001": Result.NOTHING_TO_JUDGE})
    jsonschema.validate(content, schemas.findings())
    assert (content["verdict"], content["policies"]) == ("holds", {"B001": "holds", "E001": "nothing_to_judge"})


def test_no_findings_hold() -> None:
    assert json_files.findings_json(())["verdict"] == "holds"


def test_no_answers_are_unknown() -> None:
    assert json_files.answers_json(())["verdict"] == "unknown"


def test_the_graph_keeps_to_its_schema(sample: Sample) -> None:
    jsonschema.validate(sample.graph.to_json(), schemas.graph())


def test_text_is_stable_and_ends_with_a_newline(sample: Sample) -> None:
    content = json_files.answers_json(sample.answers)
    assert json_files.text(content) == json_files.text(json.loads(json_files.text(content)))
    assert json_files.text(content).endswith("}\n")
