"""The pods of a cluster that run as a role without an association: by the cluster's own token issuer, or by its nodes.

After the AWS pages "IAM roles for service accounts" and "Amazon EKS node IAM role": whoever may do anything in the
cluster acts as each of these roles, as a privileged pod shares its node's metadata.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.model.graph import BoundaryGraph, Edge, EdgeKind, Node, NodeKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_SCHEME = "https://"
_NODE_TAGS = ("aws:eks:cluster-name", "eks:cluster-name")


def workloads(graph: BoundaryGraph, instances: Iterable[Edge]) -> Iterator[Node | Edge]:
    """The workloads of each cluster; ``instances`` are the edges from instances to the roles that they run as."""
    yield from _service_accounts(graph)
    clusters = {(node.account, node.region, node.name): node for node in graph.nodes(NodeKind.CLUSTER)}
    seen: set[tuple[str, str]] = set()
    for edge in instances:
        instance = graph.node(edge.source)
        cluster = clusters.get((instance.account, instance.region, _cluster_of(instance)))
        if cluster is not None and (cluster.id, edge.target) not in seen:
            seen.add((cluster.id, edge.target))
            yield from _workload(cluster, graph.node(edge.target), "nodes", edge.records)


def _service_accounts(graph: BoundaryGraph) -> Iterator[Node | Edge]:
    providers = {node.name: node for node in graph.nodes(NodeKind.IDENTITY_PROVIDER)}
    for cluster in graph.nodes(NodeKind.CLUSTER):
        provider = providers.get(str(cluster.properties.get("issuer")).removeprefix(_SCHEME))
        trusting = graph.edges(EdgeKind.TRUSTS, target=provider.id) if provider is not None else ()
        for role in sorted({edge.source for edge in trusting}):
            node = graph.node(role)
            yield from _workload(cluster, node, "service accounts", node.records)


def _cluster_of(instance: Node) -> str:
    tags = instance.properties.get("tags")
    found = (tags.get(key) for key in _NODE_TAGS) if isinstance(tags, dict) else ()
    return next((str(name) for name in found if name), "")


def _workload(cluster: Node, role: Node, kind: str, records: tuple[str, ...]) -> Iterator[Node | Edge]:
    name, records = f"{kind} as {role.name}", tuple(dict.fromkeys((*cluster.records, *records)))
    node_id = f"{cluster.id}/{kind.replace(' ', '-')}/{role.name}"
    yield Node(node_id, NodeKind.WORKLOAD, name, cluster.account, cluster.region, {"role": role.id}, records)
    yield Edge(cluster.id, node_id, EdgeKind.CONTAINS, records=records)
    yield Edge(node_id, role.id, EdgeKind.RUNS_AS, records=records)
