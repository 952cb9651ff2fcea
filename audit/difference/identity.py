"""Which node of one boundary is which of the other, though AWS gives both other ids.

Two nodes are one where something lasting says so and says it of no other node on either side: the role in the contract,
a name that people chose, the tag Name, or where it stands (a subnet's addresses in its VPC). What only its id tells
apart is unmatched: it is listed, never guessed.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from audit.difference.names import Names, pair
from audit.model.graph import NodeKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from audit.boundary import Boundary
    from audit.model.graph import Node

MADE_UP = re.compile(
    r"(?<![A-Za-z0-9])(?:(?:[a-z]+-)+[0-9a-f]{8}(?:[0-9a-f]{9})?"
    r"|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    r"|[0-9a-f]{16}|[A-Z][A-Z0-9]{12,31})(?![A-Za-z0-9])"
)
"""An id that AWS makes up: of EC2, a UUID, the end of a load balancer's ARN, a hosted zone."""
_PARTS = re.compile(r"(?:eipalloc|eipassoc|rtbassoc|aclassoc|eni-attach|sgr|vpc-cidr-assoc|subnet-cidr-assoc|r|rslvr)-")
"""The ids of things that are no nodes and say nothing by themselves."""
VENDOR, OURS = "automqVendor", "automqManagedBy"
"""The vendor's tag, and the one that the stack adds to what it makes itself."""

_DERIVED = {NodeKind.INTERNET, NodeKind.SERVICE, NodeKind.FOREIGN_PRINCIPAL}
_STANDS: Mapping[NodeKind, tuple[str, ...]] = {
    NodeKind.SECURITY_GROUP: ("vpc", "group_name"),
    NodeKind.SUBNET: ("vpc", "cidr"),
    NodeKind.VPC: ("cidrs", "is_default"),
    NodeKind.ROUTE_TABLE: ("vpc", "main", "subnets", "gateways"),
    NodeKind.NETWORK_ACL: ("vpc", "is_default", "subnets"),
    NodeKind.NETWORK_INTERFACE: ("vpc", "subnet", "description", "interface_type", "instance"),
    NodeKind.VPC_ENDPOINT: ("vpc", "service", "type"),
    NodeKind.INTERNET_GATEWAY: ("vpcs",),
    NodeKind.NAT_GATEWAY: ("vpc", "subnet", "connectivity"),
    NodeKind.FLOW_LOG: ("resource", "destination"),
    NodeKind.QUERY_LOG: ("vpcs", "destination"),
    NodeKind.VOLUME: ("attachments", "key"),
    NodeKind.HOSTED_ZONE: ("zone_name", "private"),
    NodeKind.KEY: ("aliases",),
    NodeKind.BACKUP_PLAN: ("rules[].RuleName",),
    NodeKind.PREFIX_LIST: ("name", "owner"),
    NodeKind.LAUNCH_TEMPLATE: ("template_name",),
}
"""What tells a node apart from others of its kind by where it stands: its properties."""
_ROUNDS = 4
"""A name may rest on another node's: an interface on its endpoint's, that on its VPC's."""


@dataclass
class Side:
    """One of the two boundaries and what its nodes are called in both."""

    boundary: Boundary
    names: Names
    labels: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    _known: dict[str, Any] = field(default_factory=dict)

    def call(self, node: Node, label: str) -> None:
        """Give a node its name in both."""
        self.labels[node.id] = label
        self.tokens[node.id.rpartition("/")[2].rpartition(":")[2]] = label
        self.tokens[node.name] = label

    def text(self, text: str) -> str:
        """A text in which ids are the names of what they stand for."""
        return MADE_UP.sub(self._named, self.names.text(text))

    def _named(self, found: re.Match[str]) -> str:
        token = found.group()
        if token in self.tokens:
            return "{" + self.tokens[token] + "}"
        return "{id}" if _PARTS.match(token) else token

    def canonical(self, content: Any) -> Any:
        """A value that is equal on both sides where it says the same: lists are sets; secrets only that they are."""
        match content:
            case str():
                if content not in self._known:
                    self._known[content] = self.text(content)
                return self._known[content]
            case {"$secret": _}:
                return {"$secret": content.get("looks_like")}
            case dict():
                return {self.text(key): self.canonical(value) for key, value in content.items()}
            case list() | tuple():
                return sorted(map(self.canonical, content), key=lambda item: json.dumps(item, sort_keys=True))
            case _:
                return content

    def forget(self) -> None:
        """What was said before some node was called is said anew."""
        self._known.clear()

    def made(self, node: Node) -> bool:
        """Whether the Console made it: the vendor's tag without ours, or it belongs to such an instance."""
        tags = node.properties.get("tags")
        if isinstance(tags, dict) and VENDOR in tags:
            return OURS not in tags and node.id not in self.boundary.roles
        return self._of_made(node)

    def of_brokers(self, values: Any) -> bool:
        """Whether a record leads to addresses of what the Console made, and to no others."""
        addresses = texts(values)
        return bool(addresses) and set(addresses) <= self._made_addresses

    @cached_property
    def _made_addresses(self) -> set[str]:
        interfaces = filter(self.made, self.boundary.graph.nodes(NodeKind.NETWORK_INTERFACE))
        return {one for node in interfaces for one in texts(node.properties.get("private_addresses"))}

    def _of_made(self, node: Node) -> bool:
        if node.kind not in {NodeKind.NETWORK_INTERFACE, NodeKind.VOLUME}:
            return False
        holders = {node.properties.get("instance"), *texts(node.properties.get("attachments"))}
        graph = self.boundary.graph
        ids = [f"{node.id.rpartition(':')[0]}:instance/{holder}" for holder in holders if isinstance(holder, str)]
        return any(held is not None and self.made(held) for held in map(graph.get, ids))


