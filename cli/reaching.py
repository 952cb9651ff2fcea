"""What the reach commands ask of a boundary: each path with the side on which its far end lies."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from audit.model.errors import UsageError
from audit.model.graph import NodeKind
from audit.reach import paths
from audit.reach.linked import by_private_link
from audit.reach.packets import decide
from audit.reach.path import Doubt, Path, Reach
from audit.reach.security_groups import PROTOCOLS
from audit.reach.sides import Side, origin_side, target_side
from audit.report.reach import Pair, Row
from cli import ends

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from audit.boundary import Boundary
    from audit.reach.packets import Answer
    from audit.reach.paths import InterfaceClass
    from cli.ends import Machines

_PRIVATELINK = "endpoint_service"
"""The entrance that the engine follows by itself; the others are not judged."""


def to(boundary: Boundary, behind: Machines, protocol: str | None, port: int | None) -> list[Row]:
    """Everything that arrives, may arrive, or is let in by a rule and stopped elsewhere."""
    graph, wanted = boundary.graph, _port(behind, port)
    found = (
        path for one in _protocols(behind, protocol) for path in paths.arrivals(graph, behind.members, one, wanted)
    )
    rows = [Row(origin_side(graph, path), path, path.interfaces) for path in found]
    return [*rows, *_entrances(boundary, behind)]


def _protocols(behind: Machines, protocol: str | None) -> Iterable[str]:
    if behind.protocol is not None and protocol not in {None, behind.protocol}:
        raise UsageError(f"{behind.label} is a listener of {behind.protocol}: leave --protocol out")
    chosen = protocol or behind.protocol
    return [chosen] if chosen else list(PROTOCOLS)


def _port(behind: Machines, port: int | None) -> int | None:
    if behind.port is not None and port not in {None, behind.port}:
        raise UsageError(f"{behind.label} is a listener of port {behind.port}: leave --port out")
    return behind.port if port is None else port


def asked(behind: Machines, protocol: str | None, port: int | None) -> dict[str, object]:
    """Protocols and port as they were asked for, those of a listener filled in; None for every port."""
    return {"protocols": [str(one) for one in _protocols(behind, protocol)], "port": _port(behind, port)}


def in_words(behind: Machines, protocol: str | None, port: int | None) -> str:
    """The same for a title."""
    wanted = _port(behind, port)
    return f"{' and '.join(_protocols(behind, protocol))} {'any port' if wanted is None else wanted}"


def _entrances(boundary: Boundary, behind: Machines) -> Iterator[Row]:
    """Ways into the VPC that need no route, whose own rules are not judged, and listings that could hide more."""
    for vpc in _vpcs(boundary, behind):
        entrances, gaps = boundary.ways_in(vpc)
        for node in entrances:
            if node.properties.get("type") != _PRIVATELINK:
                yield _doubted(node.id, vpc, Doubt("entrance_not_judged", node.id))
        if gaps:
            unread = (Doubt("entrances_unread", gap.operation, gap.unknown) for gap in gaps)
            yield _doubted("entrances that were not listed", vpc, *unread)


def _doubted(origin: str, target: str, *doubts: Doubt) -> Row:
    return Row(Side.ENTRANCE, Path(Reach.UNKNOWN, doubts[0].reason, origin, target, "", (), doubts=doubts))


def _vpcs(boundary: Boundary, behind: Machines) -> list[str]:
    """The VPCs, by ARN, of the machines; that of a group where none is there yet."""
    graph = boundary.graph
    names = {one.vpc for one in paths.classes(graph, behind.members)}
    groups = (node for node in graph.nodes(NodeKind.SECURITY_GROUP) if node.name in behind.members)
    names |= {str(node.properties.get("vpc")) for node in groups}
    return [node.id for node in graph.nodes(NodeKind.VPC) if node.name in names]


def from_(boundary: Boundary, behind: Machines, protocol: str | None, port: int | None) -> list[Row]:
    """Everything that can be reached: internet, names, S3, endpoints, other networks, machines of the same VPC."""
    graph, wanted = boundary.graph, _port(behind, port)
    found: list[Row] = []
    for one in _protocols(behind, protocol):
        leaving = [Row(target_side(graph, p), p) for p in paths.departures(graph, behind.members, one, wanted)]
        served = [Row(Side.PRIVATELINK, p) for p in paths.service_paths(graph, behind.members, one, wanted)]
        found += [*leaving, *served, *_within(boundary, behind, one, wanted)]
    if "tcp" in _protocols(behind, protocol) and wanted in {None, ends.HTTPS}:
        found += [Row(Side.S3, path) for path in paths.s3_paths(graph, behind.members)]
        found += [Row(Side.ENDPOINT, path) for path in paths.endpoint_paths(graph, behind.members)]
    found += [Row(Side.NAMES, boundary.dns_way_out(vpc)) for vpc in _vpcs(boundary, behind)]
    return _told_once(found)


def _told_once(found: list[Row]) -> list[Row]:
    """What is said of S3's endpoint, or of what could not be read, stands once."""
    s3 = {row.path.target for row in found if row.side is Side.S3 and row.path.verdict is Reach.REACHES}
    once = {(row.path.reason, row.path.doubts): row for row in found if row.path.reason == _UNSEEN}
    kept = [
        row
        for row in found
        if row.path.reason != _UNSEEN
        and not (row.side is Side.ENDPOINT and row.path.verdict is Reach.REACHES and row.path.target in s3)
    ]
    return [*once.values(), *kept]


_UNSEEN = "network_interface_unread"


def _within(boundary: Boundary, behind: Machines, protocol: str, port: int | None) -> Iterator[Row]:
    """The machines of the same VPC, class by class."""
    graph = boundary.graph
    endpoints = {
        name for node in graph.nodes(NodeKind.VPC_ENDPOINT) for name in node.properties.get("interfaces") or ()
    }
    machines = (node.name for node in graph.nodes(NodeKind.NETWORK_INTERFACE) if node.name not in endpoints)
    every = paths.classes(graph, list(machines))
    for start in paths.classes(graph, behind.members):
        for end in every:
            if end.vpc == start.vpc and not _alone(start, end):
                for path in paths.between(graph, start, end, protocol, port):
                    if path.verdict is not Reach.BLOCKED:
                        yield Row(Side.INTERFACE, path, end.interfaces)


def _alone(start: InterfaceClass, end: InterfaceClass) -> bool:
    return start == end and len(start.interfaces) == 1


def pairs(boundary: Boundary, start: str, end: str, protocol: str, port: int) -> list[Pair]:
    """What becomes of the packets of each two ends that the names mean."""
    starts, targets = ends.packet_ends(boundary, start), ends.packet_ends(boundary, end)
    wanted = [(one, two) for one in starts for two in targets if one != two or len(starts) == len(targets) == 1]
    return [Pair(one, two, _decided(boundary, one, two, protocol, port)) for one, two in wanted]


def _decided(boundary: Boundary, start: str, end: str, protocol: str, port: int) -> Answer:
    """What becomes of packets to the end itself; where they do not arrive, of those to an endpoint that leads there."""
    direct = decide(boundary.graph, start, end, protocol, port)
    if direct.verdict is Reach.REACHES:
        return direct
    linked = by_private_link(boundary.graph, start, end, protocol, port)
    if linked is None or (linked.verdict is Reach.UNKNOWN and direct.verdict is Reach.UNKNOWN):
        return direct
    if linked.verdict is Reach.BLOCKED:
        return replace(direct, blocked_by=(*direct.blocked_by, *linked.blocked_by)) if direct.blocked_by else direct
    return linked
