"""Which network paths carry producer, consumer, storage and console traffic, and what else is open?"""

from __future__ import annotations

from ipaddress import ip_network
from typing import TYPE_CHECKING, Any

from audit.model.facts import Unknown
from audit.model.graph import INTERNET, NodeKind
from audit.model.verdict import NOT_JOINED, Claim, Hop, Verdict
from audit.questions import doors, inside, private_link, ways_out
from audit.questions.holders import cited
from audit.questions.packets import doubted, within
from audit.reach.path import Path, Reach
from audit.reach.privatelink import REASONS as PRIVATE_LINK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from audit.boundary import Boundary
    from audit.model.contract import Listener, Network

TITLE = "Which network paths carry producer, consumer, storage and console traffic?"
ORDER = 40
BROKEN = frozenset(
    {
        "undeclared_source",
        "open_to_internet",
        "listener_unreachable",
        "storage_path_leaks",
        "public_address",
        "plaintext_listener",
        "console_exposed",
        "undeclared_egress",
        "storage_unreachable",
        "egress_by_other_zone",
        "connects_without_acceptance",
        "connects_others",
    }
)
"""The reasons of this question's broken claims; each has its policy."""

GUARDED = ("broker-group", "console-group")
_INSIDE = {
    "broker-group": ("broker-group", "console-group"),
    "console-group": ("console-group",),
    doors.BALANCER: (),
    "file-system-group": (),
}
_OF_CONSOLE = {"console-group", doors.BALANCER}
_PLAIN = {"PLAINTEXT", "SASL_PLAINTEXT", "HTTP"}
_EVERYONE = {"0.0.0.0/0", "::/0"}
_WIDEST = 8
"""No network of one's own is wider than a /8; two halves of the internet are no narrower than the whole."""


def claims(boundary: Boundary) -> Iterator[Claim]:
    """Listeners, what else arrives, the way to storage, public addresses, ways in and ways out."""
    network = boundary.contract.network
    if network is None:
        text = "the contract names no network, so no path can be judged: add it, or deploy with this kit"
        yield Claim(Verdict.UNKNOWN, "no_network", boundary.contract.account, text)
        return
    for listener in boundary.contract.listeners:
        for claim in _listener(boundary, network, listener):
            yield boundary.rests_on(claim.bearing("listener_unreachable"), listener)
    for part, reasons in _PARTS.items():
        for claim in part(boundary, network):
            yield boundary.rests_on(claim.bearing(*reasons), network)


def _guarded(boundary: Boundary, network: Network) -> Iterator[Claim]:
    for role in (*GUARDED, *sorted(_INSIDE.keys() & network.security_groups.keys() - {*GUARDED})):
        if role in network.security_groups:
            arrives = "console_exposed" if role in _OF_CONSOLE else "undeclared_source"
            group = network.security_groups[role]
            yield from (c.bearing(arrives, "open_to_internet") for c in _arriving(boundary, network, role))
            yield from (c.bearing("public_address") for c in _addresses(boundary, group, role))
        else:
            text = f"the contract names no {role}, so what reaches it cannot be judged"
            yield Claim(Verdict.UNKNOWN, "no_network", role, text)


def _listener(boundary: Boundary, network: Network, listener: Listener) -> Iterator[Claim]:
    """A declared listener: encrypted, and reached by each declared source."""
    group = network.security_groups.get(listener.on)
    if listener.protocol in _PLAIN:
        text = (
            f"listener {listener.name} on port {listener.port} speaks {listener.protocol}: anyone on the path can read"
        )
        path = (Hop(listener.name, f"speaks {listener.protocol} on port {listener.port}"),)
        yield Claim(Verdict.BROKEN, "plaintext_listener", listener.name, text, path)
    if group is None:
        text = f"listener {listener.name} is guarded by {listener.on}, which the contract does not name"
        yield Claim(Verdict.UNKNOWN, "no_network", listener.name, text)
        return
    arriving = boundary.arrivals(group, "tcp", listener.port)
    found = [path for path in arriving if not path.via]
    for source in listener.sources:
        name = source.security_group or source.cidr or ""
        if source.account is not None:
            balanced = [path for path in arriving if path.via == _behind(network)]
            yield private_link.reached(boundary, listener, source.account, balanced)
        elif name not in _EVERYONE:
            yield _reached(boundary, listener, name, found)


def _behind(network: Network) -> str | None:
    return network.private_link.load_balancer if network.private_link is not None else None


