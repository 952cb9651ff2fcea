"""What is there in one boundary and not in the other, and what says something else: property by property.

A policy is compared statement by statement, whatever the order of its statements and whatever their Sids; any other
list as a set. What one side could not read is unknown there: neither the same nor changed.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from audit.difference.identity import Identity, Side, identify
from audit.difference.runtime import Made, made
from audit.model.facts import Unknown
from audit.model.graph import NodeKind
from audit.model.verdict import NOT_SHOWN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from audit.boundary import Boundary
    from audit.model.facts import Fact
    from audit.model.graph import Node

NOT_COMPARED: Mapping[str, str] = {
    "unique_id": "made up by AWS for each principal",
    "private_addresses": "chosen by AWS from the subnet",
    "public_addresses": "chosen by AWS from its own; whether there is one is compared",
    "addresses": "chosen by AWS from its own",
    "interfaces": "made up by AWS, compared as nodes",
    "dns_name": "made up by AWS",
    "dns_names": "made up by AWS",
    "recovery_points": "come and go with every backup",
    "summary": "figures of use, which count what is compared by itself",
    "delivery": "how the last delivery went",
    "delivery_error": "how the last delivery went",
    "instances": "come and go with every scaling",
    "ingress_from_others": "part of ingress, which is compared",
}
"""Properties that differ in every account or moment and say nothing of the boundary, each with the reason."""
_PRESENCE = "public_addresses"
_MEMBERS = {"RuleId", "ListenerArn", "RuleArn", "SubscriptionArn", "SecurityGroupRuleId", "AssociationId", "Version"}
"""Members of AWS's answers that are made up for each thing, or say nothing of it."""
_KEYS = ("arn", "name", "Name", "filterName", "RuleName", "GroupId", "Id", "ID", "Port")
"""Members by which the items of a list are known, the first that all have and no two share."""
_STATEMENT, _VERSION = "Statement", "Version"
_OLDEST = "2008-10-17"
"""The version of a policy that names none, in which variables are plain text (IAM JSON policy elements: Version)."""
_ROOT = re.compile(r"arn:[^:]+:iam::(\d{12}):root")
"""An account's ARN as a principal, which says the same as its number (AWS JSON policy elements: Principal)."""
_ZONE_OWN = {"NS", "SOA"}


class Kind(StrEnum):
    """What became of a node or a property, in the order of a report."""

    MISSING = "missing"
    ADDED = "added"
    CHANGED = "changed"
    UNKNOWN = "unknown"
    UNMATCHED = "unmatched"


@dataclass(frozen=True)
class Difference:
    """A node that is on one side only, or a property of one that says something else.

    ``path`` is a JSON pointer into the node's properties, "" for the node as a whole; ``before`` and ``after`` are what
    stands there, None for nothing; ``why`` says what is not known; ``records`` are of the side that has it.
    """

    kind: Kind
    node: str
    what: NodeKind
    ids: tuple[str | None, str | None]
    path: str = ""
    before: Any = None
    after: Any = None
    why: str = ""
    records: tuple[str, ...] = ()


@dataclass(frozen=True)
class Properties:
    """Two boundaries compared: what differs, what the Console made, and which facts were not compared.

    ``unread`` could neither side read; ``not_shown`` one side, a rehearsal, cannot show.
    """

    differences: tuple[Difference, ...]
    made: tuple[Made, ...]
    unread: tuple[str, ...]
    not_shown: tuple[str, ...] = ()


def compare(first: Boundary, second: Boundary) -> Properties:
    """Everything that the second has otherwise than the first, access and packets aside."""
    found = identify(first, second)
    unread: dict[bool, set[str]] = {False: set(), True: set()}
    differences = [
        *(_alone(found, node, Kind.MISSING) for node in found.gone),
        *(_alone(found, node, Kind.ADDED) for node in found.new),
        *(one for old, new in found.pairs for one in _changed(found, old, new, unread)),
        *(_unmatched(label, old, new) for label, old, new in found.unmatched),
    ]
    order = list(Kind)
    differences.sort(key=lambda one: (order.index(one.kind), one.what, one.node, one.path))
    neither, not_shown = (tuple(sorted(unread[emulated])) for emulated in (False, True))
    return Properties(tuple(differences), tuple(made(found.second)), neither, not_shown)


