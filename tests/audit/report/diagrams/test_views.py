"""Every view, of every toy account: it stands on the graph, and the same account gives the same bytes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from audit.report.diagrams import FORMS, VIEWS, pictures

if TYPE_CHECKING:
    from collections.abc import Callable

    Drawn = Callable[[str], Any]

ACCOUNTS = Path(__file__).parents[3] / "accounts"
NAMES = sorted(folder.name for folder in ACCOUNTS.iterdir() if (folder / "manifest.json").is_file())
VIEW_NAMES = ("boundary", "data-flow", "identity", "logs-and-keys", "network")


def test_these_are_the_views_and_forms() -> None:
    assert tuple(VIEWS) == VIEW_NAMES
    assert tuple(FORMS) == ("d2", "graphml", "json", "mermaid", "png", "svg")


@pytest.mark.parametrize("view", VIEW_NAMES)
@pytest.mark.parametrize("name", NAMES)
def test_boxes_and_flows_stand_on_nodes_and_edges_of_the_graph(drawn: Drawn, name: str, view: str) -> None:
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
def test_the_same_account_gives_the_same_bytes_whatever_the_order_of_its_records(
    drawn: Drawn, boundary: Callable[..., Any], name: str
) -> None:
    _, diagrams = drawn(name)
    shuffled = boundary(name, seed=7)
    for view, draw in VIEWS.items():
        for form in ("d2", "mermaid", "graphml", "json"):
            assert FORMS[form].render(draw(shuffled)) == FORMS[form].render(diagrams[view]), (view, form)


@pytest.mark.parametrize("name", ["vendor-ec2-second", "network-premises"])
def test_the_pictures_of_every_view_are_drawn_the_same_each_time(
    drawn: Drawn, boundary: Callable[..., Any], name: str
) -> None:
    found, _ = drawn(name)
    first, second = pictures(found), pictures(boundary(name, seed=3))
    assert [picture.view for picture in first] == list(VIEWS)
    assert [picture.svg for picture in first] == [picture.svg for picture in second]


@pytest.mark.parametrize("view", VIEW_NAMES)
def test_ids_are_plain_and_no_two_boxes_share_one(drawn: Drawn, view: str) -> None:
    for name in NAMES:
        ids = [path[-1] for path, _ in drawn(name)[1][view].walk()]
        assert len(ids) == len(set(ids))
        assert all(one.isascii() and one.replace("_", "").isalnum() for one in ids)
