"""Writes a bundle's archive whole or not at all, in memory that does not grow with it."""

from __future__ import annotations

import hashlib
import os
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from audit.evidence.archive import CHUNK
from audit.evidence.layout import MOST_BYTES, MOST_MEMBERS, Entry, fits, tail
from audit.model.errors import EvidenceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    Content = bytes | Path | Callable[[], Iterator[bytes]]
    """Bytes, a file, or what gives the pieces, each time the same."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A content's size and digests."""

    size: int
    crc: int
    sha256: str


def chunks(content: Content) -> Iterator[bytes]:
    """A content piece by piece; raises EvidenceError for a file that cannot be read."""
    if isinstance(content, bytes):
        yield content
    elif isinstance(content, Path):
        try:
            with content.open("rb") as file:
                while chunk := file.read(CHUNK):
                    yield chunk
        except OSError as error:
            raise EvidenceError(f"{content} cannot be read ({error.strerror}): write the audit folder again") from error
    else:
        yield from content()


def measure(pieces: Iterator[bytes]) -> Measured:
    """Size and digests of a content."""
    size, crc, digest = 0, 0, hashlib.sha256()
    for piece in pieces:
        size += len(piece)
        crc = zlib.crc32(piece, crc)
        digest.update(piece)
    return Measured(size, crc, digest.hexdigest())


def write(target: Path, members: Sequence[tuple[str, Content, Measured]]) -> None:
    """Write an archive of measured members in this order; what stood at the target stays until the new one is whole.

    Raises EvidenceError for what does not fit, for a member that changed since it was measured, and for a disk that
    does not take it.
    """
    entries = list(_placed({name: measured for name, _, measured in members}))
    with _replacing(target) as file:
        for entry, (_, content, measured) in zip(entries, members, strict=True):
            file.write(entry.header())
            if isinstance(content, bytes):
                file.write(content)
            elif measure(_copied(content, file)) != measured:
                raise EvidenceError(f"{entry.name} changed while the bundle was written: leave it alone, and try again")
        file.write(tail(entries))


def _copied(content: Content, file: IO[bytes]) -> Iterator[bytes]:
    for chunk in chunks(content):
        file.write(chunk)
        yield chunk


def _placed(members: Mapping[str, Measured]) -> Iterator[Entry]:
    place = 0
    for name, measured in members.items():
        if not fits(name):
            raise EvidenceError(f"{name} cannot be the name of a bundle's member: letters, digits, dots, - and _ can")
        yield (entry := Entry(name, measured.size, measured.crc, place))
        place = entry.end
    if place > MOST_BYTES or len(members) > MOST_MEMBERS:
        raise EvidenceError(
            f"the bundle would have {len(members):,} members and {place:,} bytes, it can have {MOST_MEMBERS:,} and "
            f"{MOST_BYTES:,}: walk fewer accounts or regions into one snapshot"
        )


@contextmanager
def _replacing(target: Path) -> Iterator[IO[bytes]]:
    """A file beside the target that takes its place, on the disk, when the block ends well."""
    draft = target.with_name(f".{target.name}-{os.getpid()}")
    try:
        with draft.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
        _settle(target.parent)
    except OSError as error:
        raise EvidenceError(
            f"{target} cannot be written ({error.strerror}): make room, or name another place with --out"
        ) from error
    finally:
        draft.unlink(missing_ok=True)


def _settle(folder: Path) -> None:
    """Put the folder's new entry on the disk too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
