"""A snapshot: the raw answers of AWS, one record a call, hashed; format ``byoc-snapshot/1``.

    manifest.json                              who asked, when, what, and the sha256 of every file
    <account>/<region or global>/<service>.jsonl   one record a line, keys sorted

A record holds one of three facts: a response, an error code that means absence, or that the call was unreadable.
Its id is the sha256 of its line. A directory or a .zip; whatever writes this format can be audited.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
import zlib
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from audit.model.errors import SnapshotError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

FORMAT = "byoc-snapshot/1"
GLOBAL = "global"
MANIFEST = "manifest.json"
NOT_COLLECTED = "NotCollected"
MOST_UNPACKED, MOST_RATIO = 4 << 30, 200
"""Of a snapshot in a .zip: answers of AWS repeat themselves, and pack to a fiftieth at most."""
_HARMLESS = 64 << 20


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Why a call gave no fact: botocore's error code, and the IAM permission that would settle it."""

    code: str
    permission: str


@dataclass(frozen=True)
class Record:
    """One call and what came of it: exactly one of response, absent and unreadable is set.

    ``region`` is ``global`` for services without regions; ``service`` is botocore's service name,
    ``operation`` botocore's operation name, ``params`` the call's parameters.
    """

    account: str
    region: str
    service: str
    operation: str
    params: Mapping[str, Any] = field(default_factory=dict)
    response: Mapping[str, Any] | None = None
    absent: str | None = None
    unreadable: Unreadable | None = None

    def line(self) -> str:
        """The record's line, without the newline: compact JSON with sorted keys."""
        body: dict[str, Any] = {"operation": self.operation, "params": dict(self.params)}
        if self.response is not None:
            body["response"] = self.response
        if self.absent is not None:
            body["absent"] = self.absent
        if self.unreadable is not None:
            body["unreadable"] = {"code": self.unreadable.code, "permission": self.unreadable.permission}
        return json.dumps(body, sort_keys=True, separators=(", ", ": "), ensure_ascii=False)

    @cached_property
    def id(self) -> str:
        """The sha256 of the record's line."""
        return hashlib.sha256(self.line().encode()).hexdigest()

    @property
    def path(self) -> str:
        """The file that holds the record, relative to the snapshot."""
        return f"{self.account}/{self.region}/{self.service}.jsonl"

    @classmethod
    def read(cls, line: str, path: str) -> Record:
        """Read a line of the file at path; raises SnapshotError for a malformed one."""
        try:
            account, region, name = path.split("/")
            body = json.loads(line)
            refused = body.get("unreadable")
            record = cls(
                account,
                region,
                name.removesuffix(".jsonl"),
                body["operation"],
                body["params"],
                body.get("response"),
                body.get("absent"),
                Unreadable(refused["code"], refused["permission"]) if refused else None,
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise SnapshotError(
                f"{path} has a line that is no record ({error}): take the snapshot again, or restore the file"
            ) from error
        if sum(fact is not None for fact in (record.response, record.absent, record.unreadable)) != 1:
            raise SnapshotError(
                f"{path}: a {record.operation} record needs exactly one of response, absent, unreadable: "
                "take the snapshot again, or restore the file"
            )
        return record


class AccountEntry(BaseModel):
    """An account that was walked; ``unreadable`` says why one could not be entered."""

    model_config = ConfigDict(frozen=True, extra="allow")
    id: str
    unreadable: dict[str, str] | None = None


class FileEntry(BaseModel):
    """A file of the snapshot, its number of records and its sha256."""

    model_config = ConfigDict(frozen=True, extra="allow")
    path: str
    records: int
    sha256: str


class Manifest(BaseModel):
    """manifest.json: who asked, when (UTC), in which accounts and regions, and every file's hash."""

    model_config = ConfigDict(frozen=True, extra="allow")
    format: str = FORMAT
    taken_at: str
    partition: str = "aws"
    caller: dict[str, str]
    accounts: tuple[AccountEntry, ...]
    regions: tuple[str, ...]
    files: tuple[FileEntry, ...] = Field(default=())
    emulated: dict[str, str] = Field(
        default_factory=dict, description="operation to why an emulator's answer to it proves nothing"
    )


@dataclass(frozen=True)
class Snapshot:
    """A manifest and its records, in the order of their files and lines."""

    manifest: Manifest
    records: tuple[Record, ...]

    @cached_property
    def _by_operation(self) -> dict[tuple[str, str], list[Record]]:
        index: dict[tuple[str, str], list[Record]] = {}
        for record in self.records:
            index.setdefault((record.service, record.operation), []).append(record)
        return index

    def find(
        self, service: str, operation: str, account: str | None = None, region: str | None = None
    ) -> Iterator[Record]:
        """The records of an operation, of one account and region or of all."""
        for record in self._by_operation.get((service, operation), ()):
            if account in (None, record.account) and region in (None, record.region):
                yield record

    def files(self) -> dict[str, str]:
        """The text of every record file by its path."""
        texts: dict[str, list[str]] = {}
        for record in self.records:
            texts.setdefault(record.path, []).append(record.line() + "\n")
        return {path: "".join(lines) for path, lines in sorted(texts.items())}

    def texts(self) -> dict[str, str]:
        """The text of every file by its path, the manifest that hashes the others among them."""
        files = self.files()
        entries = tuple(
            FileEntry(path=path, records=text.count("\n"), sha256=hashlib.sha256(text.encode()).hexdigest())
            for path, text in files.items()
        )
        manifest = self.manifest.model_copy(update={"files": entries}).model_dump(exclude_defaults=False)
        return {**files, MANIFEST: json.dumps(manifest, indent=1, sort_keys=True) + "\n"}

    def write(self, folder: Path) -> None:
        """Write the snapshot into a new folder."""
        for path, text in self.texts().items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, "utf-8")

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a folder or a .zip; raises SnapshotError when a byte of it is not what the manifest says."""
        return cls.of(Files(path))

    @classmethod
    def of(cls, source: Source) -> Self:
        """Read the files of a source, as ``read`` does."""
        manifest = read_manifest(source)
        records = tuple(record for entry in manifest.files for record in _file(source, entry))
        return cls(manifest, records)


class Source(Protocol):
    """Where a snapshot's files are: ``path`` is what a message calls it."""

    @property
    def path(self) -> Path:
        """What holds the files."""

    def read(self, name: str) -> bytes:
        """A file by its relative path; raises KitError when it cannot be read."""


