"""GraphML: the same boxes and flows, for graph tools."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import networkx as nx

from audit.report.diagrams.forms import graphml
from audit.report.diagrams.views.data_flow import draw

if TYPE_CHECKING:
    from conftest import Sample


def test_it_reads_back_with_every_box_and_step(sample: Sample) -> None:
    diagram = draw(sample.boundary)
    graph = nx.read_graphml(BytesIO(graphml.render(diagram)))
    assert set(graph.nodes) == set(diagram.paths)
    assert graph.number_of_edges() == sum(len(flow.hops) - 1 for flow in diagram.flows)
    assert graph.nodes["brokers"]["within"] == "private"
    assert {bool(inside) for _, inside in graph.nodes(data="inside")} == {True, False}


def test_the_same_diagram_gives_the_same_bytes(sample: Sample) -> None:
    assert graphml.render(draw(sample.boundary)) == graphml.render(draw(sample.boundary))
