"""Roles that pods of clusters which the walk did not see may run as, by the clusters' own token issuers.

AWS page "IAM roles for service accounts": a role trusts the issuer of a cluster, which the cluster's region names.
A role that trusts the issuer of a cluster that was seen runs there (audit/graph/workloads.py); another's cluster may be
where clusters were not listed or not described, and in a region that was not walked.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from audit.model.arn import Arn
from audit.model.facts import Unknown
from audit.model.graph import EdgeKind, NodeKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.model.graph import BoundaryGraph

_ISSUER = re.compile(r":oidc-provider/(?P<issuer>oidc[.-]eks\.(?P<region>[a-z0-9-]+)\.\S+)")
_LIST, _DESCRIBE = "eks:ListClusters", "eks:DescribeCluster"


@dataclass(frozen=True, slots=True)
class Pods:
    """Roles that pods in a region may run as, and what would settle it; ``cluster`` where one is known."""

    account: str
    region: str
    roles: tuple[str, ...]
    permission: str
    cluster: str | None = None


def unseen_pods(graph: BoundaryGraph) -> Iterator[Pods]:
    """The pods that may run as roles which trust an issuer that no cluster of the graph is known to have."""
    walked = {(node.account, node.region) for node in graph.nodes()}
    for (account, region), roles in _trusting(graph).items():
        gaps = graph.unseen(NodeKind.CLUSTER, account=account, region=region)
        if gaps or (account, region) not in walked:
            yield Pods(account, region, roles, gaps[0].unknown.permission if gaps else _LIST)
        for cluster in graph.nodes(NodeKind.CLUSTER):
            issuer = cluster.properties.get("issuer", Unknown(_DESCRIBE, "NotCollected", ""))
            if isinstance(issuer, Unknown) and (cluster.account, cluster.region) == (account, region):
                yield Pods(account, region, roles, issuer.permission, cluster.id)


def _trusting(graph: BoundaryGraph) -> dict[tuple[str, str], tuple[str, ...]]:
    """The roles that trust issuers of clusters that are not known, by their account and the issuer's region."""
    known = {str(cluster.properties.get("issuer")).rpartition("://")[2] for cluster in graph.nodes(NodeKind.CLUSTER)}
    found: dict[tuple[str, str], dict[str, None]] = {}
    for edge in graph.edges(EdgeKind.TRUSTS):
        named = _ISSUER.search(edge.target)
        if named is not None and named["issuer"] not in known:
            found.setdefault((Arn.parse(edge.source).account, named["region"]), {})[edge.source] = None
    return {place: tuple(roles) for place, roles in found.items()}
