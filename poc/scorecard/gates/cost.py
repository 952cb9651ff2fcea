"""The cost gate: what the target costs a month is known, measured, and within the limit."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from poc.cost.line import money
from poc.scorecard.result import Reason, Standing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from poc.scorecard.artifacts import Artifact, Given
    from poc.scorecard.result import Evidence

ORDER = 3
TITLE = "Cost model"
QUESTION = "Does the same workload cost less, or does spend move between invoices?"
COMMAND = "byoc poc cost"
_FILE, _FORMAT = "cost.json", "byoc-cost/1"
_APART = Decimal("0.25")
"""How far what was measured may be from the model before the model is not believed."""


def artifacts(given: Given) -> tuple[Artifact, ...]:
    """cost.json."""
    return (given.artifact(_FILE, _FORMAT),)


def judge(given: Given, found: tuple[Artifact, ...]) -> Iterator[Reason]:
    """Priced, measured, and within the limit at the high end of its range."""
    data = found[0].data
    if not data["comparable"]:
        names = ", ".join(line["name"] for side in ("confluent", "automq") for line in data[side]["lines"]
                          if line["usd"] is None and line["vital"])  # fmt: skip
        yield _not_proven(f"not priced: {names}")
    weak = [line["name"] for line in data["confluent"]["lines"] if line["price"] and line["price"]["basis"] == "weak"]
    if weak:
        yield _not_proven("Confluent's prices are weak list prices of third parties, not the customer's own")
    yield from _measured(data)
    yield from _limit(given, data)


def _measured(data: dict[str, Any]) -> Iterator[Reason]:
    if data["run"] is None:
        yield _not_proven("it is a MODEL: no meters of a run stand beside it")
        return
    counted = [row for row in data["run"]["meters"] if row["counted_usd"] is not None]
    modelled = sum((Decimal(row["modelled_usd"]) for row in counted), Decimal(0))
    measured = sum((Decimal(row["counted_usd"]) for row in counted), Decimal(0))
    missing = [row["meter"] for row in data["run"]["meters"] if row["counted_usd"] is None]
    if missing:
        yield _not_proven(f"the run did not measure {', '.join(missing)}")
    if measured > modelled * (1 + _APART):
        yield _not_proven(f"the run's meters come to {money(measured)} a month where the model says {money(modelled)}")
    elif counted and not missing:
        text = f"the run's meters come to {money(measured)} a month, the model says {money(modelled)} at its load"
        yield Reason(standing=Standing.PASS, text=text, shown_by=_FILE)


def _limit(given: Given, data: dict[str, Any]) -> Iterator[Reason]:
    limit = given.case.gates.cost.most_monthly
    side = data["automq"]
    usd, high = Decimal(side["usd"]), Decimal(side["high"])
    if limit is None:
        yield _not_proven("no limit is set: say gates.cost.most_monthly")
    elif usd > limit.amount:
        text = f"AutoMQ's side comes to {money(usd)} a month, the limit is {money(limit.amount)}"
        yield Reason(standing=Standing.FAIL, text=text, shown_by=_FILE)
    elif high > limit.amount:
        yield _not_proven(
            f"AutoMQ's side comes to {money(usd)} a month, up to {money(high)} by its assumptions: "
            f"the limit of {money(limit.amount)} lies between"
        )
    elif side["whole"]:
        text = f"AutoMQ's side comes to {money(usd)} a month, {money(high)} at most, within {money(limit.amount)}"
        yield Reason(standing=Standing.PASS, text=text, shown_by=_FILE)


def evidence(given: Given, found: tuple[Artifact, ...]) -> Iterator[Evidence]:
    """What cost.json says."""
    del given
    data, says = found[0].data, ""
    if data:
        ours, theirs = (money(Decimal(data[side]["usd"])) for side in ("confluent", "automq"))
        says = f"{data['label']}: Confluent {ours}, AutoMQ {theirs} a month"
    yield found[0].evidence(says)


def assumptions(given: Given, found: tuple[Artifact, ...]) -> Iterator[str]:
    """The assumptions that have a range, and what has no price."""
    del given
    data = found[0].data
    for one in data.get("assumptions", ()):
        if one["low"] != one["high"]:
            yield f"{one['what']}: {one['likely']}, between {one['low']} and {one['high']}"
    for side, name in (("confluent", "Confluent"), ("automq", "AutoMQ")):
        for line in data.get(side, {}).get("lines", ()):
            if line["usd"] is None:
                yield f"{name}'s side, {line['name'].lower()}: not in the sum, {line['lacks']}"
    yield from data.get("notes", ())


def _not_proven(text: str) -> Reason:
    return Reason(standing=Standing.NOT_PROVEN, text=text, shown_by=_FILE)