def texts(value: Any) -> list[str]:
    """The texts of a list; none of what is no list."""
    return [item for item in value if isinstance(item, str)] if isinstance(value, list | tuple) else []


@dataclass(frozen=True)
class Identity:
    """Two sides: the pairs of nodes that are one, and what is left of each."""

    first: Side
    second: Side
    pairs: tuple[tuple[Node, Node], ...]
    gone: tuple[Node, ...]
    new: tuple[Node, ...]
    unmatched: tuple[tuple[str, tuple[Node, ...], tuple[Node, ...]], ...]


def identify(first: Boundary, second: Boundary) -> Identity:
    """Match the nodes of two boundaries, those that the Console makes at run time aside."""
    one, two = (Side(names.boundary, names) for names in pair(first, second))
    left = [_compared(one), _compared(two)]
    found: list[tuple[Node, Node]] = []
    for number in range(_ROUNDS):
        before = len(found)
        for candidate in _CANDIDATES:
            found += _pair((one, two), left, candidate)
        one.forget()
        two.forget()
        if number and len(found) == before:
            break
    gone, new, unmatched = _rest((one, two), left)
    return Identity(one, two, tuple(found), gone, new, unmatched)


def _compared(side: Side) -> dict[str, Node]:
    nodes = side.boundary.graph.nodes()
    return {node.id: node for node in nodes if node.kind not in _DERIVED and not side.made(node)}


def _pair(
    sides: tuple[Side, Side], left: list[dict[str, Node]], candidate: Callable[[Side, Node], str | None]
) -> Iterator[tuple[Node, Node]]:
    """The nodes that a candidate name tells apart on both sides."""
    one, two = (_called(side, nodes, candidate) for side, nodes in zip(sides, left, strict=True))
    for label in sorted(one.keys() & two.keys()):
        if len(one[label]) == len(two[label]) == 1:
            nodes = one[label][0], two[label][0]
            for side, node, rest in zip(sides, nodes, left, strict=True):
                side.call(node, label)
                del rest[node.id]
            yield nodes


def _called(
    side: Side, nodes: Mapping[str, Node], candidate: Callable[[Side, Node], str | None]
) -> dict[str, list[Node]]:
    found: dict[str, list[Node]] = defaultdict(list)
    for node in nodes.values():
        label = candidate(side, node)
        if label is not None:
            found[label].append(node)
    return found


def _role(side: Side, node: Node) -> str | None:
    role = side.boundary.roles.get(node.id)
    return role if role in side.names.shared else None


def _chosen(side: Side, node: Node) -> str | None:
    """The name that people chose, of what has one."""
    name = node.name
    if (
        not name
        or MADE_UP.search(name)
        or (node.account and name == node.account and node.kind is not NodeKind.ACCOUNT)
    ):
        return None
    return f"{_kind(node)} {side.names.text(name)}{_where(side, node)}"


def _tagged(side: Side, node: Node) -> str | None:
    tags = node.properties.get("tags")
    name = tags.get("Name") if isinstance(tags, dict) else None
    return f"{_kind(node)} {side.names.text(name)}{_where(side, node)}" if name else None


def _standing(side: Side, node: Node) -> str | None:
    """By where it stands, if what it stands in has a name."""
    properties = _STANDS.get(node.kind)
    if properties is None:
        return None
    said = [side.canonical(node.properties.get(name.partition("[")[0])) for name in properties]
    text = json.dumps(said, sort_keys=True, default=str)
    return None if MADE_UP.search(text) else f"{_kind(node)} {text}{_where(side, node)}"


_CANDIDATES = (_role, _chosen, _tagged, _standing)


def _kind(node: Node) -> str:
    return node.kind.replace("_", " ")


def _where(side: Side, node: Node) -> str:
    contract = side.boundary.contract
    home = node.account in {contract.account, ""} and node.region in {contract.region, "global", ""}
    return "" if home else f" in {side.names.text(node.account)} {side.names.text(node.region)}"


def _rest(
    sides: tuple[Side, Side], left: list[dict[str, Node]]
) -> tuple[tuple[Node, ...], tuple[Node, ...], tuple[tuple[str, tuple[Node, ...], tuple[Node, ...]], ...]]:
    """What stands on one side alone under a name of its own, and what no name tells apart."""
    named = [{node.id: _best(side, node) for node in nodes.values()} for side, nodes in zip(sides, left, strict=True)]
    groups: dict[str, tuple[list[Node], list[Node]]] = defaultdict(lambda: ([], []))
    for place, nodes in enumerate(left):
        for node in nodes.values():
            groups[named[place][node.id]][place].append(node)
    gone, new, unmatched = [], [], []
    for label, (old, now) in sorted(groups.items()):
        if not now and len(old) == 1:
            gone += old
        elif not old and len(now) == 1:
            new += now
        else:
            unmatched.append((label, tuple(old), tuple(now)))
    for side, nodes in zip(sides, left, strict=True):
        for node in nodes.values():
            side.labels[node.id] = named[nodes is left[1]][node.id]
    return tuple(gone), tuple(new), tuple(unmatched)


def _best(side: Side, node: Node) -> str:
    """The first name that a node has; of what has none, its kind and tags."""
    found = next((label for candidate in _CANDIDATES if (label := candidate(side, node)) is not None), None)
    tags = node.properties.get("tags")
    said = json.dumps(side.canonical(tags), sort_keys=True) if isinstance(tags, dict) and tags else "without a name"
    return found or f"{_kind(node)} {said}{_where(side, node)}"
