"""The migration gate: every gate of the runbook says continue, by evidence; what is missing pauses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from poc.scorecard.result import Reason, Standing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from poc.scorecard.artifacts import Artifact, Given
    from poc.scorecard.result import Evidence

ORDER = 2
TITLE = "Migration"
QUESTION = "Can data, consumers, offsets and clients move, and back, by gates that were measured?"
COMMAND = "byoc poc migrate"
_FILE, _FORMAT = "runbook.json", "byoc-runbook/1"
_STANDINGS = {"continue": Standing.PASS, "pause": Standing.NOT_PROVEN, "reverse": Standing.FAIL}


def artifacts(given: Given) -> tuple[Artifact, ...]:
    """runbook.json."""
    return (given.artifact(_FILE, _FORMAT),)


def judge(given: Given, found: tuple[Artifact, ...]) -> Iterator[Reason]:
    """Each gate of the runbook by its verdict; a runbook without gates proves nothing."""
    del given
    gates = found[0].data["gates"]
    if not gates:
        yield Reason(standing=Standing.NOT_PROVEN, text="the runbook has no gates", shown_by=_FILE)
    for gate in gates:
        text = f"{gate['title']}: {gate['verdict']}, {gate['measured']}"
        yield Reason(standing=_STANDINGS.get(gate["verdict"], Standing.NOT_PROVEN), text=text, shown_by=_FILE)


def evidence(given: Given, found: tuple[Artifact, ...]) -> Iterator[Evidence]:
    """What runbook.json says."""
    del given
    data = found[0].data
    yield found[0].evidence(f"{len(data['gates'])} gates" if data else "")


def assumptions(given: Given, found: tuple[Artifact, ...]) -> Iterator[str]:
    """What the runbook itself assumes."""
    del given
    yield from found[0].data.get("assumptions", ())
