"""What a condition comes to, in three values, and how outcomes are joined (Kleene's strong logic)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from audit.model.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from audit.model.facts import Unknown
    from audit.model.verdict import Hop

_FLIPPED = {Verdict.HOLDS: Verdict.BROKEN, Verdict.BROKEN: Verdict.HOLDS, Verdict.UNKNOWN: Verdict.UNKNOWN}


@dataclass(frozen=True)
class Outcome:
    """What a condition comes to, what it saw in words, the facts that were not read, and the records it rests on.

    ``hops`` is the proof where it is a path; ``missing`` are further permissions that would settle an unknown.
    """

    verdict: Verdict
    saw: tuple[str, ...] = ()
    unread: tuple[Unknown, ...] = ()
    records: tuple[str, ...] = ()
    hops: tuple[Hop, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def contrary(self) -> Outcome:
        """What the negated condition comes to."""
        return replace(self, verdict=_FLIPPED[self.verdict])


HOLDS = Outcome(Verdict.HOLDS)


def gap(unknown: Unknown) -> Outcome:
    """What a listing that was not read leaves open."""
    return Outcome(Verdict.UNKNOWN, ("a listing",), (unknown,), (unknown.record,) if unknown.record else ())


def every(outcomes: Sequence[Outcome]) -> Outcome:
    """All of them: broken if one is, else unknown if one is."""
    return _of(Verdict.worst(o.verdict for o in outcomes) if outcomes else Verdict.HOLDS, outcomes)


def some(outcomes: Sequence[Outcome]) -> Outcome:
    """One of them: holds if one does, else unknown if one is."""
    verdicts = {outcome.verdict for outcome in outcomes}
    best = next((v for v in (Verdict.HOLDS, Verdict.UNKNOWN, Verdict.BROKEN) if v in verdicts), Verdict.BROKEN)
    return _of(best, outcomes)


def _of(verdict: Verdict, outcomes: Iterable[Outcome]) -> Outcome:
    deciding = [outcome for outcome in outcomes if outcome.verdict is verdict]
    return Outcome(
        verdict,
        tuple(dict.fromkeys(text for o in deciding for text in o.saw)),
        tuple(dict.fromkeys(unknown for o in deciding for unknown in o.unread)),
        tuple(dict.fromkeys(record for o in deciding for record in o.records)),
        next((o.hops for o in deciding if o.hops), ()),
        tuple(dict.fromkeys(permission for o in deciding for permission in o.missing)),
    )
