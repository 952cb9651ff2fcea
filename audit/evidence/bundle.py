"""An opened bundle: its statement, its approvals and its members, each held against its digest before it is used."""

from __future__ import annotations

import hashlib
import zlib
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Self

from audit.evidence import envelope
from audit.evidence.archive import Archive
from audit.evidence.layout import MOST_BYTES
from audit.evidence.statement import ApprovalStatement, BundleStatement, parse
from audit.model.errors import DamagedError, EvidenceError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from securesystemslib.dsse import Envelope
    from securesystemslib.signer import Key

    from audit.evidence.layout import Entry

STATEMENT = "statement.dsse.json"
APPROVALS = "approvals/"
SNAPSHOT = "snapshot/"
_MOST_SIGNED_BYTES = 64 << 20
"""Of a signed statement: some 300,000 members."""


@dataclass(frozen=True)
class Approved:
    """An approval: the member that holds it, what it says, and its envelope."""

    name: str
    statement: ApprovalStatement
    envelope: Envelope

    def signers(self, keys: Iterable[Key]) -> dict[str, bool | None]:
        """The keys that signed it, as ``envelope.signers`` tells them."""
        return envelope.signers(self.envelope, keys)


class Bundle:
    """A bundle's archive with its statement.

    Raises EvidenceError for what is no bundle, DamagedError for one whose archive or statement was changed.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.archive = Archive(path)
        with ExitStack() as unless_read:
            unless_read.enter_context(self.archive)
            self.envelope = envelope.read(self._signed(STATEMENT), STATEMENT)
            self.statement = parse(BundleStatement, self.envelope.payload, STATEMENT)
            unless_read.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.archive.__exit__()

    @cached_property
    def entries(self) -> dict[str, Entry]:
        """The archive's members by name."""
        return {entry.name: entry for entry in self.archive.entries}

    @cached_property
    def digests(self) -> dict[str, str]:
        """The sha256 that the statement gives to each member."""
        return {subject.name: subject.digest.sha256 for subject in self.statement.subject}

    @property
    def digest(self) -> str:
        """What others cite this bundle by: the sha256 of its statement."""
        return self.statement.digest

    def approvals(self) -> Iterator[Approved]:
        """The approvals in their order; raises DamagedError for one that was changed."""
        for name in sorted(name for name in self.entries if name.startswith(APPROVALS)):
            found = envelope.read(self._signed(name), name)
            yield Approved(name, parse(ApprovalStatement, found.payload, name), found)

    def __contains__(self, name: str) -> bool:
        return name in self.digests

    def read(self, name: str, most: int = MOST_BYTES) -> bytes:
        """A member as it was signed; raises DamagedError for one that is not, EvidenceError for a larger one."""
        entry, digest = self.entries.get(name), self.digests.get(name)
        if entry is None or digest is None:
            raise DamagedError(f"{self.path}: {name}", "is missing" if entry is None else "is not in its statement")
        content = self.archive.read(entry, most)
        if hashlib.sha256(content).hexdigest() != digest:
            raise DamagedError(f"{self.path}: {name}", "is not what was signed")
        return content

    def snapshot(self) -> Within:
        """Where the snapshot's files are."""
        return Within(self, SNAPSHOT)

    def _signed(self, name: str) -> bytes:
        if name not in self.entries:
            raise EvidenceError(f"{self.path} lacks {name}: name a .zip that byoc evidence bundle wrote")
        entry = self.entries[name]
        content = self.archive.read(entry, _MOST_SIGNED_BYTES)
        if zlib.crc32(content) != entry.crc:
            raise DamagedError(name, "was changed, or its checksum was")
        return content


@dataclass(frozen=True)
class Within:
    """The members of a bundle below a folder, by relative path."""

    bundle: Bundle
    folder: str

    @property
    def path(self) -> Path:
        """What holds them."""
        return self.bundle.path / self.folder.rstrip("/")

    def read(self, name: str) -> bytes:
        """A member as it was signed."""
        return self.bundle.read(self.folder + name)


def is_bundle(path: Path) -> bool:
    """Whether a file begins as a bundle does, with its statement: a snapshot's .zip does not."""
    try:
        with path.open("rb") as file:
            return STATEMENT.encode() in file.read(len(STATEMENT) + 30)
    except OSError:
        return False