def _reached(boundary: Boundary, listener: Listener, source: str, found: list[Path]) -> Claim:
    paths = [path for path in found if _comes_from(path, source)]
    open_ = [path for path in paths if path.verdict is Reach.REACHES]
    for path in paths:
        if path.verdict is Reach.UNKNOWN:
            return doubted(boundary, path, f"whether {source} reaches {listener.name} (tcp {listener.port})")
    # Addresses of no subnet are nobody's.
    stopped = [path for path in paths if path.verdict is Reach.BLOCKED and path.reason != "no_subnet"]
    lost = [path for path in stopped if path.interfaces not in {one.interfaces for one in open_}]
    if open_ and not lost:
        but = "".join(f", but for {', '.join(path.sources)} ({path.reason.replace('_', ' ')})" for path in stopped[:1])
        who = boundary.label(boundary.ec2(f"security-group/{source}")) if source.startswith("sg-") else source
        text = f"{who} reaches {listener.name} (tcp {listener.port}) as declared{but}"
        return Claim(Verdict.HOLDS, "declared_path", open_[0].target, text, open_[0].hops, open_[0].records)
    paths = lost or paths
    unseen = [path for path in found if path.verdict is Reach.UNKNOWN and path.reason.endswith("_unread")]
    if not paths and unseen:
        return doubted(boundary, unseen[0], f"whether {source} reaches {listener.name} (tcp {listener.port})")
    blocked = paths or [path for path in found if path.reason == "no_interface"]
    if any(path.reason in {"no_interface", "group_without_interfaces"} for path in blocked):
        text = f"nothing runs yet at one end of {source} to {listener.name} (tcp {listener.port}): no packet to judge"
        return Claim(Verdict.UNKNOWN, "nothing_runs_yet", listener.name, text)
    why = blocked[0].reason.replace("_", " ") if blocked else "no rule admits it"
    hops = blocked[0].hops if blocked else (Hop(listener.name, why),)
    text = f"{source} is declared for {listener.name} (tcp {listener.port}) and does not reach it: {why}"
    records = blocked[0].records if blocked else ()
    return Claim(Verdict.BROKEN, "listener_unreachable", listener.name, text, hops, records)


def _comes_from(path: Path, source: str) -> bool:
    if source.startswith("sg-"):
        return source in path.groups or path.reason == "group_without_interfaces"
    return not path.groups and any(_overlap(cidr, source) for cidr in path.sources)


def _overlap(one: str, two: str) -> bool:
    left, right = ip_network(one), ip_network(two)
    return left.version == right.version and left.overlaps(right)


def _arriving(boundary: Boundary, network: Network, role: str) -> Iterator[Claim]:
    """Everything that arrives at a group and that no listener declares."""
    group = network.security_groups[role]
    everyone = False
    for protocol in ("tcp", "udp"):
        for path in boundary.arrivals(group, protocol):
            if path.reason == "no_interface" or doors.guarded_elsewhere(boundary, network, path):
                continue
            if path.verdict is Reach.UNKNOWN and not _declared(network, boundary, role, path):
                yield doubted(boundary, path, f"whether undeclared {protocol} packets reach {role}")
            elif path.verdict is Reach.REACHES and path.origin == INTERNET and not _narrow(path):
                text = f"the internet reaches {role} on {protocol} {_ports(path)}"
                yield Claim(Verdict.BROKEN, "open_to_internet", path.target, text, path.hops, path.records)
            elif path.verdict is Reach.REACHES and not _declared(network, boundary, role, path):
                yield _undeclared(boundary, role, path)
    for claim in _everyone(boundary, group, role):
        everyone = True
        yield claim
    if not everyone:
        text = f"no rule of {role} admits every address"
        node = boundary.graph.get(boundary.ec2(f"security-group/{group}"))
        if node is not None:
            yield Claim(Verdict.HOLDS, "closed_to_internet", node.id, text, (), node.records)


