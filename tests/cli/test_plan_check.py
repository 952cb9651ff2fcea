"""``byoc plan-check`` as a user types it: files with a checkov that has answered already, and our two stacks with the real one."""

from __future__ import annotations

import io
import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from audit.checkov.process import Checked, Failed
from audit.model.errors import UsageError
from audit.report.findings import formats
from cli import planning
from stacks.stack_files import stack_names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    Byoc = Callable[..., Any]

BUCKET = "urn:pulumi:dev::site::site:web:Site$aws:s3/bucket:Bucket::files"
SITE = "urn:pulumi:dev::site::site:web:Site::site"
HIDDEN = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "plaintext": '"never-shown"'}
STATES = [
    {"urn": SITE, "type": "site:web:Site", "custom": False},
    {"urn": BUCKET, "type": "aws:s3/bucket:Bucket", "custom": True, "parent": SITE, "inputs": {"bucket": "files"}},
]
OTHERS = [
    {"urn": "urn:pulumi:dev::site::random:index/id:Id::suffix", "type": "random:index/id:Id", "custom": True},
    {
        "urn": "urn:pulumi:dev::site::aws:ec2/instance:Instance::web",
        "type": "aws:ec2/instance:Instance",
        "custom": True,
        "inputs": {"userData": HIDDEN, "newer": True, "ami": "04da6b54-80e4-46f7-96ec-b56ff0331ba9"},
    },
    {"urn": "urn:pulumi:dev::site::aws:new/thing:Thing::it", "type": "aws:new/thing:Thing", "custom": True},
]


class Answers:
    """A checkov that knows what it finds, by address."""

    def __init__(self, *failed: str) -> None:
        self.failed = failed
        self.plans: list[Mapping[str, Any]] = []

    def check(self, plan: Mapping[str, Any]) -> Checked:
        self.plans.append(plan)
        seen = frozenset(one["address"] for one in plan["planned_values"]["root_module"]["resources"])
        failed = tuple(Failed("CKV_AWS_21", "Ensure versioning", address) for address in self.failed)
        passed = tuple(("CKV_AWS_20", address, ("acl",)) for address in seen)
        return Checked(failed, passed, seen, frozenset({"aws_s3_bucket"}))


@pytest.fixture
def checkov(monkeypatch: pytest.MonkeyPatch) -> Answers:
    """checkov, which finds nothing unless told."""
    answers = Answers()

    @contextmanager
    def stand_in() -> Iterator[Answers]:
        yield answers

    monkeypatch.setattr(planning, "checkov", stand_in)
    monkeypatch.setattr(planning.environment, "is_made", lambda: True)
    return answers


def export(here: Path, *states: Any) -> str:
    manifest = {"time": "2026-11-27T12:00:00.5Z"}
    text = json.dumps({"version": 3, "deployment": {"manifest": manifest, "resources": states}})
    (here / "export.json").write_text(text, "utf-8")
    return "export.json"


def test_a_file_of_which_all_is_checked_and_nothing_fails_passes(byoc: Byoc, here: Path, checkov: Answers) -> None:
    ran = byoc("plan-check", export(here, *STATES))
    assert (ran.code, ran.err) == (0, "")
    assert "Stack dev as declared, checked by checkov 3.3.30: 1 resources, 1 checks" in ran.out


def test_a_failure_is_told_with_its_resource_and_component(byoc: Byoc, here: Path, checkov: Answers) -> None:
    checkov.failed = ("aws_s3_bucket.files",)
    ran = byoc("plan-check", export(here, *STATES))
    assert ran.code == 1
    assert "aws:s3/bucket:Bucket files of site: Ensure versioning" in ran.out
    (finding,) = json.loads(byoc("plan-check", "export.json", "--format", "json").out)["findings"]
    assert finding["claim"]["subject"] == BUCKET


@pytest.mark.parametrize("form", formats())
def test_every_format_prints_one_document_and_keeps_the_exit_code(
    byoc: Byoc, here: Path, checkov: Answers, form: str
) -> None:
    checkov.failed = ("aws_s3_bucket.files",)
    ran = byoc("plan-check", export(here, *STATES, *OTHERS), "--format", form)
    assert (ran.code, ran.err) == (1, "")
    assert ran.out == byoc("plan-check", "export.json", "--format", form).out
    assert "CKV_AWS_21" in ran.out
    assert "never-shown" not in ran.out
    assert str(here.parent) not in ran.out


def test_what_is_not_checked_is_listed_and_is_no_pass(byoc: Byoc, here: Path, checkov: Answers) -> None:
    ran = byoc("plan-check", export(here, *STATES, *OTHERS))
    said = " ".join(ran.out.split())
    assert ran.code == 2
    assert "random:index/id:Id suffix: not checked: random:index/id:Id is no type of AWS" in said
    assert "Instance web: not checked: Terraform's schema here lacks newer" in said
    assert "Instance web: not checked: ami is known only after deployment" in said
    assert "Instance web: not checked: userData is secret" in said
    assert "Thing it: not checked: neither Terraform's schema here nor checkov knows aws_new_thing" in said
    assert "never-shown" not in ran.out + ran.err + json.dumps(checkov.plans)


