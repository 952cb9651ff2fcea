"""What traffic_paths says of clients that come by PrivateLink: declared accounts arrive, at every port of the service.

AWS pages "Configure an endpoint service" and "Cross-zone load balancing for target groups": each port of a single
broker must lead to that broker alone, from whatever zone the client's endpoint is in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audit.model.facts import Unknown
from audit.model.graph import Citation, NodeKind
from audit.model.verdict import Claim, Hop, Verdict
from audit.questions.holders import words
from audit.reach.path import Reach
from audit.reach.privatelink import REASONS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.boundary import Boundary
    from audit.model.contract import Listener, Network, PrivateLink
    from audit.model.graph import Node
    from audit.reach.path import Path

_CROSS_ZONE = "load_balancing.cross_zone.enabled"
_LISTING = "ec2:DescribeVpcEndpointServiceConfigurations"
_WAITING = {"connection_not_accepted", "connection_needs_acceptance"}


def account_of(boundary: Boundary, path: Path) -> str | None:
    """The account that a path by PrivateLink comes from; None for another path, and where any account may send."""
    node = boundary.graph.get(path.origin)
    if node is not None and node.kind is NodeKind.VPC_ENDPOINT:
        return str(node.properties.get("owner") or node.account)
    return path.origin if path.origin.isdigit() else None


def is_entrance(network: Network, entrance: Node) -> bool:
    """Whether an entrance is the contract's endpoint service."""
    return network.private_link is not None and entrance.name == network.private_link.service


def is_declared(boundary: Boundary, path: Path, listeners: list[Listener]) -> bool:
    """Whether the contract declares the account that a path by PrivateLink comes from, for one of these listeners."""
    accounts = {source.account for listener in listeners for source in listener.sources if source.account}
    return path.reason in REASONS and account_of(boundary, path) in accounts


def reached(boundary: Boundary, listener: Listener, account: str, found: list[Path]) -> Claim:
    """Whether a declared account reaches a listener; nobody of it may have connected yet."""
    paths = [path for path in found if account_of(boundary, path) == account]
    what = f"account {account} reaches {listener.name} (tcp {listener.port}) by PrivateLink"
    opened = [path for path in paths if path.verdict is Reach.REACHES]
    if opened:
        first = opened[0]
        return Claim(Verdict.HOLDS, "declared_path", first.target, f"{what} as declared", first.hops, first.records)
    unsure = [path for path in (*paths, *found) if path.verdict is Reach.UNKNOWN]
    if unsure:
        return _doubted(unsure[0], f"whether {what}")
    stopped = [path for path in paths if path.reason not in _WAITING]
    if stopped:
        why = stopped[0].reason.replace("_", " ")
        text = f"account {account} is connected to {listener.name} and does not reach it: {why}"
        hops, records = stopped[0].hops, stopped[0].records
        return Claim(Verdict.BROKEN, "listener_unreachable", listener.name, text, hops, records)
    waiting = [path for path in paths if path.reason == "connection_not_accepted"]
    if waiting:
        text = f"account {account} has asked for a connection to {listener.name}, and nobody has accepted it"
        hops, records = waiting[0].hops, waiting[0].records
        return Claim(Verdict.BROKEN, "listener_unreachable", listener.name, text, hops, records)
    text = f"account {account} has no endpoint for {listener.name} yet: no packet to judge"
    return Claim(Verdict.UNKNOWN, "nothing_runs_yet", listener.name, text)


def _doubted(path: Path, what: str) -> Claim:
    unread = next((doubt.unread for doubt in path.doubts if doubt.unread is not None), None)
    if unread is not None:
        return Claim.unread(path.target, what, unread)
    text = f"{what} is not known: {path.reason.replace('_', ' ')}"
    return Claim(Verdict.UNKNOWN, path.reason, path.target, text, path.hops, path.records, path.missing)


def services(boundary: Boundary, network: Network) -> Iterator[Claim]:
    """Every endpoint service before a load balancer of the network: who may connect, and who accepts it."""
    gaps = boundary.graph.unseen(NodeKind.ENTRANCE, account=boundary.contract.account)
    for gap in (gap for gap in gaps if gap.operation == _LISTING):
        yield Claim.unread(network.vpc, "which endpoint services lead into the network", gap.unknown)
    link = network.private_link
    named = set(link.principals) if link is not None else set()
    for node in boundary.graph.nodes(NodeKind.ENTRANCE):
        if node.properties["type"] == "endpoint_service" and _leads_here(boundary, network, node):
            yield _accepting(node).bearing("connects_without_acceptance")
            yield _admitting(node, named).bearing("connects_others")


def _leads_here(boundary: Boundary, network: Network, node: Node) -> bool:
    """Whether a service leads to a load balancer of the network; one that was not seen may stand there."""
    found = [boundary.graph.get(arn) for arn in node.properties.get("targets") or ()]
    return any(one is None or one.properties.get("vpc") in {None, network.vpc} for one in found)


