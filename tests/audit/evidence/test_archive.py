"""The archive: one form for given members, readable by any zip program, and nothing hostile gets in."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
from typing import TYPE_CHECKING

import pytest
from evidence_bundles import MEMBERS, OURS, Bundles, faults
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.evidence import writing
from audit.evidence.archive import Archive
from audit.evidence.bundle import STATEMENT, Bundle
from audit.evidence.layout import Entry, fits, tail
from audit.evidence.writing import measure
from audit.model.errors import DamagedError, EvidenceError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ANYTHING = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)


def test_the_same_members_give_the_same_bytes(bundles: Bundles) -> None:
    one, other = bundles.write("a.zip"), bundles.write("b.zip", dict(reversed(MEMBERS.items())))
    assert one.read_bytes() == other.read_bytes()


def test_any_zip_program_reads_it(bundles: Bundles) -> None:
    with zipfile.ZipFile(bundles.approve(bundles.write())) as read:
        assert read.testzip() is None
        assert read.namelist() == [STATEMENT, *sorted(MEMBERS), "approvals/0001.dsse.json"]
        assert {name: read.read(name) for name in MEMBERS} == MEMBERS
        assert all(info.date_time == (1980, 1, 1, 0, 0, 0) and not info.extra for info in read.infolist())


def test_a_sound_bundle_has_no_fault(bundles: Bundles) -> None:
    assert faults(bundles.approve(bundles.approve(bundles.write()))) == []


@ANYTHING
@given(data=st.data())
def test_any_changed_byte_is_found_and_named(bundles: Bundles, data: st.DataObject) -> None:
    path = bundles.approve(bundles.write())
    whole = bytearray(path.read_bytes())
    with Bundle(path) as bundle:
        entries = bundle.archive.entries
    place = data.draw(st.integers(0, len(whole) - 1))
    whole[place] ^= data.draw(st.integers(1, 255))
    path.write_bytes(whole)
    found = faults(path)
    assert found
    inside = [entry.name for entry in entries if entry.start <= place < entry.end]
    if inside:
        assert inside[0] in {where for where, _ in found}, (place, found)


def test_every_byte_between_the_contents_counts(bundles: Bundles) -> None:
    path = bundles.approve(bundles.write())
    whole = path.read_bytes()
    with Bundle(path) as bundle:
        contents = {place for entry in bundle.archive.entries for place in range(entry.start, entry.end)}
    for place in set(range(len(whole))) - contents:
        for mask in (0x01, 0x80):
            path.write_bytes(whole[:place] + bytes([whole[place] ^ mask]) + whole[place + 1 :])
            assert faults(path), place


@ANYTHING
@given(share=st.floats(0, 1, exclude_max=True))
def test_a_bundle_that_was_cut_off_says_so(bundles: Bundles, share: float) -> None:
    path = bundles.write()
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    ((where, what),) = faults(path)
    assert where == "refused"
    assert "is cut off" in what or "is no bundle" in what


@pytest.mark.parametrize(
    ("change", "where", "what"),
    [
        (lambda whole: b"#!/bin/sh\n" + whole, "the beginning of the file", "10 bytes"),
        (lambda whole: whole + b"more", "the end of the file", "4 bytes after"),
        (lambda whole: whole[:-2] + b"\x05\x00hello", "the end of the file", "5 bytes after"),
        (lambda whole: whole[:-22] + b"\x00" * 22, "the end of the archive", "otherwise than written"),
    ],
)
def test_what_stands_outside_the_members_is_named(
    bundles: Bundles, change: Callable[[bytes], bytes], where: str, what: str
) -> None:
    path = bundles.write()
    path.write_bytes(change(path.read_bytes()))
    ((found, said),) = faults(path)
    assert (found, what in said) == (where, True), said


def _archive(path: Path, members: list[tuple[str, bytes]]) -> Path:
    """An archive in our layout with any members in any order, twice or not."""
    whole, entries = b"", []
    for name, content in members:
        found = measure(iter([content]))
        entries.append(entry := Entry(name, found.size, found.crc, len(whole)))
        whole += entry.header() + content
    path.write_bytes(whole + tail(entries))
    return path


def _members(path: Path) -> list[tuple[str, bytes]]:
    with Archive(path) as archive:
        return [(entry.name, archive.read(entry)) for entry in archive.entries]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda all_: [*all_, ("extra.txt", b"more")], ("extra.txt", "is not in the statement")),
        (lambda all_: [one for one in all_ if one[0] != "answers.json"], ("answers.json", "is missing")),
        (lambda all_: [*all_, ("answers.json", b"{}")], ("answers.json", "is there twice")),
        (lambda all_: [all_[0], *reversed(all_[1:])], ("the archive", "in another order")),
        (lambda all_: [(n, b"id: B002\n" if n.endswith("yaml") else c) for n, c in all_], ("policies/B001.yaml", "changed")),
    ],
)  # fmt: skip
def test_members_that_were_added_removed_or_exchanged_are_named(
    bundles: Bundles, change: Callable[[list[tuple[str, bytes]]], list[tuple[str, bytes]]], fault: tuple[str, str]
) -> None:
    path = bundles.write()
    _archive(path, change(_members(path)))
    assert any(where == fault[0] and fault[1] in what for where, what in faults(path)), faults(path)


def _foreign(path: Path, name: str = "statement.dsse.json", content: bytes = b"{}", **how: object) -> Path:
    info = zipfile.ZipInfo(name)
    info.external_attr = int(str(how.get("mode", 0o100644))) << 16
    with zipfile.ZipFile(path, "w") as made:
        made.writestr(info, content, zipfile.ZIP_DEFLATED if how.get("packed") else zipfile.ZIP_STORED)
    return path


@pytest.mark.parametrize(
    "name", ["../up", "/etc/passwd", "a/../../b", "a\\b", "C:/x", "a//b", ".hidden", "a\nb", "é", "x" * 256]
)
def test_a_name_that_climbs_or_hides_is_refused(tmp_path: Path, name: str) -> None:
    assert not fits(name)
    ((where, what),) = faults(_foreign(tmp_path / "b.zip", name))
    assert (where, "which no bundle holds: do not trust it" in what) == ("refused", True), what
    with pytest.raises(EvidenceError, match="cannot be the name"):
        writing.write(tmp_path / "c.zip", [(name, b"", measure(iter([])))])
    assert not (tmp_path / "c.zip").exists()


def test_a_link_is_refused(tmp_path: Path) -> None:
    ((where, what),) = faults(_foreign(tmp_path / "b.zip", content=b"/etc/passwd", mode=stat.S_IFLNK | 0o777))
    assert (where, "is a link" in what) == ("refused", True)


def test_a_bomb_is_refused_before_anything_is_unpacked(tmp_path: Path) -> None:
    ((where, what),) = faults(_foreign(tmp_path / "b.zip", content=bytes(50 << 20), packed=True))
    assert (where, "is compressed" in what, "52,428,800 bytes" in what) == ("refused", True, True)


def test_a_size_that_the_file_cannot_hold_is_refused(bundles: Bundles) -> None:
    path = bundles.write()
    whole = bytearray(path.read_bytes())
    place = whole.rfind(b"PK\x01\x02")
    whole[place + 20 : place + 28] = struct.pack("<2I", 1 << 31, 1 << 31)
    path.write_bytes(whole)
    ((where, what),) = faults(path)
    assert (where, "do not trust it" in what) == ("refused", True)


@pytest.mark.parametrize("content", [b"", b"PK", b"hello" * 100, b"\x1f\x8b" + bytes(100)])
def test_what_is_no_archive_is_no_bundle(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "b.zip"
    path.write_bytes(content)
    ((where, what),) = faults(path)
    assert (where, "is no bundle" in what) == ("refused", True)


def test_an_archive_without_a_statement_is_no_bundle(tmp_path: Path) -> None:
    with pytest.raises(
        EvidenceError, match=r"lacks statement\.dsse\.json: name a \.zip that byoc evidence bundle wrote"
    ):
        Bundle(_archive(tmp_path / "b.zip", [("answers.json", b"{}")]))


def test_a_member_that_is_larger_than_it_may_be_is_not_read(bundles: Bundles) -> None:
    with Bundle(bundles.write()) as bundle, pytest.raises(EvidenceError, match="at most 10 are read"):
        bundle.read("answers.json", 10)


def test_a_changed_member_is_not_handed_out(bundles: Bundles) -> None:
    path = bundles.write()
    path.write_bytes(path.read_bytes().replace(b"id: B001", b"id: B002"))
    with Bundle(path) as bundle, pytest.raises(DamagedError, match=r"B001\.yaml is not what was signed"):
        bundle.read("policies/B001.yaml")


def test_a_member_that_changes_while_it_is_written_stops_the_bundle(tmp_path: Path) -> None:
    contents = iter([b"one", b"two"])
    found = measure(iter([b"one"]))
    next(contents)
    with pytest.raises(EvidenceError, match=r"a\.txt changed while the bundle was written"):
        writing.write(tmp_path / "b.zip", [("a.txt", lambda: iter([next(contents)]), found)])
    assert list(tmp_path.iterdir()) == []


def test_too_much_for_one_archive_is_said_before_anything_is_written(tmp_path: Path) -> None:
    huge = writing.Measured(1 << 32, 0, "")
    with pytest.raises(EvidenceError, match="walk fewer accounts or regions"):
        writing.write(tmp_path / "b.zip", [("a", b"", huge)])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_disk_that_fills_and_an_interruption_leave_the_old_bundle(
    bundles: Bundles, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    path = bundles.write()
    before = path.read_bytes()

    def full(_: int) -> None:
        raise error

    monkeypatch.setattr(writing.os, "fsync", full)
    with pytest.raises((EvidenceError, KeyboardInterrupt)) as raised:
        bundles.write(environment="other")
    if isinstance(error, OSError):
        assert "No space left on device" in str(raised.value)
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == ["b.zip"]


def test_a_large_member_is_copied_piece_by_piece(tmp_path: Path) -> None:
    source = tmp_path / "large"
    source.write_bytes(bytes(range(256)) * (3 << 12))
    found = measure(writing.chunks(source))
    writing.write(tmp_path / "b.zip", [("large", source, found)])
    with Archive(tmp_path / "b.zip") as archive:
        pieces = list(archive.chunks(archive.entries[0]))
    assert len(pieces) == 3
    assert io.BytesIO(b"".join(pieces)).read() == source.read_bytes()


def test_keys_of_another_kind_do_not_matter_to_the_bytes(bundles: Bundles) -> None:
    assert faults(bundles.write(), OURS.public_key) == []
