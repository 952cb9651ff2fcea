"""operations.json: the operating model as a document; format ``byoc-operations/1``."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from audit.model.verdict import Verdict  # noqa: TC001  # pydantic reads the annotation when it builds the model


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="allow")


class DutyRow(_Row):
    """A duty and who holds it; ``declared`` is the team that the audited contract names, where it was read."""

    duty: str
    covers: str
    owner: str
    contact: str
    deputy: str
    deputy_contact: str
    runbook: str
    declared: str


class SignalRow(_Row):
    """A signal of the platform of today, and what takes its place."""

    id: str
    watches: str
    confluent: str
    automq: str
    cloudwatch: str
    match: str
    differs: str
    alert: str
    threshold: str
    receiver: str
    calibrated: str


class SeenRow(_Row):
    """Something that is looked at, and who can: surely, or unless what was not read denies it."""

    what: str
    where: str
    reviewed_by: str
    can: tuple[str, ...]
    may: tuple[str, ...]
    read: bool


class Gap(_Row):
    """What is missing, or was not shown; the same words in every run."""

    verdict: Verdict
    reason: str
    subject: str
    text: str
    remedy: str


class OperatingResult(_Row):
    """The operating model of a case."""

    format: Literal["byoc-operations/1"] = "byoc-operations/1"
    case: str
    verdict: Verdict
    audited: str
    duties: tuple[DutyRow, ...]
    signals: tuple[SignalRow, ...]
    seen: tuple[SeenRow, ...]
    gaps: tuple[Gap, ...]

    def text(self) -> str:
        """The document as operations.json holds it."""
        return self.model_dump_json(indent=1) + "\n"
