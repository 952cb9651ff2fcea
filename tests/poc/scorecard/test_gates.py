"""The gates by artifacts of every kind: what passes, what fails, and what proves nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest

from poc.case.model import Case
from poc.scorecard.artifacts import Given
from poc.scorecard.result import GateRow, Standing
from poc.scorecard.score import scorecard

BROKERS = "broker-1.example.com:9112"
TOLD: dict[str, Any] = {
    "format": "byoc-poc/1",
    "name": "orders",
    "workload": {
        "ingress": "2 MiB/s", "fan_out": 2, "retention": "7 d", "topics": 12, "partitions": 96, "record_size": "1 KiB",
    },
    "target": {"platform": "automq", "bootstrap": BROKERS, "security": {"protocol": "PLAINTEXT"}},
    "people": {"platform": {"team": "streaming", "contact": "streaming@example.com"}},
    "gates": {
        "compatibility": {"owner": "platform", "accept": [{"probe": "accepted", "reason": "nobody uses it"}]},
        "reliability": {"owner": "platform"},
        "migration": {"owner": "platform"},
    },
}  # fmt: skip


def gate(name: str, file: str, data: dict[str, Any], **told: Any) -> GateRow:
    case = Case.model_validate({**TOLD, **told})
    content = json.dumps({"case": "orders", **data}).encode()
    found = scorecard(Given(case, {file: content}.get, None, "2026-12-01T00:00:00Z"))
    return next(row for row in found.gates if row.gate == name)


def probed(*rows: tuple[str, str, str | None], product: str = "AutoMQ", bootstrap: str = BROKERS) -> dict[str, Any]:
    """A matrix of probes: id, the target's state, the source's."""

    def seen(state: str | None) -> dict[str, str] | None:
        return None if state is None else {"state": state, "answer": "said so"}

    told = [
        {"id": name, "title": name, "target": seen(target), "source": seen(source)} for name, target, source in rows
    ]
    target = {"product": product, "bootstrap": bootstrap}
    return {"format": "byoc-compatibility/1", "target": target, "source": {}, "rows": told}


@pytest.mark.parametrize(
    ("matrix", "standing"),
    [
        (probed(("a", "SUPPORTED", "SUPPORTED")), Standing.PASS),
        (probed(("a", "SUPPORTED", None)), Standing.PASS),
        (probed(("a", "SUPPORTED", "SUPPORTED"), ("b", "REFUSED", "REFUSED")), Standing.PASS),
        (probed(("a", "SUPPORTED", "SUPPORTED"), ("accepted", "OVERRIDDEN", "SUPPORTED")), Standing.PASS),
        (probed(("a", "SUPPORTED", "SUPPORTED"), ("b", "OVERRIDDEN", "SUPPORTED")), Standing.FAIL),
        (probed(("a", "SUPPORTED", "SUPPORTED"), ("b", "ACCEPTED_NO_EFFECT", "SUPPORTED")), Standing.FAIL),
        (probed(("a", "SUPPORTED", "SUPPORTED"), ("b", "REFUSED", None)), Standing.NOT_PROVEN),
        (probed(("a", "SUPPORTED", "SUPPORTED"), ("b", "NOT_TESTED", "SUPPORTED")), Standing.NOT_PROVEN),
        (probed(("a", "SUPPORTED", "SUPPORTED"), product="Apache Kafka"), Standing.NOT_PROVEN),
        (probed(("a", "SUPPORTED", "SUPPORTED"), bootstrap="other.example.com:9092"), Standing.NOT_PROVEN),
        (probed(), Standing.NOT_PROVEN),
        ({"format": "byoc-compatibility/1"}, Standing.NOT_PROVEN),
        ({"format": "byoc-compatibility/1", "target": 1, "rows": None}, Standing.NOT_PROVEN),
    ],
)
def test_compatibility(matrix: dict[str, Any], standing: Standing) -> None:
    assert gate("compatibility", "compatibility.json", matrix).standing is standing


def test_what_was_accepted_stays_an_assumption() -> None:
    row = gate("compatibility", "compatibility.json", probed(("a", "SUPPORTED", "SUPPORTED")))
    assert row.assumptions == ("accepted is accepted: nobody uses it",)


def ran(verdict: str = "holds", lost: int | None = 0, platform: str = "automq", **more: Any) -> dict[str, Any]:
    slo = {"name": "acknowledgement p99", "limit": "500 ms", "measured": "430 ms", "verdict": verdict, "why": ""}
    return {
        "format": "byoc-reliability/1", "platform": platform, "verdict": verdict,
        "counts": {"lost": lost, "acknowledged": 100}, "slos": [slo], "faults": [{"kind": "kill_broker"}],
        "not_tested": [{"what": "scale in", "why": "no hook was named"}], **more,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("report", "standing"),
    [
        (ran(), Standing.PASS),
        (ran("broken"), Standing.FAIL),
        (ran("unknown"), Standing.NOT_PROVEN),
        (ran(lost=1), Standing.FAIL),
        (ran(lost=None), Standing.NOT_PROVEN),
        (ran(platform="apache-kafka"), Standing.NOT_PROVEN),
        (ran(faults=[]), Standing.NOT_PROVEN),
        (ran(slos=[]), Standing.NOT_PROVEN),
        ({**ran(), "verdict": "broken"}, Standing.FAIL),
        ({"format": "byoc-reliability/1"}, Standing.NOT_PROVEN),
    ],
)
def test_reliability(report: dict[str, Any], standing: Standing) -> None:
    row = gate("reliability", "reliability.json", report)
    assert row.standing is standing
    assert not row.assumptions or row.assumptions == ("scale in was not tested: no hook was named",)


def moved(*verdicts: str, product: str = "AutoMQ", at: str = BROKERS, expires: str = "2026-12-02") -> dict[str, Any]:
    gates = [{"title": "lag", "verdict": word, "measured": "12 records", "expires": expires} for word in verdicts]
    return {"format": "byoc-runbook/1", "target": {"product": product, "bootstrap": at}, "gates": gates}


@pytest.mark.parametrize(
    ("runbook", "standing"),
    [
        (moved("continue", "continue"), Standing.PASS),
        (moved("continue", "pause"), Standing.NOT_PROVEN),
        (moved("continue", "reverse"), Standing.FAIL),
        (moved("continue", "perhaps"), Standing.NOT_PROVEN),
        (moved(), Standing.NOT_PROVEN),
        (moved("continue", expires="2026-12-01T00:00:00Z"), Standing.NOT_PROVEN),
        (moved("continue", product="Apache Kafka"), Standing.NOT_PROVEN),
        (moved("continue", at="other.example.com:9092"), Standing.NOT_PROVEN),
        ({"format": "byoc-runbook/1", "gates": []}, Standing.NOT_PROVEN),
    ],
)
def test_migration(runbook: dict[str, Any], standing: Standing) -> None:
    assert gate("migration", "runbook.json", runbook).standing is standing


def test_evidence_that_is_too_old_and_a_gate_without_owner_prove_nothing() -> None:
    matrix = probed(("a", "SUPPORTED", "SUPPORTED"))
    old = {"compatibility": {"owner": "platform", "expires": "2026-12-01"}}
    assert gate("compatibility", "compatibility.json", matrix, gates=old).standing is Standing.NOT_PROVEN
    assert gate("compatibility", "compatibility.json", matrix, gates={}).standing is Standing.NOT_PROVEN
