"""What traffic_paths says of the console's load balancer, and of the zones that the environment leaves through."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audit.model.facts import Unknown
from audit.model.graph import Citation, EdgeKind, NodeKind
from audit.model.verdict import Claim, Hop, Verdict
from audit.reach.path import Reach

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.boundary import Boundary
    from audit.model.contract import Listener, Network
    from audit.model.graph import Node
    from audit.reach.path import Path

BALANCER = "console-load-balancer"
"""The role of the security group of the console's load balancer."""
_ENCRYPTED = {"HTTPS", "TLS"}


def load_balancers(boundary: Boundary, network: Network) -> Iterator[Claim]:
    """The load balancer before the console: internal, encrypted as declared, and leading to the console."""
    group = network.security_groups.get(BALANCER)
    if group is None:
        return
    gaps = boundary.graph.unseen(NodeKind.LOAD_BALANCER, account=boundary.contract.account)
    for gap in gaps:
        yield Claim.unread(group, "which load balancer stands before the console", gap.unknown)
    found = [node for node in boundary.graph.nodes(NodeKind.LOAD_BALANCER) if group in node.properties["groups"]]
    if not found and not gaps:
        text = f"no load balancer stands in {BALANCER}: people do not reach the console"
        hops = (Hop(group, "guards no load balancer"),)
        yield Claim(Verdict.BROKEN, "listener_unreachable", group, text, hops)
    for balancer in found:
        yield _scheme(balancer)
        for listener in boundary.contract.listeners:
            if listener.on == BALANCER:
                for claim in _listener(boundary, balancer, listener):
                    yield boundary.rests_on(claim, listener)


def guarded_elsewhere(boundary: Boundary, network: Network, path: Path) -> bool:
    """Whether a path comes by a load balancer that is judged in its own group, where its clients arrive."""
    group, balancer = network.security_groups.get(BALANCER), boundary.graph.get(path.via)
    return balancer is not None and group is not None and balancer.properties["groups"] == [group]


def zones(boundary: Boundary, network: Network) -> Iterator[Claim]:
    """Whether the failure of one zone cuts off the others, where the contract says that none does."""
    if not network.egress_by_zone:
        return
    for path in boundary.ways_out_by_zone():
        subnet = boundary.label(path.origin)
        if path.verdict is Reach.UNKNOWN:
            yield _doubted(path, f"whether {subnet} leaves through its own zone")
        elif path.verdict is Reach.REACHES:
            text = f"{subnet} leaves through its own zone"
            yield Claim(Verdict.HOLDS, "egress_by_zone", path.origin, text, path.hops, path.records)
        else:
            text = f"{subnet} does not leave through its own zone: {path.reason.replace('_', ' ')}"
            hops = path.hops or (Hop(path.origin, path.reason.replace("_", " ")),)
            yield Claim(Verdict.BROKEN, "egress_by_other_zone", path.origin, text, hops, path.records)


def _scheme(balancer: Node) -> Claim:
    if balancer.properties["scheme"] == "internal":
        text = f"the load balancer {balancer.name} is internal"
        return Claim(Verdict.HOLDS, "internal_load_balancer", balancer.id, text, (), balancer.records)
    text = f"the load balancer {balancer.name} faces the internet: its name resolves to public addresses"
    hops = (Hop(balancer.id, f"has the scheme {balancer.properties['scheme']}", _cited(balancer)),)
    return Claim(Verdict.BROKEN, "open_to_internet", balancer.id, text, hops, balancer.records)


def _listener(boundary: Boundary, balancer: Node, declared: Listener) -> Iterator[Claim]:
    listeners = balancer.properties["listeners"]
    if isinstance(listeners, Unknown):
        unread = Claim.unread(balancer.id, f"the listeners of {balancer.name}", listeners)
        yield unread.bearing("listener_unreachable", "plaintext_listener")
        return
    where = f"{balancer.name} on port {declared.port}"
    one = next((item for item in listeners or () if item.get("Port") == declared.port), None)
    if one is None:
        text = f"{declared.name} is declared, and nothing listens at {where}"
        hops = (Hop(balancer.id, f"has no listener on port {declared.port}", _cited(balancer)),)
        yield Claim(Verdict.BROKEN, "listener_unreachable", declared.name, text, hops, balancer.records)
        return
    yield _encrypted(balancer, declared, one)
    yield from _leads_on(boundary, balancer, declared, one)