def test_fail_on_says_from_what_on_the_exit_code_says_so(byoc: Byoc, here: Path, checkov: Answers) -> None:
    file = export(here, *STATES, *OTHERS)
    assert [byoc("plan-check", file, "--fail-on", word).code for word in ("unknown", "broken", "never")] == [2, 0, 0]


def test_a_skip_of_ones_own_file_is_shown_with_its_reason(byoc: Byoc, here: Path, checkov: Answers) -> None:
    checkov.failed = ("aws_s3_bucket.files",)
    skip = "{name: a, checks: [CKV_AWS_21], resources: ['*::files'], reason: nothing is kept here}"
    (here / "mine.yaml").write_text(f"format: byoc-skips/1\nskips:\n  - {skip}\n", "utf-8")
    ran = byoc("plan-check", export(here, *STATES), "--skips", "mine.yaml")
    assert ran.code == 0
    assert "CKV_AWS_21 of files: nothing is kept here" in ran.out


def test_a_skip_that_covers_nothing_is_told(byoc: Byoc, here: Path, checkov: Answers) -> None:
    skip = "{name: old, checks: [CKV_1], resources: ['*'], reason: nothing}"
    (here / "mine.yaml").write_text(f"format: byoc-skips/1\nskips:\n  - {skip}\n", "utf-8")
    ran = byoc("plan-check", export(here, *STATES), "--skips", "mine.yaml")
    assert (ran.code, ran.err) == (0, "the skip of 'old' covered nothing: remove it, or mend its patterns\n")


def test_our_own_skips_are_not_for_others(byoc: Byoc, here: Path, checkov: Answers) -> None:
    checkov.failed = ("aws_s3_bucket.access-logs",)
    other = {**STATES[1], "urn": "urn:pulumi:poc::other::aws:s3/bucket:Bucket::access-logs", "parent": ""}
    assert byoc("plan-check", export(here, other)).code == 1


def test_a_preview_is_read_from_a_pipe(byoc: Byoc, checkov: Answers, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = [{"op": "create", "urn": state["urn"], "newState": state} for state in STATES]
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps({"steps": steps})))
    assert byoc("plan-check", "-").code == 0


def test_a_checkov_that_cannot_work_is_no_pass(byoc: Byoc, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def broken() -> Iterator[Any]:
        raise UsageError("checkov ended with exit code 1: nothing was checked")
        yield

    monkeypatch.setattr(planning, "checkov", broken)
    monkeypatch.setattr(planning.environment, "is_made", lambda: True)
    assert "nothing was checked" in byoc("plan-check", export(here, *STATES)).sentence


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, f"there is no stack and no file plan.json (the stacks are: {', '.join(stack_names())})"),
        (b"", "is no JSON"),
        (b"\xff\xfe", "in UTF-8"),
        (b'{"version": 3, "deployment": {"resources": []}}', "declares no resource"),
        (b'{"steps": [{"op": "weave", "newState": {}}]}', "an engine that this kit does not know"),
        (b'{"version": 9, "deployment": {}}', "an export of version 9"),
    ],
)
def test_what_is_no_plan_is_one_sentence(byoc: Byoc, here: Path, content: bytes | None, said: str) -> None:
    if content is not None:
        (here / "plan.json").write_bytes(content)
    assert said in byoc("plan-check", "plan.json").sentence


def test_a_folder_and_an_unknown_format_are_one_sentence(byoc: Byoc, here: Path) -> None:
    (here / "out").mkdir()
    assert "out is a folder" in byoc("plan-check", "out").sentence
    assert "'xml' is not one of 'text'" in byoc("plan-check", "poc", "--format", "xml").sentence


@pytest.mark.parametrize("stack", ["poc", "production"])
def test_our_stacks_come_out_with_no_failed_check_and_every_skip_in_use(
    byoc: Byoc, monkeypatch: pytest.MonkeyPatch, stack: str
) -> None:
    kept: list[planning.Looked] = []
    look = planning._look

    def keep(*arguments: Any) -> planning.Looked:
        kept.append(look(*arguments))
        return kept[-1]

    monkeypatch.setattr(planning, "_look", keep)
    ran = byoc("plan-check", stack, "--format", "json")
    document = json.loads(ran.out)
    broken = [one for one in document["findings"] if one["claim"]["verdict"] == "broken" and one.get("waiver") is None]
    assert (ran.code, broken) == (0, [])
    assert document["policies"]["B001"] == "holds"
    assert document["policies"]["CKV_AWS_19"] == "holds"
    assert "covered nothing" not in ran.err
    lacking = {one.claim.text.partition("lacks ")[2] for one in kept[0].unchecked if "lacks" in one.claim.text}
    assert lacking == {"rules.blockedEncryptionTypes"}
    assert {one.claim.reason for one in kept[0].unchecked} == {"argument_without_mapping", "value_secret"}