def _everyone(boundary: Boundary, group: str, role: str) -> Iterator[Claim]:
    """Rules that name every address: a missing route is then all that keeps the internet out."""
    node = boundary.graph.get(boundary.ec2(f"security-group/{group}"))
    if node is None:
        gaps = boundary.graph.unseen(NodeKind.SECURITY_GROUP, account=boundary.contract.account)
        yield from (Claim.unread(group, f"the rules of {role}", gap.unknown) for gap in gaps)
        if not gaps:
            text = f"{role} ({group}) is not in the walked accounts, so what reaches it cannot be judged"
            yield Claim(Verdict.UNKNOWN, "not_in_snapshot", group, text)
        return
    rules = node.properties.get("ingress")
    if isinstance(rules, Unknown):
        yield Claim.unread(node.id, f"the rules of {role}", rules)
        return
    for rule in rules or ():
        for cidr in sorted(_admitted(boundary, rule), key=str):
            if isinstance(cidr, Unknown):
                yield Claim.unread(node.id, f"a prefix list that {role} admits", cidr)
            elif ip_network(cidr).prefixlen < _WIDEST:
                ports = f"{rule.get('FromPort', 'all')}"
                text = f"{role} admits {cidr} on port {ports}: nothing but a missing route keeps the internet out"
                path = (Hop(cidr, f"admitted on port {ports}"), Hop(node.id, role, cited(node.records)))
                yield Claim(Verdict.BROKEN, "open_to_internet", node.id, text, path, node.records)


def _admitted(boundary: Boundary, rule: dict[str, Any]) -> set[str | Unknown]:
    """The CIDRs that a rule names, its prefix lists' among them."""
    found: set[str | Unknown] = {r["CidrIp"] for r in rule.get("IpRanges", ())}
    found |= {r["CidrIpv6"] for r in rule.get("Ipv6Ranges", ())}
    for named in rule.get("PrefixListIds", ()):
        lists = [n for n in boundary.graph.nodes(NodeKind.PREFIX_LIST) if n.name == named["PrefixListId"]]
        unseen = [gap.unknown for gap in boundary.graph.unseen(NodeKind.PREFIX_LIST)] if not lists else []
        for entries in (*unseen, *(node.properties.get("entries") for node in lists)):
            found |= {entries} if isinstance(entries, Unknown) else set(entries or ())
    return found


def _narrow(path: Path) -> bool:
    """Whether a path is of named addresses: an office's on the internet are not the internet."""
    return bool(path.sources) and all(ip_network(cidr).prefixlen >= _WIDEST for cidr in path.sources)


def _declared(network: Network, boundary: Boundary, role: str, path: Path) -> bool:
    inside = {network.security_groups.get(name) for name in _INSIDE[role]}
    if path.groups and set(path.groups) <= inside:
        return True
    listeners = boundary.contract.listeners if path.protocol == "tcp" else ()
    asked = [one for one in listeners if one.on == role and path.ports == ((one.port, one.port),)]
    origin = boundary.graph.get(path.origin)
    if path.reason in PRIVATE_LINK or (origin is not None and origin.kind is NodeKind.VPC_ENDPOINT):
        # Addresses behind PrivateLink are of the consumer's own network, whatever addresses the contract declares.
        return private_link.is_declared(boundary, path, asked)
    cidrs = {source.cidr for listener in asked for source in listener.sources if source.cidr}
    groups = {source.security_group for listener in asked for source in listener.sources if source.security_group}
    if path.groups:
        return set(path.groups) <= groups | inside
    return bool(path.sources) and all(within(cidr, cidrs) for cidr in path.sources)


def _undeclared(boundary: Boundary, role: str, path: Path) -> Claim:
    who = (
        ", ".join(boundary.label(group) for group in path.groups) or ", ".join(path.sources) or _origin(boundary, path)
    )
    text = f"{who} reaches {role} on {path.protocol} {_ports(path)}, which the contract does not declare"
    reason = "console_exposed" if role in _OF_CONSOLE else "undeclared_source"
    return Claim(Verdict.BROKEN, reason, path.target, text, path.hops, path.records)


def _origin(boundary: Boundary, path: Path) -> str:
    """Whose addresses are not known: an endpoint, an account, or any that connects to an endpoint service."""
    return "any account" if path.origin == "*" else boundary.label(path.origin)


def _ports(path: Path) -> str:
    return ", ".join(str(low) if low == high else f"{low}-{high}" for low, high in path.ports)


def _addresses(boundary: Boundary, group: str, role: str) -> Iterator[Claim]:
    """Public addresses on the interfaces behind a group."""
    for gap in boundary.graph.unseen(NodeKind.NETWORK_INTERFACE, account=boundary.contract.account):
        yield Claim.unread(group, f"the addresses of {role}", gap.unknown)
    for node in boundary.graph.nodes(NodeKind.NETWORK_INTERFACE):
        if group in (node.properties.get("groups") or ()) and node.properties.get("public_addresses"):
            addresses = ", ".join(node.properties["public_addresses"])
            text = f"{node.name} in {role} has the public address {addresses}"
            path = (Hop(node.id, f"has {addresses}", cited(node.records)),)
            yield Claim(Verdict.BROKEN, "public_address", node.id, text, path, node.records)


