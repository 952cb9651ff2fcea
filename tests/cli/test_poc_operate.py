"""byoc poc operate, as a user types it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
import yaml

from audit.model.contract import Duty
from cli import docs
from poc.operate.signals import signals

if TYPE_CHECKING:
    from collections.abc import Callable

    Byoc = Callable[..., Any]

TIDY = Path(__file__).parents[2] / "policies" / "accounts" / "tidy"
HELD = {"owner": "platform", "deputy": "oncall", "runbook": "https://wiki.example.com/kafka"}
TOLD: dict[str, Any] = {
    "format": "byoc-poc/1",
    "name": "orders",
    "workload": {
        "ingress": "20 MiB/s", "fan_out": 3, "retention": "7 d", "topics": 12, "partitions": 96, "record_size": "1 KiB",
    },
    "people": {
        "platform": {"team": "streaming", "contact": "streaming@example.com"},
        "oncall": {"team": "on-call", "contact": "oncall@example.com"},
    },
    "operations": {
        "duties": {duty.value: HELD for duty in Duty},
        "alerts": {
            one.id: {"threshold": "above 1 for 5 min", "receiver": "oncall", "calibrated": "2026-11-20"}
            for one in signals()
            if one.alert
        },
    },
}  # fmt: skip


@pytest.fixture
def case(here: Path) -> Callable[[Callable[[dict[str, Any]], object]], None]:
    """Writes poc.yaml, changed."""

    def write(change: Callable[[dict[str, Any]], object]) -> None:
        told = json.loads(json.dumps(TOLD))
        change(told)
        (here / "poc.yaml").write_text(yaml.safe_dump(told), "utf-8")

    write(lambda _: None)
    return write


def gaps(here: Path) -> dict[tuple[str, str], str]:
    found = json.loads((here / "out" / "poc-orders" / "operations.json").read_text("utf-8"))
    jsonschema.validate(found, json.loads(docs.PAGES["docs/schemas/operations.schema.json"]()))
    return {(gap["reason"], gap["subject"]): gap["verdict"] for gap in found["gaps"]}


@pytest.mark.usefixtures("case")
def test_all_that_is_told_leaves_open_who_can_see_until_an_audit_says_it(byoc: Byoc, here: Path) -> None:
    assert byoc("poc", "operate").code == 2
    assert gaps(here) == {("not_audited", "audit"): "unknown"}


@pytest.mark.usefixtures("case")
def test_who_can_see_dashboards_and_logs_is_read_from_the_audit(byoc: Byoc, here: Path) -> None:
    ran = byoc("poc", "operate", "--from", TIDY, "--format", "json")
    rows = {row["what"]: row for row in json.loads(ran.out)["seen"]}
    sinks = json.loads((TIDY / "contract.json").read_text("utf-8"))["log_sinks"]
    assert {sink["name"] for sink in sinks} <= {row["where"] for row in rows.values()}
    assert rows["management events logs"]["reviewed_by"]
    # Whoever may read everything sees the metrics too; a broker does not see the dashboards.
    assert rows["metrics of CloudWatch"]["read"]
    page = (here / "out" / "poc-orders" / "operations.md").read_text("utf-8")
    assert "kafka.server/received" in page.replace("\\_", "_")


def test_a_team_that_the_audited_contract_does_not_name_is_a_gap(
    byoc: Byoc, here: Path, case: Callable[..., None]
) -> None:
    byoc("poc", "operate", "--from", TIDY)
    named = json.loads((TIDY / "contract.json").read_text("utf-8"))["owners"]["upgrades"]["team"]
    assert gaps(here)["owners_differ", "upgrades"] == "broken"
    case(lambda told: told["people"]["platform"].update(team=named))
    byoc("poc", "operate", "--from", TIDY)
    assert ("owners_differ", "upgrades") not in gaps(here)


@pytest.mark.parametrize(
    ("change", "gap"),
    [
        (lambda told: told["operations"]["duties"].pop("upgrades"), ("missing_owner", "upgrades")),
        (lambda told: told["operations"]["duties"]["quota"].pop("deputy"), ("missing_deputy", "quota")),
        (lambda told: told["operations"]["duties"]["quota"].update(deputy="platform"), ("missing_deputy", "quota")),
        (lambda told: told["operations"]["duties"]["alerts"].pop("runbook"), ("missing_runbook", "alerts")),
        (lambda told: told["operations"]["alerts"].pop("consumer_lag"), ("missing_alert", "consumer_lag")),
    ],
)
def test_what_is_missing_is_a_gap(byoc: Byoc, here: Path, case: Callable[..., None], change: Any, gap: Any) -> None:
    case(change)
    ran = byoc("poc", "operate")
    assert ran.code == 1
    assert gaps(here)[gap] == "broken"
    assert byoc("poc", "operate", "--fail-on", "never").code == 0


def test_a_threshold_that_was_never_tried_is_open(byoc: Byoc, here: Path, case: Callable[..., None]) -> None:
    case(lambda told: told["operations"]["alerts"]["consumer_lag"].pop("calibrated"))
    assert byoc("poc", "operate").code == 2
    assert gaps(here)["not_calibrated", "consumer_lag"] == "unknown"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda told: told["operations"]["duties"]["quota"].update(owner="somebody"), "operations.duties.quota.owner"),
        (lambda told: told["operations"]["alerts"].update(luck=HELD), "operations.alerts.luck"),
        (
            lambda told: told["operations"]["alerts"].update(luck={"threshold": "x", "receiver": "oncall"}),
            "no signal that an alert is due on",
        ),
        (lambda told: told["operations"]["duties"].update(luck=HELD), "luck"),
    ],
)
def test_what_it_cannot_work_with(
    byoc: Byoc, here: Path, case: Callable[..., None], change: Any, sentence: str
) -> None:
    case(change)
    assert sentence in byoc("poc", "operate").sentence
    assert not (here / "out").exists()
