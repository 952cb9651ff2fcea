"""The pack itself, and what is said of files that are no policies."""

from __future__ import annotations

from pathlib import Path

import jsonschema
import pytest
import yaml

from audit.model.errors import UsageError
from audit.policy import load
from audit.policy.rule import PolicyFile

PACK = Path(__file__).parents[3] / "policies"
GOOD = """
format: byoc-policy/1
policies:
  - id: X001
    title: T
    severity: high
    why: w
    remedy: r
    source: s
    claim: {question: owners, reasons: [missing_owner]}
"""


@pytest.mark.parametrize("file", sorted(PACK.glob("*.yaml")), ids=lambda file: file.stem)
def test_every_file_keeps_to_the_published_schema(file: Path) -> None:
    jsonschema.validate(yaml.safe_load(file.read_text()), PolicyFile.model_json_schema(by_alias=True))


def test_every_policy_says_what_why_and_what_to_do() -> None:
    for policy in load():
        assert not policy.title.endswith("."), policy.id
        assert policy.why.endswith("."), policy.id
        assert policy.remedy.endswith("."), policy.id
        assert len(policy.source) > 3, policy.id
        assert policy.says is None or "{name}" in policy.says, policy.id


def test_no_reason_is_claimed_twice() -> None:
    found = [(p.claim.question, reason) for p in load() if p.claim for reason in p.claim.reasons]
    assert len(found) == len(set(found))


def test_a_folder_adds_policies(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(GOOD)
    assert {policy.id for policy in load(tmp_path)} == {policy.id for policy in load()} | {"X001"}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("format: byoc-policy/9\npolicies: []", "has format byoc-policy/9"),
        ("a: [", "is no YAML"),
        ("[]", "has format None"),
        (GOOD.replace("X001", "B001"), "B001, which another file holds too"),
        (GOOD.replace("severity: high", "severity: huge"), "policies.0.severity"),
        (GOOD.replace("    why: w\n", ""), "policies.0.why"),
        (GOOD.replace("claim: {question: owners, reasons: [missing_owner]}", "colour: red"), "policies.0"),
        (GOOD + "    about: {kind: bucket}\n", "split it in two"),
        (
            GOOD.replace("question: owners", "question: owner"),
            "line 10: policies.0.claim.question: owner is no question: ask one of bucket_owner, ",
        ),
        (GOOD.replace("severity: high", "severity: huge"), "line 6: policies.0.severity"),
        (GOOD.replace("title: T", "title: &t T"), "line 5: anchors and aliases hide"),
        (GOOD.replace("title: T", "title: T\n    title: U"), "line 6: title is said twice"),
        (
            GOOD.replace(
                "claim: {question: owners, reasons: [missing_owner]}",
                "says: s\n    reason: r\n    about: {kind: bucket}\n    require: {property: 'a[', operator: exists}",
            ),
            "policies.0.require",
        ),
    ],
)
def test_a_bad_file_is_one_sentence(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "own.yaml").write_text(text)
    with pytest.raises(UsageError, match=r"own\.yaml") as error:
        load(tmp_path)
    assert says in str(error.value)


def test_a_folder_without_policies_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"holds no \.yaml file"):
        load(tmp_path)
    with pytest.raises(UsageError, match="is no folder"):
        load(tmp_path / "gone")
