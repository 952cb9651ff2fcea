"""The page of the bench says which limits are missed, and what could not be measured."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from bench.account import Shape
from bench.arrivals import Arrived
from bench.crowd import Derived
from bench.declared import Checked
from bench.evidence import Bundled
from bench.limits import Results
from bench.measured import DIAGRAMS, REPORTS
from bench.networks import Networks
from bench.poc import Proved
from bench.preview import Preview
from bench.principals import Crowd
from bench.rehearsals import Rehearsed
from bench.scanner import Scanned
from bench.simulate import Rates
from bench.table import page
from bench.world import Cost, Walk

PHASES = {
    "access and reach": Cost(2, 2, 0, 0),
    "answers": Cost(0.5, 0.5, 0, 0),
    DIAGRAMS: Cost(2, 1, 0, 0),
    REPORTS: Cost(1, 1, 0, 0),
}
WALK = Walk(PHASES, Cost(6, 4, 150, 180_000_000), 2000, {}, 4_000_000)
PROVED = Proved("3.9.1", 5_000, 0, 2.0, 5.0, 0.9, 213, 70, 10_000, 12)
KEPT = Results(
    shape=Shape(),
    deploying=Cost(4, 3, 225, 224_000_000),
    contract=WALK,
    everything=WALK,
    further={"with a contract": 40},
    scanned=None,
    preview=Preview(168, "v3.259.0", Cost(5, 4, 0, 200_000_000)),
    large_preview=Preview(310, "v3.259.0", Cost(9, 7, 0, 200_000_000)),
    rehearsals=(Rehearsed("poc", 168, 20.0),),
    declared=Checked(9.0, 300, 7.0),
    bundled=Bundled(5.0, 4.0, 9.0, 50_000_000, 500_000_000, 8.0, 1.0, 60_000_000),
    proved=PROVED,
    crowd=Derived(Crowd(5_000, 1_500), 9, 8, 300_000_000, 30_000),
    larger_crowd=Derived(Crowd(50_000, 15_000), 90, 80, 3_000_000_000, 300_000),
    networks=Arrived(Networks(), 9, 8, 300_000_000, 30_000),
    twice=Arrived(Networks(interfaces=40_000), 10, 10, 400_000_000, 30_000),
    rates=Rates(10_000, 3_000),
    reference=0.2,
    date="2026-01-01",
    machine="2 cores",
)


def row(text: str, start: str) -> str:
    return next(line for line in text.splitlines() if line.startswith(f"| {start}"))


def test_a_run_within_every_limit_keeps_them() -> None:
    assert KEPT.kept()
    assert "missed" not in page(KEPT)
    assert row(page(KEPT), "preview of 168") == (
        "| preview of 168 resources on Pulumi's engine, by the clock | 5.0 s | at most 10.0 s | kept |"
    )


@pytest.mark.parametrize(
    ("start", "worse"),
    [
        (
            "5,000 records a second of 1 KiB beside the broker: lost",
            {"proved": dataclasses.replace(PROVED, unaccounted=1)},
        ),
        ("inventory of 10,000 topics", {"proved": dataclasses.replace(PROVED, inventory=31.0)}),
        (
            "five diagrams with a contract",
            {"contract": dataclasses.replace(WALK, phases={**PHASES, DIAGRAMS: Cost(5, 1, 0, 0)})},
        ),
        ("calls with a contract", {"contract": dataclasses.replace(WALK, total=Cost(6, 4, 201, 0))}),
        ("CPU with --everything", {"everything": dataclasses.replace(WALK, total=Cost(6, 5.1, 150, 0))}),
        (
            "CPU of all answers and policies with a contract",
            {"contract": dataclasses.replace(WALK, phases={**PHASES, "answers": Cost(1, 1.1, 0, 0)})},
        ),
        ("calls of a further region", {"further": {"with a contract": 41}}),
        ("preview of 168 resources", {"preview": Preview(168, "v3.259.0", Cost(10.1, 4, 0, 0))}),
        ("preview of 310 resources", {"large_preview": Preview(310, "v3.259.0", Cost(15.1, 4, 0, 0))}),
        ("rehearsal of poc, 168 resources", {"rehearsals": (Rehearsed("poc", 168, 60.1),)}),
        ("plan-check of the production", {"declared": Checked(15.1, 300, 7.0)}),
        ("plan-check of 300", {"declared": Checked(9.0, 300, 20.1)}),
        ("who can, 5,000 principals: CPU", {"crowd": dataclasses.replace(KEPT.crowd, cpu=10.1)}),
        ("who can, 5,000 principals: memory", {"crowd": dataclasses.replace(KEPT.crowd, peak=1_100_000_000)}),
        ("who can, 50,000 principals", {"larger_crowd": dataclasses.replace(KEPT.larger_crowd, cpu=80.1)}),
        ("what arrives, 20,000 interfaces: CPU", {"networks": dataclasses.replace(KEPT.networks, cpu=10.1)}),
        (
            "what arrives, 20,000 interfaces: memory",
            {"networks": dataclasses.replace(KEPT.networks, peak=1_100_000_000)},
        ),
        ("what arrives, 40,000 interfaces", {"twice": dataclasses.replace(KEPT.twice, cpu=10.5)}),
        ("simulate, lines share", {"rates": Rates(9_999, 3_000)}),
        ("simulate, every line", {"rates": Rates(10_000, 2_999)}),
    ],
)
def test_a_missed_limit_is_marked_and_fails_the_run(start: str, worse: dict[str, Any]) -> None:
    found = dataclasses.replace(KEPT, **worse)
    assert not found.kept()
    missed = [line for line in page(found).splitlines() if "**missed**" in line]
    assert missed == [row(page(found), start)]


def test_without_an_engine_the_preview_is_not_measured_and_no_limit_is_missed() -> None:
    found = dataclasses.replace(KEPT, preview=None, large_preview=None)
    assert found.kept()
    assert "| not measured | at most 10.0 s |  |" in row(page(found), "preview of 150 resources")
    assert "| not measured | at most 15.0 s |  |" in row(page(found), "preview of 300 resources")
    assert "run make setup-tests" in page(found)


def test_a_scanner_that_is_installed_stands_beside_the_audit_of_the_same_account() -> None:
    found = dataclasses.replace(KEPT, scanned=Scanned("prowler 5.46.0", Cost(76, 30, 3608, 668_000_000)))
    assert row(page(found), "prowler 5.46.0") == "| prowler 5.46.0 | 76.0 | 30.0 | 3608 | 668 |"
    assert row(page(found), "byoc audit --everything") == "| byoc audit --everything | 6.0 | 4.0 | 150 | 180 |"
