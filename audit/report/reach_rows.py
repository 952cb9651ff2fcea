"""Paths as a reader wants them: those that say the same of other ends, ports or protocols as one, exactly."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from audit.model.graph import INTERNET, NodeKind
from audit.reach.addresses import PUBLIC, V4, V6, Intervals, addresses, cidrs, intervals, union
from audit.reach.path import Reach
from audit.reach.sides import Side, found

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from audit.boundary import Boundary
    from audit.model.graph import Citation
    from audit.reach.path import Doubt
    from audit.report.reach import Row

_MOST = 8
_SETS = {"far", "ports"}
_NOWHERE = {"no_route", "blackhole"}
_NOBODY = {"no_subnet", "not_routed_by_the_internet"}
"""What is stopped because nobody has the addresses: of no interest to a reader."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Paths that differ only in how they lead there: who at which addresses, and the class's own interfaces."""

    side: Side
    verdict: Reach
    reason: str
    who: tuple[str, ...]
    far: Intervals
    ports: Intervals
    protocols: tuple[str, ...]
    near: tuple[str, ...]
    via: str
    client: Intervals
    doubts: tuple[Doubt, ...] = ()
    ways: tuple[str, ...] = ()
    because: tuple[Citation, ...] = ()

    @property
    def where(self) -> str:
        """Who, and at which addresses."""
        text = listed(self.who)
        if not self.far:
            return text
        public = self.side is Side.INTERNET or not (PUBLIC & V4) - self.far
        return f"{text}: {_everybody(self.far) if public else listed(cidrs(self.far))}"


def entries(boundary: Boundary, rows: Iterable[Row], *, inward: bool) -> list[Entry]:
    """The paths in the order of the rows, merged."""
    found_ = [_entry(boundary, row, inward=inward) for row in rows if row.path.reason not in _NOBODY]
    for name in ("near", "far", "ports", "protocols"):
        found_ = _merged(found_, name)
    # A service is known by its name; what a device on the way may pass on is known by addresses alone.
    endpoints = [replace(one, far=Intervals()) for one in found_ if _is_service(one)]
    others = [one for one in found_ if not _is_service(one)]
    return [*others, *_merged(sorted(endpoints, key=lambda one: one.who), "who")]


def _is_service(one: Entry) -> bool:
    return one.side is Side.ENDPOINT and one.verdict is Reach.REACHES


def _entry(boundary: Boundary, row: Row, *, inward: bool) -> Entry:
    path = row.path
    near = (row.ends or (path.target,)) if inward else path.interfaces
    way = " → ".join(short(boundary, one) for one in path.path if one)
    return Entry(
        row.side, path.verdict, path.reason, _who(boundary, row, inward=inward),
        addresses(path.sources if inward else path.destinations), intervals(path.ports),
        tuple(filter(None, (path.protocol,))), tuple(sorted(map(boundary.label, near))), path.via,
        intervals(path.client_ports), path.doubts, tuple(filter(None, (way,))),
        tuple(dict.fromkeys(citation for hop in path.hops for citation in hop.because)),
    )  # fmt: skip


def _who(boundary: Boundary, row: Row, *, inward: bool) -> tuple[str, ...]:
    path = row.path
    name = path.origin if inward else path.target
    who = {INTERNET: "the internet", "*": "any account"}.get(name) or _label(boundary, name)
    if not inward and path.reason in _NOWHERE:
        return ("nowhere",)
    if row.side is Side.S3:
        return (f"S3 by {who if name == INTERNET else boundary.label(name)}",)
    if inward and path.groups:
        members = " or ".join(short(boundary, group) for group in path.groups)
        return (members if row.side is Side.GROUP else f"{members} by {who}",)
    if not inward and row.ends:
        return tuple(map(boundary.label, row.ends))
    return (who,)


def _label(boundary: Boundary, name: str) -> str:
    """A node's label; an endpoint is better known by its service."""
    node = found(boundary.graph, name)
    if node is None:
        return name
    if node.kind is NodeKind.VPC_ENDPOINT:
        service = str(node.properties.get("service") or "").partition(f".{node.region}.")[2]
        return f"{service} ({node.name})" if service else node.name
    return boundary.label(node.id)


def short(boundary: Boundary, name: str) -> str:
    """A physical id, with its role in the contract where it has one."""
    node = found(boundary.graph, name)
    return boundary.label(node.id) if node is not None and node.id in boundary.roles else name


def _merged(found_: list[Entry], name: str) -> list[Entry]:
    """Entries that are alike in all but one thing as one, with the union of it."""
    groups: dict[Entry, list[Entry]] = {}
    for one in found_:
        words = tuple(dict.fromkeys(doubt.reason for doubt in one.doubts))
        left_out: dict[str, Any] = {"doubts": (), "ways": words, "because": (), name: ()}
        groups.setdefault(replace(one, **left_out), []).append(one)
    return [_union(alike, name) for alike in groups.values()]


def _union(alike: list[Entry], name: str) -> Entry:
    first = alike[0]
    parts: dict[str, Any] = {
        field: tuple(dict.fromkeys(part for one in alike for part in getattr(one, field)))
        for field in ("doubts", "ways", "because", *(() if name in _SETS else (name,)))
    }
    if name in _SETS:
        parts[name] = union(getattr(one, name) for one in alike)
    return replace(first, **parts)


def listed(texts: Sequence[str]) -> str:
    """Texts in a row; of very many the first, and how many more there are."""
    more = f" and {len(texts) - _MOST} more" if len(texts) > _MOST else ""
    return ", ".join(texts[:_MOST]) + more


def _everybody(far: Intervals) -> str:
    """Addresses of the internet: by what is missing where that is shorter."""
    parts = []
    for family, name in ((V4, "every public IPv4 address"), (V6, "every public IPv6 address")):
        here, all_ = far & family, PUBLIC & family
        left = cidrs(all_ - here)
        if not here:
            continue
        if not left:
            parts.append(name)
        elif len(left) < len(cidrs(here)):
            parts.append(f"{name} but {listed(left)}")
        else:
            parts.append(listed(cidrs(here)))
    return " and ".join(parts)
