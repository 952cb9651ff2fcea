"""An audit folder appears whole or not at all, and replaces nothing that no audit wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from audit.model.errors import UsageError
from cli import folder

if TYPE_CHECKING:
    from pathlib import Path


def _fill(target: Path, text: str) -> None:
    with folder.new_folder(target) as draft:
        (draft / "run.json").write_text(text)


def test_a_second_audit_replaces_the_first_whole(tmp_path: Path) -> None:
    target = tmp_path / "out" / "poc"
    _fill(target, "one")
    (target / "left-over").write_text("x")
    _fill(target, "two")
    assert [path.name for path in target.iterdir()] == ["run.json"]
    assert (target / "run.json").read_text() == "two"
    assert [path.name for path in target.parent.iterdir()] == ["poc"]


def test_an_interrupted_audit_leaves_the_old_folder_and_nothing_else(tmp_path: Path) -> None:
    target = tmp_path / "poc"
    _fill(target, "one")

    def interrupted() -> None:
        with folder.new_folder(target) as draft:
            (draft / "run.json").write_text("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert [path.name for path in tmp_path.iterdir()] == ["poc"]
    assert (target / "run.json").read_text() == "one"


def test_a_file_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "poc").write_text("mine")
    with pytest.raises(UsageError, match="is a file"):
        _fill(tmp_path / "poc", "one")
    assert (tmp_path / "poc").read_text() == "mine"


def test_a_folder_that_no_audit_wrote_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "cat.png").write_text("cat")
    with pytest.raises(UsageError, match="no audit wrote"):
        _fill(tmp_path / "photos", "one")
    assert (tmp_path / "photos" / "cat.png").read_text() == "cat"


def test_the_only_audit_folder_is_the_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match="no audit folder"):
        folder.source(None)
    _fill(tmp_path / "out" / "poc", "one")
    assert folder.source(None).name == "poc"
    _fill(tmp_path / "out" / "live", "one")
    with pytest.raises(UsageError, match="out/live, out/poc"):
        folder.source(None)


def test_a_source_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nowhere does not exist"):
        folder.source(tmp_path / "nowhere")


def test_folders_above_that_were_made_for_nothing_go_again(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()

    def interrupted() -> None:
        with folder.new_folder(tmp_path / "there" / "out" / "deep" / "poc"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert list((tmp_path / "there").iterdir()) == []


def test_an_interruption_between_old_and_new_puts_the_old_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "poc"
    _fill(target, "one")
    rename = type(target).rename

    def interrupted(path: Path, to: Path) -> Path:
        # Only the second step of the two, which brings the new folder, is interrupted.
        if to == target and not path.name.endswith("-old"):
            raise KeyboardInterrupt
        return rename(path, to)

    monkeypatch.setattr(type(target), "rename", interrupted)
    with pytest.raises(KeyboardInterrupt):
        _fill(target, "two")
    monkeypatch.undo()
    assert [path.name for path in tmp_path.iterdir()] == ["poc"]
    assert (target / "run.json").read_text() == "one"


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(UsageError, match="cannot be written"):
        _fill(tmp_path / "file" / "poc", "one")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_file_is_written_whole_and_only_replaces_when_it_may(tmp_path: Path) -> None:
    target = tmp_path / "x.json"
    folder.write_file(target, b"one", replace=False)
    with pytest.raises(UsageError, match="exists and would be lost"):
        folder.write_file(target, b"two", replace=False)
    assert target.read_bytes() == b"one"
    folder.write_file(target, b"three", replace=True)
    assert target.read_bytes() == b"three"
    assert [path.name for path in tmp_path.iterdir()] == ["x.json"]
