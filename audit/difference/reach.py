"""Which paths opened and which closed between two boundaries: addresses and ports, exactly."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

from audit.difference.covered import uncovered
from audit.difference.identity import pair
from audit.model.graph import NodeKind
from audit.reach.addresses import EVERYWHERE, PORTS, Intervals, addresses, cidrs, intervals
from audit.reach.path import Reach
from audit.reach.paths import derive

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from audit.boundary import Boundary
    from audit.difference.names import Names
    from audit.model.graph import Edge
    from audit.reach.addresses import Span

_LISTED = (NodeKind.NETWORK_INTERFACE, NodeKind.SECURITY_GROUP)
_SOURCES = "sources"
_Key = tuple[str, str, str, str]
_Box = tuple[Intervals, Intervals]
"""Addresses of the far end, and ports."""


_Near = tuple[str, str, str]


def _near(key: _Key) -> _Near:
    """The end that is asked of, the protocol and the direction."""
    return key[1 if key[3] == _SOURCES else 0], key[2], key[3]


class Kind(StrEnum):
    """What became of a path, in the order of a report; unknown where a side could not read what settles it."""

    OPENED = "opened"
    CLOSED = "closed"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Side:
    """One of the two boundaries, with its names and its derived edges."""

    boundary: Boundary
    names: Names
    vpc: str | None = None

    @cached_property
    def edges(self) -> dict[_Key, list[Edge]]:
        """The ``reaches`` edges by what their ends are called in both; the far end's addresses by which field."""
        found: dict[_Key, list[Edge]] = {}
        for edge in derive(self.boundary.graph, vpc=self.vpc):
            far = _SOURCES if _SOURCES in edge.properties else "destinations"
            key = (self.names.of(edge.source), self.names.of(edge.target), edge.properties["protocol"], far)
            found.setdefault(key, []).append(edge)
        return found

    @cached_property
    def nodes(self) -> dict[str, str]:
        """The node of each name."""
        return {self.names.of(node.id): node.id for node in self.boundary.graph.nodes()}

    def beyond(self, other: Side) -> set[str]:
        """Ends of paths in accounts and regions that the other side did not walk."""
        ends = {end for source, target, *_ in self.edges for end in (source, target)}
        nodes = {name: self.boundary.graph.get(self.nodes[name]) for name in ends if name in self.nodes}
        return {n for n, node in nodes.items() if node and uncovered(node, self.boundary, other.boundary)}

    @cached_property
    def blind(self) -> bool:
        """Whether interfaces or groups were not listed, so that what has no path may only be unseen."""
        return bool(self.boundary.graph.unseen(*_LISTED))

    def said(self, key: _Key) -> set[tuple[str, _Box]]:
        """Verdicts and what has them."""
        return {(edge.properties["verdict"], self.box(edge, key[3])) for edge in self.edges.get(key, ())}

    def boxes(self, key: _Key, verdict: Reach) -> list[_Box]:
        """What of a path has a verdict; members of a group count as one, whatever addresses they have."""
        edges = [edge for edge in self.edges.get(key, ()) if edge.properties["verdict"] == verdict.value]
        if verdict is Reach.UNKNOWN and self.blind and key not in self.edges:
            return [(EVERYWHERE, PORTS)]
        return [self.box(edge, key[3]) for edge in edges]

    def doubtful(self, key: _Key, *, by_group: bool) -> list[_Box]:
        """What may be a path: where routes were not read, nobody knows to which other end addresses lead."""
        others = self._in_doubt.get(_near(key), ()) if not by_group else ()
        found = [box for other in others for box in self.boxes(other, Reach.UNKNOWN)]
        return [*self.boxes(key, Reach.UNKNOWN), *found]

    @cached_property
    def _in_doubt(self) -> dict[_Near, list[_Key]]:
        """The paths of which something is in doubt, by their near end; those of groups are known by their groups."""
        found: dict[_Near, list[_Key]] = {}
        for key, edges in self.edges.items():
            doubted = [edge for edge in edges if edge.properties["verdict"] == Reach.UNKNOWN.value]
            if any(self.box(edge, key[3])[0] != EVERYWHERE for edge in doubted):
                found.setdefault(_near(key), []).append(key)
        return found

    def box(self, edge: Edge, field: str) -> _Box:
        """The far end's addresses and the ports of an edge."""
        node = self.boundary.graph.get(edge.source)
        by_group = field == _SOURCES and node is not None and node.kind is NodeKind.SECURITY_GROUP
        listed = edge.properties[field]
        far = EVERYWHERE if by_group or not listed else addresses(listed)
        return far, intervals((low, high) for low, high in edge.properties["ports"])


