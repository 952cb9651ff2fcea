"""Joins what the artifacts show into the scorecard. What is missing, expired or of another broker is never a pass."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from poc.scorecard.gates import gates
from poc.scorecard.result import GateRow, Reason, Scorecard, Standing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from poc.case.gates import Gate as Limits
    from poc.scorecard.artifacts import Artifact, Given
    from poc.scorecard.gates import Gate


_DAMAGED = (KeyError, TypeError, ValueError, AttributeError, ArithmeticError)
"""What reading an artifact raises that has its format's name and not its content."""


def scorecard(given: Given) -> Scorecard:
    """The six gates of a case's folder."""
    target = given.case.target
    return Scorecard(
        case=given.case.name,
        as_of=given.as_of,
        target=target.platform if target is not None else "",
        gates=tuple(_row(given, name, gate) for name, gate in gates().items()),
    )


def _row(given: Given, name: str, gate: Gate) -> GateRow:
    limits: Limits = getattr(given.case.gates, name)
    found = gate.artifacts(given)
    try:
        shown = tuple(gate.judge(given, found)) if not any(one.fault for one in found) else ()
        evidence, assumptions = tuple(gate.evidence(given, found)), tuple(gate.assumptions(given, found))
    except _DAMAGED:
        found = tuple(replace(one, data={}, fault=_lacks(one.file)) for one in found)
        shown, evidence, assumptions = (), tuple(one.evidence("") for one in found), ()
    reasons = (*shown, *_missing(given, gate, limits, found))
    owner = given.case.people.get(limits.owner) if limits.owner is not None else None
    return GateRow(
        gate=name,
        title=gate.TITLE,
        question=gate.QUESTION,
        owner=f"{owner.team}, {owner.contact}" if owner is not None else "",
        standing=Standing.worst(reason.standing for reason in reasons),
        reasons=tuple(sorted(reasons, key=lambda reason: list(Standing).index(reason.standing))),
        evidence=evidence,
        assumptions=tuple(dict.fromkeys(assumptions)),
    )


def _lacks(file: str) -> str:
    return f"{file} lacks what its format holds"


def _missing(given: Given, gate: Gate, limits: Limits, found: tuple[Artifact, ...]) -> Iterator[Reason]:
    """What keeps a gate from being proven, whatever its artifacts show."""
    for artifact in found:
        if artifact.fault:
            yield _not_proven(f"{artifact.fault}: run {gate.COMMAND}", artifact.file)
    if limits.owner is None:
        yield _not_proven("nobody answers for this gate: name its owner in poc.yaml")
    if limits.expires is not None and given.as_of[:10] >= limits.expires.isoformat():
        yield _not_proven(f"its evidence is too old since {limits.expires}: make it again")


def _not_proven(text: str, file: str = "") -> Reason:
    return Reason(standing=Standing.NOT_PROVEN, text=text, shown_by=file)
