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
_VENDOR = "AutoMQ"
_STANDINGS = {"continue": Standing.PASS, "pause": Standing.NOT_PROVEN, "reverse": Standing.FAIL}


def artifacts(given: Given) -> tuple[Artifact, ...]:
    """runbook.json."""
    return (given.artifact(_FILE, _FORMAT),)


def judge(given: Given, found: tuple[Artifact, ...]) -> Iterator[Reason]:
    """Each gate of the runbook by its verdict; a runbook without gates proves nothing."""
    data = found[0].data
    gates = data["gates"]
    product, target = data["target"]["product"], given.case.target
    if _VENDOR not in product:
        yield Reason(
            standing=Standing.NOT_PROVEN, text=f"what was moved to is {product}, not {_VENDOR}", shown_by=_FILE
        )
    if target is None or data["target"]["bootstrap"] != target.bootstrap:
        text = f"what was moved to is {data['target']['bootstrap']}, which is not the case's target"
        yield Reason(standing=Standing.NOT_PROVEN, text=text, shown_by=_FILE)
    if not gates:
        yield Reason(standing=Standing.NOT_PROVEN, text="the runbook has no gates", shown_by=_FILE)
    for gate in gates:
        text = f"{gate['title']}: {gate['verdict']}, {gate['measured']}"
        standing = _STANDINGS.get(gate["verdict"], Standing.NOT_PROVEN)
        if standing is Standing.PASS and given.as_of >= gate["expires"]:
            standing, text = Standing.NOT_PROVEN, f"{text}; too old since {gate['expires']}"
        yield Reason(standing=standing, text=text, shown_by=_FILE)


def evidence(given: Given, found: tuple[Artifact, ...]) -> Iterator[Evidence]:
    """What runbook.json says."""
    del given
    data = found[0].data
    yield found[0].evidence(f"{len(data['gates'])} gates" if data else "")


def assumptions(given: Given, found: tuple[Artifact, ...]) -> Iterator[str]:
    """What the runbook itself assumes."""
    del given
    yield from found[0].data.get("assumptions", ())
