"""A reviewer's word, added to a bundle without changing what was signed before."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from audit.evidence import envelope, integrity
from audit.evidence.bundle import APPROVALS, Bundle
from audit.evidence.scan import watched
from audit.evidence.statement import Approval, ApprovalStatement, Digest, Subject
from audit.evidence.writing import Measured, measure, write
from audit.model.errors import DamagedError, EvidenceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from securesystemslib.signer import Signer

    from audit.evidence.layout import Entry
    from audit.evidence.writing import Content

_ANSWERS = "answers.json"
_MOST_NOTE, _MOST_BYTES = 10_000, 256 << 20


def approve(bundle: Bundle, said: Approval, signer: Signer, target: Path) -> ApprovalStatement:
    """Write the bundle with one approval more to ``target``, which may be the bundle itself.

    Raises DamagedError for a bundle that is not as it was signed, EvidenceError for a question that it does not answer.
    """
    for fault in integrity.faults(bundle):
        raise DamagedError(f"{bundle.path}: {fault.where}", fault.what)
    _require_asked(bundle, said)
    before = [approved.statement.digest for approved in bundle.approvals()]
    about = Subject(name=bundle.statement.predicate.environment, digest=Digest(sha256=bundle.digest))
    after = tuple(Digest(sha256=digest) for digest in before)
    made = ApprovalStatement(subject=(about,), predicate=said.model_copy(update={"after": after}))
    name, content = f"{APPROVALS}{len(before) + 1:04}.dsse.json", envelope.seal(made.payload(), signer)
    # What the note says is looked through too, before base64 hides it.
    measure(watched("the approval", iter([made.payload()])))
    write(target, [*_as_it_is(bundle), (name, content, measure(iter([content])))])
    return made


def _require_asked(bundle: Bundle, said: Approval) -> None:
    asked = [answer["question"] for answer in json.loads(bundle.read(_ANSWERS, _MOST_BYTES))["answers"]]
    if said.question not in asked:
        raise EvidenceError(f"{bundle.path} answers no question {said.question}: approve one of {', '.join(asked)}")
    if len(said.note) > _MOST_NOTE:
        raise EvidenceError(f"the note has {len(said.note):,} characters, it can have {_MOST_NOTE:,}: shorten it")


def _as_it_is(bundle: Bundle) -> Sequence[tuple[str, Content, Measured]]:
    def of(entry: Entry) -> Callable[[], Iterator[bytes]]:
        return lambda: bundle.archive.chunks(entry)

    entries = bundle.archive.entries
    return [(entry.name, of(entry), measure(bundle.archive.chunks(entry))) for entry in entries]
