"""Who starts pods in a cluster by its access entries, and so acts as the roles of its pods and nodes.

AWS pages "Grant IAM users access to Kubernetes with EKS access entries" and "Review access policy permissions": no
permission of IAM is asked, so that neither the principal's own policies nor its boundary nor an SCP can take it away.
Whoever creates pods in a namespace runs them as any of its service accounts; a privileged pod has its node's role.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.access.decision import Decision, Effect, Settles
from audit.access.expression import TRUE
from audit.access.kin import Batch, Item, Kin
from audit.access.primitives import On
from audit.access.vote import Cause
from audit.model.graph import EdgeKind, NodeKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from audit.access.primitives import Primitive
    from audit.model.graph import BoundaryGraph, Edge, Node

ADMINISTERS = "AmazonEKSClusterAdminPolicy"
STARTS_PODS = frozenset({ADMINISTERS, "AmazonEKSAdminPolicy", "AmazonEKSEditPolicy"})
"""AWS's access policies that let pods be created; the others read, or are of AWS's own components."""
_PODS = "how the namespace limits pods (Pod Security Admission), which no call of AWS shows"
_ACCOUNTS = "which service accounts the namespace has, which no call of AWS shows"


Entry = tuple[Kin, str, Decision]
"""What an access entry gives: the roles, the cluster's region, and on what terms."""


def entered(primitive: Primitive, graph: BoundaryGraph) -> Mapping[str, list[Entry]]:
    """What access entries give each principal, by its ARN."""
    found: dict[str, list[Entry]] = {}
    for edge in graph.edges(EdgeKind.ENTERS):
        if edge.properties["policy"] in STARTS_PODS:
            found.setdefault(edge.source, []).extend(_of(primitive, graph, edge))
    return found


def _of(primitive: Primitive, graph: BoundaryGraph, entry: Edge) -> Iterator[Entry]:
    """One to what is certain, and one to the roles that the same has to settle."""
    items: dict[str | None, list[Item]] = {}
    for contained in graph.edges(EdgeKind.CONTAINS, source=entry.target):
        pods = graph.get(contained.target)
        if pods is None or pods.kind is not NodeKind.WORKLOAD:
            continue
        unsure = _unsure(entry, pods)
        for role in graph.edges(EdgeKind.RUNS_AS, source=pods.id) if unsure != "" else ():
            arns = {On.TARGET: role.target, On.THING: pods.id, On.HOLDER: entry.target}
            items.setdefault(unsure, []).append(Item(role.target, arns, pods.id))
    region = graph.node(entry.target).region
    for unsure, batch in items.items():
        yield Kin(primitive, Batch(batch)), region, _decision(entry, unsure)


def _unsure(entry: Edge, pods: Node) -> str | None:
    """What would settle whether these pods can be had: None where nothing is needed, empty where they cannot be."""
    policy, namespaces = entry.properties["policy"], entry.properties["namespaces"]
    if policy == ADMINISTERS and entry.properties["scope"] == "cluster":
        return None
    if pods.name.startswith("nodes as "):
        return _PODS
    if entry.properties["scope"] == "cluster":
        return None
    if pods.name.startswith("service accounts as "):
        return _ACCOUNTS
    return None if pods.name.partition("/")[0] in namespaces else ""


def _decision(entry: Edge, unsure: str | None) -> Decision:
    because = tuple(Cause("access entry", entry.properties["policy"], "", r, "Allow", TRUE) for r in entry.records)
    if unsure is None:
        return Decision(Effect.ALLOWED, because=because)
    return Decision(Effect.UNDETERMINED, missing=(Settles("escalation", unsure),), because=because)
