"""What the vendor's Console made at run time, held against what the contract lets it make."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from audit.difference.identity import texts
from audit.model.facts import Unknown, unread
from audit.model.graph import EdgeKind, NodeKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.boundary import Boundary
    from audit.difference.identity import Side
    from audit.model.graph import Node


@dataclass(frozen=True)
class Made:
    """A thing that bears the vendor's tags and not the stack's; ``against`` says what the contract does not allow."""

    node: str
    kind: NodeKind
    name: str
    against: tuple[str, ...]
    unknown: tuple[str, ...]
    records: tuple[str, ...]


_Found = tuple[bool, str]
"""Something that speaks against a thing, and whether it is sure."""


def made(side: Side) -> Iterator[Made]:
    """Everything that the environment's Console made."""
    for node in side.boundary.graph.nodes():
        if side.made(node):
            tags = node.properties.get("tags")
            name = str(tags.get("Name", node.name)) if isinstance(tags, dict) else node.name
            found = list(dict.fromkeys(_against(side, node)))
            against = tuple(text for sure, text in found if sure)
            unknown = tuple(text for sure, text in found if not sure)
            yield Made(node.id, node.kind, name, against, unknown, node.records)


def _against(side: Side, node: Node) -> Iterator[_Found]:
    """What the contract does not allow of it, and what it does not say or was not read."""
    console = side.boundary.contract.console
    allowed = console.creates if console is not None else None
    if allowed is None:
        yield False, "the contract does not say what the Console may create (console.creates)"
    elif node.kind not in allowed:
        yield True, f"the Console may create {', '.join(allowed) or 'nothing'}, not a {node.kind.replace('_', ' ')}"
    yield from _stands(side.boundary, node)
    yield from _guarded(side, node)
    yield from _acts_as(side.boundary, node)
    if node.kind is NodeKind.VOLUME:
        yield from _encrypted(side.boundary, node)


def _stands(boundary: Boundary, node: Node) -> Iterator[_Found]:
    """Whether it stands in the contract's VPC and subnets."""
    network = boundary.contract.network
    places = {name: node.properties[name] for name in ("vpc", "subnet", "subnets") if name in node.properties}
    for name, place in places.items():
        if (hidden := unread(place)) is not None:
            yield False, f"its {name} was not read: {hidden.permission}"
        elif not place:
            yield False, f"AWS shows no {name} of it"
    if network is None and places:
        yield False, "the contract does not say where (network)"
    elif network is not None:
        vpc = places.get("vpc")
        subnets = set(texts([places.get("subnet"), *texts(places.get("subnets"))]))
        if isinstance(vpc, str) and vpc != network.vpc:
            yield True, f"it stands in {vpc}, not in the environment's VPC"
        if subnets - set(network.subnets):
            yield True, f"it stands in {', '.join(sorted(subnets - set(network.subnets)))}, no subnet of the contract"


def _guarded(side: Side, node: Node) -> Iterator[_Found]:
    """Whether the groups that let packets to it are the contract's, or the Console's own."""
    boundary = side.boundary
    network = boundary.contract.network
    declared = set(network.security_groups.values()) if network is not None else set()
    for edge in boundary.graph.edges(EdgeKind.USES_GROUP, source=node.id) if network is not None else ():
        group = boundary.graph.get(edge.target)
        name = edge.target.rpartition("/")[2]
        if name not in declared and (group is None or not side.made(group)):
            yield True, f"it bears the security group {name}, which the contract does not name"


def _acts_as(boundary: Boundary, node: Node) -> Iterator[_Found]:
    """Whether it runs as a role that the Console may start things as."""
    contract = boundary.contract
    console = contract.principals.get("console")
    allowed = {
        contract.principals[role].arn for role in (console.acts_as if console else ()) if role in contract.principals
    }
    edges = list(boundary.graph.edges(EdgeKind.RUNS_AS, source=node.id))
    for edge in edges:
        if console is None:
            yield False, f"it runs as {boundary.label(edge.target)}, and the contract has no console (principals)"
        elif edge.target not in allowed:
            yield True, f"it runs as {boundary.label(edge.target)}, which the contract does not let the console act as"
    profile = node.properties.get("profile")
    if profile is not None and not edges:
        name = "" if isinstance(profile, Unknown) else f" {profile}"
        yield False, f"the role of its instance profile{name} was not read"


def _encrypted(boundary: Boundary, node: Node) -> Iterator[_Found]:
    """Whether a volume is encrypted with a key of the contract, where it has keys."""
    encrypted, key = node.properties.get("encrypted"), node.properties.get("key")
    hidden = unread((encrypted, key))
    if not boundary.contract.keys:
        return
    if hidden is not None:
        yield False, f"its encryption was not read: {hidden.permission}"
    elif not encrypted:
        yield True, "it is not encrypted, and the contract has keys"
    elif key not in {one.arn for one in boundary.contract.keys.values()}:
        yield True, f"it is encrypted with {key}, no key of the contract"
