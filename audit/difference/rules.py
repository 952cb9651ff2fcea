"""Which rule opened or closed a path: what its proof cites and the other boundary has not, else what differs there."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from audit.difference.causes import Did
from audit.difference.reach import Kind
from audit.model.facts import Unknown
from audit.model.graph import NodeKind
from audit.reach.topology import network

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.difference.reach import Change, Comparison, Side
    from audit.model.graph import Node

_DIRECTIONS = (("ingress", "IpPermissions"), ("egress", "IpPermissionsEgress"))
_PEERS = ("IpRanges", "Ipv6Ranges", "PrefixListIds", "UserIdGroupPairs")
_LISTS = {
    NodeKind.ROUTE_TABLE: ("routes", "Routes"),
    NodeKind.TRANSIT_ROUTE_TABLE: ("routes", "Routes"),
    NodeKind.NETWORK_ACL: ("entries", "Entries"),
}
_SETTINGS = (
    NodeKind.VPC, NodeKind.SUBNET, NodeKind.ROUTE_TABLE, NodeKind.NETWORK_ACL, NodeKind.TRANSIT_ROUTE_TABLE,
    NodeKind.GATEWAY, NodeKind.INTERNET_GATEWAY, NodeKind.NAT_GATEWAY, NodeKind.VPC_ENDPOINT, NodeKind.ENTRANCE,
    NodeKind.LOAD_BALANCER, NodeKind.TARGET_GROUP, NodeKind.NETWORK_INTERFACE,
)  # fmt: skip
"""What lies on the way of packets and may have been set otherwise."""
_MOST = 8
_Rules = dict[str, tuple[str, str]]
"""The rules of a document, by what they say: where each stands, and its text."""


def did(compared: Comparison, change: Change) -> tuple[Did, ...]:
    """What made a path open or close, as far as rules and settings show it; nothing where that is not known."""
    if change.kind is Kind.UNKNOWN:
        return ()
    one, two = compared.first, compared.second
    # A path is proven on the side that has it.
    edges = change.after if change.kind is Kind.OPENED else change.before
    has, lacks = (two, one) if change.kind is Kind.OPENED else (one, two)
    documents = tuple(dict.fromkeys(citation.document for edge in edges for citation in edge.because))
    there = [found for document in documents for found in _other(has, lacks, document, change.kind)]
    cited = {(citation.document, citation.pointer) for edge in edges for citation in edge.because}
    came = "added" if change.kind is Kind.OPENED else "removed"
    first = [found for found in there if found.how == came and (found.what, found.pointer) in cited]
    found_ = (*_ends(one, two, change), *(first or there))
    return tuple(dict.fromkeys(found_)) or tuple(_settings(one, two))[:_MOST]


def _ends(one: Side, two: Side, change: Change) -> Iterator[Did]:
    for name in (change.source, change.target):
        was, now = (side.boundary.graph.get(side.nodes.get(name)) for side in (one, two))
        if was is None and now is not None and not _hidden(one, now):
            yield Did("added", f"{now.kind}/{now.name}", record=_record(now))
        elif was is not None and now is None and not _hidden(two, was):
            yield Did("removed", f"{was.kind}/{was.name}", record=_record(was))


def _hidden(side: Side, node: Node) -> bool:
    """Whether a listing that a side could not read may hold a node that it does not have."""
    return bool(side.boundary.graph.unseen(node.kind))


def _other(has: Side, lacks: Side, document: str, kind: Kind) -> Iterator[Did]:
    """The rules of a document on the way that stand on one side only; the document itself where it does."""
    node = _node(has, document)
    if node is None:
        return
    came, went = ("added", "removed") if kind is Kind.OPENED else ("removed", "added")
    twin = lacks.boundary.graph.get(lacks.nodes.get(has.names.of(node.id)))
    if twin is None:
        if not _hidden(lacks, node):
            yield Did(came, document, record=_record(node))
        return
    own, others = _rules(has, node), _rules(lacks, twin)
    yield from _only(came, document, node, own, others)
    yield from _only(went, f"{document.partition('/')[0]}/{twin.name}", twin, others, own)


def _only(how: str, document: str, node: Node, own: _Rules, others: _Rules) -> Iterator[Did]:
    for said, (pointer, text) in own.items():
        if said not in others:
            yield Did(how, document, pointer, text=text, record=_record(node), layer=str(node.kind))


def _node(side: Side, document: str) -> Node | None:
    kind, _, name = document.partition("/")
    known = {str(one): one for one in NodeKind}
    return network(side.boundary.graph).named(known[kind], name) if kind in known else None


def _rules(side: Side, node: Node) -> _Rules:
    return {side.names.canonical(rule): (pointer, _text(rule)) for pointer, rule in _listed(node)}


def _text(rule: Any) -> str:
    return json.dumps(rule, sort_keys=True, ensure_ascii=False)


def _listed(node: Node) -> Iterator[tuple[str, Any]]:
    """Each rule with its JSON pointer; of a group's permission each peer is one by itself."""
    if node.kind is NodeKind.SECURITY_GROUP:
        for field, document in _DIRECTIONS:
            for number, permission in enumerate(node.properties[field]):
                plain = {name: value for name, value in permission.items() if name not in _PEERS}
                for peers in _PEERS:
                    for index, peer in enumerate(permission.get(peers) or ()):
                        yield f"/{document}/{number}/{peers}/{index}", {"Direction": field, **plain, peers: [peer]}
    if node.kind in _LISTS:
        field, document = _LISTS[node.kind]
        rules = node.properties[field]
        yield from ((f"/{document}/{index}", rule) for index, rule in enumerate(() if _unread(rules) else rules))


def _unread(value: Any) -> bool:
    return value is None or isinstance(value, Unknown)


def _settings(one: Side, two: Side) -> Iterator[Did]:
    """What on the way of packets is set otherwise, where no rule tells."""
    graphs = one.boundary.graph, two.boundary.graph
    for kind in _SETTINGS:
        for node in graphs[1].nodes(kind):
            twin = graphs[0].get(one.nodes.get(two.names.of(node.id)))
            if twin is not None:
                yield from _turned(one, two, twin, node)
            elif not _hidden(one, node):
                yield Did("added", f"{kind}/{node.name}", record=_record(node))
        for node in graphs[0].nodes(kind):
            if one.names.of(node.id) not in two.nodes and not _hidden(two, node):
                yield Did("removed", f"{kind}/{node.name}", record=_record(node))


def _turned(one: Side, two: Side, before: Node, after: Node) -> Iterator[Did]:
    names = (name for name in sorted(after.properties) if name in before.properties and name != "tags")
    changed = [name for name in names if _said(one, before, name) != _said(two, after, name)]
    if changed:
        what = ", ".join(name.replace("_", " ") for name in changed)
        yield Did("changed", f"{after.kind}/{after.name}: {what}", record=_record(after))


def _said(side: Side, node: Node, name: str) -> str:
    value = node.properties[name]
    return side.names.canonical(value.to_json() if isinstance(value, Unknown) else value)


def _record(node: Node) -> str:
    return node.records[0] if node.records else ""
