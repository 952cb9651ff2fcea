"""PrivateLink: who enters by the endpoint service of a network load balancer, and what is behind an endpoint.

Whoever has an accepted connection arrives, and keeps it when permissions go; whoever is allowed arrives at will where
no acceptance is asked ("Configure an endpoint service"). The target sees the load balancer's own address, whatever its
group preserves ("Edit target group attributes for your Network Load Balancer"); the load balancer's groups see the
client's, if they are asked at all ("Update the security groups for your Network Load Balancer").
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from audit.model.arn import Arn, is_arn
from audit.model.facts import Unknown
from audit.model.graph import Citation, Node, NodeKind
from audit.model.snapshot import NOT_COLLECTED
from audit.reach.addresses import EVERYWHERE, PUBLIC, Intervals
from audit.reach.drafts import Draft
from audit.reach.path import Doubt, Piece
from audit.reach.security_groups import rules
from audit.reach.targets import targets
from audit.reach.topology import InterfaceClass, subnet_addresses

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from audit.reach.balancers import Asked
    from audit.reach.topology import Network

ANY_ACCOUNT = "*"
"""The origin of what any account may send: everyone is allowed, and nobody has to accept."""
THROUGH, _ANYONE, _SOMEONE = "through_privatelink", "any_account_may_connect", "account_may_connect"
REASONS = {THROUGH, _ANYONE, _SOMEONE}
"""The reasons of paths by PrivateLink: their sources are addresses of the origin's own network."""
_SERVICES = "ec2:DescribeVpcEndpointServiceConfigurations"
_UNREAD = Unknown("", NOT_COLLECTED, "")
_GONE = {"deleting", "deleted", "failed"}


@dataclass(frozen=True, slots=True)
class Consumer:
    """One who enters by a service: an endpoint, a walked one by its node, an account, or any account."""

    origin: str
    reason: str = THROUGH
    blocked: str = ""
    endpoint: Node | None = None
    doubts: tuple[Doubt, ...] = ()


def clients(near: Asked, balancer: Node, wanted: Intervals, arrived: Callable[[Asked], list[Draft]]) -> Iterator[Draft]:
    """What enters a load balancer's listeners by its endpoint services; ``arrived`` says what gets to an endpoint."""
    net = near.net
    unread = net.unread_by(_SERVICES, balancer.account, balancer.region)
    if unread is not None:
        doubt = Doubt("endpoint_services_unread", balancer.id, unread)
        yield Draft(balancer.id, "", Intervals(), Intervals(), wanted, doubts=(doubt,))
    for service in services(net, balancer.id):
        for consumer in _consumers(net, service):
            for draft in _entering(near, wanted, consumer, arrived):
                yield from admitted(net, balancer, near.protocol, cited(draft, service))


def services(net: Network, balancer: str) -> list[Node]:
    """The endpoint services that lead to a load balancer."""
    return [
        node
        for node in net.all(NodeKind.ENTRANCE)
        if node.properties["type"] == "endpoint_service"
        and balancer in (node.properties.get("targets") or ())
        and str(node.properties.get("state")).lower() not in _GONE
    ]


def _consumers(net: Network, service: Node) -> Iterator[Consumer]:
    consumers = (*_connected(net, service), *_walked(net, service))
    yield from {(consumer.origin, consumer.blocked): consumer for consumer in consumers}.values()
    yield from _allowed(service)


def _connected(net: Network, service: Node) -> Iterator[Consumer]:
    connections = service.properties.get("connections", _UNREAD)
    if isinstance(connections, Unknown):
        yield Consumer(service.id, doubts=(Doubt("endpoint_connections_unread", service.id, connections),))
        return
    for connection in connections or ():
        endpoint = net.named(NodeKind.VPC_ENDPOINT, connection.get("endpoint"))
        origin = endpoint.id if endpoint is not None else connection.get("owner") or service.id
        state = str(connection.get("state")).lower()
        if state == "available":
            yield Consumer(origin, endpoint=endpoint)
        elif state in {"pendingacceptance", "pending"}:
            yield Consumer(origin, blocked="connection_not_accepted")


def _walked(net: Network, service: Node) -> Iterator[Consumer]:
    """Endpoints of walked accounts say themselves that they are connected."""
    for endpoint in net.all(NodeKind.VPC_ENDPOINT):
        facts = endpoint.properties
        if facts["service"] == service.properties["service"] and str(facts["state"]).lower() == "available":
            yield Consumer(endpoint.id, endpoint=endpoint)


