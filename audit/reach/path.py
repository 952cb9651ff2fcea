"""What the engine says: a path, its verdict, and why."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from audit.reach.addresses import PORTS, Intervals

if TYPE_CHECKING:
    from collections.abc import Iterable

    from audit.model.facts import Unknown
    from audit.model.graph import Citation
    from audit.model.verdict import Hop
    from audit.reach.addresses import Span


class Reach(StrEnum):
    """Whether packets arrive."""

    REACHES = "reaches"
    BLOCKED = "blocked"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a verdict is unknown: a stable word, the node concerned, and what could not be read (None: not modelled)."""

    reason: str
    node: str
    unread: Unknown | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """Packets that a filter lets through: the far end's addresses, ports, the rules that say so, what is in doubt."""

    addresses: Intervals
    ports: Intervals = PORTS
    because: tuple[tuple[str, Citation], ...] = ()
    doubts: tuple[Doubt, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.addresses) and bool(self.ports)

    @property
    def size(self) -> int:
        """How many pairs of an address and a port."""
        return self.addresses.size * self.ports.size

    def within(self, addresses: Intervals, ports: Intervals = PORTS) -> Piece:
        """The part of the piece inside these addresses and ports."""
        return replace(self, addresses=self.addresses & addresses, ports=self.ports & ports)


def meet(left: Iterable[Piece], right: Iterable[Piece]) -> list[Piece]:
    """What both filters let through, with the reasons of both."""
    other = list(right)
    found = []
    for one in left:
        for two in other:
            part = one.within(two.addresses, two.ports)
            if part:
                because = tuple(dict.fromkeys((*one.because, *two.because)))
                found.append(replace(part, because=because, doubts=(*one.doubts, *two.doubts)))
    return found


@dataclass(frozen=True, slots=True)
class Path:
    """Packets from an origin to a target, as sets.

    ``origin`` and ``target`` are node ids: the internet, a VPC, a gateway, a security group, an interface, an endpoint.
    ``sources`` and ``destinations`` are CIDRs, ``groups`` the security groups that name the sources, ``interfaces`` the
    node ids of the class that the path was asked for. ``ports`` are the target's, ``client_ports`` those at which the
    answers get back through stateless filters. ``reason`` is a stable word; ``doubts`` say why a verdict is unknown.
    ``via`` is the load balancer between them, which answers the sources itself; ``path`` the physical ids of the tables
    and gateways between, in the packets' order.
    """

    verdict: Reach
    reason: str
    origin: str
    target: str
    protocol: str
    ports: tuple[Span, ...]
    sources: tuple[str, ...] = ()
    destinations: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    interfaces: tuple[str, ...] = ()
    hops: tuple[Hop, ...] = ()
    client_ports: tuple[Span, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    via: str = ""
    path: tuple[str, ...] = ()

    @property
    def records(self) -> tuple[str, ...]:
        """The records that the hops and doubts rest on."""
        cited = [citation.record for hop in self.hops for citation in hop.because]
        unread = [doubt.unread.record for doubt in self.doubts if doubt.unread is not None and doubt.unread.record]
        return tuple(dict.fromkeys((*cited, *unread)))

    @property
    def missing(self) -> tuple[str, ...]:
        """The permissions that would settle an unknown."""
        found = [doubt.unread.permission for doubt in self.doubts if doubt.unread is not None]
        return tuple(dict.fromkeys(found))