def _alone(found: Identity, node: Node, kind: Kind) -> Difference:
    """A node of one side; unknown where the other could not list such nodes."""
    gone = kind is Kind.MISSING
    own, other = (found.first, found.second) if gone else (found.second, found.first)
    ids = (node.id, None) if gone else (None, node.id)
    label = own.labels[node.id]
    home = node.account == own.boundary.contract.account
    account = other.boundary.contract.account if home else node.account
    gaps = other.boundary.graph.unseen(node.kind, account=account)
    if gaps:
        why = f"{'B' if gone else 'A'} could not list such things: {gaps[0].unknown.permission}"
        return Difference(Kind.UNKNOWN, label, node.kind, ids, why=why, records=node.records)
    return Difference(kind, label, node.kind, ids, records=node.records)


def _unmatched(label: str, old: tuple[Node, ...], new: tuple[Node, ...]) -> Difference:
    nodes = (*old, *new)
    why = f"{len(old)} in A and {len(new)} in B bear this name, and nothing else tells them apart"
    before, after = ([node.id for node in side] for side in (old, new))
    return Difference(Kind.UNMATCHED, label, nodes[0].kind, (None, None), "", before, after, why)


def _changed(found: Identity, old: Node, new: Node, unread: dict[bool, set[str]]) -> Iterator[Difference]:
    label = found.first.labels[old.id]
    # The name of a property may end in its region.
    names = {found.first.text(name): name for name in old.properties}, {
        found.second.text(name): name for name in new.properties
    }
    for said in sorted(names[0].keys() | names[1].keys()):
        name = names[1].get(said) or names[0][said]
        if _skipped(old, name):
            continue
        values = [
            _lasting(side, node, called.get(said, ""))
            for side, node, called in zip((found.first, found.second), (old, new), names, strict=True)
        ]
        doubts = [_unread(value) for value in values]
        emulated = any(doubt is not None and doubt.code == NOT_SHOWN for doubt in doubts)
        if doubts == [None, None]:
            yield from _property(found, (old, new), label, name, values)
        elif None not in doubts or emulated:
            unread[None in doubts].add(f"{label}: {name}")
        else:
            yield from _doubted(label, (old, new), name, doubts)


def _skipped(node: Node, name: str) -> bool:
    return (name in NOT_COMPARED and name != _PRESENCE) or _of_aws(node, name)


def _lasting(side: Side, node: Node, name: str) -> Fact:
    """A property without what the Console makes at run time, such as a zone's records of brokers, and what AWS does."""
    value = node.properties.get(name)
    if name == _PRESENCE and isinstance(value, list | tuple):
        return bool(value)
    if node.kind is not NodeKind.HOSTED_ZONE or name != "records" or not isinstance(value, list):
        return value
    return [one for one in value if not _of_zone(node, one) and not side.of_brokers(one.get("values"))]


def _of_zone(zone: Node, record: dict[str, Any]) -> bool:
    """Whether a record is one that every zone has of itself; below its top they hand names to other servers."""
    top = str(record.get("name")).rstrip(".") == str(zone.properties.get("zone_name")).rstrip(".")
    return top and record.get("type") in _ZONE_OWN


def _doubted(label: str, nodes: tuple[Node, Node], name: str, doubts: list[Unknown | None]) -> Iterator[Difference]:
    """A property that one side alone could read."""
    side, doubt = next((side, doubt) for side, doubt in zip("AB", doubts, strict=True) if doubt is not None)
    why = f"{side} could not read it ({doubt.code}): {doubt.permission}"
    ids = nodes[0].id, nodes[1].id
    yield Difference(Kind.UNKNOWN, label, nodes[0].kind, ids, f"/{_escaped(name)}", why=why, records=nodes[1].records)


def _of_aws(node: Node, name: str) -> bool:
    return node.kind is NodeKind.PREFIX_LIST and name == "entries" and node.properties.get("owner") == "AWS"


def _unread(value: Fact) -> Unknown | None:
    match value:
        case Unknown():
            return value
        case dict():
            return next((u for item in value.values() if (u := _unread(item)) is not None), None)
        case list() | tuple():
            return next((u for item in value if (u := _unread(item)) is not None), None)
        case _:
            return None


def _property(
    found: Identity, nodes: tuple[Node, Node], label: str, name: str, values: list[Fact]
) -> Iterator[Difference]:
    old, new = nodes
    for path, before, after in _parts((found.first, found.second), f"/{_escaped(name)}", *values):
        records = new.records if after is not None else old.records
        yield Difference(Kind.CHANGED, label, old.kind, (old.id, new.id), path, before, after, "", records)


