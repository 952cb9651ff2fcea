"""Whether one machine gets to another by PrivateLink: at an endpoint of its own network, whose service leads there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.model.graph import Node, NodeKind
from audit.model.verdict import Hop
from audit.reach.addresses import cidrs
from audit.reach.blockers import blocker
from audit.reach.consumers import to_services
from audit.reach.drafts import port_text, written
from audit.reach.ends import spots
from audit.reach.packets import S3, Answer
from audit.reach.path import Reach
from audit.reach.security_groups import asked
from audit.reach.targets import targets
from audit.reach.topology import network

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.model.graph import BoundaryGraph
    from audit.reach.addresses import Intervals
    from audit.reach.drafts import Draft
    from audit.reach.ends import Spot
    from audit.reach.topology import Network

_ORDER = (Reach.REACHES, Reach.UNKNOWN, Reach.BLOCKED)


def by_private_link(graph: BoundaryGraph, start: str, end: str, protocol: str, port: int) -> Answer | None:
    """What becomes of packets to an endpoint that leads from one end to the other, at its port; None without one.

    Raises UsageError for an end, protocol or port that there is not.
    """
    net, wanted = network(graph), asked(protocol, port)
    named = [one for one in spots(net, end) if one.one is not None] if end.startswith(("eni-", "i-")) else []
    if not named or start == S3:
        return None
    found = [answer for one in spots(net, start) for two in named for answer in _ways(net, one, two, protocol, wanted)]
    return min(found, key=lambda answer: _ORDER.index(answer.verdict), default=None)


def _ways(net: Network, start: Spot, end: Spot, protocol: str, wanted: Intervals) -> Iterator[Answer]:
    leading = {node.name for node in _endpoints(net, end)} if start.one is not None else set()
    if start.one is None or not leading:
        return
    for draft in to_services(net, start.one, protocol, wanted):
        names = {*draft.path, draft.target.rpartition("/")[2]}
        if leading & names and (draft.blocked or draft.doubts or _meant(net, draft, end)):
            yield _answer(draft, start, f"{protocol} {port_text(wanted.spans)}", min(leading & names))


def _endpoints(net: Network, end: Spot) -> Iterator[Node]:
    """The endpoints whose service has a load balancer with this end among its targets."""
    services = {
        node.properties.get("service")
        for node in net.all(NodeKind.ENTRANCE)
        for arn in node.properties.get("targets") or ()
        if any(_holds(one.interfaces, end) for one, _ in targets(net).behind.get(arn, ()))
    }
    yield from (node for node in net.all(NodeKind.VPC_ENDPOINT) if node.properties["service"] in services)


def _holds(interfaces: tuple[str, ...], end: Spot) -> bool:
    return end.one is not None and not set(end.one.interfaces).isdisjoint(interfaces)


def _meant(net: Network, draft: Draft, end: Spot) -> bool:
    """Whether a draft ends at this end, and not at another interface of the same group."""
    known = targets(net).class_of.get(draft.target.rpartition("/")[2])
    return known is not None and known.subnet == end.place.subnet and bool(draft.destinations & end.place.addresses)


def _answer(draft: Draft, start: Spot, sent: str, endpoint: str) -> Answer:
    path = written(draft, sent, start.one.interfaces if start.one is not None else ())
    if draft.blocked:
        return Answer(Reach.BLOCKED, start.path, (blocker(endpoint, draft.blocked),), reason=draft.blocked)
    there = (*start.path, *draft.path, draft.target.rpartition("/")[2])
    return Answer(
        path.verdict, there, (), cidrs(draft.sources), "" if path.verdict is Reach.REACHES else path.reason,
        draft.doubts, (Hop(path.origin, f"sends {sent}"), *path.hops[1:]),
    )  # fmt: skip
