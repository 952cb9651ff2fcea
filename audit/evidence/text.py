"""Verifications and histories for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.evidence.verification import Judgement
from audit.report.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from audit.evidence.history import History
    from audit.evidence.statement import Predicate
    from audit.evidence.verification import Place, Signer, Verification

_SHORT = 12


def verification(found: Verification) -> Iterator[str]:
    """Integrity, who signed, and judgement, line by line."""
    if found.about is not None:
        yield from _about(found.about, found.digest or "")
    if found.faults:
        yield "✗ integrity broken"
        yield from _places(found.faults)
    else:
        yield "✓ integrity: every byte is as it was signed"
    if found.signers:
        yield f"  signed by {_signers(found.signers)}"
    for approved in found.approvals:
        says = approved.says
        known = "" if any(signer.right for signer in approved.signers) else ", not proven: the key was not given"
        yield f"  {says.by} on {says.question}: {says.verdict}, {says.date} ({_signers(approved.signers)}{known})"
        if says.note:
            yield f"    {printable(says.note)}"
    yield from _judgement(found)


def _about(about: Predicate, digest: str) -> Iterator[str]:
    yield printable(f"{about.environment} · account {about.account} · {about.region} · taken {about.taken_at}")
    yield f"  bundle {digest}, after {about.previous.sha256 if about.previous else 'none'}"
    if about.redacted is not None:
        yield f"  redacted: the shareable form of bundle {about.redacted.of.sha256}, names and addresses replaced"
        yield from (f"  judged otherwise than there: {what}" for what in about.redacted.judged_otherwise)


def _judgement(found: Verification) -> Iterator[str]:
    if found.judgement is Judgement.SAME:
        yield "✓ judgement: the snapshot judged again gives the same graph, answers and findings"
    elif found.judgement is Judgement.NOT_JUDGED:
        yield "- judgement: not judged again"
    elif found.versions:
        yield f"? judgement: {found.judged_by}"
        yield from _places(found.differences)
    else:
        yield "✗ judgement: the same versions judge the snapshot otherwise"
        yield from _places(found.differences)


def _places(places: Iterable[Place]) -> Iterator[str]:
    yield from (printable(f"  {place.where}: {place.what}") for place in places)


def _signers(signers: Iterable[Signer]) -> str:
    words = {True: "known", False: "WRONG", None: "unknown"}
    return ", ".join(f"{words[signer.right]} key {signer.key[:_SHORT]}" for signer in signers) or "nobody"


def history(found: History) -> Iterator[str]:
    """A bundle a line, oldest first, with the verdicts that changed, then what is wrong and what nobody can say."""
    before: dict[str, str] = {}
    environment = ""
    for link in found.bundles:
        before = before if link.environment == environment else {}
        environment = link.environment
        yield printable(
            f"{link.taken_at}  {link.file}  {link.environment}  {link.digest[:_SHORT]}  {_signers(link.signers)}"
            + (f"  redacted form of {link.redacted_of[:_SHORT]}" if link.redacted_of else "")
            + (f"  {link.approvals} approvals" if link.approvals else "")
        )
        for question, verdict in link.verdicts.items():
            if before.get(question, verdict) != verdict:
                yield f"    {question}: {before[question]} → {verdict}"
        before = link.verdicts
    if found.broken:
        yield "✗ the series is broken"
        yield from _places(found.broken)
    if found.unknown:
        yield "? not known"
        yield from _places(found.unknown)
    if not found.broken and not found.unknown:
        yield f"✓ {len(found.bundles)} bundles, none missing between the first and the last"
