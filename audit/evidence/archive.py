"""Reads a bundle's archive, strictly: what is not as ``layout`` writes it is named, and nothing is ever unpacked."""

from __future__ import annotations

import stat
from contextlib import ExitStack
from typing import IO, TYPE_CHECKING, Self

from audit.evidence.layout import (
    CENTRAL,
    CENTRAL_MARK,
    END,
    END_MARK,
    LOCAL,
    LOCAL_MARK,
    MOST_BYTES,
    Entry,
    fits,
    tail,
)
from audit.model.errors import DamagedError, EvidenceError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CHUNK = 1 << 20
_FURTHEST_END = END.size + (1 << 16)
"""How far before the end of a zip its last record can begin: a comment has at most 65,535 bytes."""
_MODE_SHIFT = 16


class Archive:
    """An open archive: its members by name, in their order.

    Raises EvidenceError for what is no archive of ours or must not be trusted, DamagedError for a changed one.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._file: IO[bytes] = path.open("rb")
            self._size = self._file.seek(0, 2)
        except OSError as error:
            raise EvidenceError(f"{path} cannot be read ({error.strerror}): name a bundle (.zip)") from error
        with ExitStack() as unless_read:
            unless_read.callback(self._file.close)
            self.entries = self._entries()
            unless_read.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def read(self, entry: Entry, most: int = MOST_BYTES) -> bytes:
        """A member's content as it stands; raises EvidenceError when it is larger than ``most``."""
        if entry.size > most:
            raise EvidenceError(
                f"{self.path}: {entry.name} has {entry.size:,} bytes, at most {most:,} are read: do not trust it"
            )
        return self._at(entry.start, entry.size)

    def chunks(self, entry: Entry) -> Iterator[bytes]:
        """A member's content piece by piece."""
        place = entry.start
        while place < entry.end:
            chunk = self._at(place, min(CHUNK, entry.end - place))
            place += len(chunk)
            yield chunk

    def faults(self) -> Iterator[tuple[str, str]]:
        """What is otherwise than ``layout`` writes it, contents aside: the place, and what is wrong there."""
        seen: set[str] = set()
        expected = 0
        for entry in self.entries:
            if entry.name in seen:
                yield entry.name, "is there twice"
            seen.add(entry.name)
            if entry.offset != expected:
                yield entry.name, f"begins at byte {entry.offset:,} and not at {expected:,}, where the one before ends"
            elif self._at(entry.offset, entry.start - entry.offset) != entry.header():
                yield entry.name, f"has another header, at byte {entry.offset:,}, than the directory says"
            expected = entry.end
        yield from self._tail_faults(expected)

    def _tail_faults(self, start: int) -> Iterator[tuple[str, str]]:
        if start > self._size:
            yield "the archive", f"should have members up to byte {start:,}, the file ends at {self._size:,}"
            return
        given, want = self._at(start, self._size - start), tail(self.entries)
        if given == want:
            return
        place = 0
        for entry in self.entries:
            line = entry.listed()
            if given[place : place + len(line)] != line:
                yield entry.name, "has another line in the directory than its content and place give"
                return
            place += len(line)
        yield "the end of the archive", f"at byte {start + place:,} is otherwise than written"

    def _at(self, place: int, length: int) -> bytes:
        try:
            self._file.seek(place)
            found = self._file.read(length)
        except OSError as error:
            raise EvidenceError(f"{self.path} cannot be read ({error.strerror}): copy it again") from error
        if len(found) != length:
            raise self._cut(f"at byte {self._size:,}")
        return found

    def _cut(self, where: str) -> EvidenceError:
        return EvidenceError(f"{self.path} is cut off {where}: copy it again from where it was written")

    def _entries(self) -> list[Entry]:
        if self._size > MOST_BYTES:
            raise EvidenceError(f"{self.path} is larger than a bundle can be ({MOST_BYTES:,} bytes): name a bundle")
        if self._size < END.size or self._at(0, len(LOCAL_MARK)) != LOCAL_MARK:
            self._refuse_foreign()
        last = self._at(self._size - END.size, END.size)
        mark, *_, count, length, start, comment = END.unpack(last)
        if mark != END_MARK or comment or start + length + END.size != self._size:
            raise self._ending()
        return list(self._listed(self._at(start, length), count, start))

    def _refuse_foreign(self) -> None:
        begins = self._at(0, min(self._size, CHUNK)).find(LOCAL_MARK)
        if begins > 0 and self._at(self._size - END.size, len(END_MARK)) == END_MARK:
            raise DamagedError("the beginning of the file", f"has {begins:,} bytes that no bundle has")
        if self._size >= END.size and self._at(self._size - END.size, len(END_MARK)) == END_MARK:
            raise DamagedError("the beginning of the file", "is no header of a member")
        raise EvidenceError(f"{self.path} is no bundle: name a .zip that byoc evidence bundle wrote")

    def _listed(self, directory: bytes, count: int, start: int) -> Iterator[Entry]:
        place = 0
        for number in range(count):
            line = directory[place : place + CENTRAL.size]
            if len(line) != CENTRAL.size or not line.startswith(CENTRAL_MARK):
                raise DamagedError("the directory", f"is broken at its entry {number + 1}, byte {start + place:,}")
            *_, method, _, _, crc, packed, size, name, extra, comment, _, _, mode, offset = CENTRAL.unpack(line)
            named = directory[place + CENTRAL.size : place + CENTRAL.size + name].decode("utf-8", "replace")
            self._require_harmless(named, method, (packed, size), mode)
            yield (entry := Entry(named, size, crc, offset))
            if entry.end > self._size:
                raise DamagedError(named, f"begins at byte {offset:,}, where the file has no room for it")
            place += CENTRAL.size + name + extra + comment

    def _require_harmless(self, name: str, method: int, sizes: tuple[int, int], mode: int) -> None:
        if not fits(name):
            raise EvidenceError(f"{self.path} names {name[:80]!a}, which no bundle holds: do not trust it")
        if stat.S_ISLNK(mode >> _MODE_SHIFT):
            raise EvidenceError(f"{self.path}: {name} is a link, and no bundle holds links: do not trust it")
        packed, size = sizes
        if method or packed != size:
            raise EvidenceError(
                f"{self.path}: {name} is compressed, {packed:,} to {size:,} bytes, and a bundle's members never are: "
                "take the bundle from where it was written"
            )
        if size > self._size:
            raise EvidenceError(f"{self.path}: {name} has {size:,} bytes, the file {self._size:,}: do not trust it")

    def _ending(self) -> EvidenceError:
        """Why the file does not end as an archive does: something follows, it was cut off, or it was changed."""
        reach = min(self._size, _FURTHEST_END)
        found = self._at(self._size - reach, reach).rfind(END_MARK)
        end = self._size - reach + found + END.size
        if found >= 0 and end < self._size:
            return DamagedError("the end of the file", f"has {self._size - end:,} bytes after the archive's end")
        entries = list(self._walked())
        start = entries[-1].end if entries else 0
        if start >= self._size or self._at(start, min(len(LOCAL_MARK), self._size - start)) == LOCAL_MARK:
            return self._cut(f"within or after {entries[-1].name}" if entries else "in its first member")
        if self._size < start + len(tail(entries)):
            return self._cut("within its directory")
        return DamagedError("the end of the archive", f"at byte {self._size - END.size:,} is otherwise than written")

    def _walked(self) -> Iterator[Entry]:
        """The members from header to header, as far as they go."""
        place = 0
        while place + LOCAL.size <= self._size:
            mark, *_, crc, _, size, name, _ = LOCAL.unpack(self._at(place, LOCAL.size))
            if mark != LOCAL_MARK or place + LOCAL.size + name > self._size:
                return
            named = self._at(place + LOCAL.size, name).decode("utf-8", "replace")
            yield (entry := Entry(named, size, crc, place))
            place = entry.end
