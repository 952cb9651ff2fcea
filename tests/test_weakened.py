"""One setting weakened gives exactly the findings that follow from it, each with its path."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from audit.model.contract import Duty, VendorAccess
from audit.model.verdict import Severity, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Rehearsed

    from audit.model.verdict import Finding
    from cli.judging import Judged

STACK = Path(__file__).parents[1] / "stacks/Pulumi.poc.yaml"
VENDOR = "arn:aws:iam::381492316447"


def _broken(judged: Judged) -> list[Finding]:
    return [finding for finding in judged.findings if finding.verdict is Verdict.BROKEN]


def _policies(judged: Judged) -> set[str]:
    return {finding.policy for finding in judged.findings}


@pytest.fixture(scope="module")
def window(poc_with: Callable[..., Rehearsed]) -> Rehearsed:
    """The poc with a window of vendor access that ends in a month."""
    until = (datetime.now(UTC) + timedelta(days=30)).strftime("%Y-%m-%dT00:00:00Z")
    grant = {"mode": "granted", "principal": f"{VENDOR}:role/automq-support", "until": until}
    return poc_with(vendor_access={**grant, "reads": ["automq/logs/"], "writes": ["automq/licence/"]})


def test_a_declared_vendor_window_is_shown_with_what_it_gives_and_breaks_nothing(
    window: Rehearsed, poc: Rehearsed
) -> None:
    judged = window.judged()
    opened = [f for f in judged.findings if f.policy == "V008"]
    stores = {judged.boundary.roles[f.claim.subject] for f in opened}

    assert _policies(judged) == _policies(poc.judged()) | {"V008"}
    assert stores == {"ops-bucket", "ops-key"}
    for finding in opened:
        assert (finding.verdict, finding.severity) == (Verdict.HOLDS, Severity.INFO)
        assert "in effect it can read and write" in finding.claim.text
        assert all(c.pointer.startswith("/Statement/") for c in finding.claim.path[0].because)


def test_a_vendor_window_that_the_contract_does_not_declare_is_broken(window: Rehearsed) -> None:
    principals = {name: one for name, one in window.contract.principals.items() if name != "vendor"}
    contract = window.contract.model_copy(update={"vendor_access": VendorAccess(), "principals": principals})
    judged = window.judged(contract=contract)
    broken = _broken(judged)

    # What the grants come to in effect is unknown here: no emulator shows the policies of an organisation.
    assert {f.policy for f in broken} == {"V001", "O004"}
    assert {f.policy for f in judged.findings if f.claim.reason == "upper_bound"} == {"A001"}
    assert all(VENDOR in f.claim.text and f.claim.path[0].because for f in broken)


def test_an_expired_vendor_window_is_broken_until_its_statements_are_removed(window: Rehearsed) -> None:
    later = (datetime.now(UTC) + timedelta(days=40)).strftime("%Y-%m-%dT00:00:00Z")
    manifest = window.snapshot.manifest.model_copy(update={"taken_at": later})
    expired = dataclasses.replace(window, snapshot=dataclasses.replace(window.snapshot, manifest=manifest)).judged()
    broken = _broken(expired)
    edges = [
        edge for edge in expired.boundary.graph.edges(source=f"{VENDOR}:role/automq-support") if "can_" in edge.kind
    ]

    assert {f.policy for f in broken} == {"V002"}
    assert {expired.boundary.roles.get(f.claim.subject, f.claim.subject) for f in broken} == {
        "ops-bucket", "ops-key", "vendor_access",
    }  # fmt: skip
    assert all(f.claim.path for f in broken)
    assert edges == []


def test_a_listener_open_to_the_internet_is_broken_even_when_it_is_meant(
    poc_with: Callable[..., Rehearsed], poc: Rehearsed
) -> None:
    everyone = [{"protocol": "SASL_SSL", "sources": ["0.0.0.0/0"], "allow_internet": True}]
    judged = poc_with(listeners=everyone).judged()
    broken = _broken(judged)

    assert _policies(judged) == _policies(poc.judged()) | {"P002"}
    assert [(f.policy, judged.boundary.roles[f.claim.subject]) for f in broken] == [("P002", "broker-group")]
    assert [hop.node for hop in broken[0].claim.path] == ["0.0.0.0/0", broken[0].claim.subject]


def test_an_owner_removed_leaves_the_duty_and_its_signals_without_one(
    poc_with: Callable[..., Rehearsed], poc: Rehearsed
) -> None:
    owners = yaml.safe_load(STACK.read_text("utf-8"))["config"]["automq-byoc:owners"]
    del owners[Duty.ALERTS.value]
    judged = poc_with(owners=owners).judged()
    broken = _broken(judged)

    assert _policies(judged) == _policies(poc.judged()) | {"D001", "T005"}
    assert sorted(f.policy for f in broken) == ["D001", "T005", "T005", "T005"]
    assert all(f.claim.path for f in broken)
    assert {hop.node for f in broken for hop in f.claim.path} >= {Duty.ALERTS.value}
