"""answers.json and findings.json keep to their formats."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import jsonschema

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