def _storage(boundary: Boundary, network: Network) -> Iterator[Claim]:
    """Brokers to S3: through the gateway endpoint, leaking around it, or not at all."""
    group = network.security_groups.get("broker-group")
    found = boundary.ways_to_s3(group) if group is not None else []
    for path in found:
        target = boundary.graph.get(path.target)
        if path.verdict is Reach.UNKNOWN:
            yield doubted(boundary, path, "how brokers reach S3")
        elif path.verdict is Reach.BLOCKED:
            continue
        elif target is not None and target.kind is NodeKind.VPC_ENDPOINT:
            text = f"brokers reach S3 through the endpoint {target.name}"
            yield Claim(Verdict.HOLDS, "storage_path", target.id, text, path.hops, path.records)
        else:
            text = "brokers reach S3 around the endpoint, over public addresses"
            yield Claim(Verdict.BROKEN, "storage_path_leaks", path.origin, text, path.hops, path.records)
    yield from (_nothing_runs(path) for path in found if path.reason == "no_interface")
    for interfaces in boundary.behind(group) if group is not None else ():
        ways = [path for path in found if path.interfaces == interfaces]
        if all(path.verdict is Reach.BLOCKED for path in ways):
            yield _no_storage(boundary, interfaces, ways)


def _nothing_runs(path: Path) -> Claim:
    text = "no broker runs yet: how brokers reach S3 cannot be judged"
    return Claim(Verdict.UNKNOWN, "nothing_runs_yet", path.origin, text)


def _no_storage(boundary: Boundary, interfaces: tuple[str, ...], ways: list[Path]) -> Claim:
    """Brokers alike that do not reach S3; those that no rule lets send have no way at all."""
    why = ways[0].reason.replace("_", " ") if ways else "no rule lets them send HTTPS to it"
    text = f"brokers do not reach S3: {why} ({', '.join(map(boundary.label, interfaces))})"
    hops = (ways[0].hops if ways else ()) or (Hop(interfaces[0], why),)
    records = ways[0].records if ways else ()
    return Claim(Verdict.BROKEN, "storage_unreachable", interfaces[0], text, hops, records)


def _entrances(boundary: Boundary, network: Network) -> Iterator[Claim]:
    """aws-rules 27: ways in that need neither a public address nor a route."""
    vpc = boundary.ec2(f"vpc/{network.vpc}")
    found, gaps = boundary.ways_in(vpc)
    # Who comes by the declared endpoint service is told with the brokers' listener.
    entrances = [node for node in found if not private_link.is_entrance(network, node)]
    for node in entrances:
        kind = node.properties.get("type", "entrance")
        text = f"{kind} {node.name} leads into the VPC, which the contract does not declare"
        path = (Hop(INTERNET, "enters"), Hop(node.id, "leads into"), Hop(vpc, ""))
        yield Claim(Verdict.BROKEN, "undeclared_source", node.id, text, path, node.records)
    for gap in gaps:
        listed = "" if gap.unknown.code == NOT_JOINED else f" that {gap.operation} lists"
        yield Claim.unread(vpc, f"ways into the VPC{listed}", gap.unknown)
    if not entrances and not gaps:
        text = "no accelerator, VPC origin, API link, lattice service or client VPN leads into the VPC"
        yield Claim(Verdict.HOLDS, "no_other_entrance", vpc, text)


_PARTS: Mapping[Callable[[Boundary, Network], Iterator[Claim]], tuple[str, ...]] = {
    _guarded: (),
    doors.load_balancers: ("listener_unreachable", "plaintext_listener", "open_to_internet"),
    _storage: ("storage_path_leaks", "storage_unreachable"),
    inside.among: ("listener_unreachable",),
    inside.names: ("listener_unreachable",),
    private_link.services: ("connects_without_acceptance", "connects_others"),
    private_link.service: ("listener_unreachable",),
    private_link.names: ("listener_unreachable",),
    inside.sessions: ("session_jump",),
    _entrances: ("undeclared_source",),
    ways_out.claims: ("undeclared_egress",),
    doors.zones: ("egress_by_other_zone",),
}
"""What is told of the network, and the reasons that each part bears on; without any, all."""