@dataclass(frozen=True)
class Change:
    """A path that one boundary has and the other has not: whose packets, to whom, of which addresses and ports.

    ``far`` are CIDRs of the source (``field`` sources) or destination; none where the source is a group.
    """

    kind: Kind
    source: str
    target: str
    protocol: str
    field: str
    far: tuple[str, ...]
    ports: tuple[Span, ...]
    before: tuple[Edge, ...]
    after: tuple[Edge, ...]

    @property
    def edge(self) -> Edge:
        """An edge that says what it is about."""
        return (*self.after, *self.before)[0]


@dataclass(frozen=True)
class Comparison:
    """Two boundaries, first and second, and which paths opened and closed between them."""

    first: Side
    second: Side
    changes: tuple[Change, ...]
    doubts: tuple[str, ...]


def compare(first: Boundary, second: Boundary, *, own: bool = False) -> Comparison:
    """Which paths opened and closed from the first to the second; ``own``: those of the contracts' VPCs alone."""
    one, two = (Side(names.boundary, names, _vpc(names.boundary) if own else None) for names in pair(first, second))
    beyond = one.beyond(two) | two.beyond(one)
    keys = sorted(key for key in one.edges.keys() | two.edges.keys() if not beyond & {*key[:2]})
    found = [change for key in keys for change in _changes(one, two, key)]
    found.sort(key=lambda change: (list(Kind).index(change.kind), change.source, change.target))
    return Comparison(one, two, tuple(found), tuple(_doubts(one, two)))


def _vpc(boundary: Boundary) -> str | None:
    network = boundary.contract.network
    return network.vpc if network is not None else None


def _changes(one: Side, two: Side, key: _Key) -> Iterator[Change]:
    said = one.said(key), two.said(key)
    if said[0] == said[1]:
        return
    was, now = one.boxes(key, Reach.REACHES), two.boxes(key, Reach.REACHES)
    by_group = any(far == EVERYWHERE for _, (far, _) in said[0] | said[1])
    opened = _less(now, [*was, *one.doubtful(key, by_group=by_group)])
    closed = _less(was, [*now, *two.doubtful(key, by_group=by_group)])
    doubted, doubtful = one.boxes(key, Reach.UNKNOWN), two.boxes(key, Reach.UNKNOWN)
    # What is certain on one side and in doubt on the other, or in doubt on one side alone.
    unknown = _less([*now, *doubtful, *was, *doubted], [*opened, *closed])
    settled = _less(unknown, _both([*was, *doubted], [*now, *doubtful]))
    torn = [*_less(_less(was, now), closed), *_less(_less(now, was), opened), *settled]
    for kind, boxes in ((Kind.OPENED, opened), (Kind.CLOSED, closed), (Kind.UNKNOWN, torn)):
        for far, ports in _joined(boxes):
            yield _change(kind, (one, two), key, (far, ports))


def _change(kind: Kind, sides: tuple[Side, Side], key: _Key, box: _Box) -> Change:
    source, target, protocol, field = key
    far, ports = box
    before, after = (
        tuple(edge for edge in side.edges.get(key, ()) if _meets(side, edge, field, box)) for side in sides
    )
    shown = () if far == EVERYWHERE else cidrs(far)
    return Change(kind, source, target, protocol, field, shown, ports.spans, before, after)


def _meets(side: Side, edge: Edge, field: str, box: _Box) -> bool:
    return bool(_both([side.box(edge, field)], [box]))


def _less(boxes: Iterable[_Box], taken: Iterable[_Box]) -> list[_Box]:
    """Boxes without what others hold."""
    left = list(boxes)
    for far, ports in taken:
        left = [
            part
            for own, at in left
            for part in ((own - far, at), (own & far, at - ports))
            if part[0] and part[1]
        ]  # fmt: skip
    return left


def _both(boxes: Iterable[_Box], others: list[_Box]) -> list[_Box]:
    found = ((own & far, at & ports) for own, at in boxes for far, ports in others)
    return [(far, ports) for far, ports in found if far and ports]


def _joined(boxes: Iterable[_Box]) -> list[_Box]:
    """The same in fewer boxes, none of which meets another."""
    apart: list[_Box] = []
    for box in boxes:
        apart += _less([box], apart)
    by_ports: dict[Intervals, Intervals] = {}
    for far, ports in apart:
        by_ports[ports] = by_ports.get(ports, Intervals()) | far
    by_far: dict[Intervals, Intervals] = {}
    for ports, far in by_ports.items():
        by_far[far] = by_far.get(far, Intervals()) | ports
    return list(by_far.items())


def _doubts(one: Side, two: Side) -> Iterator[str]:
    """Listings that one side could not read."""
    for name, side in (("first", one), ("second", two)):
        gaps = side.boundary.graph.unseen(*_LISTED)
        permissions = dict.fromkeys(gap.unknown.permission for gap in gaps)
        if permissions:
            yield f"the {name} could not list its interfaces or groups: {', '.join(permissions)} would settle it"
