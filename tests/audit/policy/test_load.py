"""The pack itself, and what is said of files that are no policies."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import jsonschema
import pytest
import yaml

from audit.model.errors import UsageError
from audit.policy import load
from audit.policy.rule import Answers, Policy

PACK = Path(__file__).parents[3] / "policies"
FILES = sorted(file for file in PACK.rglob("*.yaml") if "checkov" not in file.parts)
GOOD = """
format: byoc-policy/1
id: X001
title: T
severity: high
why: w
remedy: r
source: s
expect: {question: owners, without: [missing_owner]}
"""
STATED = """says: '{name}'
reason: r
applies_to: {kinds: [bucket]}
expect: """


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_file_keeps_to_the_published_schema_and_is_named_by_its_id(file: Path) -> None:
    content = yaml.safe_load(file.read_text())
    jsonschema.validate(content, Policy.model_json_schema(by_alias=True))
    assert file.name.startswith(f"{content['id']}-")


def test_every_policy_says_what_why_and_what_to_do() -> None:
    for policy in load():
        assert not policy.title.endswith("."), policy.id
        assert policy.why.endswith("."), policy.id
        assert policy.remedy.endswith("."), policy.id
        assert len(policy.source) > 3, policy.id
        assert policy.says is None or "{name}" in policy.says, policy.id


def test_no_reason_is_claimed_twice() -> None:
    rules = [policy.expect for policy in load() if isinstance(policy.expect, Answers)]
    found = [(rule.question, reason) for rule in rules for reason in rule.reasons]
    assert len(found) == len(set(found))


def test_a_folder_adds_policies_and_so_do_the_folders_in_it(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(GOOD)
    (tmp_path / "team/network").mkdir(parents=True)
    (tmp_path / "team/network/more.yml").write_text(GOOD.replace("X001", "ACME002"))
    assert {policy.id for policy in load(tmp_path)} == {policy.id for policy in load()} | {"X001", "ACME002"}


def test_a_project_inside_the_folder_holds_no_policies(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(GOOD)
    (tmp_path / "scanner").mkdir()
    (tmp_path / "scanner/pyproject.toml").write_text("")
    (tmp_path / "scanner/skips.yaml").write_text("skips: []")
    assert "X001" in {policy.id for policy in load(tmp_path)}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (GOOD.replace("byoc-policy/1", "byoc-policy/9"), "has format byoc-policy/9"),
        ("a: [", "is no YAML"),
        ("[]", "has format None"),
        (GOOD.replace("X001", "B001"), "B001, which another file holds too"),
        (GOOD.replace("severity: high", "severity: huge"), "line 5: severity"),
        (GOOD.replace("why: w\n", ""), "why"),
        (GOOD + "colour: red\n", "colour"),
        (GOOD + "says: '{name}'\n", "claims have words of their own"),
        (
            GOOD.replace("question: owners", "question: owner"),
            "line 9: expect.question: owner is no question: ask one of bucket_owner, ",
        ),
        (
            GOOD.replace("missing_owner", "missing_ower"),
            "line 9: expect.without: owners never claims missing_ower: did you mean missing_owner",
        ),
        (GOOD.replace("without: [missing_owner]", "without: []"), "is to be without, or those that it shows"),
        (GOOD.replace("title: T", "title: &t T"), "line 4: anchors and aliases hide"),
        (GOOD.replace("title: T", "title: T\ntitle: U"), "line 5: title is said twice"),
        (GOOD.partition("expect: ")[0] + STATED + "{property: 'a[', operator: exists}", "is no JMESPath"),
        (GOOD.partition("expect: ")[0] + STATED + "{propety: a, operator: exists}", "this is no condition: one has"),
        (GOOD.partition("expect: ")[0] + STATED + "{and: [{can: red, only: []}]}", "line 12: expect.condition.and"),
        (GOOD.partition("expect: ")[0] + "expect: {says: 'a', operator: exists}", "say applies_to, says and reason"),
        (GOOD + "controls: {soc_2: [CC61]}\n", "controls.soc_2.0"),
        (GOOD + "examples: [{what: w, verdict: fine}]\n", "examples.0.verdict"),
        (GOOD + "examples: [{what: w, verdict: holds, change: [{operation: A}]}]\n", "a change says one of"),
    ],
)
def test_a_bad_file_is_one_sentence(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "own.yaml").write_text(text)
    with pytest.raises(UsageError, match=r"own\.yaml") as error:
        load(tmp_path)
    assert says in str(error.value)


def test_a_file_of_ten_megabytes_is_refused_unread(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(GOOD + "# " + "x" * 10_000_000)
    with pytest.raises(UsageError, match="is larger than 1 MB"):
        load(tmp_path)


def test_a_folder_without_policies_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"holds no \.yaml file"):
        load(tmp_path)
    with pytest.raises(UsageError, match="is no folder"):
        load(tmp_path / "gone")


def test_the_pack_is_found_where_the_distribution_is() -> None:
    assert resources.files("policies").joinpath("accounts/tidy/contract.json").is_file()
