"""A diagram as GraphML, for graph tools: its boxes and its flows, with what they stand for."""

from __future__ import annotations

from io import BytesIO
from itertools import pairwise
from typing import TYPE_CHECKING

import networkx as nx

from audit.report.diagrams.label import seen

if TYPE_CHECKING:
    from audit.report.diagrams.diagram import Diagram

EXTENSION = "graphml"


def render(diagram: Diagram) -> bytes:
    """A directed multigraph: an edge for each step of a flow; a box's ``within`` is the box that holds it."""
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph(title=seen(diagram.title))
    for path, box in diagram.walk():
        graph.add_node(
            box.id,
            label=" \u00b7 ".join(map(seen, box.lines)),
            shape=box.shape.value,
            standing=box.standing.value,
            within=path[-2] if len(path) > 1 else "",
            inside=diagram.inside(box.id),
            about=" ".join(map(seen, box.about)),
        )
    for number, flow in enumerate(diagram.flows, 1):
        for step, (source, target) in enumerate(pairwise(flow.hops)):
            graph.add_edge(
                source,
                target,
                key=f"{number}.{step}",
                flow=number,
                label=seen(flow.label),
                detail=seen(flow.detail),
                kind=flow.kind.value,
                standing=flow.standing.value,
                crosses=diagram.crosses(flow),
                evidence=" ".join(flow.evidence),
            )
    written = BytesIO()
    nx.write_graphml(graph, written, encoding="utf-8")
    return written.getvalue()
