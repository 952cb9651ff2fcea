"""What traffic_paths says of the environment itself: brokers and console among themselves, its names, and sessions.

AWS pages "Session Manager" (aws-rules 28: an instance that Systems Manager manages is a jump to all that it reaches)
and "Working with private hosted zones".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.model.facts import Unknown
from audit.model.graph import Citation, EdgeKind, NodeKind
from audit.model.verdict import NOT_JOINED, Claim, Hop, Verdict
from audit.questions.holders import words
from audit.reach.addresses import addresses
from audit.reach.path import Reach

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.access.own_power import OwnPower
    from audit.boundary import Boundary
    from audit.model.contract import Network
    from audit.model.graph import Node
    from audit.reach.path import Path

_AMONG = (("broker-group", "broker-group"), ("console-group", "broker-group"))
_SESSION = "ssm:StartSession"
_NAMED = {"A", "AAAA", "CNAME"}
_SHOWN = 5
"""So many principals are named in a sentence; the path has them all."""


def among(boundary: Boundary, network: Network) -> Iterator[Claim]:
    """Brokers reach each other, and the console reaches them: what an environment cannot do without."""
    for source, target in _AMONG:
        group, origin = network.security_groups.get(target), network.security_groups.get(source)
        if group is None or origin is None or not _members(boundary, origin) or not _members(boundary, group):
            continue
        arriving = boundary.arrivals(group, "tcp")
        # A rule that was not read may name the group.
        unread = [path for path in arriving if path.verdict is Reach.UNKNOWN and not path.groups and not path.via]
        found = [path for path in arriving if path.groups == (origin,)]
        yield _among(boundary, (source, target), [*found, *unread])


def _members(boundary: Boundary, group: str) -> bool:
    nodes = boundary.graph.nodes(NodeKind.NETWORK_INTERFACE)
    return any(group in (node.properties.get("groups") or ()) for node in nodes)


def _among(boundary: Boundary, ends: tuple[str, str], found: list[Path]) -> Claim:
    source, target = ends
    network = boundary.contract.network
    subject = boundary.ec2(f"security-group/{network.security_groups[target]}") if network is not None else target
    what = "brokers reach each other" if source == target else f"{source} reaches {target}"
    open_ = [path for path in found if path.verdict is Reach.REACHES]
    astray = [path for path in found if path.verdict is not Reach.REACHES and not _covered(path, open_)]
    for path in astray:
        if path.verdict is Reach.UNKNOWN:
            owner = next((d.unread for d in path.doubts if d.unread is not None and d.unread.code == NOT_JOINED), None)
            if owner is not None:
                return Claim.unread(subject, f"whether {what}", owner)
            text = f"whether {what} is not known: {path.reason.replace('_', ' ')}"
            return Claim(Verdict.UNKNOWN, path.reason, subject, text, path.hops, path.records, path.missing)
    if astray or not open_:
        why = astray[0].reason.replace("_", " ") if astray else "no rule admits it"
        hops = astray[0].hops if astray else (Hop(subject, why),)
        return Claim(Verdict.BROKEN, "listener_unreachable", subject, f"not so that {what}: {why}", hops)
    return Claim(Verdict.HOLDS, "inside_path", subject, what, open_[0].hops, open_[0].records)


def _covered(path: Path, open_: list[Path]) -> bool:
    """Whether all that a path is about gets to the same interfaces by another."""
    others = [cidr for one in open_ if one.interfaces == path.interfaces for cidr in one.sources]
    return bool(path.sources) and not addresses(path.sources) - addresses(others)


def names(boundary: Boundary, network: Network) -> Iterator[Claim]:
    """Whether the environment's names resolve where its declared clients are, as far as their networks were walked."""
    graph = boundary.graph
    zone = next((n for n in graph.nodes(NodeKind.HOSTED_ZONE) if n.name == network.hosted_zone), None)
    if network.hosted_zone is None or (zone is not None and not zone.properties["private"]):
        return
    if zone is None:
        gaps = graph.unseen(NodeKind.HOSTED_ZONE, account=boundary.contract.account)
        yield from (Claim.unread(network.hosted_zone, "where its names resolve", gap.unknown) for gap in gaps[:1])
        return
    for vpc in _client_networks(boundary, network):
        yield _resolved(boundary, zone, vpc)


def _client_networks(boundary: Boundary, network: Network) -> list[Node]:
    """The VPCs that hold addresses or groups of declared clients, the environment's own first.

    No route joins networks of the same addresses: another one with the environment's own is not meant by a CIDR.
    """
    sources = [source for listener in boundary.contract.listeners for source in listener.sources]
    groups = {source.security_group for source in sources}
    guards = [n for n in boundary.graph.nodes(NodeKind.SECURITY_GROUP) if n.name in groups]
    near = {network.vpc, *(str(node.properties.get("vpc")) for node in guards)}
    far = {vpc for source in sources if source.cidr for vpc in boundary.networks_within(source.cidr)}
    own = next((n for n in boundary.graph.nodes(NodeKind.VPC) if n.name == network.vpc), None)
    alike = (
        set() if own is None else {vpc for cidr in own.properties["cidrs"] for vpc in boundary.networks_within(cidr)}
    )
    found = [node for node in boundary.graph.nodes(NodeKind.VPC) if node.name in near | (far - alike)]
    return sorted(found, key=lambda node: (node.name != network.vpc, node.id))