def _encrypted(balancer: Node, declared: Listener, one: dict[str, Any]) -> Claim:
    protocol = one.get("Protocol")
    if protocol in _ENCRYPTED and one.get("Certificates"):
        text = f"{declared.name} speaks {protocol} with the certificate {one['Certificates'][0].get('CertificateArn')}"
        return Claim(Verdict.HOLDS, "encrypted_listener", declared.name, text, (), balancer.records)
    speaks = f"speaks {protocol}" + ("" if protocol not in _ENCRYPTED else " without a certificate")
    text = f"{declared.name} on {balancer.name} {speaks}: anyone on the path can read"
    hops = (Hop(balancer.id, f"{speaks} on port {declared.port}", _cited(balancer)),)
    return Claim(Verdict.BROKEN, "plaintext_listener", declared.name, text, hops, balancer.records)


def _leads_on(boundary: Boundary, balancer: Node, declared: Listener, one: dict[str, Any]) -> Iterator[Claim]:
    console = boundary.contract.console
    if console is None or console.instance is None:
        return
    what = f"whether {declared.name} leads to the console"
    for gap in boundary.graph.unseen(NodeKind.TARGET_GROUP, account=boundary.contract.account):
        yield Claim.unread(balancer.id, what, gap.unknown).bearing("listener_unreachable")
        return
    groups = [group for name in _forwarded(one) if (group := boundary.graph.get(name)) is not None]
    unread = [group.properties["targets"] for group in groups if isinstance(group.properties["targets"], Unknown)]
    if unread:
        yield Claim.unread(balancer.id, what, unread[0]).bearing("listener_unreachable")
        return
    records = tuple(dict.fromkeys(record for node in (balancer, *groups) for record in node.records))
    target = boundary.ec2(f"instance/{console.instance}")
    targets = (boundary.graph.edges(EdgeKind.TARGETS, source=group.id, target=target) for group in groups)
    if any(list(found) for found in targets):
        there = (Hop(balancer.id, "forwards to", _cited(balancer)), Hop(target, "the console"))
        text = f"{declared.name} leads from {balancer.name} to the console ({console.instance})"
        yield Claim(Verdict.HOLDS, "declared_path", target, text, there, records)
        return
    text = f"{declared.name} does not lead from {balancer.name} to the console ({console.instance})"
    elsewhere = (Hop(balancer.id, f"forwards port {declared.port} elsewhere", _cited(balancer)),)
    yield Claim(Verdict.BROKEN, "listener_unreachable", declared.name, text, elsewhere, records)


def _forwarded(listener: dict[str, Any]) -> list[str]:
    """The target groups of a listener's default action, plain or weighted."""
    found: list[str] = []
    for action in listener.get("DefaultActions") or ():
        weighted = (action.get("ForwardConfig") or {}).get("TargetGroups") or ()
        found += [action["TargetGroupArn"]] if action.get("TargetGroupArn") else []
        found += [group["TargetGroupArn"] for group in weighted if group.get("TargetGroupArn")]
    return list(dict.fromkeys(found))


def _doubted(path: Path, what: str) -> Claim:
    unread = next((doubt.unread for doubt in path.doubts if doubt.unread is not None), None)
    if unread is not None:
        return Claim.unread(path.target, what, unread)
    text = f"{what} is not known: {path.reason.replace('_', ' ')}"
    return Claim(Verdict.UNKNOWN, path.reason, path.target, text, path.hops, path.records, path.missing)


def _cited(node: Node) -> tuple[Citation, ...]:
    return tuple(Citation(record) for record in node.records)
