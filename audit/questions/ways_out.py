"""Where brokers and console can send: the internet, names, other networks, services of other accounts, a proxy.

The audit says that nothing leads to the internet only where every way was seen: routes, endpoints and the resolver.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.model.graph import INTERNET, NodeKind
from audit.model.verdict import Claim, Verdict
from audit.questions.packets import doubted, within
from audit.reach.path import Path, Reach

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from audit.boundary import Boundary
    from audit.model.contract import Network

SENDERS = ("broker-group", "console-group")
_BEHIND_ENDPOINT = {"provider_not_walked"}
"""Doubts about what stands behind an endpoint: that packets get into it is sure."""


def claims(boundary: Boundary, network: Network) -> Iterator[Claim]:
    """Where brokers and console can send: the internet through NAT, and names through the resolver."""
    for role in SENDERS:
        group = network.security_groups.get(role)
        paths = boundary.departures(group) if group is not None else []
        yield from _elsewhere(boundary, network, role, paths)
        yield from _services(boundary, network, role)
        yield from _none(boundary, network, role, paths)
        for path in (path for path in paths if path.target == INTERNET):
            if path.verdict is Reach.UNKNOWN:
                yield doubted(boundary, path, f"whether {role} can send to the internet")
            elif path.verdict is Reach.REACHES and network.internet_egress == "none":
                text = f"{role} can send to the internet, and the contract declares no way out"
                yield Claim(Verdict.BROKEN, "undeclared_egress", path.origin, text, path.hops, path.records)
            elif path.verdict is Reach.REACHES:
                text = f"{role} can send to the internet through NAT: declared"
                yield Claim(Verdict.HOLDS, "declared_egress", path.origin, text, path.hops, path.records)
    dns = boundary.dns_way_out(boundary.ec2(f"vpc/{network.vpc}"))
    if dns.verdict is Reach.UNKNOWN:
        yield doubted(boundary, dns, "whether names can be asked of the internet")
    elif dns.verdict is Reach.REACHES:
        text = "names can be asked of the internet through the VPC's resolver, which no route or group stops"
        declared = network.internet_egress != "none"
        verdict = Verdict.HOLDS if declared else Verdict.BROKEN
        reason = "declared_egress" if declared else "undeclared_egress"
        yield Claim(verdict, reason, dns.target, text, dns.hops, dns.records)


def _none(boundary: Boundary, network: Network, role: str, paths: Iterable[Path]) -> Iterator[Claim]:
    """That no path leads to the internet, where the contract says so and every route was seen."""
    group = network.security_groups.get(role)
    if network.internet_egress != "none" or group is None or not boundary.behind(group):
        return
    found = [path for path in paths if path.verdict is not Reach.BLOCKED and path.target == INTERNET]
    unsure = [path for path in paths if path.verdict is Reach.UNKNOWN]
    if not found and not unsure:
        text = f"no path leads from {role} to the internet"
        node = boundary.graph.get(boundary.ec2(f"security-group/{group}"))
        yield Claim(Verdict.HOLDS, "no_way_out", group, text, (), node.records if node is not None else ())


def _services(boundary: Boundary, network: Network, role: str) -> Iterator[Claim]:
    """Services of other accounts behind the network's endpoints: a way out as good as a route."""
    group, proxy = network.security_groups.get(role), network.proxy
    told: set[str] = set()
    for path in boundary.services(group) if group is not None else ():
        endpoint = _endpoint(boundary, path)
        certain = path.verdict is Reach.REACHES or path.reason in _BEHIND_ENDPOINT
        if endpoint is None or endpoint in told or path.verdict is Reach.BLOCKED:
            continue
        told.add(endpoint)
        ports = ", ".join(str(low) if low == high else f"{low}-{high}" for low, high in path.ports)
        if not certain:
            yield doubted(boundary, path, f"whether {role} can send to the service behind {endpoint}")
        elif proxy is not None and endpoint == proxy.endpoint and path.ports == ((proxy.port, proxy.port),):
            text = f"{role} can send to the proxy behind {endpoint} (tcp {ports}): declared"
            yield Claim(Verdict.HOLDS, "declared_egress", path.origin, text, path.hops, path.records)
        else:
            text = f"{role} can send to another account's service behind {endpoint} (tcp {ports}), which the contract "
            text += "does not declare"
            yield Claim(Verdict.BROKEN, "undeclared_egress", path.origin, text, path.hops, path.records)


def _endpoint(boundary: Boundary, path: Path) -> str | None:
    """The endpoint of the path, by physical id."""
    named = {name for name in (*path.path, path.target.rpartition("/")[2]) if name.startswith("vpce-")}
    found = (node.name for node in boundary.graph.nodes(NodeKind.VPC_ENDPOINT) if node.name in named)
    return next(found, None)


def _elsewhere(boundary: Boundary, network: Network, role: str, paths: Iterable[Path]) -> Iterator[Claim]:
    """Other networks that brokers or console may send to; those of declared clients, and a proxy, are known."""
    clients = {source.cidr for listener in boundary.contract.listeners for source in listener.sources if source.cidr}
    for path in paths:
        target = boundary.graph.get(path.target)
        known = path.target == INTERNET or (target is not None and target.kind is NodeKind.VPC_ENDPOINT)
        if known or path.verdict is Reach.BLOCKED or all(within(cidr, clients) for cidr in path.destinations):
            continue
        if _is_proxy(network, path):
            text = f"{role} can send to the proxy at {', '.join(path.destinations)}: declared"
            yield Claim(Verdict.HOLDS, "declared_egress", path.origin, text, path.hops, path.records)
            continue
        where = f"{', '.join(path.destinations)} through {boundary.label(path.target)}"
        if path.verdict is Reach.UNKNOWN:
            yield doubted(boundary, path, f"whether {role} can send to {where}")
        else:
            text = f"{role} can send to {where}, which the contract does not declare"
            yield Claim(Verdict.BROKEN, "undeclared_egress", path.origin, text, path.hops, path.records)


def _is_proxy(network: Network, path: Path) -> bool:
    proxy = network.proxy
    return (
        proxy is not None
        and path.verdict is Reach.REACHES
        and path.destinations == (proxy.cidr,)
        and path.ports == ((proxy.port, proxy.port),)
    )
