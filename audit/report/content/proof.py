"""A claim as readers see it: the sentence, the steps of its proof, and where each stands written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from audit.model.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable

    from audit.model.graph import Citation
    from audit.model.verdict import Claim, Hop
    from audit.report.material import Material

_VERDICTS = list(Verdict)


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: a document of a node and a pointer into it, and the records that hold it."""

    node: str
    document: str
    pointer: str
    records: tuple[str, ...]

    @property
    def key(self) -> str:
        """What the statement is kept under: the same place of the same record is one statement."""
        return " ".join((self.node, self.document, self.pointer, *self.records[:1]))


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a proof."""

    node: str
    name: str
    says: str
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Sentence:
    """A claim: what it says of whom, with its proof, the records it rests on, and what would settle it."""

    verdict: Verdict
    reason: str
    subject: str
    name: str
    text: str
    steps: tuple[Step, ...]
    records: tuple[str, ...]
    missing: tuple[str, ...]


def sentence(material: Material, claim: Claim) -> Sentence:
    """A claim for readers."""
    return Sentence(
        claim.verdict,
        claim.reason,
        claim.subject,
        material.named(claim.subject),
        claim.text,
        tuple(_step(material, hop) for hop in claim.path),
        tuple(dict.fromkeys(record for record in claim.evidence if record)),
        claim.missing,
    )


def by_verdict(sentences: Iterable[Sentence]) -> list[Sentence]:
    """Broken first, then unknown, then what holds; each in its order."""
    return sorted(sentences, key=lambda one: _VERDICTS.index(one.verdict))


def _step(material: Material, hop: Hop) -> Step:
    return Step(hop.node, material.named(hop.node), hop.says, tuple(_places(hop.node, hop.because)))


def _places(node: str, citations: Iterable[Citation]) -> Iterable[Place]:
    """Citations of one place together, however many records hold it."""
    found: dict[tuple[str, str], list[str]] = {}
    for citation in citations:
        found.setdefault((citation.document, citation.pointer), []).append(citation.record)
    for (document, pointer), records in found.items():
        yield Place(node, document, pointer, tuple(dict.fromkeys(record for record in records if record)))
