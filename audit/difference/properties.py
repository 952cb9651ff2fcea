"""What is there in one boundary and not in the other, and what says something else: property by property.

A policy is compared statement by statement, whatever the order of its statements and whatever their Sids; any other
list as a set. What one side could not read is unknown there: neither the same nor changed.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from audit.difference.covered import uncovered
from audit.difference.identity import Identity, Side, identify
from audit.difference.names import MADE_UP
from audit.difference.runtime import Made, made
from audit.difference.values import escaped, parts
from audit.model.facts import Unknown, unread
from audit.model.graph import NodeKind, plain
from audit.model.verdict import NOT_SHOWN

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from audit.boundary import Boundary
    from audit.model.facts import Fact
    from audit.model.graph import Node

NOT_COMPARED: Mapping[str, str] = {
    "unique_id": "made up by AWS for each principal",
    "private_addresses": "chosen by AWS from the subnet",
    "public_addresses": "chosen by AWS from its own; whether there is one is compared",
    "addresses": "chosen by AWS from its own",
    "access_point_accounts": "whose access points were listed; the points are compared",
    "zone_id": "which zone a letter stands for differs between accounts",
    "interfaces": "made up by AWS, compared as nodes",
    "dns_name": "made up by AWS",
    "dns_names": "made up by AWS",
    "recovery_points": "come and go with every backup",
    "summary": "figures of use, which count what is compared by itself",
    "delivery": "how the last delivery went",
    "delivery_error": "how the last delivery went",
    "log_group_error": "how the last delivery to the log group went",
    "instances": "come and go with every scaling",
    "ingress_from_others": "part of ingress, which is compared",
}
"""Properties that differ in every account or moment and say nothing of the boundary, each with the reason."""
_PRESENCE = "public_addresses"
_EMULATED = {"image": "ec2:DescribeImages"}
"""Properties that rest on what an emulator may not show, with the call that its snapshot then names."""
_REFERRED: Mapping[str, NodeKind] = {
    "i": NodeKind.INSTANCE, "eni": NodeKind.NETWORK_INTERFACE, "sg": NodeKind.SECURITY_GROUP, "vpc": NodeKind.VPC,
    "subnet": NodeKind.SUBNET, "rtb": NodeKind.ROUTE_TABLE, "acl": NodeKind.NETWORK_ACL, "vol": NodeKind.VOLUME,
    "igw": NodeKind.INTERNET_GATEWAY, "nat": NodeKind.NAT_GATEWAY, "vpce": NodeKind.VPC_ENDPOINT,
    "pl": NodeKind.PREFIX_LIST, "lt": NodeKind.LAUNCH_TEMPLATE, "snap": NodeKind.SNAPSHOT, "key": NodeKind.KEY,
    "targetgroup": NodeKind.TARGET_GROUP, "loadbalancer": NodeKind.LOAD_BALANCER, "hostedzone": NodeKind.HOSTED_ZONE,
}  # fmt: skip
"""What an id refers to, by how it begins or by its ARN's resource type.

