"""A packet on its way, where it started, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from raw_answers import Item

EPHEMERAL = 1024


@dataclass(frozen=True)
class Verdict:
    """``blockers`` are all components that block, ``doubts`` all that is not known, ``hops`` all that was passed."""

    word: str
    blockers: frozenset[str] = frozenset()
    doubts: frozenset[str] = frozenset()
    hops: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Sender:
    """Where a packet starts: an address in a subnet, of an interface or of an unknown machine there."""

    subnet: str
    address: str
    interface: Item | None = None


@dataclass(frozen=True)
class Way:
    """A packet on its way. ``ports`` are its destination's; of an answer, those of the client's that still get through.

    ``entered`` is the attachment by which it came into the VPC where it is; empty where a machine there sent it.
    """

    source: str
    destination: str
    protocol: str
    ports: tuple[int, ...]
    answers: bool = False
    hops: tuple[str, ...] = ()
    stopped: frozenset[str] = frozenset()
    thinned: frozenset[str] = frozenset()
    lowered: frozenset[str] = frozenset()
    doubts: frozenset[str] = frozenset()
    nats: tuple[tuple[str, str], ...] = ()
    zone: str = ""
    entered: str = ""
    end: tuple[str, ...] = ()

    def passing(self, *hops: str) -> Way:
        return replace(self, hops=(*self.hops, *hops))

    def stop(self, *where: str) -> Way:
        """Stopped for good; the walk cannot go on."""
        return replace(self.blocked(*(one for one in where if one != "answer")), end=("stopped",))

    def blocked(self, *where: str) -> Way:
        """Stopped by a filter; walked on to find all that stops it."""
        return replace(self, stopped=self.stopped | {*where})

    def unknown(self, what: str) -> Way:
        return replace(self, doubts=self.doubts | {what}, end=("unknown",))

    def at(self, *end: str) -> Way:
        return replace(self, end=end)

    def turned(self, ports: tuple[int, ...]) -> Way:
        """The answer, about to leave the far end for one of the client's ports."""
        turned = replace(self, source=self.destination, destination=self.source, ports=ports, answers=True, end=())
        return replace(turned, hops=(*self.hops, "answer"), thinned=frozenset(), zone="", entered="")

    @property
    def way_back(self) -> tuple[str, ...]:
        """What the answer passed."""
        return self.hops[self.hops.index("answer") :]


def verdict(way: Way) -> Verdict:
    if way.stopped:
        # What lets answers through to low ports alone is named beside what stops them.
        return Verdict("blocked", way.stopped | way.lowered, way.doubts, frozenset(way.hops))
    doubts = (
        way.doubts if not way.answers or max(way.ports) >= EPHEMERAL else way.doubts | {"answers_only_to_low_ports"}
    )
    return Verdict("unknown" if doubts else "reaches", frozenset(), doubts, frozenset(way.hops))


def joined(found: list[Verdict]) -> Verdict:
    words = {one.word for one in found}
    merged = [
        frozenset(chain.from_iterable(one))
        for one in zip(*((v.blockers, v.doubts, v.hops) for v in found), strict=True)
    ]
    return Verdict(words.pop() if len(words) == 1 else "unknown", *merged)
