"""How a bundle's archive looks: a zip whose every byte follows from its members' names and contents.

Members are stored as they are, one after the other, without gaps, extra fields, comments or times; then the directory
and its end (the ZIP file format, APPNOTE 6.3.10). So there is one archive for given members, on every machine, and a
byte that is otherwise is a change. What is not compressed cannot be a bomb either.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_BYTES = (1 << 32) - 1
"""Of a whole archive: what the format's fields hold without its extension to 64 bits."""
MOST_MEMBERS = (1 << 16) - 1
LOCAL, CENTRAL, END = struct.Struct("<4s5H3I2H"), struct.Struct("<4s6H3I5H2I"), struct.Struct("<4s4H2IH")
LOCAL_MARK, CENTRAL_MARK, END_MARK = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
_VERSION, _UNIX = 20, 3 << 8
_UTF8, _STORED = 1 << 11, 0
_TIME, _DAY = 0, 1 << 5 | 1
"""Midnight of 1980-01-01, the first that the format can tell."""
_MODE = 0o100644 << 16
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(?:/[A-Za-z0-9][A-Za-z0-9._-]*)*")
_LONGEST = 255


@dataclass(frozen=True, slots=True)
class Entry:
    """A member of an archive: its name, its size, its crc32 and where its header begins."""

    name: str
    size: int
    crc: int
    offset: int

    @property
    def start(self) -> int:
        """Where the content begins."""
        return self.offset + LOCAL.size + len(self.name)

    @property
    def end(self) -> int:
        """Where the next header begins."""
        return self.start + self.size

    def header(self) -> bytes:
        """What stands before the content."""
        name = self.name.encode()
        sizes = (self.crc, self.size, self.size, len(name), 0)
        return LOCAL.pack(LOCAL_MARK, _VERSION, _UTF8, _STORED, _TIME, _DAY, *sizes) + name

    def listed(self) -> bytes:
        """What the directory says of it."""
        name = self.name.encode()
        sizes = (self.crc, self.size, self.size, len(name), 0, 0, 0, 0)
        made = (_UNIX | _VERSION, _VERSION, _UTF8, _STORED, _TIME, _DAY)
        return CENTRAL.pack(CENTRAL_MARK, *made, *sizes, _MODE, self.offset) + name


def fits(name: str) -> bool:
    """Whether a member may have this name: plain words between slashes, so that no path climbs or is absolute."""
    return len(name) <= _LONGEST and _NAME.fullmatch(name) is not None


def tail(entries: Iterable[Entry]) -> bytes:
    """The directory and its end."""
    listed = list(entries)
    directory = b"".join(entry.listed() for entry in listed)
    start = listed[-1].end if listed else 0
    return directory + END.pack(END_MARK, 0, 0, len(listed), len(listed), len(directory), start, 0)
