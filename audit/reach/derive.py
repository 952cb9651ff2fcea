"""The ``reaches`` edges: what arrives at each security group, and where each group's interfaces can send."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.model.graph import Edge, EdgeKind, NodeKind
from audit.reach.addresses import PORTS, Intervals, cidrs
from audit.reach.arriving import Arriving
from audit.reach.departing import Departing
from audit.reach.path import Reach
from audit.reach.security_groups import PROTOCOLS
from audit.reach.topology import network

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.model.graph import BoundaryGraph, Citation
    from audit.reach.drafts import Draft
    from audit.reach.topology import InterfaceClass, Network

_Key = tuple[str, str, str, Intervals, str, str]


def derive(graph: BoundaryGraph, vpc: str | None = None) -> Iterator[Edge]:
    """Edges to and from security groups that guard an interface; those in doubt carry the verdict ``unknown``.

    With a VPC (physical id) that was described, only those of its interfaces: what goes on between others is not asked.

    Properties: ``protocol``, ``ports`` (pairs), ``verdict``, ``reason``, and ``sources`` or ``destinations`` (CIDRs).
    """
    net = network(graph)
    found: dict[_Key, list[Draft]] = {}
    near = vpc if vpc is not None and net.named(NodeKind.VPC, vpc) is not None else None
    for one in (one for one in net.classes if near in (None, one.vpc)):
        for protocol in PROTOCOLS:
            for key, draft in (*_into(net, one, protocol), *_out_of(net, one, protocol)):
                if draft.verdict is not Reach.BLOCKED:
                    found.setdefault(key, []).append(draft)
    for key, drafts in found.items():
        yield _edge(key, drafts)


def _into(net: Network, one: InterfaceClass, protocol: str) -> Iterator[tuple[_Key, Draft]]:
    for draft in Arriving(net, one, protocol, PORTS).drafts():
        groups = (draft.rule_group,) if draft.rule_group else one.groups
        for group in groups:
            yield (draft.origin, _group(net, group), protocol, draft.ports, draft.word, "sources"), draft


def _out_of(net: Network, one: InterfaceClass, protocol: str) -> Iterator[tuple[_Key, Draft]]:
    for draft in Departing(net, one, protocol, PORTS).drafts():
        for group in one.groups:
            yield (_group(net, group), draft.target, protocol, draft.ports, draft.word, "destinations"), draft


def _group(net: Network, name: str) -> str:
    node = net.named(NodeKind.SECURITY_GROUP, name)
    return node.id if node is not None else name


def _edge(key: _Key, drafts: list[Draft]) -> Edge:
    origin, target, protocol, ports, reason, side = key
    far = Intervals()
    for draft in drafts:
        far |= draft.sources if side == "sources" else draft.destinations
    because: dict[Citation, None] = {citation: None for draft in drafts for _, citation in draft.because}
    properties = {
        "protocol": protocol,
        "ports": [list(span) for span in ports.spans],
        "verdict": drafts[0].verdict.value,
        "reason": reason,
        side: list(cidrs(far)),
    }
    records = tuple(dict.fromkeys(citation.record for citation in because if citation.record))
    return Edge(origin, target, EdgeKind.REACHES, properties, records, tuple(because))
