"""The operations gate: every duty has an owner, a deputy and a runbook, and every alert a receiver."""

from __future__ import annotations

from typing import TYPE_CHECKING

from poc.scorecard.result import Reason, Standing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from poc.scorecard.artifacts import Artifact, Given
    from poc.scorecard.result import Evidence

ORDER = 6
TITLE = "Operations"
QUESTION = "Can the team run it: metrics, alerts, upgrades, incidents and who answers for them?"
COMMAND = "byoc poc operate"
_FILE, _FORMAT = "operations.json", "byoc-operations/1"
_STANDINGS = {"broken": Standing.FAIL, "unknown": Standing.NOT_PROVEN}


def artifacts(given: Given) -> tuple[Artifact, ...]:
    """operations.json."""
    return (given.artifact(_FILE, _FORMAT),)


def judge(given: Given, found: tuple[Artifact, ...]) -> Iterator[Reason]:
    """No gaps."""
    del given
    gaps = found[0].data["gaps"]
    for gap in gaps:
        yield Reason(standing=_STANDINGS[gap["verdict"]], text=gap["text"], shown_by=_FILE)
    if not gaps:
        text = "every duty has an owner, a deputy and a runbook, every alert a receiver and a tried threshold"
        yield Reason(standing=Standing.PASS, text=text, shown_by=_FILE)


def evidence(given: Given, found: tuple[Artifact, ...]) -> Iterator[Evidence]:
    """What operations.json says."""
    del given
    data = found[0].data
    says = f"{len(data['duties'])} duties, {len(data['signals'])} signals, {len(data['gaps'])} gaps" if data else ""
    yield found[0].evidence(says)


def assumptions(given: Given, found: tuple[Artifact, ...]) -> Iterator[str]:
    """Signals that have no equivalent."""
    del given
    lost = [one["watches"] for one in found[0].data.get("signals", ()) if one["match"] == "none" and one["confluent"]]
    if lost:
        yield f"the team does without these signals, or makes its own: {', '.join(lost)}"
