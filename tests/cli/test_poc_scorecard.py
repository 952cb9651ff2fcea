"""byoc poc scorecard, as a user types it, and the scorecard within an evidence bundle."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
import yaml

from audit.evidence.bundle import Bundle
from audit.model.contract import Duty
from cli import docs
from poc.operate.signals import signals

if TYPE_CHECKING:
    from collections.abc import Callable

    Byoc = Callable[..., Any]

TIDY = Path(__file__).parents[2] / "policies" / "accounts" / "tidy"
GATES = ["compatibility", "migration", "cost", "data_control", "reliability", "operations"]
DAY = {"source": "offer 7", "date": "2026-11-02"}
TOLD: dict[str, Any] = {
    "format": "byoc-poc/1",
    "name": "orders",
    "workload": {
        "ingress": "2 MiB/s", "fan_out": 2, "retention": "7 d", "topics": 12, "partitions": 96, "record_size": "1 KiB",
    },
    "people": {
        "platform": {"team": "streaming <b>platform</b>", "contact": "streaming@example.com"},
        "oncall": {"team": "on-call", "contact": "oncall@example.com"},
    },
    "prices": {
        "confluent": {
            "cluster_type": "dedicated", "network": "private-link", "capacity_units": 2,
            "price_list": "list.json", "price_list_date": "2026-11-02",
        },
        "automq": {**DAY, "monthly": "2000 USD"},
    },
    "gates": {name: {"owner": "platform"} for name in GATES} | {"cost": {"owner": "platform", "most_monthly": "9000 USD"}},
}  # fmt: skip
METERS = {
    "written_gib": 168.75, "read_gib": 337.5, "stored_gib": 1181.25, "broker_hours": 72, "s3_puts": 1_050_000,
    "s3_gets": 20_000, "data_events": 1_070_000, "trail_log_gib": 1.5, "kms_requests": 10_000, "cross_zone_gib": 300,
    "broker_log_gib": 0.4, "flow_log_gib": 0.3,
}  # fmt: skip


@pytest.fixture
def case(here: Path) -> Callable[..., None]:
    """Writes poc.yaml, changed, with a price list and the meters of a run."""

    def write(change: Callable[[dict[str, Any]], object] = lambda _: None) -> None:
        told = json.loads(json.dumps(TOLD))
        change(told)
        # Written without anchors, which poc.yaml may not have.
        (here / "poc.yaml").write_text(yaml.safe_dump(json.loads(json.dumps(told))), "utf-8")

    row = {"cluster_type": "dedicated", "availability": "high", "network_type": "private-link", "price": 0.01}
    metrics = ("KafkaNumCKUs", "KafkaNetworkWrite", "KafkaNetworkRead", "KafkaStorage")
    (here / "list.json").write_text(json.dumps([{**row, "metric": metric} for metric in metrics]), "utf-8")
    run = {
        "format": "byoc-meters/1",
        "source": "a run",
        "since": "2026-11-20T08:00:00Z",
        "until": "2026-11-21T08:00:00Z",
    }
    (here / "meters.json").write_text(json.dumps({**run, "counted": METERS}), "utf-8")
    write()
    return write


def standings(here: Path) -> dict[str, str]:
    found = json.loads((here / "out" / "poc-orders" / "scorecard.json").read_text("utf-8"))
    jsonschema.validate(found, json.loads(docs.PAGES["docs/schemas/scorecard.schema.json"]()))
    assert [gate["gate"] for gate in found["gates"]] == GATES
    return {gate["gate"]: gate["standing"] for gate in found["gates"]}


def reasons(here: Path, name: str) -> list[str]:
    found = json.loads((here / "out" / "poc-orders" / "scorecard.json").read_text("utf-8"))
    return [reason["text"] for gate in found["gates"] if gate["gate"] == name for reason in gate["reasons"]]


@pytest.mark.usefixtures("case")
def test_without_evidence_no_gate_is_proven(byoc: Byoc, here: Path) -> None:
    ran = byoc("poc", "scorecard")
    assert ran.code == 2
    assert set(standings(here).values()) == {"not_proven"}
    assert "cost.json is not there: run byoc poc cost" in ran.out
    assert byoc("poc", "scorecard", "--fail-on", "broken").code == 0


@pytest.mark.usefixtures("case")
def test_a_model_alone_proves_no_cost_and_a_metered_run_within_the_limit_does(byoc: Byoc, here: Path) -> None:
    byoc("poc", "cost")
    byoc("poc", "scorecard")
    assert standings(here)["cost"] == "not_proven"
    assert "it is a MODEL: no meters of a run stand beside it" in reasons(here, "cost")
    byoc("poc", "cost", "--meters", "meters.json")
    byoc("poc", "scorecard")
    assert standings(here)["cost"] == "pass", reasons(here, "cost")


@pytest.mark.parametrize(
    ("change", "standing"),
    [
        (lambda told: told["gates"]["cost"].update(most_monthly="100 USD"), "fail"),
        (lambda told: told["gates"]["cost"].pop("most_monthly"), "not_proven"),
        (lambda told: told["gates"]["cost"].pop("owner"), "not_proven"),
        (lambda told: told["gates"]["cost"].update(expires="2026-01-01"), "not_proven"),
        (lambda told: told["prices"].pop("automq"), "not_proven"),
        (lambda told: told["prices"]["confluent"].pop("price_list"), "not_proven"),
    ],
)
def test_what_keeps_the_cost_gate_from_passing(
    byoc: Byoc, here: Path, case: Callable[..., None], change: Any, standing: str
) -> None:
    case(change)
    byoc("poc", "cost", "--meters", "meters.json")
    byoc("poc", "scorecard", "--as-of", "2026-12-01T00:00:00Z")
    assert standings(here)["cost"] == standing


@pytest.mark.usefixtures("case")
def test_a_run_that_cost_much_more_than_the_model_says_proves_nothing(byoc: Byoc, here: Path) -> None:
    told = json.loads((here / "meters.json").read_text("utf-8"))
    told["counted"]["s3_puts"] *= 100
    (here / "meters.json").write_text(json.dumps(told), "utf-8")
    byoc("poc", "cost", "--meters", "meters.json")
    byoc("poc", "scorecard")
    assert standings(here)["cost"] == "not_proven"


def test_an_audit_of_an_earlier_day_makes_no_old_evidence_young(
    byoc: Byoc, here: Path, case: Callable[..., None]
) -> None:
    """The audit was made on 2026-11-23, when the evidence for the cost would still have counted."""
    case(lambda told: told["gates"]["cost"].update(expires="2026-11-25"))
    byoc("poc", "cost", "--meters", "meters.json")
    byoc("poc", "scorecard", "--from", TIDY)
    assert standings(here)["cost"] == "not_proven"


@pytest.mark.usefixtures("case")
def test_gaps_of_the_operating_model_fail_its_gate_until_they_are_closed(
    byoc: Byoc, here: Path, case: Callable[..., None]
) -> None:
    byoc("poc", "operate")
    assert byoc("poc", "scorecard").code == 1
    assert standings(here)["operations"] == "fail"
    held = {"owner": "platform", "deputy": "oncall", "runbook": "https://wiki.example.com"}
    alert = {"threshold": "above 1", "receiver": "oncall", "calibrated": "2026-11-20"}
    owners = json.loads((TIDY / "contract.json").read_text("utf-8"))["owners"]
    people = {
        f"team-{place}": {name: owner[name] for name in ("team", "contact")}
        for place, owner in enumerate(owners.values())
    }
    names = dict(zip(owners, people, strict=True))

    def whole(told: dict[str, Any]) -> None:
        told["people"] |= people
        told["operations"] = {
            "duties": {duty.value: {**held, "owner": names.get(duty.value, "platform")} for duty in Duty},
            "alerts": {one.id: alert for one in signals() if one.alert},
        }

    case(whole)
    byoc("poc", "operate", "--from", TIDY)
    byoc("poc", "scorecard")
    # All that is left is what the account itself lacks.
    assert reasons(here, "operations") == [
        "dashboards of CloudWatch: nobody in the account can read cloudwatch:GetDashboard",
        "metrics of CloudWatch: nobody in the account can read cloudwatch:GetMetricData",
    ]


@pytest.mark.usefixtures("case")
def test_an_audit_without_a_finding_proves_data_control_and_a_rehearsal_does_not(byoc: Byoc, here: Path) -> None:
    byoc("poc", "scorecard", "--from", TIDY)
    assert standings(here)["data_control"] == "pass"
    contract = json.loads((TIDY / "contract.json").read_text("utf-8"))
    (here / "rehearsed.json").write_text(json.dumps({**contract, "emulated": True}), "utf-8")
    byoc("poc", "scorecard", "--from", TIDY, "--contract", "rehearsed.json")
    assert standings(here)["data_control"] == "not_proven"
    assert any("rehearsed" in text for text in reasons(here, "data_control"))


@pytest.mark.usefixtures("case")
@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("{", "is no JSON"),
        ('{"format": "byoc-cost/9"}', "has format byoc-cost/9"),
        ('{"format": "byoc-cost/1", "case": "other"}', "is of the case other"),
    ],
)
def test_an_artifact_that_is_none_proves_nothing(byoc: Byoc, here: Path, content: str, sentence: str) -> None:
    folder = here / "out" / "poc-orders"
    folder.mkdir(parents=True)
    (folder / "cost.json").write_text(content, "utf-8")
    byoc("poc", "scorecard")
    assert standings(here)["cost"] == "not_proven"
    assert sentence in " ".join(reasons(here, "cost"))


@pytest.mark.usefixtures("case")
def test_page_and_paper_escape_what_they_are_told_and_fetch_nothing(byoc: Byoc, here: Path) -> None:
    byoc("poc", "cost", "--meters", "meters.json")
    first = [byoc("poc", "scorecard", "--as-of", "2026-12-01T00:00:00Z").out, *_written(here)]
    page = (here / "out" / "poc-orders" / "scorecard.html").read_text("utf-8")
    assert "streaming &lt;b&gt;platform&lt;/b&gt;" in page
    assert "<b>platform" not in page
    assert "http" not in page.replace("http-equiv", "").replace("http://www.w3.org", "")
    assert (here / "out" / "poc-orders" / "scorecard.pdf").read_bytes().startswith(b"%PDF")
    assert [byoc("poc", "scorecard", "--as-of", "2026-12-01T00:00:00Z").out, *_written(here)] == first


def _written(here: Path) -> list[bytes]:
    return [(here / "out" / "poc-orders" / f"scorecard.{ending}").read_bytes() for ending in ("json", "html", "pdf")]


@pytest.mark.usefixtures("case")
def test_a_bundle_holds_the_scorecard_and_verifying_makes_it_again(byoc: Byoc, here: Path) -> None:
    byoc("poc", "cost")
    byoc("poc", "scorecard", "--from", TIDY)
    byoc("evidence", "keygen", "--out", "key")
    written = byoc("evidence", "bundle", "--from", TIDY, "--poc", "out/poc-orders", "--key", "key", "--out", "b.zip")
    assert (written.code, written.err) == (0, "")
    with Bundle(here / "b.zip") as bundle:
        held = {name for name in bundle.digests if name.startswith("poc/")}
    assert {"poc/scorecard.json", "poc/scorecard.html", "poc/scorecard.pdf", "poc/cost.json", "poc/poc.yaml"} <= held
    ran = byoc("evidence", "verify", "b.zip", "--key", "key.pub")
    assert ran.code == 0, ran.out
    redacted = byoc("evidence", "bundle", "--from", "b.zip", "--redact", "--key", "key", "--out", "r.zip")
    assert "the proof of concept's artifacts are left out" in redacted.err
    with Bundle(here / "r.zip") as bundle:
        assert not any(name.startswith("poc/") for name in bundle.digests)


@pytest.mark.usefixtures("case")
def test_a_scorecard_that_its_artifacts_no_longer_come_to_is_not_bundled(byoc: Byoc, here: Path) -> None:
    byoc("poc", "scorecard", "--from", TIDY)
    byoc("poc", "cost")
    byoc("evidence", "keygen", "--out", "key")
    ran = byoc("evidence", "bundle", "--from", TIDY, "--poc", "out/poc-orders", "--key", "key", "--out", "b.zip")
    assert "is not what the artifacts and the audit come to: Cost model" in ran.sentence
    assert "run byoc poc scorecard" in ran.sentence
    ran = byoc("evidence", "bundle", "--from", TIDY, "--poc", "out", "--key", "key", "--out", "b.zip")
    assert "has no scorecard.json" in ran.sentence