Where such things were not listed, two ids may be of one thing.
"""
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
    hidden: dict[bool, set[str]] = {False: set(), True: set()}
    gone = (*found.gone, *(node for _, old, _ in found.unmatched for node in old))
    new = (*found.new, *(node for _, _, them in found.unmatched for node in them))
    beyond = {node.id: place for node in gone if (place := uncovered(node, first, second))}
    before = {node.id: place for node in new if (place := uncovered(node, second, first))}
    differences = [
        *(_alone(found, node, Kind.MISSING) for node in found.gone if node.id not in beyond),
        *(_alone(found, node, Kind.ADDED) for node in found.new if node.id not in before),
        *_unseen("B", Counter(beyond.values())),
        *_unseen("A", Counter(before.values())),
        *(one for old, new in found.pairs for one in _changed(found, old, new, hidden)),
        *_unmatched(found, {*beyond}, {*before}),
    ]
    order = list(Kind)
    differences.sort(key=lambda one: (order.index(one.kind), one.what, one.node, one.path))
    neither, not_shown = (tuple(sorted(hidden[emulated])) for emulated in (False, True))
    return Properties(tuple(differences), tuple(made(found.second)), neither, not_shown)


def _unseen(side: str, things: Counter[str]) -> Iterator[Difference]:
    """Each account and region that one side did not walk, and how much there was not compared."""
    for place, many in sorted(things.items()):
        why = f"{side} did not walk it: {many} thing{'s' if many > 1 else ''} there not compared"
        yield Difference(Kind.UNKNOWN, place, NodeKind.ACCOUNT, (None, None), why=why)


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


def _unmatched(found: Identity, beyond: set[str], before: set[str]) -> Iterator[Difference]:
    """What nothing but its id tells apart, without what one side did not walk."""
    for label, old, new in found.unmatched:
        ids = [node.id for node in old if node.id not in beyond], [node.id for node in new if node.id not in before]
        if any(ids):
            why = f"{len(ids[0])} in A and {len(ids[1])} in B bear this name, and nothing else tells them apart"
            yield Difference(Kind.UNMATCHED, label, (*old, *new)[0].kind, (None, None), "", *ids, why)


def _changed(found: Identity, old: Node, new: Node, hidden: dict[bool, set[str]]) -> Iterator[Difference]:
    label = found.first.labels[old.id]
    # The name of a property may end in its region.
    names = (
        {found.first.text(name): name for name in old.properties},
        {found.second.text(name): name for name in new.properties},
    )
    for said in sorted(names[0].keys() | names[1].keys()):
        name = names[1].get(said) or names[0][said]
        if _skipped(old, name) or _of_a_region_not_walked(found, names, said):
            continue
        values = [
            _lasting(side, node, called.get(said, ""))
            for side, node, called in zip((found.first, found.second), (old, new), names, strict=True)
        ]
        doubts = [unread(value) for value in values]
        emulated = _emulated(found, name) or any(doubt is not None and doubt.code == NOT_SHOWN for doubt in doubts)
        if emulated or None not in doubts:
            hidden[emulated and None in doubts].add(f"{label}: {name}")
        elif doubts == [None, None]:
            yield from _property(found, (old, new), label, name, values)
        else:
            yield from _doubted(label, (old, new), name, doubts)


def _of_a_region_not_walked(found: Identity, names: tuple[dict[str, str], ...], said: str) -> bool:
    """Whether a property of one side, which ends in its region, is of one that the other did not walk."""
    sides = (found.first.boundary, found.second.boundary)
    for own, other, called, lacks in zip(sides, sides[::-1], names, names[::-1], strict=True):
        region = called.get(said, "").rpartition("/")[2]
        regions, theirs = ({at for _, at in side.graph.walked} for side in (own, other))
        if said not in lacks and region in regions - {own.contract.region} and region not in theirs:
            return True
    return False


def _emulated(found: Identity, name: str) -> bool:
    """Whether one side alone is a rehearsal that cannot show the property."""
    call = _EMULATED.get(name)
    return call is not None and (call in found.first.boundary.graph.emulated) is not (
        call in found.second.boundary.graph.emulated
    )


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
    yield Difference(Kind.UNKNOWN, label, nodes[0].kind, ids, f"/{escaped(name)}", why=why, records=nodes[1].records)


def _of_aws(node: Node, name: str) -> bool:
    return node.kind is NodeKind.PREFIX_LIST and name == "entries" and node.properties.get("owner") == "AWS"


def _property(
    found: Identity, nodes: tuple[Node, Node], label: str, name: str, values: list[Fact]
) -> Iterator[Difference]:
    old, new = nodes
    for path, before, after in parts((found.first, found.second), f"/{escaped(name)}", *values):
        records = new.records if after is not None else old.records
        why = _unlisted(found, before, after)
        kind = Kind.UNKNOWN if why else Kind.CHANGED
        yield Difference(kind, label, old.kind, (old.id, new.id), path, before, after, why, records)


def _unlisted(found: Identity, before: Any, after: Any) -> str:
    """Why two values that name other ids may say the same: a side could not list what the ids are of."""
    sides = ("A", found.first, before), ("B", found.second, after)
    kinds = {kind for _, side, value in sides for kind in _referred(json.dumps(side.canonical(plain(value))))}
    for kind in sorted(kinds):
        for name, side, _ in sides:
            for gap in side.boundary.graph.unseen(kind)[:1]:
                return f"names a {kind.replace('_', ' ')}, and {name} could not list such: {gap.unknown.permission}"
    return ""


def _referred(said: str) -> Iterator[NodeKind]:
    """The kinds of things whose ids are left in a value, because nothing is known to bear them on both sides."""
    for text in re.findall(r'"([^"]*)"', said):
        if MADE_UP.search(text):
            for word in re.split("[/:]", text):
                kind = _REFERRED.get(word.partition("-")[0] if MADE_UP.fullmatch(word) else word)
                if kind is not None:
                    yield kind
