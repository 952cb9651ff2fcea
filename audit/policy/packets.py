"""Paths as a condition: packets of only these arrive at the subject, or the subject's arrive at only these."""

from __future__ import annotations

from ipaddress import ip_network
from typing import TYPE_CHECKING

from audit.model.errors import UsageError
from audit.model.graph import INTERNET, NodeKind
from audit.model.verdict import Verdict
from audit.policy.outcome import HOLDS, Outcome, every, gap
from audit.reach.addresses import addresses, intervals, ports
from audit.reach.path import Reach

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from audit.boundary import Boundary
    from audit.model.graph import Node
    from audit.policy.condition import Reached, Sends
    from audit.reach.addresses import Intervals
    from audit.reach.path import Path

ENDS = {NodeKind.SECURITY_GROUP, NodeKind.NETWORK_INTERFACE, NodeKind.INSTANCE}
"""The kinds of nodes that packets arrive at or come from."""


def reached(boundary: Boundary, node: Node, condition: Reached, allowed: Collection[str]) -> Outcome:
    """Whether packets of nobody else arrive: broken with the path of each that do, unknown where one may."""
    groups, ranges = _groups(boundary, allowed), _ranges(allowed)

    def named(path: Path) -> bool:
        if path.groups:
            return set(path.groups) <= groups
        if path.origin == INTERNET and INTERNET in allowed:
            return True
        origin = boundary.graph.get(path.origin)
        # Addresses behind PrivateLink are of the consumer's own network, whatever addresses are named.
        private_link = origin is not None and origin.kind is NodeKind.VPC_ENDPOINT
        return bool(path.sources) and not private_link and not addresses(path.sources) - ranges

    found = [path for end in _ends(boundary, node) for path in boundary.arrivals(end, condition.reached_over)]
    others = [path for path in _over(found, condition.ports) if not named(path)]
    return _judged(boundary, node, found, [(path, _from(boundary, path)) for path in others])


def sent(boundary: Boundary, node: Node, condition: Sends, allowed: Collection[str]) -> Outcome:
    """Whether packets of the node arrive outside its VPC nowhere else."""
    ranges = _ranges(allowed)

    def named(path: Path) -> bool:
        if {path.target, path.target.rpartition("/")[2]} & set(allowed):
            return True
        return path.target != INTERNET and bool(path.destinations) and not addresses(path.destinations) - ranges

    found = [path for end in _ends(boundary, node) for path in boundary.departures(end, condition.sends_over)]
    others = [path for path in _over(found, condition.ports) if not named(path)]
    return _judged(boundary, node, found, [(path, f"it sends to {boundary.label(path.target)}") for path in others])


def _judged(boundary: Boundary, node: Node, found: list[Path], others: Iterable[tuple[Path, str]]) -> Outcome:
    unseen = boundary.graph.unseen(NodeKind.NETWORK_INTERFACE, account=node.account)
    nothing = not list(_ends(boundary, node)) or any(path.reason == "no_interface" for path in found)
    idle = [_nothing_runs(node)] if nothing else []
    outcomes = [_other(path, f"{who} on {path.protocol} {_written(path)}") for path, who in others]
    return every([HOLDS, *(gap(one.unknown) for one in unseen), *(() if unseen else idle), *outcomes])


def _other(path: Path, says: str) -> Outcome:
    if path.verdict is Reach.REACHES:
        return Outcome(Verdict.BROKEN, (says,), (), path.records, path.hops)
    unread = tuple(doubt.unread for doubt in path.doubts if doubt.unread is not None)
    saw = f"whether {says} is not known: {path.reason.replace('_', ' ')}"
    return Outcome(Verdict.UNKNOWN, (saw,), unread, path.records, path.hops, path.missing)


def _nothing_runs(node: Node) -> Outcome:
    return Outcome(Verdict.UNKNOWN, ("nothing runs there yet: no packet to judge",), (), node.records)


def _ends(boundary: Boundary, node: Node) -> Iterator[str]:
    if node.kind not in ENDS:
        kinds = ", ".join(sorted(kind.replace("_", " ") for kind in ENDS))
        raise UsageError(f"packets are asked of a {node.kind.replace('_', ' ')}: name one of {kinds} in applies_to")
    if node.kind is not NodeKind.INSTANCE:
        yield node.name
        return
    for interface in boundary.graph.nodes(NodeKind.NETWORK_INTERFACE):
        if interface.properties.get("instance") == node.name:
            yield interface.name


def _over(found: Iterable[Path], wanted: tuple[int, int] | None) -> Iterator[Path]:
    asked = ports(*wanted) if wanted is not None else None
    for path in found:
        if path.verdict is not Reach.BLOCKED and (asked is None or intervals(path.ports) & asked):
            yield path


def _groups(boundary: Boundary, allowed: Collection[str]) -> set[str]:
    network = boundary.contract.network
    return {(network.security_groups if network is not None else {}).get(name, name) for name in allowed}


def _ranges(allowed: Collection[str]) -> Intervals:
    return addresses([name for name in allowed if _is_range(name)])


def _is_range(name: str) -> bool:
    try:
        ip_network(name)
    except ValueError:
        return False
    return True


def _from(boundary: Boundary, path: Path) -> str:
    who = ", ".join(map(boundary.label, path.groups)) or ", ".join(path.sources) or boundary.label(path.origin)
    return f"{'the internet' if path.origin == INTERNET else who} arrives"


def _written(path: Path) -> str:
    return ", ".join(str(low) if low == high else f"{low}-{high}" for low, high in path.ports)
