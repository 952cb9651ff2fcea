"""``byoc audit`` of an account that boto3 reaches, and of what was walked before; the account is a rehearsed one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from audit.report.diagrams import VIEWS
from cli import rehearsing
from stacks.rehearsal.run import rehearsal
from stacks.rehearsal.standin import Brokers, stand_in
from stacks.stack_files import rehearsed_settings, stack_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from conftest import StsBefore

FURTHER, CLOSED = "222233334444", "333344445555"
OPENS, REFUSES = (f"arn:aws:iam::{account}:role/auditor" for account in (FURTHER, CLOSED))
FILES = {
    "answers.json", "contract.json", "diagrams", "findings.json",
    "graph.graphml", "graph.json", "report.html", "report.md", "report.pdf", "run.json", "snapshot",
}  # fmt: skip


@dataclass(frozen=True)
class Live:
    """A rehearsed account that is still there: how boto3 reaches it, its contract, and an audit of it."""

    environment: Mapping[str, str]
    contract: Path
    folder: Path
    printed: Any


def closed(asked: Mapping[str, str]) -> bool:
    """One account refuses its role, as the emulator never does."""
    return CLOSED in asked["RoleArn"]


@pytest.fixture(scope="module")
def live(
    tmp_path_factory: pytest.TempPathFactory, byoc_process: Callable[..., Any], sts_before: StsBefore
) -> Iterator[Live]:
    settings, _ = rehearsed_settings(stack_file("poc"))
    target = rehearsing._target("poc", settings, {})
    there = tmp_path_factory.mktemp("live")
    with rehearsal(target) as running, sts_before(running.endpoint_url, closed) as sts:
        stand_in(Brokers.read(running.outputs), running.environment, target.account, target.region)
        contract = there / "contract.json"
        contract.write_text(json.dumps(running.outputs["boundary"]), "utf-8")
        environment = {**running.environment, "AWS_ENDPOINT_URL_STS": sts}
        further = [word for role in (OPENS, REFUSES) for word in ("--assume-role", role)]
        arguments = ["audit", "--contract", contract, "--out", "live", *further, "--external-id", "byoc-1"]
        printed = byoc_process(*arguments, cwd=there, env=environment)
        yield Live(environment, contract, there / "live", printed)


def read(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


def test_an_account_that_boto3_reaches_is_audited(live: Live) -> None:
    assert live.printed.code == 2, live.printed
    assert live.printed.err == ""
    assert "data_plane_access" in live.printed.out
    assert {path.name for path in live.folder.iterdir()} == FILES
    assert read(live.folder / "run.json")["contract_drafted"] is False
    manifest = read(live.folder / "snapshot" / "manifest.json")
    assert (manifest["regions"], manifest["emulated"]) == (["us-east-1"], {})
    assert read(live.folder / "contract.json")["buckets"].keys() == read(live.contract)["buckets"].keys()


def test_a_further_account_is_walked_through_its_role(live: Live) -> None:
    manifest = read(live.folder / "snapshot" / "manifest.json")
    assert {entry["id"]: entry["unreadable"] for entry in manifest["accounts"]} == {
        "111122223333": None,
        FURTHER: None,
        CLOSED: {"code": "AccessDenied", "permission": "sts:AssumeRole"},
    }
    assert any(file["path"].startswith(f"{FURTHER}/") for file in manifest["files"])
    assert not any(file["path"].startswith(f"{CLOSED}/") for file in manifest["files"])
    graph = read(live.folder / "graph.json")
    assert any(node["id"] == FURTHER for node in graph["nodes"])
    assert any(f":{FURTHER}:" in node["id"] for node in graph["nodes"])


def test_judging_again_gives_the_same_bytes(live: Live, byoc: Callable[..., Any], here: Path) -> None:
    assert byoc("audit", "--from", live.folder, "--out", "second").code == live.printed.code
    assert byoc("audit", "--from", "second", "--out", "third").code == live.printed.code
    names = FILES - {"snapshot", "diagrams"} | {f"diagrams/{view}.svg" for view in VIEWS}
    for name in names:
        first = (live.folder / name).read_bytes()
        assert (here / "second" / name).read_bytes() == first, name
        assert (here / "third" / name).read_bytes() == first, name
    assert read(here / "third" / "snapshot" / "manifest.json") == read(live.folder / "snapshot" / "manifest.json")


def test_an_audit_imports_no_pulumi_and_judging_again_asks_no_aws(live: Live, here: Path) -> None:
    script = (
        "import sys\nfrom cli.app import main\ntry:\n    main()\nfinally:\n"
        "    print(sorted({'pulumi', 'pulumi_aws', 'pulumi_kubernetes', 'moto', 'stacks', 'components', 'boto3'} & set(sys.modules)))"
    )
    arguments = [sys.executable, "-c", script, "audit"]
    nobody = dict.fromkeys(("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_STS"), "http://127.0.0.1:1")
    unreachable = {**os.environ, **live.environment, **nobody}
    for more, found in ((["--from", str(live.folder)], []), (["--contract", str(live.contract)], ["boto3"])):
        done = subprocess.run([*arguments, *more], env=unreachable, capture_output=True, text=True, check=False)
        assert done.stdout.splitlines()[-1] == str(found)


def drafted(value: Any) -> Iterator[dict[str, Any]]:
    """Every part of a contract that says whether it was reviewed."""
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    if isinstance(value, dict) and "reviewed" in value:
        yield value
    for part in parts:
        yield from drafted(part)


def test_a_drafted_contract_says_of_each_line_that_nobody_reviewed_it(
    live: Live, byoc: Callable[..., Any], here: Path
) -> None:
    assert byoc("contract", "draft", "--from", live.folder / "snapshot", "--out", "draft.json").code == 0
    draft, declared = read(here / "draft.json"), read(live.contract)
    assert draft["environment_id"] == declared["environment_id"]
    assert {role: bucket["name"] for role, bucket in draft["buckets"].items()} == {
        role: declared["buckets"][role]["name"] for role in ("data-bucket", "ops-bucket")
    }
    assert draft["principals"]["data-plane"]["arn"] == declared["principals"]["data-plane"]["arn"]
    assert draft["network"]["vpc"] == declared["network"]["vpc"]
    lines = list(drafted(draft))
    assert len(lines) >= len(draft["buckets"]) + len(draft["keys"]) + len(draft["principals"]) + 2
    assert {line["reviewed"] for line in lines} == {False}


def test_an_audit_without_a_contract_uses_the_draft_and_says_so(
    live: Live, byoc: Callable[..., Any], here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in live.environment.items():
        monkeypatch.setenv(name, value)
    ran = byoc("audit", "--region", "us-east-1", "--out", "drafted")
    assert ran.err.strip() == (
        "No contract was given: a draft inferred from the account is used; what rests on it is unknown."
    )
    assert "reviewed: false" in ran.out
    assert read(here / "drafted" / "run.json")["contract_drafted"] is True
    answers = read(here / "drafted" / "answers.json")["answers"]
    assert {answer["verdict"] for answer in answers} == {"unknown"}
    claims = {answer["question"]: answer["claims"] for answer in answers}
    assert "holds" not in {claim["verdict"] for answer in answers for claim in answer["claims"]}
    for question in ("bucket_owner", "data_plane_access", "owners"):
        assert "not_reviewed" in {claim["reason"] for claim in claims[question]}


def test_a_role_that_is_none_is_told(live: Live, byoc: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in live.environment.items():
        monkeypatch.setenv(name, value)
    sentence = byoc("audit", "--region", "us-east-1", "--assume-role", "auditor").sentence
    assert sentence.endswith(": pass the ARN of a role to assume")
    sentence = byoc("audit", "--region", "us-east-1", "--assume-role", f"arn:aws:iam::{FURTHER}:user/u").sentence
    assert sentence.endswith(": pass an ARN whose resource is role/NAME")


def test_a_contract_of_an_account_that_did_not_open_is_not_judged(
    live: Live, byoc: Callable[..., Any], here: Path
) -> None:
    (here / "other.json").write_text(json.dumps({**read(live.contract), "account": CLOSED}), "utf-8")
    sentence = byoc("audit", "--from", live.folder, "--contract", "other.json").sentence
    assert sentence.startswith(f"the contract's account {CLOSED} could not be entered (AccessDenied): ")