def _allowed(service: Node) -> Iterator[Consumer]:
    principals = service.properties.get("allowed", _UNREAD)
    if isinstance(principals, Unknown):
        yield Consumer(service.id, doubts=(Doubt("endpoint_service_permissions_unread", service.id, principals),))
        return
    blocked = "connection_needs_acceptance" if service.properties["acceptance_required"] is not False else ""
    for origin in sorted({_account(principal) for principal in principals or ()}):
        yield Consumer(origin, _ANYONE if origin == ANY_ACCOUNT else _SOMEONE, blocked)


def _account(principal: str) -> str:
    return Arn.parse(principal).account or principal if is_arn(principal) else principal


def _entering(
    near: Asked, wanted: Intervals, consumer: Consumer, arrived: Callable[[Asked], list[Draft]]
) -> Iterator[Draft]:
    """What a consumer sends to a service: what gets to a walked endpoint, else addresses of its own network."""
    endpoint = consumer.endpoint
    found = ends(near.net, endpoint) if endpoint is not None else []
    if endpoint is None or not found:
        yield Draft(
            consumer.origin, "", Intervals(), Intervals(), wanted, blocked=consumer.blocked, reason=consumer.reason,
            doubts=consumer.doubts,
        )  # fmt: skip
        return
    said = (endpoint.id, Citation(endpoint.records[0] if endpoint.records else "", f"vpc_endpoint/{endpoint.name}"))
    for draft in (draft for end in found for draft in arrived(near.at(end, wanted))):
        yield replace(
            draft, origin=endpoint.id, reason=consumer.reason, because=(*draft.because, said),
            path=(*draft.path, endpoint.name),
        )  # fmt: skip


def cited(draft: Draft, service: Node) -> Draft:
    """The draft, with the endpoint service that passes it on."""
    said = Citation(service.records[0] if service.records else "", f"endpoint_service/{service.name}")
    return replace(draft, because=(*draft.because, (service.id, said)), path=(*draft.path, service.name))


def admitted(net: Network, balancer: Node, protocol: str, draft: Draft) -> Iterator[Draft]:
    """What of a client of PrivateLink the load balancer's own groups let in; they see the client's address."""
    if draft.blocked:
        yield draft
        return
    pieces = _pieces(net, balancer, protocol, draft.ports)
    found = list(_within(draft, pieces))
    # One sure rule is enough for addresses that nobody knows; of known ones each rule admits its part.
    sure = [one for one in found if one.doubts == draft.doubts]
    yield from found if draft.sources else (sure or found)[:1]
    if not found:
        yield replace(draft, blocked="groups_of_the_load_balancer")


def _within(draft: Draft, pieces: list[Piece]) -> Iterator[Draft]:
    for piece in pieces:
        sources = draft.sources & piece.addresses
        if sources or not draft.sources:
            because, doubts = (*draft.because, *piece.because), (*draft.doubts, *piece.doubts)
            yield replace(draft, sources=sources, ports=piece.ports, because=because, doubts=doubts)


def _pieces(net: Network, balancer: Node, protocol: str, wanted: Intervals) -> list[Piece]:
    groups = balancer.properties["groups"]
    if not groups or balancer.properties["privatelink_checks_groups"] == "off":
        return [Piece(EVERYWHERE, wanted)]
    found = rules(net, groups, "ingress", protocol, wanted)
    # Groups of a consumer's interfaces cannot be named across PrivateLink: the client's address is all that is seen.
    return [rule.piece for rule in found if not rule.by_group]


def ends(net: Network, endpoint: Node) -> list[InterfaceClass]:
    """The interfaces of an endpoint by class, or what stands in for unseen ones: its groups and subnets."""
    facts, known = endpoint.properties, targets(net).class_of
    real = dict.fromkeys(known[name] for name in facts.get("interfaces") or () if name in known)
    return [*real] or [_standing_in(net, endpoint, subnet) for subnet in facts["subnets"] or ()]


def _standing_in(net: Network, endpoint: Node, subnet: str) -> InterfaceClass:
    known = net.named(NodeKind.SUBNET, subnet)
    where = subnet_addresses(known) if known is not None else PUBLIC
    groups = tuple(sorted(endpoint.properties["groups"] or ()))
    vpc = endpoint.properties["vpc"] or ""
    return InterfaceClass(
        endpoint.account, endpoint.region, vpc, subnet, groups, public=False, interfaces=(endpoint.id,), addresses=where
    )
