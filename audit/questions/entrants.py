"""Who may enter the clusters whose pods hold a privilege on a store, where AWS's answers do not say it.

Whom access entries let in is found as every other way to act as a role (audit/access/entries.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.access.access import EDGES
from audit.model.facts import unread
from audit.model.graph import EdgeKind, NodeKind
from audit.model.verdict import Claim, Verdict
from audit.questions.holders import words
from audit.questions.indirect import is_indirect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.boundary import Boundary
    from audit.model.graph import Node

_MAP = "aws-auth map"


def claims(boundary: Boundary, store_id: str) -> Iterator[Claim]:
    """What of the ways into clusters was not read, one claim for each cluster and fact."""
    for cluster in boundary.graph.nodes(NodeKind.CLUSTER):
        hidden = {name: unread(cluster.properties.get(name)) for name in ("access", "config_map_access")}
        roles = _holding(boundary, cluster, store_id) if any(hidden.values()) else []
        if not roles:
            continue
        what = f"who acts in the cluster {cluster.name} as {words(map(boundary.label, roles))}, as its pods or nodes do"
        if hidden["access"] is not None:
            yield Claim.unread(store_id, what, hidden["access"])
        if hidden["config_map_access"] is not None:
            text = (
                f"{what}, also stands in the cluster's own {_MAP}, which no call of AWS shows: let access entries "
                "alone count (authentication mode API)"
            )
            yield Claim(Verdict.UNKNOWN, "outside_view", store_id, text, (), cluster.records)


def _holding(boundary: Boundary, cluster: Node, store_id: str) -> list[str]:
    """The roles of a cluster's pods and nodes that themselves hold a privilege on the store, or may."""
    graph = boundary.graph
    pods = [edge.target for edge in graph.edges(EdgeKind.CONTAINS, source=cluster.id)]
    roles = {edge.target for pod in pods for edge in graph.edges(EdgeKind.RUNS_AS, source=pod)}
    held = {
        edge.source for kind in EDGES.values() for edge in graph.edges(kind, target=store_id) if not is_indirect(edge)
    }
    return sorted(roles & held)
