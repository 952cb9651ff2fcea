"""The exit codes of every command: 0 nothing from --fail-on up, 1 broken, 2 unknown, 3 could not work."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from audit.model.contract import BoundaryContract, Duty
from audit.model.errors import RehearsalError
from audit.model.snapshot import Snapshot
from cli import app, folder, judging, rehearsing
from stacks.stack_files import rehearsed_settings, stack_file

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import typer

    Byoc = Callable[..., Any]

OWNED = {duty.value: {"team": "platform", "contact": "platform@example.com"} for duty in Duty}
COMMANDS = {
    "access can", "access explain", "access simulate", "access who-can", "adopt", "ask", "audit", "check",
    "contract draft", "contract show", "diff", "draw", "evidence approve", "evidence bundle", "evidence history",
    "evidence keygen", "evidence verify", "exit-proof", "guardrails check", "guardrails write", "init", "permissions",
    "plan-check", "poc compat", "poc cost", "poc init", "poc inventory", "poc migrate check",
    "poc migrate cutover-check", "poc migrate plan", "poc migrate rollback-check", "poc operate", "poc reliability",
    "poc scorecard", "policy list", "policy new", "policy show", "policy test", "preflight", "reach from", "reach path",
    "reach simulate", "reach to", "record", "rehearse", "report", "requests", "vendor-access close",
    "vendor-access list", "vendor-access open",
}  # fmt: skip
JUDGING = {
    "ask", "audit", "check", "evidence history", "evidence verify", "exit-proof", "plan-check", "poc migrate check",
    "poc migrate cutover-check", "poc migrate rollback-check", "poc operate",
    "poc reliability", "poc scorecard", "preflight", "rehearse",
}  # fmt: skip
"""The commands whose exit code is a verdict: each has its rows below, or in the file of its own tests."""
BROKERS = "BROKERS"
"""Stands for the addresses of a Kafka of the tests."""
TOY = ["--from", "toy", "--contract", "contract.json"]
VENDOR = "arn:aws:iam::381492316447"
EXCEPTED = [
    *("--deployer", "arn:aws:iam::111122223333:role/deployer"),
    *("--break-glass", "arn:aws:iam::111122223333:role/break-glass"),
]
WITHOUT_VERDICT = {
    "poc compat": ["--target", BROKERS, "--only", "metadata"],
    "poc inventory": ["--source", BROKERS],
    "access can": ["anonymous", *TOY],
    "access explain": ["ec2.amazonaws.com", "sqs:SendMessage", "arn:aws:sqs:us-east-1:111111111111:q", *TOY],
    "access simulate": ["contract.json"],
    "adopt": ["stage", "--from", "out/poc", "--out", "adopted"],
    "access who-can": ["read", "--on", "data-bucket", "--from", "out/poc"],
    "reach from": ["broker-group", "--from", "out/poc"],
    "reach path": ["internet", "broker-group", "--port", "9112", "--from", "out/poc"],
    "reach simulate": ["contract.json", "--from", "toy"],
    "reach to": ["kafka-sasl-ssl", "--from", "out/poc"],
    "record": ["d1aa4f730502", "--from", "toy"],
    "requests": ["poc"],
    "report": ["--from", "toy", "--contract", "contract.json"],
    "diff": ["toy", "toy", "--contract", "contract.json"],
    "draw": ["boundary", "--from", "toy"],
    "contract draft": ["--from", "toy"],
    "contract show": ["--from", "toy", "--contract", "contract.json"],
    "permissions": [],
    "poc cost": ["--case", "case.yaml"],
    "poc init": [],
    "poc migrate plan": ["--case", "case.yaml"],
    "policy list": [],
    "policy new": ["ACME001", "own"],
    "policy test": ["B008"],
    "policy show": ["B001"],
    "evidence approve": [
        *("b.zip", "--as", "Security", "--question", "owners", "--verdict", "holds", "--key", "key", "--out", "c.zip"),
    ],
    "evidence bundle": ["--key", "key", "--out", "new.zip", *TOY],
    "evidence keygen": ["--out", "new-key"],
    "guardrails check": ["guardrails", "--from", "out/poc"],
    "guardrails write": ["--out", "guardrails", *EXCEPTED, "--from", "out/poc"],
    "init": ["stage", "--answers", "answers.yaml"],
    "vendor-access close": ["poc"],
    "vendor-access list": ["--trail", "trail.json", "--contract", "rehearsed.json"],
    "vendor-access open": ["poc", "--for", "4h", "--reads", "logs", "--principal", f"{VENDOR}:role/support"],
}
CASE = """\
format: byoc-poc/1
name: toy
source: {platform: apache-kafka, bootstrap: "source.example.com:9092"}
target: {platform: automq, bootstrap: "target.example.com:9092"}
workload: {ingress: 1 MiB/s, fan_out: 1, retention: 1 d, topics: 1, partitions: 1, record_size: 1 KiB}
prices:
  confluent: {cluster_type: basic, network: internet, capacity_units: 1}
"""
ANSWERS = 'environment_id: env-a\naws_account_id: "111122223333"\nregion: us-east-1\n'


@pytest.fixture
def toy(here: Path, snapshot: Path, contract: Callable[..., Path]) -> None:
    """A small account, much of it unread, whose contract names no owners and no sinks."""
    snapshot.rename(here / "toy")
    contract().rename(here / "contract.json")


@pytest.fixture
def rehearsed(here: Path, poc: Any) -> str:
    """The rehearsed poc stack's audit folder: nothing is broken, some things an emulator cannot show."""
    with folder.new_folder(here / "out" / "poc") as draft:
        judged = poc.judged()
        folder.fill(draft, judged.snapshot, judging.files(judged))
    return "out/poc"


