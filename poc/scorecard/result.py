"""scorecard.json: the six gates as a document; format ``byoc-scorecard/1``."""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict

from audit.model.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable

FORMAT = "byoc-scorecard/1"


class Standing(StrEnum):
    """What a gate comes to, the worst first; missing evidence is never a pass."""

    FAIL = "fail"
    NOT_PROVEN = "not_proven"
    PASS = "pass"  # noqa: S105  # a verdict, no password

    @property
    def verdict(self) -> Verdict:
        """The same as the audit says it."""
        return {Standing.FAIL: Verdict.BROKEN, Standing.NOT_PROVEN: Verdict.UNKNOWN}.get(self, Verdict.HOLDS)

    @classmethod
    def worst(cls, found: Iterable[Standing]) -> Standing:
        """Fail over not proven over pass; not proven when there is nothing."""
        return min(found, key=list(cls).index, default=cls.NOT_PROVEN)


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="allow")


class Reason(_Row):
    """One sentence that a gate's verdict rests on, and the artifact that shows it."""

    standing: Standing
    text: str
    shown_by: str = ""


class Evidence(_Row):
    """An artifact behind a gate: its file and digest; an empty digest is one that is not there."""

    file: str
    sha256: str
    says: str


class GateRow(_Row):
    """A gate: its question, who answers for it, its verdict, the reasons, the evidence and the assumptions."""

    gate: str
    title: str
    question: str
    owner: str
    standing: Standing
    reasons: tuple[Reason, ...]
    evidence: tuple[Evidence, ...]
    assumptions: tuple[str, ...]

    @property
    def lead(self) -> str:
        """The first of the reasons that decide it."""
        return next((one.text for one in self.reasons if one.standing is self.standing), "")


class Scorecard(_Row):
    """The six gates of a case."""

    format: Literal["byoc-scorecard/1"] = "byoc-scorecard/1"
    case: str
    as_of: str
    target: str
    gates: tuple[GateRow, ...]

    @property
    def standing(self) -> Standing:
        """The worst of the gates."""
        return Standing.worst(gate.standing for gate in self.gates)

    @property
    def counts(self) -> dict[str, int]:
        """How many gates came to what."""
        found = Counter(gate.standing for gate in self.gates)
        return {standing.value: found[standing] for standing in Standing}

    def text(self) -> str:
        """The document as scorecard.json holds it."""
        return self.model_dump_json(indent=1) + "\n"
