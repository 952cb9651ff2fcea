"""Which packets arrive: the engine's questions, as paths. Pure over a boundary graph.

Packets that stand in no path with ``reaches`` or ``unknown`` are stopped; ``blocked`` paths say by what. Protocols are
tcp and udp. A source named by CIDR stands for any address in it; the egress rules of a machine there are its own, and
are judged only for sources that are interfaces (named by group, or asked for with :func:`between`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.model.graph import NodeKind
from audit.reach.addresses import Intervals, ports
from audit.reach.arriving import Arriving
from audit.reach.consumers import to_services
from audit.reach.departing import Departing
from audit.reach.derive import derive
from audit.reach.drafts import merged, written
from audit.reach.endpoints import to_endpoint, to_s3
from audit.reach.entrances import dns_way_out, ways_in
from audit.reach.names import Resolution, resolves
from audit.reach.path import Doubt, Path, Reach
from audit.reach.security_groups import asked
from audit.reach.topology import InterfaceClass, network
from audit.reach.zones import own_zone

if TYPE_CHECKING:
    from collections.abc import Collection

    from audit.model.graph import BoundaryGraph

__all__ = [
    "Doubt", "InterfaceClass", "Path", "Reach", "Resolution", "arrivals", "between", "classes", "departures", "derive",
    "dns_way_out", "endpoint_paths", "own_zone", "resolves", "s3_paths", "service_paths", "ways_in",
]  # fmt: skip


def classes(graph: BoundaryGraph, of: Collection[str]) -> tuple[InterfaceClass, ...]:
    """The interface classes of security groups or interfaces, given by physical id or ARN."""
    net = network(graph)
    return tuple(dict.fromkeys(one for name in of for one in net.classes_of(name.rpartition("/")[2])))


def arrivals(graph: BoundaryGraph, to: Collection[str], protocol: str, port: int | None = None) -> list[Path]:
    """Every source set that the rules of the classes of ``to`` name, and whether its packets arrive.

    ``to`` are security groups or interfaces by id or ARN; without a port, every port. One path per class, rule and
    outcome. When interfaces could not be read there is one ``unknown`` path; when there are none, one ``blocked``.
    Raises UsageError for a protocol or port that the engine does not judge.
    """
    wanted, net = asked(protocol, port), network(graph)
    found = []
    for end in classes(graph, to):
        drafts = Arriving(net, end, protocol, wanted).drafts()
        found += [written(draft, protocol, end.interfaces) for draft in drafts]
    return [*_unseen(graph, to, protocol, wanted), *found]


def _unseen(graph: BoundaryGraph, to: Collection[str], protocol: str, wanted: Intervals) -> list[Path]:
    target = next(iter(sorted(to)), "")
    unread = network(graph).unread(NodeKind.NETWORK_INTERFACE)
    if unread is not None:
        doubt = Doubt("network_interface_unread", target, unread)
        return [Path(Reach.UNKNOWN, doubt.reason, target, target, protocol, wanted.spans, doubts=(doubt,))]
    if not classes(graph, to):
        return [Path(Reach.BLOCKED, "no_interface", target, target, protocol, wanted.spans)]
    return []


def between(
    graph: BoundaryGraph, start: InterfaceClass, end: InterfaceClass, protocol: str, port: int | None = None
) -> list[Path]:
    """What one class sends to another: groups of both, routes and ACLs both ways."""
    wanted, net = asked(protocol, port), network(graph)
    drafts = Arriving(net, end, protocol, wanted).sent_by(start)
    open_ = merged(draft for draft in drafts if not draft.blocked)
    return [written(draft, protocol, start.interfaces) for draft in open_ or merged(drafts)]


def departures(graph: BoundaryGraph, of: Collection[str], protocol: str, port: int | None = None) -> list[Path]:
    """Every destination outside the VPC that the classes of ``of`` may send to: internet, endpoints, other networks."""
    wanted, net = asked(protocol, port), network(graph)
    return [*_unseen(graph, of, protocol, wanted)] + [
        written(draft, protocol, start.interfaces)
        for start in classes(graph, of)
        for draft in Departing(net, start, protocol, wanted).drafts()
    ]


def s3_paths(graph: BoundaryGraph, of: Collection[str]) -> list[Path]:
    """The ways of classes to S3; the target is an endpoint, or the internet where they leak around it."""
    net = network(graph)
    return [*_unseen(graph, of, "tcp", ports(443, 443))] + [
        written(draft, "tcp", start.interfaces) for start in classes(graph, of) for draft in to_s3(net, start)
    ]


def endpoint_paths(graph: BoundaryGraph, of: Collection[str]) -> list[Path]:
    """The open ways of classes to the interface endpoints of their VPC, over HTTPS."""
    net = network(graph)
    return [
        written(draft, "tcp", start.interfaces)
        for start in classes(graph, of)
        for endpoint in net.all(NodeKind.VPC_ENDPOINT)
        if endpoint.properties["type"] == "Interface" and endpoint.properties["vpc"] == start.vpc
        for draft in to_endpoint(net, start, endpoint)
    ]


def service_paths(graph: BoundaryGraph, of: Collection[str], protocol: str, port: int | None = None) -> list[Path]:
    """What is behind the endpoints in the classes' reach that lead to services of other accounts, as far as was walked.

    The port is the endpoint's; a path ends at a target of the provider, or at the endpoint when the provider was not
    walked.
    """
    wanted, net = asked(protocol, port), network(graph)
    return [*_unseen(graph, of, protocol, wanted)] + [
        written(draft, protocol, start.interfaces)
        for start in classes(graph, of)
        for draft in to_services(net, start, protocol, wanted)
    ]
