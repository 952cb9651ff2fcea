"""The answers of ``byoc reach to``, ``from`` and ``path`` on a console."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from rich.text import Text

from audit.model.graph import INTERNET
from audit.model.verdict import NOT_SHOWN
from audit.reach.addresses import PORTS, PUBLIC, addresses
from audit.reach.drafts import port_text
from audit.reach.path import Reach
from audit.reach.sides import Side, found
from audit.report.access import settles
from audit.report.access_text import proof
from audit.report.text import cite, indented, print_lines, printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rich.console import Console

    from audit.boundary import Boundary
    from audit.reach.packets import Answer
    from audit.reach.path import Doubt, Path
    from audit.report.reach import Pair, Row
    from audit.report.text import Line

_FROM = {
    Side.INTERNET: "From the internet",
    Side.PREMISES: "From other premises (VPN, Direct Connect)",
    Side.ENTRANCE: "By entrances that need no route",
    Side.PRIVATELINK: "Through PrivateLink",
    Side.VPC: "From other VPCs",
    Side.GROUP: "From security groups",
    Side.OWN: "From addresses of the same VPC",
    Side.ELSEWHERE: "From elsewhere",
}
_TO = {
    Side.INTERNET: "To the internet",
    Side.NAMES: "To name servers of the internet, by the VPC's resolver",
    Side.S3: "To S3",
    Side.ENDPOINT: "To endpoints",
    Side.PRIVATELINK: "To services behind PrivateLink",
    Side.PREMISES: "To other premises (VPN, Direct Connect)",
    Side.VPC: "To other VPCs, as far as to their subnets",
    Side.INTERFACE: "To machines of the same VPC",
    Side.OWN: "Within the same VPC",
    Side.ELSEWHERE: "To elsewhere",
}
_ALWAYS_FROM, _ALWAYS_TO = (Side.INTERNET, Side.PREMISES), (Side.INTERNET, Side.NAMES, Side.S3)
"""What is said even where nothing arrives: readers ask for it first."""
_MOST = 8
_BLANK: Line = (0, Text())
_STYLES = {Reach.REACHES: "bold", Reach.UNKNOWN: "yellow", Reach.BLOCKED: "bold"}


def to(boundary: Boundary, label: str, asked: str, rows: Sequence[Row], console: Console) -> None:
    """Print every source that arrives: internet and other premises first, what is not known, what is stopped."""
    title = f"What arrives at {label}, {asked}?"
    print_lines(console, (*_head(title, rows), *_Told(boundary, rows, inward=True).lines()))


def from_(boundary: Boundary, label: str, asked: str, rows: Sequence[Row], console: Console) -> None:
    """Print everything that can be reached, the ways out first."""
    title = f"What can {label} reach, {asked}?"
    print_lines(console, (*_head(title, rows), *_Told(boundary, rows, inward=False).lines()))


def _head(title: str, rows: Sequence[Row]) -> Iterator[Line]:
    yield 0, Text(printable(title), "bold")
    counts = Counter(row.path.verdict for row in rows)
    told = ((Reach.REACHES, "open"), (Reach.UNKNOWN, "not known"), (Reach.BLOCKED, "blocked"))
    found_ = ", ".join(f"{counts[verdict]} {word}" for verdict, word in told if counts[verdict])
    yield 0, Text(f"paths: {found_ or 'none'}")


class _Told:
    """The rows of one answer, section by section."""

    def __init__(self, boundary: Boundary, rows: Sequence[Row], *, inward: bool) -> None:
        self.boundary, self.rows, self.inward = boundary, rows, inward
        self.titles, self.always = (_FROM, _ALWAYS_FROM) if inward else (_TO, _ALWAYS_TO)

    def lines(self) -> Iterator[Line]:
        for side, title in self.titles.items():
            open_ = self._of(Reach.REACHES, side)
            if open_ or side in self.always:
                yield _BLANK
                yield 0, Text(title, "bold")
                yield from self._each(open_) if open_ else self._nothing(side)
        for verdict, title in ((Reach.UNKNOWN, "Not known"), (Reach.BLOCKED, "Let through by a rule, and stopped")):
            rows = self._of(verdict)
            if rows:
                yield _BLANK
                yield 0, Text(title, _STYLES[verdict])
                yield from self._each(rows)

    def _of(self, verdict: Reach, *sides: Side) -> list[Row]:
        order = list(self.titles)
        rows = [row for row in self.rows if row.path.verdict is verdict and (not sides or row.side in sides)]
        return sorted(rows, key=lambda row: order.index(row.side) if row.side in order else len(order))

    def _nothing(self, side: Side) -> Iterator[Line]:
        unknown = any(self._may_be(row, side) for row in self._of(Reach.UNKNOWN))
        onward = side is Side.INTERNET and not self.inward and any(map(_leads_on, self._of(Reach.REACHES)))
        if unknown:
            yield indented(Text("not known: see below", "yellow"), 2)
        elif onward:
            yield indented(Text("not by itself; whether other networks pass packets on is not known", "yellow"), 2)
        else:
            yield indented(Text("nothing arrives" if self.inward else "nothing gets there"), 2)

    def _may_be(self, row: Row, side: Side) -> bool:
        """Whether what is not known may be of a side: its addresses, where it has some, are of there."""
        path = row.path
        if row.side is side or (side is Side.INTERNET and row.side is Side.ENTRANCE):
            return True
        if row.side not in {Side.ELSEWHERE, Side.OWN, Side.PREMISES} or side is Side.NAMES or path.groups:
            return False
        far = addresses(path.sources if self.inward else path.destinations)
        return not far or side is not Side.INTERNET or bool(far & PUBLIC)

    def _each(self, rows: list[Row]) -> Iterator[Line]:
        groups: dict[tuple[object, ...], list[Row]] = {}
        for row in rows:
            groups.setdefault(self._alike(row), []).append(row)
        for alike in groups.values():
            yield from self._group(alike)

    def _alike(self, row: Row) -> tuple[object, ...]:
        path = row.path
        cited = tuple(citation for hop in path.hops for citation in hop.because)
        return row.side, self._far(row), path.ports, path.reason, path.via, self._why(path), cited

    def _group(self, alike: list[Row]) -> Iterator[Line]:
        first = alike[0]
        path = first.path
        style = "yellow" if path.verdict is Reach.UNKNOWN else "bold"
        yield indented(Text(printable(self._far(first)), style), 2)
        yield indented(Text(printable(self._what(alike))), 4)
        way = [_short(self.boundary, one) for one in path.path if one]
        if way and path.verdict is not Reach.BLOCKED:
            yield indented(Text(printable(f"by {' → '.join(way)}")), 4)
        if path.verdict is Reach.REACHES and path.client_ports not in ((), PORTS.spans):
            yield indented(Text(f"answers get back to client ports {port_text(path.client_ports)}"), 4)
        if path.verdict is not Reach.REACHES:
            yield indented(Text(printable(self._why(path)), "yellow" if path.verdict is Reach.UNKNOWN else ""), 4)
        cited = tuple(dict.fromkeys(citation for hop in path.hops for citation in hop.because))
        yield from (indented(Text.assemble("proof: ", line), 4) for line in proof(cited))

    def _far(self, row: Row) -> str:
        """The far end: groups or its node, and the addresses that it stands for."""
        path, label = row.path, self.boundary.label
        name = path.origin if self.inward else path.target
        who = "any account" if name == "*" else label(name)
        if self.inward and path.groups:
            members = " or ".join(_group(self.boundary, group) for group in path.groups)
            who = members if row.side is Side.GROUP else f"{members} by {who}"
        elif not self.inward and row.ends:
            who = _listed([label(one) for one in row.ends])
        where = path.sources if self.inward else path.destinations
        return f"{who}: {_listed(where)}" if where else who

    def _what(self, alike: list[Row]) -> str:
        path = alike[0].path
        protocols = " and ".join(dict.fromkeys(row.path.protocol for row in alike if row.path.protocol))
        said = f"{protocols} {port_text(path.ports)}" if protocols else "any packets"
        if self.inward:
            ends = dict.fromkeys(self.boundary.label(end) for row in alike for end in row.ends or (row.path.target,))
            said += f" to {_listed(list(ends))}"
        else:
            ends = dict.fromkeys(self.boundary.label(end) for row in alike for end in row.path.interfaces)
            said += f" from {_listed(list(ends))}" if ends else ""
        return f"{said}, through {self.boundary.label(path.via)}" if path.via else said

    def _why(self, path: Path) -> str:
        if path.verdict is Reach.UNKNOWN:
            return _doubts(self.boundary, path.doubts)
        return f"stopped: {path.reason.replace('_', ' ')}"


def _leads_on(row: Row) -> bool:
    """Whether packets for the internet get to another network, which may pass them on."""
    return row.side in {Side.PREMISES, Side.VPC} and bool(addresses(row.path.destinations) & PUBLIC)


def _doubts(boundary: Boundary, doubts: Iterable[Doubt]) -> str:
    told = list(doubts)
    said = dict.fromkeys(f"{doubt.reason.replace('_', ' ')} at {boundary.label(doubt.node)}" for doubt in told)
    unread = [doubt.unread for doubt in told if doubt.unread is not None and doubt.unread.permission]
    emulated = any(one.code == NOT_SHOWN for one in unread)
    permissions = list(dict.fromkeys(one.permission for one in unread))
    way_out = "no emulator shows it: audit the real account" if emulated else settles(boundary, permissions)
    return f"not known: {_listed(list(said))}" + (f"; {way_out}" if permissions else "")


def _group(boundary: Boundary, name: str) -> str:
    node = found(boundary.graph, name)
    return boundary.label(node.id) if node is not None else name


def _short(boundary: Boundary, name: str) -> str:
    node = found(boundary.graph, name)
    return boundary.label(node.id) if node is not None and node.id in boundary.roles else name


def _listed(texts: Sequence[str]) -> str:
    more = f" and {len(texts) - _MOST} more" if len(texts) > _MOST else ""
    return ", ".join(texts[:_MOST]) + more


def path(boundary: Boundary, asked: str, pairs: Sequence[Pair], console: Console) -> None:
    """Print the hops of the packets, or what blocks them and what would open it."""
    lines: list[Line] = []
    for number, pair in enumerate(pairs):
        lines += [_BLANK] if number else []
        title = f"Do packets get from {pair.start} to {pair.end}, {asked}?"
        lines += [(0, Text(printable(title), "bold")), *_answer(boundary, pair.answer)]
    print_lines(console, lines)


def _answer(boundary: Boundary, answer: Answer) -> Iterator[Line]:
    yield 0, Text(answer.verdict.value, _STYLES[answer.verdict])
    if answer.path:
        far = "as far as is known: " if answer.verdict is not Reach.REACHES else ""
        yield indented(Text(printable(f"{far}{' → '.join(answer.path)}")), 2)
    if answer.sources:
        yield indented(Text(printable(f"from {_listed(answer.sources)}")), 2)
    if answer.verdict is Reach.UNKNOWN:
        yield indented(Text(printable(_doubts(boundary, answer.doubts)), "yellow"), 2)
    for one in answer.blocked_by:
        yield indented(Text.assemble((printable(one.resource), "bold"), f": {one.reason.replace('_', ' ')}"), 2)
        yield indented(Text.assemble(("to open it: ", "cyan"), printable(one.remedy)), 4)
    for hop in answer.hops:
        cited = cite(hop.because)
        name = hop.node if hop.node == INTERNET else boundary.label(hop.node)
        text = Text.assemble("→ ", (printable(name), "bold"), f" {printable(hop.says)}")
        yield indented(text.append(f"  [{cited}]", "dim") if cited else text, 4)
