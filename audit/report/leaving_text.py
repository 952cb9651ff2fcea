"""An exit proof for people."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from audit.report.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.difference.leaving import ExitProof, Left

_TITLES = {
    "remains": "✗ remains",
    "pending": "? waits for its deletion",
    "unknown": "? not known whether it is gone",
}


def exit_proof(found: ExitProof) -> Iterator[str]:
    """What is gone, what is left and who could read it, what is free for others."""
    yield printable(
        f"Exit of {found.environment_id} from account {found.account}: as it was {found.before}, as it is {found.after}"
    )
    counts = ", ".join(f"{number} {kind.replace('_', ' ')}" for kind, number in found.gone.items())
    yield f"✓ gone: {counts or 'nothing'}"
    for standing, group in groupby(found.left, key=lambda one: one.standing):
        yield _TITLES[standing]
        for one in group:
            yield from _left(one)
    if not found.left:
        yield "✓ nothing is left, and nothing is unread"
    if found.released:
        yield printable(f"Free for anybody to take, so never write to them by name again: {', '.join(found.released)}")


def _left(one: Left) -> Iterator[str]:
    yield printable(f"  {one.kind.replace('_', ' ')} {one.name}: {one.why}")
    if one.readers is not None:
        could = "once had back, could read it" if one.standing == "pending" else "could still read it"
        yield printable(f"    {could}: {', '.join(one.readers) or 'nobody'}")
