"""The answers of ``byoc reach to``, ``from`` and ``path`` on a console."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from rich.text import Text

from audit.model.graph import INTERNET
from audit.model.verdict import NOT_SHOWN
from audit.reach.addresses import PORTS, PUBLIC
from audit.reach.drafts import port_text
from audit.reach.path import Reach
from audit.reach.sides import Side
from audit.report.access import settles
from audit.report.access_text import proof
from audit.report.reach_rows import entries, listed
from audit.report.text import cite, indented, print_lines, printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rich.console import Console

    from audit.boundary import Boundary
    from audit.reach.packets import Answer
    from audit.reach.path import Doubt
    from audit.report.reach import Pair, Row
    from audit.report.reach_rows import Entry
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
_ALWAYS_FROM = {Side.INTERNET, Side.PREMISES}
_ALWAYS_TO = {Side.INTERNET, Side.NAMES, Side.S3}
"""What is said even where nothing arrives: readers ask for it first."""
_ANYWHERE = {Side.ELSEWHERE, Side.OWN, Side.PREMISES, Side.VPC, Side.ENDPOINT}
"""Sides of which it is not known where they lead while a path is in doubt."""
_WAYS = 4
_BLANK: Line = (0, Text())
_WAY = {Reach.REACHES: "", Reach.UNKNOWN: "as far as is known: ", Reach.BLOCKED: "starts at "}
_STYLES = {Reach.REACHES: "bold", Reach.UNKNOWN: "yellow", Reach.BLOCKED: "bold"}


def to(boundary: Boundary, label: str, asked: str, rows: Sequence[Row], console: Console) -> None:
    """Print every source that arrives: internet and other premises first, what is not known, what is stopped."""
    title = f"What arrives at {label}, {asked}?"
    print_lines(console, (*_head(title), *_Told(boundary, rows, inward=True).lines()))


def from_(boundary: Boundary, label: str, asked: str, rows: Sequence[Row], console: Console) -> None:
    """Print everything that can be reached, the ways out first."""
    title = f"What can {label} reach, {asked}?"
    print_lines(console, (*_head(title), *_Told(boundary, rows, inward=False).lines()))


def _head(title: str) -> Iterator[Line]:
    yield 0, Text(printable(title), "bold")


class _Told:
    """The paths of one answer, section by section."""

    def __init__(self, boundary: Boundary, rows: Sequence[Row], *, inward: bool) -> None:
        self.boundary, self.inward = boundary, inward
        self.entries = entries(boundary, rows, inward=inward)
        self.titles = _FROM if inward else _TO
        self.always = _ALWAYS_FROM if inward else _ALWAYS_TO

    def lines(self) -> Iterator[Line]:
        counts = Counter(one.verdict for one in self.entries)
        told = ((Reach.REACHES, "open"), (Reach.UNKNOWN, "not known"), (Reach.BLOCKED, "stopped"))
        yield 0, Text(", ".join(f"{counts[verdict]} {word}" for verdict, word in told if counts[verdict]) or "nothing")
        for side, title in self.titles.items():
            open_ = self._of(Reach.REACHES, side)
            if open_ or side in self.always:
                yield _BLANK
                yield 0, Text(title, "bold")
                yield from self._each(open_) if open_ else self._nothing(side)
        for verdict, title in ((Reach.UNKNOWN, "Not known"), (Reach.BLOCKED, "Let through by a rule, and stopped")):
            found = self._of(verdict)
            if found:
                yield _BLANK
                yield 0, Text(title, _STYLES[verdict])
                yield from self._each(found)

    def _of(self, verdict: Reach, *sides: Side) -> list[Entry]:
        found = [one for one in self.entries if one.verdict is verdict and (not sides or one.side in sides)]
        return sorted(found, key=lambda one: list(Side).index(one.side))

    def _nothing(self, side: Side) -> Iterator[Line]:
        onward = side is Side.INTERNET and not self.inward and any(map(_leads_on, self._of(Reach.REACHES)))
        if any(_may_be(one, side) for one in self._of(Reach.UNKNOWN)):
            yield indented(Text("not known: see below", "yellow"), 2)
        elif onward:
            yield indented(Text("not by itself; whether other networks pass packets on is not known", "yellow"), 2)
        else:
            yield indented(Text("nothing arrives" if self.inward else "nothing gets there"), 2)

    def _each(self, found: Iterable[Entry]) -> Iterator[Line]:
        for one in found:
            yield indented(Text(printable(one.where), "yellow" if one.verdict is Reach.UNKNOWN else "bold"), 2)
            yield from self._says(one)
            yield from (indented(Text.assemble("proof: ", line), 4) for line in proof(one.because))

    def _says(self, one: Entry) -> Iterator[Line]:
        if one.protocols:
            yield indented(Text(printable(self._what(one))), 4)
        if one.verdict is Reach.BLOCKED:
            yield indented(Text(f"stopped: {one.reason.replace('_', ' ')}"), 4)
        else:
            yield from (indented(Text(printable(f"by {way}")), 4) for way in one.ways[:_WAYS])
            if len(one.ways) > _WAYS:
                yield indented(Text(f"by {len(one.ways) - _WAYS} more ways: --format json lists them"), 4)
        if one.verdict is Reach.REACHES and one.client.spans not in ((), PORTS.spans):
            yield indented(Text(f"answers get back to client ports {port_text(one.client.spans)}"), 4)
        if one.verdict is Reach.UNKNOWN:
            yield indented(Text(printable(_doubts(self.boundary, one.doubts)), "yellow"), 4)

    def _what(self, one: Entry) -> str:
        said = f"{' and '.join(one.protocols)} {port_text(one.ports.spans)}"
        if one.near:
            said += f" {'to' if self.inward else 'from'} {listed(one.near)}"
        return f"{said}, through {self.boundary.label(one.via)}" if one.via else said


def _may_be(one: Entry, side: Side) -> bool:
    """Whether what is not known may be of a side: its addresses, where it has some, are of there."""
    if one.side is side or (side is Side.INTERNET and one.side is Side.ENTRANCE):
        return True
    if one.side not in _ANYWHERE or side not in {Side.INTERNET, Side.PREMISES}:
        return False
    return not one.far or side is Side.PREMISES or bool(one.far & PUBLIC)


def _leads_on(one: Entry) -> bool:
    """Whether packets for the internet get to another network, which may pass them on."""
    return one.side in {Side.PREMISES, Side.VPC} and bool(one.far & PUBLIC)


def _doubts(boundary: Boundary, doubts: Iterable[Doubt]) -> str:
    told = list(doubts)
    nodes: dict[str, dict[str, None]] = {}
    for doubt in told:
        nodes.setdefault(doubt.reason.replace("_", " "), {})[boundary.label(doubt.node)] = None
    said = [f"{reason} at {listed(list(at))}" for reason, at in nodes.items()]
    unread = [doubt.unread for doubt in told if doubt.unread is not None and doubt.unread.permission]
    emulated = any(one.code == NOT_SHOWN for one in unread)
    permissions = list(dict.fromkeys(one.permission for one in unread))
    way_out = "no emulator shows it: audit the real account" if emulated else settles(boundary, permissions)
    return f"not known: {'; '.join(said)}" + (f"; {way_out}" if permissions else "")


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
        far = _WAY[answer.verdict]
        yield indented(Text(printable(f"{far}{' → '.join(answer.path)}")), 2)
    if answer.sources:
        yield indented(Text(printable(f"from {listed(answer.sources)}")), 2)
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
