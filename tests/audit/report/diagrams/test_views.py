"""Every view, of every toy account: it stands on the graph, and the same account gives the same bytes."""

from __future__ import annotations

import random
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from audit.boundary import Boundary, derive
from audit.draft import draft
from audit.graph.build import build
from audit.model.contract import BoundaryContract
from audit.model.errors import ContractError
from audit.model.snapshot import Snapshot
from audit.report.diagrams import FORMS, VIEWS, pictures

if TYPE_CHECKING:
    from audit.report.diagrams.diagram import Diagram

ACCOUNTS = Path(__file__).parents[3] / "accounts"
NAMES = sorted(folder.name for folder in ACCOUNTS.iterdir() if (folder / "manifest.json").is_file())
VIEW_NAMES = ("boundary", "data-flow", "identity", "logs-and-keys", "network")


def boundary(name: str, seed: int | None = None) -> Boundary:
    """A toy account judged, its records shuffled where there is a seed."""
    snapshot = Snapshot.read(ACCOUNTS / name)
    if seed is not None:
        records = random.Random(seed).sample(snapshot.records, len(snapshot.records))  # noqa: S311  # no secret
        snapshot = replace(snapshot, records=tuple(records))
    graph, manifest = build(snapshot), snapshot.manifest
    given, account, region = ACCOUNTS / name / "contract.json", manifest.accounts[0].id, manifest.regions[0]
    try:
        contract = (
            BoundaryContract.read(given) if given.is_file() else draft(graph, account, region, manifest.partition)
        )
    except ContractError:
        contract = BoundaryContract(environment_id="unknown", account=account, region=region)
    return derive(graph, contract, manifest.taken_at)


@cache
def drawn(name: str) -> tuple[Boundary, dict[str, Diagram]]:
    found = boundary(name)
    return found, {view: draw(found) for view, draw in VIEWS.items()}


def test_these_are_the_views_and_forms() -> None:
    assert tuple(VIEWS) == VIEW_NAMES
    assert tuple(FORMS) == ("d2", "graphml", "mermaid", "png", "svg")


@pytest.mark.parametrize("view", VIEW_NAMES)
@pytest.mark.parametrize("name", NAMES)
def test_boxes_and_flows_stand_on_nodes_and_edges_of_the_graph(name: str, view: str) -> None:
    found, diagrams = drawn(name)
    known = {edge.source for edge in found.graph.edges()} | {edge.target for edge in found.graph.edges()}
    known |= {node.id for node in found.graph.nodes()} | set(found.roles) | {found.contract.account, "internet"}
    known |= {found.sink_id(sink) for sink in found.contract.log_sinks}
    accounts = {node.account for node in found.graph.nodes()}
    for _, box in diagrams[view].walk():
        assert {*box.about} <= known | accounts, box
        assert box.lines
        assert all(box.lines)
    edges = {id(edge) for edge in found.graph.edges()}
    for flow in diagrams[view].flows:
        assert {id(edge) for edge in flow.edges} <= edges
        assert {*flow.about} <= known | accounts
        assert not flow.shown or flow.evidence or flow.edges or flow.kind.value in {"duty", "control"}


@pytest.mark.parametrize("name", NAMES)
def test_the_same_account_gives_the_same_bytes_whatever_the_order_of_its_records(name: str) -> None:
    _, diagrams = drawn(name)
    shuffled = boundary(name, seed=7)
    for view, draw in VIEWS.items():
        for form in ("d2", "mermaid", "graphml"):
            assert FORMS[form].render(draw(shuffled)) == FORMS[form].render(diagrams[view]), (view, form)


@pytest.mark.parametrize("name", ["vendor-ec2-second", "network-premises"])
def test_the_pictures_of_every_view_are_drawn_the_same_each_time(name: str) -> None:
    found, _ = drawn(name)
    assert list(pictures(found)) == list(VIEWS)
    assert pictures(found) == pictures(boundary(name, seed=3))


@pytest.mark.parametrize("view", VIEW_NAMES)
def test_ids_are_plain_and_no_two_boxes_share_one(view: str) -> None:
    for name in NAMES:
        ids = [path[-1] for path, _ in drawn(name)[1][view].walk()]
        assert len(ids) == len(set(ids))
        assert all(one.isascii() and one.replace("_", "").isalnum() for one in ids)
