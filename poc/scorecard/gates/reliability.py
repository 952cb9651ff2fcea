"""The reliability gate: each SLO held in the faults that were tried against the target, and nothing was lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from poc.scorecard.result import Reason, Standing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from poc.scorecard.artifacts import Artifact, Given
    from poc.scorecard.result import Evidence

ORDER = 5
TITLE = "Reliability"
QUESTION = "Does it fail and recover within the SLOs, under the team's own load?"
COMMAND = "byoc poc reliability"
_FILE, _FORMAT = "reliability.json", "byoc-reliability/1"
_VENDOR = "automq"
_STANDINGS = {"broken": Standing.FAIL, "unknown": Standing.NOT_PROVEN, "holds": Standing.PASS}


def artifacts(given: Given) -> tuple[Artifact, ...]:
    """reliability.json."""
    return (given.artifact(_FILE, _FORMAT),)


def judge(given: Given, found: tuple[Artifact, ...]) -> Iterator[Reason]:
    """SLOs, faults, and the count of what was lost."""
    del given
    data = found[0].data
    if data["platform"] != _VENDOR:
        yield _reason(Standing.NOT_PROVEN, f"it ran against {data['platform']}, not {_VENDOR}")
    lost = data["counts"]["lost"]
    if lost is None:
        yield _reason(
            Standing.NOT_PROVEN, "what was acknowledged was not read back whole: whether records were lost is open"
        )
    elif lost:
        yield _reason(Standing.FAIL, f"{lost:,} acknowledged records were lost")
    if not data["slos"]:
        yield _reason(Standing.NOT_PROVEN, "no SLO was set")
    if not data["faults"]:
        yield _reason(Standing.NOT_PROVEN, "no fault was tried")
    for slo in data["slos"]:
        text = f"{slo['name']}: {slo['measured']}, the limit is {slo['limit']}"
        yield _reason(_STANDINGS[slo["verdict"]], f"{text} ({slo['why']})" if slo.get("why") else text)
    if data["verdict"] != "holds" and all(slo["verdict"] == "holds" for slo in data["slos"]):
        yield _reason(_STANDINGS[data["verdict"]], f"the report as a whole says {data['verdict']}")


def evidence(given: Given, found: tuple[Artifact, ...]) -> Iterator[Evidence]:
    """What reliability.json says."""
    del given
    data, says = found[0].data, ""
    if data:
        kinds = ", ".join(fault["kind"].replace("_", " ") for fault in data["faults"]) or "none"
        says = f"{data['platform']}, {data['counts']['acknowledged']:,} records acknowledged; faults: {kinds}"
    yield found[0].evidence(says)


def assumptions(given: Given, found: tuple[Artifact, ...]) -> Iterator[str]:
    """What was not tested."""
    del given
    for one in found[0].data.get("not_tested", ()):
        yield f"{one['what']} was not tested: {one['why']}"


def _reason(standing: Standing, text: str) -> Reason:
    return Reason(standing=standing, text=text, shown_by=_FILE)
