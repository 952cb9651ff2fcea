"""The compatibility gate: nothing that is in use is refused, overridden or without effect, but what is accepted."""

from __future__ import annotations

from collections import Counter
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from poc.scorecard.result import Reason, Standing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from poc.scorecard.artifacts import Artifact, Given
    from poc.scorecard.result import Evidence

ORDER = 1
TITLE = "Compatibility"
QUESTION = "Does the target keep the behavior that applications, operators and controls depend on?"
COMMAND = "byoc poc compat"
_FILE, _FORMAT = "compatibility.json", "byoc-compatibility/1"
_VENDOR = "AutoMQ"
_FEW = 5


def artifacts(given: Given) -> tuple[Artifact, ...]:
    """compatibility.json."""
    return (given.artifact(_FILE, _FORMAT),)


def judge(given: Given, found: tuple[Artifact, ...]) -> Iterator[Reason]:
    """Each probe that the target does not support, against the source's answer and what is accepted."""
    data = found[0].data
    product = data["target"]["product"]
    if _VENDOR not in product:
        yield _reason(Standing.NOT_PROVEN, f"what was probed is {product}, not {_VENDOR}")
    yield from _other_cluster(given, data)
    limits = given.case.gates.compatibility
    ids = [row["id"] for row in data["rows"]]
    accepted = {name for one in limits.accept for name in ids if fnmatchcase(name, one.probe)}
    untested = [row for row in data["rows"] if row["target"]["state"] == "NOT_TESTED" and row["id"] not in accepted]
    if len(untested) > limits.most_not_tested:
        text = f"{len(untested)} probes were not tested, {limits.most_not_tested} may be: {_some(untested)}"
        yield _reason(Standing.NOT_PROVEN, text)
    for row in data["rows"]:
        if row["target"]["state"] not in {"SUPPORTED", "NOT_TESTED"} and row["id"] not in accepted:
            yield from _row(row)
    held = Counter(row["target"]["state"] for row in data["rows"])["SUPPORTED"]
    if held:
        yield _reason(Standing.PASS, f"{held} of {len(data['rows'])} probes are supported")


def _other_cluster(given: Given, data: dict[str, Any]) -> Iterator[Reason]:
    """That the brokers that were probed are not those that the case means."""
    target = given.case.target
    if target is None:
        yield _reason(Standing.NOT_PROVEN, "the case names no target: what was probed may be any cluster")
    elif data["target"]["bootstrap"] != target.bootstrap:
        text = f"what was probed is {data['target']['bootstrap']}, the case's target is {target.bootstrap}"
        yield _reason(Standing.NOT_PROVEN, text)


def _row(row: dict[str, Any]) -> Iterator[Reason]:
    """A probe that is not supported: it fails where the source supports it, is open where that was not seen."""
    state = _words(row["target"]["state"])
    said = f"{row['title']} ({row['id']}): {state}, {row['target']['answer']}"
    source = row["source"]["state"] if row["source"] is not None else "NOT_TESTED"
    if source == "SUPPORTED":
        yield _reason(Standing.FAIL, f"{said}; the source supports it")
    elif source == "NOT_TESTED":
        yield _reason(Standing.NOT_PROVEN, f"{said}; whether the source supports it was not seen")


def evidence(given: Given, found: tuple[Artifact, ...]) -> Iterator[Evidence]:
    """What compatibility.json says."""
    del given
    data = found[0].data
    says = ""
    if data:
        counts = Counter(row["target"]["state"] for row in data["rows"])
        said = ", ".join(f"{many} {_words(state)}" for state, many in sorted(counts.items()))
        says = f"{data['target']['product']}: {said}"
    yield found[0].evidence(says)


def assumptions(given: Given, found: tuple[Artifact, ...]) -> Iterator[str]:
    """Differences that are accepted, and probes without a baseline."""
    for one in given.case.gates.compatibility.accept:
        yield f"{one.probe} is accepted: {one.reason}"
    if found[0].data and found[0].data["source"] is None:
        yield "the source was not probed: what applications use of it is taken from nothing"


def _words(state: str) -> str:
    return "accepted without effect" if state == "ACCEPTED_NO_EFFECT" else state.lower().replace("_", " ")


def _some(rows: list[dict[str, Any]]) -> str:
    names = [row["id"] for row in rows]
    return ", ".join(names[:_FEW]) + (f" and {len(names) - _FEW} more" if len(names) > _FEW else "")


def _reason(standing: Standing, text: str) -> Reason:
    return Reason(standing=standing, text=text, shown_by=_FILE)
