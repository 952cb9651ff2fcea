"""Whether a bundle is as it was signed: each byte that is not is named by its member or its place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from audit.evidence import envelope
from audit.evidence.bundle import APPROVALS, STATEMENT, Approved, Bundle
from audit.evidence.writing import measure
from audit.model.errors import DamagedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from securesystemslib.signer import Key


@dataclass(frozen=True, slots=True)
class Fault:
    """A place of a bundle, and what is wrong there."""

    where: str
    what: str


def faults(bundle: Bundle) -> Iterator[Fault]:
    """What is otherwise than signed and written, signatures aside; reads the whole bundle once, piece by piece."""
    yield from (Fault(where, what) for where, what in bundle.archive.faults())
    yield from _contents(bundle)
    yield from (Fault(name, "is missing") for name in bundle.digests if name not in bundle.entries)
    approvals = sorted(name for name in bundle.entries if name.startswith(APPROVALS))
    names = [entry.name for entry in bundle.archive.entries if entry.name in {*bundle.digests, *approvals, STATEMENT}]
    if names != [name for name in (STATEMENT, *sorted(bundle.digests), *approvals) if name in bundle.entries]:
        yield Fault("the archive", "holds its members in another order than it was written in")
    yield from _approvals(bundle)


def _contents(bundle: Bundle) -> Iterator[Fault]:
    for entry in bundle.archive.entries:
        found = measure(bundle.archive.chunks(entry))
        signed = bundle.digests.get(entry.name)
        if signed is None and entry.name != STATEMENT and not entry.name.startswith(APPROVALS):
            yield Fault(entry.name, "is not in the statement: it was added later")
        elif signed is not None and found.sha256 != signed:
            yield Fault(entry.name, f"was changed: its sha256 is {found.sha256}, signed was {signed}")
        elif found.crc != entry.crc:
            yield Fault(entry.name, "was changed, or its checksum was")


def _approvals(bundle: Bundle) -> Iterator[Fault]:
    try:
        found = list(bundle.approvals())
    except DamagedError as error:
        yield Fault(error.where, error.what)
        return
    before: list[str] = []
    for approved in found:
        yield from _approval(bundle, approved, before)
        before.append(approved.statement.digest)


def _approval(bundle: Bundle, approved: Approved, before: Sequence[str]) -> Iterator[Fault]:
    about = [subject.digest.sha256 for subject in approved.statement.subject]
    if about != [bundle.digest]:
        yield Fault(approved.name, f"approves another bundle ({', '.join(about) or 'none'})")
    if [digest.sha256 for digest in approved.statement.predicate.after] != list(before):
        yield Fault(approved.name, "was given after other approvals than are there: one was taken out or put in")


def unsigned(bundle: Bundle, keys: Sequence[Key]) -> Iterator[Fault]:
    """What is wrong with the signatures: the first key must have signed the bundle, no known one may sign wrongly."""
    signed = envelope.signers(bundle.envelope, keys)
    if signed.get(keys[0].keyid) is None:
        yield Fault(STATEMENT, f"is not signed by the key that was given, but by {', '.join(signed) or 'nobody'}")
    yield from (Fault(STATEMENT, f"has a wrong signature of {key}") for key, right in signed.items() if right is False)
    try:
        for approved in bundle.approvals():
            for key, right in approved.signers(keys).items():
                if right is False:
                    yield Fault(approved.name, f"has a wrong signature of {key}")
            if not approved.envelope.signatures:
                yield Fault(approved.name, "is signed by nobody")
    except DamagedError:
        # Named by ``faults`` already.
        return