def _accepting(node: Node) -> Claim:
    hops = (Hop(node.id, "connects", _cited(node)),)
    if node.properties["acceptance_required"] is True:
        text = f"the endpoint service {node.name} connects nobody without acceptance"
        return Claim(Verdict.HOLDS, "acceptance", node.id, text, hops, node.records)
    text = f"the endpoint service {node.name} connects whoever is allowed, without acceptance"
    return Claim(Verdict.BROKEN, "connects_without_acceptance", node.id, text, hops, node.records)


def _admitting(node: Node, named: set[str]) -> Claim:
    allowed = node.properties["allowed"]
    if isinstance(allowed, Unknown):
        return Claim.unread(node.id, f"who may ask {node.name} for a connection", allowed)
    others = sorted(set(allowed or ()) - named)
    hops = (Hop(node.id, "may be asked by", _cited(node)),)
    if others:
        text = f"the endpoint service {node.name} may be asked for a connection by {words(others)}: not declared"
        return Claim(Verdict.BROKEN, "connects_others", node.id, text, hops, node.records)
    text = f"only declared principals may ask the endpoint service {node.name} for a connection"
    return Claim(Verdict.HOLDS, "declared_principals", node.id, text, hops, node.records)


def service(boundary: Boundary, network: Network) -> Iterator[Claim]:
    """The endpoint service: its load balancer has a port for each broker, and each leads to that broker alone."""
    link = network.private_link
    if link is None:
        return
    balancer = boundary.graph.get(link.load_balancer)
    if balancer is None or balancer.kind is not NodeKind.LOAD_BALANCER:
        gaps = boundary.graph.unseen(NodeKind.LOAD_BALANCER, account=boundary.contract.account)
        yield from (Claim.unread(link.load_balancer, "where its ports lead", gap.unknown) for gap in gaps[:1])
        if not gaps:
            yield _broken(link.load_balancer, "the load balancer of the endpoint service is gone: no client connects")
        return
    listeners = balancer.properties["listeners"]
    if isinstance(listeners, Unknown):
        yield Claim.unread(balancer.id, "which ports clients reach by PrivateLink", listeners)
        return
    yield from _leads(boundary, link, balancer)
    yield from _across_zones(link, balancer)
    behind: dict[int, tuple[str, ...]] = {}
    for port in (link.port, *link.broker_ports):
        claim, brokers = _port(boundary, balancer, link, port)
        behind[port] = brokers
        if claim is not None:
            yield claim
    yield from _apart(balancer, link, behind)


def _leads(boundary: Boundary, link: PrivateLink, balancer: Node) -> Iterator[Claim]:
    """The contract's service stands, and leads to this load balancer."""
    gaps = boundary.graph.unseen(NodeKind.ENTRANCE, account=boundary.contract.account)
    found = [node for node in boundary.graph.nodes(NodeKind.ENTRANCE) if node.name == link.service]
    unread = [gap for gap in gaps if gap.operation == _LISTING]
    if not found and unread:
        yield Claim.unread(link.service, "whether the endpoint service stands", unread[0].unknown)
    elif not found or balancer.id not in (found[0].properties.get("targets") or ()):
        text = f"the endpoint service {link.service} does not lead to {balancer.name}: clients elsewhere reach nobody"
        yield _broken(link.service, text, *(found or [balancer]))


def _across_zones(link: PrivateLink, balancer: Node) -> Iterator[Claim]:
    attributes = balancer.properties["attributes"]
    if isinstance(attributes, Unknown):
        yield Claim.unread(balancer.id, f"whether {balancer.name} leads to brokers of other zones", attributes)
    elif link.broker_ports and str(attributes.get(_CROSS_ZONE)).lower() != "true":
        text = f"{balancer.name} leads to brokers of the client's own zone alone: cross-zone load balancing is off"
        yield _broken(balancer.id, text, balancer)


def _port(boundary: Boundary, balancer: Node, link: PrivateLink, port: int) -> tuple[Claim | None, tuple[str, ...]]:
    """What is wrong or not known of a port, None when it is well; and the targets behind it."""
    listener = next((one for one in balancer.properties["listeners"] or () if one.get("Port") == port), None)
    if listener is None:
        text = f"nothing listens on port {port} of {balancer.name}, which clients elsewhere are told"
        return _broken(balancer.id, text, balancer), ()
    groups = [group for arn in _forwarded(listener) if (group := boundary.graph.get(arn)) is not None]
    held = [group.properties["targets"] for group in groups]
    unread = next((targets for targets in held if isinstance(targets, Unknown)), None)
    gaps = boundary.graph.unseen(NodeKind.TARGET_GROUP, account=boundary.contract.account)
    if unread is not None or (gaps and not groups):
        return Claim.unread(balancer.id, f"where port {port} leads", unread or gaps[0].unknown), ()
    found = tuple(dict.fromkeys(str(target.get("Id")) for targets in held for target in targets or ()))
    if not found:
        text = f"no broker is registered at port {port} of {balancer.name} yet: no packet to judge"
        return Claim(Verdict.UNKNOWN, "nothing_runs_yet", balancer.id, text, (), balancer.records), ()
    if port != link.port and len(found) > 1:
        text = f"port {port} of {balancer.name} leads to {len(found)} brokers: a client that asks for one gets another"
        return _broken(balancer.id, text, balancer, *groups), found
    return None, found


