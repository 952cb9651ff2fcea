"""A series of bundles, each citing the one before: in order, with what is missing, forked or turned back in time."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field

from audit.evidence import envelope, integrity
from audit.evidence.bundle import Bundle
from audit.evidence.verification import Place, Signer
from audit.model.errors import DamagedError, EvidenceError
from audit.model.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from securesystemslib.signer import Key

FORMAT = "byoc-history/1"
_ANSWERS, _MOST_BYTES = "answers.json", 256 << 20


class Link(BaseModel):
    """A bundle of a series: what it cites, who signed it, what was changed in it, and its verdicts by question."""

    model_config = ConfigDict(frozen=True, extra="allow")
    file: str
    digest: str
    previous: str | None
    environment: str
    taken_at: str
    redacted_of: str | None = None
    signers: tuple[Signer, ...] = ()
    approvals: int = 0
    verdicts: dict[str, str] = Field(default_factory=dict)

    @property
    def signed(self) -> bool:
        """Whether a known key signed it."""
        return any(signer.right for signer in self.signers)


class History(BaseModel):
    """The bundles in order, what breaks the series, and what about it nobody can say."""

    model_config = ConfigDict(frozen=True, extra="allow")
    format: str = FORMAT
    bundles: tuple[Link, ...]
    broken: tuple[Place, ...] = Field(default=(), description="changed bundles, gaps and forks")
    unknown: tuple[Place, ...] = Field(default=(), description="unknown signers, clocks that went back")

    @property
    def verdict(self) -> Verdict:
        """Broken over unknown over holds."""
        return Verdict.BROKEN if self.broken else Verdict.UNKNOWN if self.unknown else Verdict.HOLDS


def read(files: Sequence[Path], keys: Sequence[Key]) -> History:
    """The series that the files make; raises EvidenceError for a file that is no bundle."""
    links: list[Link] = []
    broken: list[Place] = []
    for file in files:
        try:
            with Bundle(file) as bundle:
                links.append(_link(bundle, keys))
                broken += [Place(where=file.name, what=f"{f.where} {f.what}") for f in integrity.faults(bundle)]
        except DamagedError as error:
            broken.append(Place(where=file.name, what=f"{error.where} {error.what}"))
    ordered = list(_ordered(links))
    return History(bundles=tuple(ordered), broken=(*broken, *_breaks(ordered)), unknown=tuple(_doubts(ordered)))


def _link(bundle: Bundle, keys: Sequence[Key]) -> Link:
    about = bundle.statement.predicate
    signed = envelope.signers(bundle.envelope, keys)
    return Link(
        file=bundle.path.name,
        digest=bundle.digest,
        previous=about.previous.sha256 if about.previous is not None else None,
        environment=about.environment,
        taken_at=about.taken_at,
        redacted_of=about.redacted.of.sha256 if about.redacted is not None else None,
        signers=tuple(Signer(key=key, right=right) for key, right in signed.items()),
        approvals=len(list(bundle.approvals())),
        verdicts=_verdicts(bundle),
    )


def _verdicts(bundle: Bundle) -> dict[str, str]:
    try:
        answers = json.loads(bundle.read(_ANSWERS, _MOST_BYTES))["answers"]
        return {answer["question"]: answer["verdict"] for answer in answers}
    except (EvidenceError, ValueError, KeyError, TypeError):
        # A changed member is named where integrity is told.
        return {}


def _ordered(links: Iterable[Link]) -> Iterator[Link]:
    """Each series from its first bundle on; what follows two bundles stands after both in the order of time."""
    there = sorted(links, key=lambda link: (link.environment, link.taken_at, link.file))
    digests = {link.digest for link in there}
    after: defaultdict[str | None, list[Link]] = defaultdict(list)
    for link in there:
        after[link.previous if link.previous in digests else None].append(link)
    seen: set[str] = set()
    waiting = [*reversed(after[None])]
    while waiting:
        link = waiting.pop()
        yield link
        if link.digest not in seen:
            seen.add(link.digest)
            waiting += reversed(after[link.digest])


def _breaks(links: Sequence[Link]) -> Iterator[Place]:
    there = {link.digest for link in links}
    firsts: dict[tuple[str, bool], str] = {}
    cited: dict[str, str] = {}
    same: dict[str, str] = {}
    for link in links:
        series = (link.environment, link.redacted_of is not None)
        if link.digest in same:
            continue
        same[link.digest] = link.file
        if link.previous is None:
            if series in firsts:
                yield Place(where=link.file, what=f"starts a series of its own beside {firsts[series]}")
            firsts.setdefault(series, link.file)
        elif link.previous not in there:
            yield Place(where=link.file, what=f"comes after bundle {link.previous}, which is missing")
        if link.previous in cited:
            yield Place(where=link.file, what=f"is a fork: {cited[link.previous]} comes after the same bundle")
        elif link.previous is not None:
            cited[link.previous] = link.file
        if any(signer.right is False for signer in link.signers):
            yield Place(where=link.file, what="has a wrong signature of a known key")


def _doubts(links: Sequence[Link]) -> Iterator[Place]:
    by_digest = {link.digest: link for link in links}
    seen: dict[str, str] = {}
    for link in links:
        before = by_digest.get(link.previous or "")
        if link.digest in seen:
            yield Place(where=link.file, what=f"is the same bundle as {seen[link.digest]}")
        seen.setdefault(link.digest, link.file)
        if before is not None and link.taken_at < before.taken_at:
            yield Place(where=link.file, what=f"was taken at {link.taken_at}, before {before.file} ({before.taken_at})")
        if not link.signed:
            keys = ", ".join(signer.key for signer in link.signers) or "nobody"
            yield Place(where=link.file, what=f"is signed by {keys}: give the public key with --key")
