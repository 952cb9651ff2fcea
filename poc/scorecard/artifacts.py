"""The artifacts of a case, read as they stand: what is not there, or not of a known format, proves nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable  # an alias at run time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from audit.model.errors import UsageError
from poc.scorecard.result import Evidence

if TYPE_CHECKING:
    from pathlib import Path

    from audit.report.material import Material
    from poc.case.model import Case

Read = Callable[[str], bytes | None]
"""The content of an artifact by its file's name; None where there is none."""
_MOST_BYTES = 256 << 20


@dataclass(frozen=True)
class Artifact:
    """A file: its digest and its content; ``fault`` says why it proves nothing."""

    file: str
    sha256: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    fault: str = ""

    def evidence(self, says: str) -> Evidence:
        """What the scorecard cites."""
        return Evidence(file=self.file, sha256=self.sha256, says=self.fault.removeprefix(f"{self.file} ") or says)


@dataclass(frozen=True)
class Given:
    """Everything that the gates are judged by: the case, its artifacts, the judged audit, the moment (ISO-8601 UTC)."""

    case: Case
    read: Read
    audit: Material | None
    as_of: str

    def artifact(self, file: str, version: str) -> Artifact:
        """An artifact of a format, such as ``byoc-cost/1``, of this case."""
        content = self.read(file)
        if content is None:
            return Artifact(file, fault=f"{file} is not there")
        digest = hashlib.sha256(content).hexdigest()
        try:
            data = json.loads(content)
        except ValueError:
            return Artifact(file, digest, fault=f"{file} is no JSON")
        found = data.get("format") if isinstance(data, dict) else None
        if found != version:
            return Artifact(file, digest, fault=f"{file} has format {found}, this kit reads {version}")
        if data.get("case", self.case.name) != self.case.name:
            return Artifact(file, digest, fault=f"{file} is of the case {data['case']}, not of {self.case.name}")
        return Artifact(file, digest, data)


def in_folder(folder: Path) -> Read:
    """Reads the artifacts of a folder; raises UsageError for one that cannot be read, or is larger than 256 MiB."""

    def read(file: str) -> bytes | None:
        path = folder / file
        if not path.is_file():
            return None
        if path.stat().st_size > _MOST_BYTES:
            raise UsageError(f"{path} is larger than {_MOST_BYTES >> 20} MiB: write it again")
        try:
            return path.read_bytes()
        except OSError as error:
            raise UsageError(f"{path} cannot be read ({error.strerror}): mend its permissions") from error

    return read