def _names(group: typer.Typer) -> set[str]:
    inner = {
        f"{one.name} {name}"
        for one in group.registered_groups
        if one.typer_instance
        for name in _names(one.typer_instance)
    }
    return inner | {str(command.name) for command in group.registered_commands}


def test_every_command_is_in_the_tables() -> None:
    groups = {command.name or command.callback.__name__ for command in app.app.registered_commands if command.callback}
    for group in app.app.registered_groups:
        assert group.typer_instance is not None
        groups |= {f"{group.name} {name}" for name in _names(group.typer_instance)}
    assert groups == COMMANDS == JUDGING | WITHOUT_VERDICT.keys()


@pytest.mark.usefixtures("toy")
@pytest.mark.parametrize(
    ("command", "owners", "codes"),
    [
        (["ask", "owners"], OWNED, {None: 0, "broken": 0, "never": 0}),
        (["ask", "owners"], {}, {None: 1, "broken": 1, "never": 0}),
        (["ask", "data_plane_access"], {}, {None: 2, "unknown": 2, "broken": 0, "never": 0}),
        (["check"], {}, {None: 1, "unknown": 1, "broken": 1, "never": 0}),
        (["audit"], {}, {None: 1, "unknown": 1, "broken": 1, "never": 0}),
    ],
)
def test_a_judgement(
    byoc: Byoc, contract: Callable[..., Path], command: list[str], owners: dict[str, Any], codes: dict[str | None, int]
) -> None:
    given = [*command, "--from", "toy", "--contract", contract(owners=owners)]
    assert {limit: byoc(*given, *(["--fail-on", limit] if limit else [])).code for limit in codes} == codes


@pytest.mark.parametrize("command", ["check", "audit"])
def test_what_is_unknown_alone_fails_a_check_and_an_audit(byoc: Byoc, rehearsed: str, command: str) -> None:
    ran = byoc(command, "--from", rehearsed)
    assert ran.code == 2, ran.out


def test_a_rehearsal_fails_on_what_is_broken_alone(
    byoc: Byoc, here: Path, poc: Any, snapshot: Path, contract: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, _ = rehearsed_settings(stack_file("poc"))
    broken = BoundaryContract.read(contract()), Snapshot.read(snapshot)
    for found, codes in (
        ((poc.contract, poc.snapshot), {"broken": 0, "unknown": 2}),
        (broken, {"broken": 1, "never": 0}),
    ):
        monkeypatch.setattr(rehearsing, "rehearse", lambda _, found=found, **_more: (settings, True, *found))
        assert {limit: byoc("rehearse", "poc", "--fail-on", limit).code for limit in codes} == codes
        assert byoc("rehearse", "poc").code == codes["broken"]


def test_a_rehearsal_that_fails_writes_nothing(byoc: Byoc, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: str, **_more: object) -> None:
        raise RehearsalError("the embedded AWS did not start: look at what the message names")

    monkeypatch.setattr(rehearsing, "rehearse", fail)
    assert byoc("rehearse", "poc").sentence.startswith("the embedded AWS did not start")
    assert list(here.iterdir()) == []


@pytest.mark.usefixtures("toy")
@pytest.mark.parametrize("command", WITHOUT_VERDICT)
def test_a_command_without_a_verdict(
    byoc: Byoc, here: Path, poc: Any, command: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    if "out/poc" in WITHOUT_VERDICT[command]:
        request.getfixturevalue("rehearsed")
    shutil.copy(stack_file("poc"), here)
    (here / "trail.json").write_text('{"Records": []}', "utf-8")
    (here / "rehearsed.json").write_text(poc.contract.text(), "utf-8")
    monkeypatch.setattr("stacks.stack_files.FOLDER", here)
    if command in {"evidence approve", "evidence bundle"}:
        byoc("evidence", "keygen", "--out", "key")
        byoc("evidence", "bundle", "--key", "key", "--out", "b.zip", *TOY)
    if command == "guardrails check":
        byoc("guardrails", "write", *WITHOUT_VERDICT["guardrails write"])
    (here / "answers.yaml").write_text(ANSWERS, "utf-8")
    (here / "case.yaml").write_text(CASE, "utf-8")
    options = WITHOUT_VERDICT[command]
    if BROKERS in options:
        address = request.getfixturevalue("kafka_3").bootstrap
        options = [address if option == BROKERS else option for option in options]
    ran = byoc(*command.split(), *options)
    assert (ran.code, ran.err) == (0, "")


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_and_version(byoc: Byoc, option: str) -> None:
    ran = byoc(option)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(("Usage: byoc", "byoc "))


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_what_a_command_cannot_take(byoc: Byoc, command: str) -> None:
    assert byoc(*command.split(), "--nonsense").sentence.startswith("No such option: --nonsense")


@pytest.mark.usefixtures("toy")
@pytest.mark.parametrize(
    ("command", "keys"),
    [
        (["ask", "owners"], {"answers", "format", "verdict"}),
        (["check"], {"findings", "format", "policies", "verdict"}),
        (["audit"], {"answers", "findings", "contract_reviewed", "folder"}),
        (["draw", "boundary"], {"title", "boundary", "boxes", "flows"}),
    ],
)
def test_json_is_one_document(byoc: Byoc, command: list[str], keys: set[str]) -> None:
    ran = byoc(*command, "--from", "toy", "--contract", "contract.json", "--format", "json")
    assert json.loads(ran.out).keys() == keys


@pytest.mark.usefixtures("toy")
def test_the_moment_of_judging_is_recorded_in_utc(byoc: Byoc, here: Path) -> None:
    byoc("audit", "--from", "toy", "--as-of", "2027-01-31T20:00:00+02:00", "--out", "later")
    assert json.loads((here / "later" / "run.json").read_text("utf-8"))["options"] == {"as_of": "2027-01-31T18:00:00Z"}
