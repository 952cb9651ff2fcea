"""A snapshot is trusted only when every byte is what its manifest says."""

from __future__ import annotations

import json
import zipfile
from typing import TYPE_CHECKING

import pytest

from audit.model.errors import SnapshotError
from audit.model.snapshot import AccountEntry, Manifest, Record, Snapshot, Unreadable

if TYPE_CHECKING:
    from pathlib import Path

LISTED = Record("111111111111", "global", "s3", "ListBuckets", {}, {"Buckets": [{"Name": "data"}]})
ABSENT = Record("111111111111", "global", "s3", "GetBucketPolicy", {"Bucket": "data"}, absent="NoSuchBucketPolicy")
DENIED = Record(
    "111111111111",
    "us-east-1",
    "kms",
    "ListGrants",
    {"KeyId": "k"},
    unreadable=Unreadable("AccessDenied", "kms:ListGrants"),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    manifest = Manifest(
        taken_at="2026-11-23T00:00:00Z",
        caller={"Account": "111111111111"},
        accounts=(AccountEntry(id="111111111111"),),
        regions=("us-east-1",),
    )
    Snapshot(manifest, (LISTED, ABSENT, DENIED)).write(tmp_path / "snapshot")
    return tmp_path / "snapshot"


def test_value_absent_and_unreadable_survive_a_round_trip(folder: Path) -> None:
    assert Snapshot.read(folder).records == (LISTED, ABSENT, DENIED)


def test_a_text_with_other_line_separators_is_one_record(tmp_path: Path) -> None:
    manifest = Manifest(taken_at="2026-11-23T00:00:00Z", caller={}, accounts=(), regions=())
    record = Record("111111111111", "global", "s3", "ListBuckets", {}, {"Owner": "a\u2028b\x85c"})
    Snapshot(manifest, (record,)).write(tmp_path / "snapshot")
    assert Snapshot.read(tmp_path / "snapshot").records == (record,)


def test_a_zip_reads_like_its_folder(folder: Path, tmp_path: Path) -> None:
    archive = tmp_path / "snapshot.zip"
    with zipfile.ZipFile(archive, "w") as out:
        for path in folder.rglob("*"):
            if path.is_file():
                out.write(path, path.relative_to(folder))
    assert Snapshot.read(archive).records == Snapshot.read(folder).records


def test_a_record_is_found_by_operation_account_and_region(folder: Path) -> None:
    snapshot = Snapshot.read(folder)
    assert list(snapshot.find("s3", "GetBucketPolicy", "111111111111", "global")) == [ABSENT]
    assert list(snapshot.find("s3", "GetBucketPolicy", "222222222222")) == []


def test_unknown_manifest_fields_of_a_newer_writer_are_kept(folder: Path) -> None:
    path = folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"weather": "fine"}))
    assert Snapshot.read(folder).manifest.model_dump()["weather"] == "fine"


def _rewrite(folder: Path, name: str, change: object) -> None:
    path = folder / name
    path.write_bytes(change(path.read_bytes()))  # type: ignore[operator]


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda f: _rewrite(f, "111111111111/global/s3.jsonl", lambda b: b.replace(b"data", b"dato", 1)), "sha256"),
        (lambda f: _rewrite(f, "111111111111/global/s3.jsonl", lambda b: b[:-20]), "sha256"),
        (lambda f: (f / "111111111111/global/s3.jsonl").unlink(), "lacks 111111111111/global/s3.jsonl"),
        (lambda f: (f / "manifest.json").unlink(), "lacks manifest.json"),
        (lambda f: (f / "manifest.json").write_text("{}"), "malformed"),
        (lambda f: _rewrite(f, "manifest.json", lambda b: b.replace(b"snapshot/1", b"snapshot/9")), "byoc-snapshot/9"),
        (
            lambda f: _rewrite(f, "manifest.json", lambda b: b.replace(b'"111111111111/g', b'"../1111/g')),
            "outside itself",
        ),
        (
            lambda f: _rewrite(f, "manifest.json", lambda b: b.replace(b'"records": 2', b'"records": 3')),
            "the manifest says 3",
        ),
    ],
)
def test_damage_is_named_and_nothing_is_judged(folder: Path, damage: object, says: str) -> None:
    damage(folder)  # type: ignore[operator]
    with pytest.raises(SnapshotError, match=says):
        Snapshot.read(folder)


@pytest.mark.parametrize(
    "line", ['{"operation": "X"', "[]", '{"operation": "X", "params": {}}', '{"params": {}, "response": {}}']
)
def test_a_line_that_is_no_record_is_refused(line: str) -> None:
    with pytest.raises(SnapshotError):
        Record.read(line, "111111111111/global/s3.jsonl")


def test_a_missing_path_is_no_snapshot(tmp_path: Path) -> None:
    with pytest.raises(SnapshotError, match=r"expected a folder or a \.zip"):
        Snapshot.read(tmp_path / "nowhere")