def _resolved(boundary: Boundary, zone: Node, vpc: Node) -> Claim:
    records = zone.properties.get("records")
    named = next((r["name"] for r in records or () if r.get("type") in _NAMED), None) if _read(records) else None
    wanted = (named or str(zone.properties["zone_name"])).rstrip(".")
    what = f"the name {wanted} resolves in {boundary.label(vpc.id)}"
    found = boundary.resolves(wanted, vpc.id)
    cited = tuple(citation for _, citation in found.because)
    path = (Hop(vpc.id, "asks its resolver"), Hop(zone.id, found.reason.replace("_", " "), cited))
    joined = any(boundary.graph.edges(EdgeKind.SERVES, source=zone.id, target=vpc.id))
    if found.verdict is Reach.REACHES or (named is None and joined and found.reason == "no_record"):
        return Claim(Verdict.HOLDS, "names_resolve", vpc.id, what if named else f"{what} once it exists", path)
    # What public DNS says of the same name is no matter: its records are in this zone, which the network does not ask.
    apart = found.reason == "public_dns_not_read" and _read(zone.properties["vpcs"]) and not joined
    if found.verdict is Reach.UNKNOWN and not apart:
        unread = next((doubt.unread for doubt in found.doubts if doubt.unread is not None), None)
        if unread is not None:
            return Claim.unread(vpc.id, f"whether {what}", unread)
        text = f"whether {what} is not known: {found.reason.replace('_', ' ')}"
        return Claim(Verdict.UNKNOWN, found.reason, vpc.id, text, path, zone.records)
    text = f"{wanted} does not resolve in {boundary.label(vpc.id)}, where declared clients are"
    return Claim(Verdict.BROKEN, "listener_unreachable", vpc.id, text, path, zone.records)


def _read(value: object) -> bool:
    return not isinstance(value, Unknown)


def sessions(boundary: Boundary, network: Network) -> Iterator[Claim]:
    """Who can open a session on an instance of brokers or console, and so reach all that it reaches."""
    for role in ("broker-group", "console-group"):
        group = network.security_groups.get(role)
        alike: dict[tuple[tuple[str, str], ...], Node] = {}
        for node in _instances(boundary, group):
            tags = node.properties.get("tags")
            alike.setdefault(tuple(sorted(tags.items())) if isinstance(tags, dict) else (), node)
        for node in alike.values():
            yield from _jump(boundary, role, node)


def _instances(boundary: Boundary, group: str | None) -> Iterator[Node]:
    """The managed instances behind a group."""
    graph = boundary.graph
    for interface in graph.nodes(NodeKind.NETWORK_INTERFACE):
        if group in (interface.properties.get("groups") or ()):
            for edge in graph.edges(EdgeKind.ATTACHED_TO, source=interface.id):
                node = graph.get(edge.target)
                if node is not None and node.properties.get("ssm_managed"):
                    yield node


def _jump(boundary: Boundary, role: str, node: Node) -> Iterator[Claim]:
    tags = node.properties.get("tags")
    told = tags.items() if isinstance(tags, dict) else ()
    context = {f"{prefix}/{k}": v for k, v in told for prefix in ("aws:ResourceTag", "ssm:resourceTag")}
    kinds = (NodeKind.ROLE, NodeKind.USER)
    for gap in [gap for kind in kinds for gap in boundary.graph.unseen(kind, account=node.account)][:1]:
        yield Claim.unread(node.id, f"who can open a session on {role}", gap.unknown)
    who = [one for kind in kinds for one in boundary.graph.nodes(kind) if one.account == node.account]
    asked = [(one, boundary.power_of(one, _SESSION, node.id, context)) for one in who if _acts(one)]
    found = [(one, power) for one, power in asked if power.given and not power.cut_off]
    for word, some in (("can", [f for f in found if f[1].certain]), ("may", [f for f in found if not f[1].certain])):
        if some:
            yield _told(boundary, (role, node), word, some)


def _acts(principal: Node) -> bool:
    return not principal.properties.get("service_linked")


def _told(boundary: Boundary, where: tuple[str, Node], word: str, some: list[tuple[Node, OwnPower]]) -> Claim:
    role, node = where
    shown = [boundary.label(one.id) for one, _ in some[:_SHOWN]]
    shown += [f"{len(some) - _SHOWN} more"] if len(some) > _SHOWN else []
    text = f"{words(shown)} {word} open a session on {node.name}, and so reach all that {role} reaches"
    cited: list[Citation] = [citation for _, power in some for citation in power.allows]
    path = (*(Hop(one.id, "opens a session", power.allows) for one, power in some), Hop(node.id, "managed by SSM"))
    records = tuple(dict.fromkeys(citation.record for citation in cited))
    if word == "can":
        return Claim(Verdict.HOLDS, "session_jump", node.id, text, path, records)
    missing = tuple(dict.fromkeys(permission for _, power in some for permission in power.missing))
    return Claim(Verdict.HOLDS, "session_jump", node.id, f"{text}, under conditions", path, records, missing)
