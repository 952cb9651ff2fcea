"""What docs/rehearsal.md says: what the emulator cannot show, and what the rehearsal adds that it lacks."""

from __future__ import annotations

import inspect
from dataclasses import dataclass

from stacks.rehearsal import corrections
from stacks.rehearsal.types import cannot_show, differences, rows


@dataclass(frozen=True, slots=True)
class Limit:
    """One line: an operation or a Pulumi type, and what is so about it."""

    subject: str
    text: str


def limits() -> tuple[Limit, ...]:
    """What the emulator cannot show, by ``service:Operation`` of the audit; what rests on it is unknown."""
    return tuple(Limit(operation, why) for operation, why in sorted(cannot_show().items()))


def differing() -> tuple[Limit, ...]:
    """Where a live deployment goes on differently, by Pulumi type or service; no verdict rests on it."""
    return tuple(Limit(subject, text) for subject, text in sorted(differences().items()))


def completions() -> tuple[Limit, ...]:
    """What rows add that the emulator lacks, by Pulumi type."""
    return tuple(
        Limit(token, call.completes) for token, row in sorted(rows().items()) for call in row.calls() if call.completes
    )


def mended() -> tuple[Limit, ...]:
    """Faults of the emulator that are mended in its process, by name."""
    return tuple(Limit(mend.__name__, (inspect.getdoc(mend) or "").splitlines()[0]) for mend in corrections.CORRECTIONS)