class Files:
    """The files of a folder or of a .zip, by relative path."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._zip = None if path.is_dir() else zipfile.ZipFile(path)
        except (OSError, zipfile.BadZipFile) as error:
            raise SnapshotError(f"{path} is no snapshot: expected a folder or a .zip with manifest.json") from error
        if self._zip is not None:
            _require_no_bomb(path, self._zip.infolist())

    def read(self, name: str) -> bytes:
        """A file's content; raises SnapshotError where it is not there, or cannot be unpacked."""
        try:
            return self._zip.read(name) if self._zip else (self.path / name).read_bytes()
        except (OSError, KeyError) as error:
            raise SnapshotError(f"{self.path} lacks {name}: take the snapshot again, or restore the file") from error
        except (zipfile.BadZipFile, zlib.error, RuntimeError, EOFError) as error:
            raise SnapshotError(f"{self.path}: {name} cannot be unpacked ({error}): restore the file") from error


def _require_no_bomb(path: Path, files: Iterable[zipfile.ZipInfo]) -> None:
    """What is read of a file never exceeds the size that the zip declares for it: these are held to limits."""
    sizes = [(file.compress_size, file.file_size) for file in files]
    packed, unpacked = (sum(each) for each in zip(*sizes, strict=True)) if sizes else (0, 0)
    if unpacked > MOST_UNPACKED or unpacked > max(packed * MOST_RATIO, _HARMLESS):
        raise SnapshotError(
            f"{path} unpacks from {packed:,} to {unpacked:,} bytes, more than a snapshot's {MOST_RATIO} times or "
            f"{MOST_UNPACKED:,} bytes: do not trust it, or unpack it yourself and name the folder"
        )


def read_manifest(source: Source) -> Manifest:
    """The manifest among the files of a source; raises SnapshotError for a malformed one or another version."""
    try:
        manifest = Manifest.model_validate_json(source.read(MANIFEST))
    except ValidationError as error:
        raise SnapshotError(
            f"{source.path}/manifest.json is malformed ({error.error_count()} errors, "
            f"first: {error.errors()[0]['msg']}): take the snapshot again, or restore the file"
        ) from error
    if manifest.format != FORMAT:
        raise SnapshotError(
            f"{source.path} has format {manifest.format}, this kit reads {FORMAT}: use the kit that wrote it"
        )
    return manifest


def _file(source: Source, entry: FileEntry) -> Iterator[Record]:
    if entry.path.startswith("/") or ".." in entry.path.split("/"):
        raise SnapshotError(f"{source.path} names {entry.path}, outside itself: do not trust this snapshot")
    content = source.read(entry.path)
    if hashlib.sha256(content).hexdigest() != entry.sha256:
        raise SnapshotError(
            f"{source.path}/{entry.path} is not what the manifest's sha256 says: "
            "it was changed or cut off after it was taken, so take the snapshot again or restore the file"
        )
    try:
        # Only a newline ends a record: the JSON inside may hold other separators of lines.
        lines = content.decode().split("\n")[:-1]
    except UnicodeDecodeError as error:
        raise SnapshotError(f"{source.path}/{entry.path} is no UTF-8 text: take the snapshot again") from error
    if len(lines) != entry.records:
        raise SnapshotError(
            f"{source.path}/{entry.path} has {len(lines)} records, the manifest says {entry.records}: "
            "take the snapshot again, or restore the file"
        )
    for line in lines:
        yield Record.read(line, entry.path)
