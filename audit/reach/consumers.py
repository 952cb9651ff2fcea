"""PrivateLink from the consumer's side: what is behind the endpoints in a class's reach that lead to other accounts.

After "AWS PrivateLink concepts": an endpoint leads to the load balancer of the provider's service, at the same port.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from audit.model.facts import Unknown
from audit.model.graph import Citation, Node, NodeKind
from audit.reach.addresses import Intervals, ports
from audit.reach.arriving import Arriving
from audit.reach.balancers import not_understood, sent_on
from audit.reach.drafts import Draft, merged
from audit.reach.endpoints import to_endpoint
from audit.reach.path import Doubt
from audit.reach.privatelink import THROUGH, admitted, cited
from audit.reach.targets import Registered, listening, targets

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.reach.topology import InterfaceClass, Network

_LATTICE = {"Resource", "ServiceNetwork"}
_OF_ACCOUNTS = "vpce-svc-"
"""What the names of accounts' services hold; those of AWS's own do not."""


def to_services(net: Network, start: InterfaceClass, protocol: str, wanted: Intervals) -> list[Draft]:
    """Every way of a class to a service of an account by an endpoint, and to the targets behind it."""
    found: list[Draft] = []
    if net.hidden(NodeKind.VPC_ENDPOINT, start.vpc) is not None:
        doubt = net.doubt_in(start.vpc, NodeKind.VPC_ENDPOINT, start.vpc)
        found.append(Draft(start.interfaces[0], start.vpc, start.addresses, Intervals(), wanted, doubts=(doubt,)))
    for endpoint in net.all(NodeKind.VPC_ENDPOINT):
        facts = endpoint.properties
        served = facts["type"] == "Interface" and _OF_ACCOUNTS in str(facts["service"])
        if served or facts["type"] in _LATTICE:
            sent = to_endpoint(net, start, endpoint, wanted, protocol)
            found += [draft for one in sent for draft in _by_endpoint(net, endpoint, protocol, one)]
    return merged(found)


def _by_endpoint(net: Network, endpoint: Node, protocol: str, draft: Draft) -> Iterator[Draft]:
    state = str(endpoint.properties["state"]).lower()
    if state in {"pendingacceptance", "pending"}:
        yield replace(draft, blocked="connection_not_accepted")
    elif state not in {"available", "none"}:
        yield replace(draft, blocked="endpoint_not_available")
    elif endpoint.properties["type"] in _LATTICE:
        yield _ends(draft, Doubt("endpoint_not_modelled", endpoint.id))
    else:
        said = Citation(endpoint.records[0] if endpoint.records else "", f"vpc_endpoint/{endpoint.name}")
        entered = replace(draft, because=(*draft.because, (endpoint.id, said)), path=(*draft.path, endpoint.name))
        yield from _by_service(net, endpoint, protocol, entered)


def _by_service(net: Network, endpoint: Node, protocol: str, draft: Draft) -> Iterator[Draft]:
    entrances = net.all(NodeKind.ENTRANCE)
    name = endpoint.properties["service"]
    service = next((node for node in entrances if node.properties.get("service") == name), None)
    if service is None:
        yield _ends(draft, Doubt("provider_not_walked", endpoint.id))
        return
    for arn in service.properties.get("targets") or ():
        balancer = targets(net).balancers.get(arn)
        if balancer is None:
            doubt: Doubt | None = net.doubt(NodeKind.LOAD_BALANCER, arn, account=service.account, region=service.region)
        else:
            doubt = not_understood(net, balancer, ())
        if balancer is None or doubt is not None:
            yield _ends(draft, *([doubt] if doubt is not None else ()))
        else:
            yield from _by_balancer(net, balancer, protocol, cited(draft, service))


def _ends(draft: Draft, *doubts: Doubt) -> Draft:
    return replace(draft, doubts=(*draft.doubts, *doubts))


def _by_balancer(net: Network, balancer: Node, protocol: str, draft: Draft) -> Iterator[Draft]:
    unread = net.unread(NodeKind.TARGET_GROUP, balancer.account, balancer.region)
    if unread is not None:
        yield _ends(draft, Doubt("target_group_unread", balancer.id, unread))
    known = targets(net).behind.get(balancer.id, [])
    for group in targets(net).groups_of(balancer.id):
        entering = draft.ports & listening(balancer, group, protocol)
        if entering:
            ends = [_near(net, end, one, protocol) for end, one in known if one.group.id == group.id]
            for client in admitted(net, balancer, protocol, replace(draft, ports=entering)):
                yield from _to_group(balancer, group, ends, client)


def _near(net: Network, end: InterfaceClass, one: Registered, protocol: str) -> Arriving:
    return Arriving(net, replace(end, addresses=one.addresses), protocol, ports(one.port, one.port))


def _to_group(balancer: Node, group: Node, ends: list[Arriving], client: Draft) -> Iterator[Draft]:
    held = group.properties["targets"]
    if client.blocked:
        yield client
    elif isinstance(held, Unknown):
        yield _ends(client, Doubt("target_group_unread", group.id, held))
    elif held and not ends:
        yield _ends(client, Doubt("targets_unseen", group.id))
    else:
        said = (balancer.id, Citation(group.records[0] if group.records else "", f"target_group/{group.name}"))
        for near in ends:
            yield from _to_target(balancer, near, replace(client, because=(*client.because, said)))


def _to_target(balancer: Node, near: Arriving, client: Draft) -> Iterator[Draft]:
    for way in sent_on(near, targets(near.net).classes(balancer)):
        yield replace(
            client, target=near.target, destinations=way.destinations, ports=near.wanted, reason=THROUGH,
            because=(*client.because, *way.because), doubts=(*client.doubts, *way.doubts), via=balancer.id,
            path=(*client.path, way.origin.rpartition("/")[2], *way.path),
        )  # fmt: skip