def _escaped(name: str) -> str:
    """A name as a part of a JSON pointer."""
    return name.replace("~", "~0").replace("/", "~1")


_Part = tuple[str, Any, Any]


def _parts(sides: tuple[Side, Side], path: str, before: Any, after: Any) -> Iterator[_Part]:
    """The innermost parts in which two values differ: pointer, before, after."""
    one, two = sides
    if _said(one, before) == _said(two, after):
        return
    match before, after:
        case dict(), dict():
            if _STATEMENT in before and _STATEMENT in after:
                yield from _items(sides, f"{path}/{_STATEMENT}", _list(before[_STATEMENT]), _list(after[_STATEMENT]))
                versions = before.get(_VERSION, _OLDEST), after.get(_VERSION, _OLDEST)
                yield from _parts(sides, f"{path}/{_VERSION}", *versions)
                return
            keys = {one.text(key): key for key in before}, {two.text(key): key for key in after}
            for key in sorted((keys[0].keys() | keys[1].keys()) - _MEMBERS):
                pointer = f"{path}/{_escaped(key)}"
                parts = (side.get(names.get(key, "")) for side, names in zip((before, after), keys, strict=True))
                yield from _parts(sides, pointer, *parts)
        case list() | tuple(), list() | tuple():
            yield from _items(sides, path, list(before), list(after))
        case _:
            yield path, _told(one, before, [after]), _told(two, after, [before])


def _items(sides: tuple[Side, Side], path: str, before: list[Any], after: list[Any]) -> Iterator[_Part]:
    """The items that stand on one side only; those that a member names are compared inside."""
    one, two = sides
    key = _key(sides, before, after)
    if key is not None:
        olds = {one.text(str(item[key])): item for item in before}
        news = {two.text(str(item[key])): item for item in after}
        for name in sorted(olds.keys() | news.keys()):
            yield from _parts(sides, f"{path}/{_escaped(name)}", olds.get(name), news.get(name))
        return
    there = [_said(one, item) for item in before], [_said(two, item) for item in after]
    for number, (item, said) in enumerate(zip(before, there[0], strict=True)):
        if said not in there[1]:
            yield f"{path}/{number}", _told(one, item, after), None
    for number, (item, said) in enumerate(zip(after, there[1], strict=True)):
        if said not in there[0]:
            yield f"{path}/{number}", None, _told(two, item, before)


def _told(side: Side, value: Any, others: Iterable[Any]) -> Any:
    """A value as it stands there, or what it means where the other side has the same text and means something else."""
    return side.canonical(value) if any(value == other for other in others) else value


def _key(sides: tuple[Side, Side], before: list[Any], after: list[Any]) -> str | None:
    for key in _KEYS:
        if all(isinstance(item, dict) and key in item for item in (*before, *after)) and (before or after):
            names = [
                [side.text(str(item[key])) for item in items]
                for side, items in zip(sides, (before, after), strict=True)
            ]
            if all(len(set(found)) == len(found) for found in names):
                return key
    return None


def _list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


def _said(side: Side, value: Any) -> str:
    return json.dumps(side.canonical(_plain(value)), sort_keys=True, default=str)


def _plain(value: Any) -> Any:
    """A policy as it is meant: a text is a list of one, everybody is written one way, and a Sid says nothing."""
    match value:
        case {"Effect": _}:
            return {key: _meant(key, part) for key, part in value.items() if key != "Sid"}
        case {"Statement": statements}:
            return {_VERSION: value.get(_VERSION, _OLDEST), _STATEMENT: _plain(_list(statements))}
        case dict():
            return {key: _plain(part) for key, part in value.items() if key not in _MEMBERS}
        case list() | tuple():
            return [_plain(part) for part in value]
        case _:
            return value


def _meant(key: str, part: Any) -> Any:
    if key in {"Principal", "NotPrincipal"}:
        part = part if isinstance(part, dict) else {"AWS": part}
        return {kind: [_principal(name) for name in _list(names)] for kind, names in part.items()}
    if key in {"Action", "NotAction"}:
        return [name.lower() if isinstance(name, str) else name for name in _list(part)]
    if key == "Condition" and isinstance(part, dict):
        return {operator: {name: _list(v) for name, v in keys.items()} for operator, keys in part.items()}
    return part if key == "Effect" else _list(part)


def _principal(name: Any) -> Any:
    root = _ROOT.fullmatch(name) if isinstance(name, str) else None
    return root[1] if root else name
