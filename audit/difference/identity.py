"""Which node of one boundary is which of the other, though AWS gives both other ids.

Two nodes are one where something lasting says so and says it of no other node on either side: the role in the contract,
a name that people chose, the tag Name, or where it stands (a subnet's addresses in its VPC); or where both have the
very id. What only different ids tell apart is unmatched: it is listed, never guessed.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from audit.difference import names as naming
from audit.difference.names import MADE_UP, Names
from audit.model.graph import NodeKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from audit.boundary import Boundary
    from audit.model.graph import Node

VENDOR, OURS = "automqVendor", "automqManagedBy"
"""The vendor's tag, and the one that the stack adds to what it makes itself."""
ENVIRONMENT = "automqEnvironmentID"
"""The vendor's tag that names the environment."""

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
_ORDER = json.JSONEncoder(sort_keys=True).encode
_ROUNDS = 4
"""A name may rest on another node's: an interface on its endpoint's, that on its VPC's."""


_ONE_OF_A_VPC = {NodeKind.NETWORK_ACL: "is_default", NodeKind.ROUTE_TABLE: "main"}
"""A VPC has one such, whatever stands behind it."""


@dataclass
class Side:
    """One of the two boundaries and what its nodes are called in both."""

    boundary: Boundary
    names: Names
    labels: dict[str, str] = field(default_factory=dict)

    def call(self, node: Node, label: str) -> None:
        """Give a node its name in both."""
        self.labels[node.id] = label
        self.names.tokens[node.id.rpartition("/")[2].rpartition(":")[2]] = label
        self.names.tokens[node.name] = label

    def text(self, text: str) -> str:
        """A text in which ids are the names of what they stand for."""
        return self.names.text(text)

    def canonical(self, content: Any) -> Any:
        """A value that is equal on both sides where it says the same: lists are sets; secrets only that they are."""
        match content:
            case str():
                return self.names.text(content)
            case {"$secret": _}:
                return {"$secret": content.get("looks_like")}
            case dict():
                return {self.names.text(key): self.canonical(value) for key, value in content.items()}
            case list() | tuple():
                return sorted(map(self.canonical, content), key=_ORDER)
            case _:
                return content

    def made(self, node: Node) -> bool:
        """Whether the environment's Console made it: the vendor's tag without ours, or it belongs to such an instance.

        What bears the tag of another environment is compared as anything else.
        """
        tags = node.properties.get("tags")
        if isinstance(tags, dict) and VENDOR in tags:
            environment = tags.get(ENVIRONMENT, self.boundary.contract.environment_id)
            own = environment == self.boundary.contract.environment_id
            return own and OURS not in tags and node.id not in self.boundary.roles
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
    one, two = (Side(names.boundary, names) for names in naming.pair(first, second))
    left = [_compared(one), _compared(two)]
    found: list[tuple[Node, Node]] = []
    for number in range(_ROUNDS):
        before = len(found)
        for candidate in _CANDIDATES:
            found += _pair((one, two), left, candidate)
        one.names.forget()
        two.names.forget()
        if number and len(found) == before:
            break
    gone, new, unmatched = _rest((one, two), left)
    return Identity(one, two, tuple(found), gone, new, unmatched)


def pair(first: Boundary, second: Boundary) -> tuple[Names, Names]:
    """The names of two boundaries that are compared, with those of what is matched though its ids differ."""
    found = identify(first, second)
    one, two = found.first.names, found.second.names
    differing = [(old, new) for old, new in found.pairs if one.of(old.id) != two.of(new.id)]
    for old, new in differing:
        one.called[old.id] = two.called[new.id] = found.first.labels[old.id]
    one.forget()
    two.forget()
    return one, two


def _compared(side: Side) -> dict[str, Node]:
    nodes = side.boundary.graph.nodes()
    return {node.id: node for node in nodes if node.kind not in _DERIVED and not side.made(node)}


def _pair(
    sides: tuple[Side, Side], left: list[dict[str, Node]], candidate: Callable[[Side, Node], str | None]
) -> Iterator[tuple[Node, Node]]:
    """The nodes that a candidate name tells apart on both sides."""
    one, two = (_called(side, nodes, candidate) for side, nodes in zip(sides, left, strict=True))
    # A name that another candidate gave to others tells nothing apart any more.
    for label in sorted(one.keys() & two.keys() - set(sides[0].labels.values())):
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
    if node.properties.get(_ONE_OF_A_VPC.get(node.kind, "")) is True:
        properties = ("vpc", _ONE_OF_A_VPC[node.kind])
    said = [(name, side.canonical(node.properties.get(name.partition("[")[0]))) for name in properties]
    text = ", ".join(_phrase(name, value) for name, value in said if value is not None)
    return None if MADE_UP.search(text) else f"{_kind(node)} {text}{_where(side, node)}"


def _phrase(name: str, value: Any) -> str:
    match value:
        case bool():
            return name.replace("_", " ") if value else f"not {name.replace('_', ' ')}"
        case str():
            return value
        case list() if all(isinstance(item, str) for item in value):
            return f"({', '.join(value)})"
        case _:
            return json.dumps(value, sort_keys=True, default=str)


def _same(side: Side, node: Node) -> str | None:
    """By its very id, which another thing cannot have."""
    return f"{_kind(node)} {side.names.text(node.id).rpartition(':')[2]}{_where(side, node)}"


_NAMED = (_role, _chosen, _tagged, _standing)
_CANDIDATES = (*_NAMED, _same)


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
    found = next((label for candidate in _NAMED if (label := candidate(side, node)) is not None), None)
    tags = node.properties.get("tags")
    said = json.dumps(side.canonical(tags), sort_keys=True) if isinstance(tags, dict) and tags else "without a name"
    return found or f"{_kind(node)} {said}{_where(side, node)}"
