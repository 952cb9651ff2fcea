"""Puts a bundle together: members are measured and looked through, stated, signed, and written whole or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.evidence import envelope
from audit.evidence.bundle import STATEMENT, Bundle
from audit.evidence.scan import watched
from audit.evidence.statement import BundleStatement, Digest, Predicate, Subject
from audit.evidence.versions import versions
from audit.evidence.writing import Measured, chunks, measure, write
from audit.model.errors import EvidenceError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from securesystemslib.signer import Signer

    from audit.evidence.statement import Redaction
    from audit.evidence.writing import Content
    from audit.report.material import Material


def measured(members: Mapping[str, Content]) -> dict[str, Measured]:
    """Each member's size and digests, in the order of their names; raises EvidenceError where one holds a secret."""
    return {name: measure(watched(name, chunks(members[name]))) for name in sorted(members)}


def predicate(
    material: Material, taken_at: str, previous: Digest | None = None, redacted: Redaction | None = None
) -> Predicate:
    """What a bundle says of itself."""
    contract = material.contract
    return Predicate(
        environment=contract.environment_id,
        account=contract.account,
        region=contract.region,
        taken_at=taken_at,
        as_of=material.as_of,
        versions=versions(),
        previous=previous,
        redacted=redacted,
    )


def statement(found: Mapping[str, Measured], about: Predicate) -> BundleStatement:
    """The statement over measured members."""
    subjects = tuple(Subject(name=name, digest=Digest(sha256=one.sha256)) for name, one in found.items())
    return BundleStatement(subject=subjects, predicate=about)


def sealed(
    target: Path, members: Mapping[str, Content], found: Mapping[str, Measured], about: Predicate, signer: Signer
) -> BundleStatement:
    """Write the bundle of measured members; raises EvidenceError when it cannot be written."""
    made = statement(found, about)
    first = envelope.seal(made.payload(), signer)
    rest = [(name, members[name], one) for name, one in found.items()]
    write(target, [(STATEMENT, first, measure(iter([first]))), *rest])
    return made


def require_after(previous: Path, about: Predicate) -> Digest:
    """The digest of the bundle before; raises EvidenceError for one of another environment, or of a later time."""
    with Bundle(previous) as bundle:
        before, digest = bundle.statement.predicate, bundle.digest
    for what in ("environment", "account"):
        ours, theirs = getattr(about, what), getattr(before, what)
        if ours != theirs:
            raise EvidenceError(
                f"{previous} is of {what} {theirs}, the new bundle of {ours}: name the one before in the same series"
                + (", and redact all of a series with one --redact-key" if about.redacted or before.redacted else "")
            )
    if about.taken_at < before.taken_at:
        raise EvidenceError(
            f"{previous} was taken at {before.taken_at}, the new bundle's snapshot at {about.taken_at}, before it: "
            "set the clock of the machine that walks, or name the bundle that comes before"
        )
    return Digest(sha256=digest)
