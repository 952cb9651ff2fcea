"""The last look before anything leaves: a bundle in which something looks like a secret is not written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.collect.patterns import HINTS, WRITTEN
from audit.model.errors import EvidenceError

if TYPE_CHECKING:
    from collections.abc import Iterator

_BEFORE, _OVERLAP = 64, 1 << 12
"""How much of a piece is looked at again with the next: more than any pattern is long."""


def watched(member: str, pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The pieces of a member as they come; raises EvidenceError that names the place, never the secret."""
    line, kept = 1, ""
    for piece in pieces:
        # One character a byte: what is looked for is ASCII, and places stay true.
        text = kept + piece.decode("latin-1")
        _require_none(member, text, line)
        keep = text[-_OVERLAP:]
        line += text.count("\n") - keep.count("\n")
        kept = keep
        yield piece


def _require_none(member: str, text: str, line: int) -> None:
    for name, start in _found(text):
        place = line + text.count("\n", 0, start)
        column = start - text.rfind("\n", 0, start)
        raise EvidenceError(
            f"{member}, line {place}, column {column}, looks like a secret ({name.replace('_', ' ')}), and no "
            "bundle is written with one: remove it where it stands in the account, and audit again"
        )


def _found(text: str) -> Iterator[tuple[str, int]]:
    """The patterns that a text shows and where; looked for only around what each of them has in it."""
    lower = text.lower()
    for name, hints in HINTS.items():
        for hint in hints:
            place = lower.find(hint)
            while place >= 0:
                begin = max(0, place - _BEFORE)
                found = WRITTEN[name].search(text[begin : place + _OVERLAP])
                if found is not None:
                    yield name, begin + found.start()
                place = lower.find(hint, place + 1)
