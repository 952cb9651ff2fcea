"""Who gained and who lost what between two boundaries, and which statements did it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from audit.access.holdings import Holdings
from audit.access.privileges import OTHER_KEY
from audit.boundary import PRIVILEGES
from audit.difference.covered import uncovered
from audit.difference.identity import pair
from audit.model.arn import Arn, is_arn
from audit.model.contract import Privilege
from audit.model.graph import NodeKind

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator

    from audit.boundary import Boundary
    from audit.difference.names import Names
    from audit.model.graph import Edge

T = TypeVar("T")
_Key = tuple[str, str, str]


class Kind(StrEnum):
    """What became of a privilege, in the order of a report; unknown where a side could not read what settles it."""

    GAINED = "gained"
    LOST = "lost"
    CHANGED = "changed"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Side:
    """One of the two boundaries, with its names and its documents."""

    boundary: Boundary
    names: Names
    _known: dict[Hashable, Any] = field(default_factory=dict, compare=False)

    def remember(self, key: Hashable, find: Callable[[], T]) -> T:
        """What was found under a key before, else what is found now."""
        if key not in self._known:
            self._known[key] = find()
        found: T = self._known[key]
        return found

    @cached_property
    def held(self) -> Holdings:
        """Its callers and documents."""
        return Holdings(self.boundary.graph)

    @cached_property
    def edges(self) -> dict[_Key, Edge]:
        """The derived edges by what they are called in both."""
        found = (
            edge for store in self.boundary.derived for edge in self.boundary.graph.edges(*PRIVILEGES, target=store)
        )
        return {(self.names.of(e.target), PRIVILEGES[e.kind].value, self.names.of(e.source)): e for e in found}

    @cached_property
    def stores(self) -> dict[str, str]:
        """What is compared: name to id."""
        return {self.names.of(store): store for store in self.boundary.derived}

    @cached_property
    def unread(self) -> frozenset[str]:
        """Stores of the contract that were not described: nothing can be said of who reaches them."""
        stores = (self.boundary.store_id(store) for store in self.boundary.stores.values())
        return frozenset(self.names.of(store) for store in stores if not self.boundary.placed(store))

    def beyond(self, other: Side) -> frozenset[str]:
        """Stores of accounts and regions that the other side did not walk."""
        nodes = ((name, self.boundary.graph.node(store)) for name, store in self.stores.items())
        return frozenset(name for name, node in nodes if uncovered(node, self.boundary, other.boundary))

    def find(self, name: str) -> str | None:
        """The node of a name, None when there is none."""
        return self._nodes.get(name)

    @cached_property
    def _nodes(self) -> dict[str, str]:
        return {self.names.of(node.id): node.id for node in self.boundary.graph.nodes()}

    def could_hide(self, principal: str) -> bool:
        """Whether a principal that is not there may have been hidden by a listing that was not read."""
        account = Arn.parse(principal).account if is_arn(principal) else principal
        account = self.boundary.contract.account if account == "{account}" else account
        gone = self.find(principal) is None
        return gone and bool(self.boundary.graph.unseen(NodeKind.ROLE, NodeKind.USER, account=account))


@dataclass(frozen=True)
class Change:
    """A privilege that one boundary has otherwise than the other; an end that has none has no edge."""

    kind: Kind
    privilege: Privilege
    principal: str
    store: str
    before: Edge | None
    after: Edge | None

    @property
    def wider(self) -> bool | None:
        """Whether more is held after than before, None where that cannot be told."""
        if self.before is None or self.after is None:
            return None if self.kind is Kind.UNKNOWN else self.before is None
        free = [edge.properties["decision"] == "allowed" and not edge.properties.get("only_if") for edge in self._ends]
        return None if free[0] is free[1] else free[1]

    @property
    def _ends(self) -> tuple[Edge, ...]:
        return tuple(edge for edge in (self.before, self.after) if edge is not None)

    @property
    def edge(self) -> Edge:
        """The edge that says what it is about."""
        edge = self.after or self.before
        if edge is None:
            raise ValueError("a change has an edge before or after")
        return edge


@dataclass(frozen=True)
class Comparison:
    """Two boundaries, first and second, and what changed between them."""

    first: Side
    second: Side
    changes: tuple[Change, ...]
    uncompared: tuple[str, ...]
    doubts: tuple[str, ...]


def compare(first: Boundary, second: Boundary) -> Comparison:
    """What changed of who can do what, from the first to the second."""
    one, two = (Side(names.boundary, names) for names in pair(first, second))
    skipped = one.unread | two.unread | one.beyond(two) | two.beyond(one)
    keys = sorted(key for key in one.edges.keys() | two.edges.keys() if key[0] not in skipped)
    found = [change for key in keys if (change := _change(one, two, key)) is not None]
    found.sort(key=_order)
    return Comparison(one, two, tuple(found), tuple(sorted(skipped)), tuple(_doubts(one, two)))


def _order(change: Change) -> tuple[int, str, int, str]:
    kind, privilege = list(Kind).index(change.kind), list(Privilege).index(change.privilege)
    return kind, change.store, privilege, change.principal


def _change(one: Side, two: Side, key: _Key) -> Change | None:
    before, after = one.edges.get(key), two.edges.get(key)
    edge = after or before
    if edge is None or (before is not None and after is not None and _said(one, before) == _said(two, after)):
        return None
    store, _, principal = key
    kind = Kind.CHANGED if before and after else Kind.LOST if before else Kind.GAINED
    hidden = kind is not Kind.CHANGED and (one if before is None else two).could_hide(_principal(one, two, principal))
    if hidden or any(end is not None and end.properties["decision"] == "undetermined" for end in (before, after)):
        kind = Kind.UNKNOWN
    return Change(kind, PRIVILEGES[edge.kind], principal, store, before, after)


def _principal(one: Side, two: Side, name: str) -> str:
    """A principal's ARN where some side knows its name, so that its account can be told."""
    found = next((side.find(name) for side in (one, two) if side.find(name) is not None), None)
    return found or name


def _said(side: Side, edge: Edge) -> str:
    """What an edge says, without what was merely not read."""
    properties = edge.properties
    said = {name: properties.get(name) for name in ("decision", "only_if", "resources")}
    through = [
        [(hop["source"], hop["primitive"], hop["target"]) for hop in path] for path in properties.get("through", ())
    ]
    return side.names.canonical({**said, "through": through})


def _doubts(one: Side, two: Side) -> Iterator[str]:
    """The layers that one side could not read and the other could."""
    of_one, of_two = _unread(one), _unread(two)
    for name, own, other in (("first", of_one, of_two), ("second", of_two, of_one)):
        if own - other:
            yield f"the {name} is an upper bound: {', '.join(sorted(own - other))} were not read there"


def _unread(side: Side) -> set[str]:
    parts = (part for edge in side.edges.values() for part in edge.properties.get("unless") or ())
    return {part["layer"] for part in parts} - {OTHER_KEY}
