"""``byoc vendor-access``: writes the stack's settings and nothing else, applies nothing, and lists from a trail."""

from __future__ import annotations

import gzip
import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from cli import docs, walking
from stacks import stack_files

if TYPE_CHECKING:
    from collections.abc import Callable

    Byoc = Callable[..., Any]

ROLE = "arn:aws:iam::381492316447:role/support"
OPEN = ("vendor-access", "open", "poc")


@pytest.fixture
def stack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The poc stack's file, to write into."""
    folder = tmp_path / "stacks"
    folder.mkdir()
    shutil.copy(stack_files.FOLDER / "Pulumi.poc.yaml", folder)
    monkeypatch.setattr(stack_files, "FOLDER", folder)
    monkeypatch.setattr(walking, "now", lambda: "2026-06-01T12:00:00Z")
    return folder / "Pulumi.poc.yaml"


def test_a_window_is_written_and_the_command_that_opens_it_printed(byoc: Byoc, stack: Path) -> None:
    ran = byoc(*OPEN, "--for", "4h", "--reads", "logs", "--principal", ROLE)
    settings, _ = stack_files.rehearsed_settings(stack)

    assert (ran.code, ran.err) == (0, "")
    assert "  pulumi up --stack poc\n" in ran.out
    assert f"{ROLE} reads automq/logs/ of the ops bucket until 2026-06-01T16:00:00Z" in ran.out
    assert settings.vendor_access.model_dump() == {
        "mode": "granted", "principal": ROLE, "until": "2026-06-01T16:00:00Z", "reads": ("automq/logs/",), "writes": (),
    }  # fmt: skip


def test_a_closed_window_leaves_the_file_as_it_was_but_for_the_vendors_role(byoc: Byoc, stack: Path) -> None:
    before = stack.read_text("utf-8")
    byoc(*OPEN, "--for", "4h", "--reads", "logs", "--principal", ROLE)
    ran = byoc("vendor-access", "close", "poc")

    assert (ran.code, ran.err) == (0, "")
    assert stack.read_text("utf-8").replace(f"    principal: {ROLE}\n", "") == before
    assert byoc(*OPEN, "--for", "1h", "--reads", "metrics").code == 0


def test_where_no_window_stands_there_is_nothing_to_close(byoc: Byoc, stack: Path) -> None:
    before = stack.read_bytes()
    assert byoc("vendor-access", "close", "poc").out == "no window stands in the settings of poc: nothing changed\n"
    assert stack.read_bytes() == before


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--for", "73h", "--reads", "logs", "--principal", ROLE), "longer than 72 hours"),
        (("--until", "2026-06-01T11:00:00Z", "--reads", "logs", "--principal", ROLE), "which is past"),
        (("--for", "4h", "--reads", "logs"), "--principal"),
        (
            ("--for", "4h", "--reads", "logs", "--principal", "arn:aws:iam::381492316447:root"),
            "never an account's root",
        ),
        (("--for", "4h", "--reads", "logs", "--principal", "arn:aws:iam::111122223333:role/x"), "own account"),
        (("--for", "4h", "--reads", "*", "--principal", ROLE), "folder without wildcards"),
    ],
)
def test_a_window_that_cannot_be_is_one_sentence_and_the_file_stays(
    byoc: Byoc, stack: Path, options: tuple[str, ...], told: str
) -> None:
    before = stack.read_bytes()
    assert told in byoc(*OPEN, *options).sentence
    assert stack.read_bytes() == before
    assert [path.name for path in stack.parent.iterdir()] == ["Pulumi.poc.yaml"]


def test_an_unknown_stack_is_one_sentence(byoc: Byoc, stack: Path) -> None:
    assert "there is no stack prod" in byoc("vendor-access", "open", "prod", "--for", "4h").sentence


EVENT = {
    "eventID": "1", "eventTime": "2026-06-01T13:00:00Z", "eventSource": "s3.amazonaws.com", "eventName": "GetObject",
    "userIdentity": {"type": "AWSAccount", "accountId": "381492316447"}, "sourceIPAddress": "198.51.100.7",
    "requestParameters": {"bucketName": "ops", "key": "automq/logs/1"},
}  # fmt: skip


@pytest.fixture
def declared(contract: Callable[..., Path]) -> Path:
    return contract(buckets={"ops-bucket": {"name": "ops", "holds": "logs"}})


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("one.json", json.dumps({"Records": [EVENT]}).encode()),
        ("one.json.gz", gzip.compress(json.dumps({"Records": [EVENT]}).encode())),
        ("looked-up.json", json.dumps({"Events": [{"CloudTrailEvent": json.dumps(EVENT)}]}).encode()),
        ("filtered.json", json.dumps({"events": [{"message": json.dumps(EVENT)}]}).encode()),
    ],
)
def test_events_are_read_as_a_trail_and_the_aws_cli_write_them(
    byoc: Byoc, here: Path, declared: Path, name: str, content: bytes
) -> None:
    (here / "trail" / "2026").mkdir(parents=True)
    (here / "trail" / "2026" / name).write_bytes(content)
    for place in ("trail", f"trail/2026/{name}"):
        ran = byoc("vendor-access", "list", "--trail", place, "--contract", declared, "--format", "json")
        found = json.loads(ran.out)
        jsonschema.validate(found, json.loads(docs.PAGES["docs/schemas/windows.schema.json"]()))
        assert [(act["account"], act["key"]) for act in found["outside"]] == [("381492316447", "automq/logs/1")]


@pytest.mark.parametrize(
    ("content", "told"),
    [(b"{", "is no JSON"), (b"{}", "holds no events"), (b"\xff", "cannot be read")],
)
def test_a_file_that_is_no_trails_is_one_sentence(
    byoc: Byoc, here: Path, declared: Path, content: bytes, told: str
) -> None:
    (here / "t.json").write_bytes(content)
    assert told in byoc("vendor-access", "list", "--trail", "t.json", "--contract", declared).sentence
    (here / "t.json.gz").write_bytes(b"no gzip")
    assert "cannot be read" in byoc("vendor-access", "list", "--trail", "t.json.gz", "--contract", declared).sentence


def test_a_contract_without_an_ops_bucket_is_one_sentence(
    byoc: Byoc, here: Path, contract: Callable[..., Path]
) -> None:
    (here / "t").mkdir()
    assert (
        "no contract names the ops bucket"
        in byoc("vendor-access", "list", "--trail", "t", "--contract", contract()).sentence
    )


def test_a_window_of_one_environment_of_a_set_leaves_the_others_as_they_are(byoc: Byoc, stack: Path) -> None:
    shared = stack.with_name("Pulumi.two-environments.yaml")
    shutil.copy(Path(stack_files.__file__).parent / shared.name, shared)
    before, own = shared.read_text("utf-8"), stack.with_name("Pulumi.two-environments.live.yaml")
    asked = ("two-environments.live", "--for", "4h", "--reads", "logs", "--principal", ROLE)

    refused = byoc("vendor-access", "open", *asked)
    assert refused.code == 3
    assert "pulumi config set --stack two-environments.live --secret automq_config makes it" in refused.err

    own.write_text("config:\n  automq-byoc:automq_config:\n    secure: v1:abc\n", "utf-8")
    assert byoc("vendor-access", "open", *asked).code == 0
    windows = [stack_files.stack_settings(f"two-environments.{one}")[0].vendor_access.mode for one in ("live", "stage")]
    assert windows == ["granted", "none"]
    assert shared.read_text("utf-8") == before