def _apart(balancer: Node, link: PrivateLink, behind: dict[int, tuple[str, ...]]) -> Iterator[Claim]:
    """Two brokers' ports with one broker behind them, else what holds of all ports."""
    single = {port: behind[port] for port in link.broker_ports if len(behind[port]) == 1}
    for port, brokers in single.items():
        same = [other for other, held in single.items() if other < port and held == brokers]
        if same:
            text = f"ports {same[0]} and {port} of {balancer.name} lead to the same broker: a client misses another"
            yield _broken(balancer.id, text, balancer)
            return
    if len(single) == len(link.broker_ports) and behind[link.port]:
        text = f"bootstrap ({link.port}) and each broker ({_span(link)}) have a port of their own at {balancer.name}"
        hops = (Hop(balancer.id, "forwards each port to its broker", _cited(balancer)),)
        yield Claim(Verdict.HOLDS, "declared_path", balancer.id, text, hops, balancer.records)


def _span(link: PrivateLink) -> str:
    first, last = link.broker_ports[0], link.broker_ports[-1]
    return str(first) if first == last else f"{first}-{last}"


def _forwarded(listener: dict[str, Any]) -> list[str]:
    actions = listener.get("DefaultActions") or ()
    weighed = [one for action in actions for one in (action.get("ForwardConfig") or {}).get("TargetGroups") or ()]
    return list(dict.fromkeys(one["TargetGroupArn"] for one in (*actions, *weighed) if one.get("TargetGroupArn")))


def _broken(subject: str, text: str, *nodes: Node) -> Claim:
    hops = tuple(Hop(node.id, node.name, _cited(node)) for node in nodes) or (Hop(subject, "is gone"),)
    records = tuple(dict.fromkeys(record for node in nodes for record in node.records))
    return Claim(Verdict.BROKEN, "listener_unreachable", subject, text, hops, records)


def _cited(node: Node) -> tuple[Citation, ...]:
    return tuple(Citation(record) for record in node.records)


def names(boundary: Boundary, network: Network) -> Iterator[Claim]:
    """Whether the service's name leads to the endpoint where clients are, as far as their networks were walked."""
    link = network.private_link
    if link is None or link.dns_name is None:
        return
    found = [node for node in boundary.graph.nodes(NodeKind.ENTRANCE) if node.name == link.service]
    called = found[0].properties.get("service") if found else None
    for endpoint in boundary.graph.nodes(NodeKind.VPC_ENDPOINT):
        if called is not None and endpoint.properties["service"] == called:
            yield _resolved(boundary, endpoint, link.dns_name)


def _resolved(boundary: Boundary, endpoint: Node, name: str) -> Claim:
    vpc = f"{endpoint.id.rpartition(':')[0]}:vpc/{endpoint.properties['vpc']}"
    where = f"in {endpoint.properties['vpc']} of account {endpoint.account}"
    answer = boundary.resolves(name, vpc)
    cited = tuple(citation for _, citation in answer.because)
    path = (Hop(vpc, "asks its resolver"), Hop(endpoint.id, answer.reason.replace("_", " "), cited))
    if answer.verdict is Reach.UNKNOWN:
        unread = next((doubt.unread for doubt in answer.doubts if doubt.unread is not None), None)
        if unread is not None:
            return Claim.unread(endpoint.id, f"whether {name} leads to the endpoint {where}", unread)
        text = f"whether {name} leads to the endpoint {where} is not known: {answer.reason.replace('_', ' ')}"
        return Claim(Verdict.UNKNOWN, answer.reason, endpoint.id, text, path, endpoint.records)
    if answer.verdict is Reach.REACHES and answer.target == endpoint.id:
        text = f"the name {name} leads to the endpoint {endpoint.name} {where}"
        return Claim(Verdict.HOLDS, "names_resolve", endpoint.id, text, path, endpoint.records)
    text = f"{name} does not lead to the endpoint {endpoint.name} {where}, where clients connect"
    return Claim(Verdict.BROKEN, "listener_unreachable", endpoint.id, text, path, endpoint.records)
