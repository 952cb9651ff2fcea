"""Sets of addresses and of ports as sorted, disjoint intervals of integers.

Both address families lie on one line: IPv4 from 0, IPv6 after it, so that one set can hold both and never mixes them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network, summarize_address_range
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_V6 = 1 << 32
_END = _V6 + (1 << 128)

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Intervals:
    """Inclusive spans, sorted, disjoint and not adjacent; make one with :func:`intervals`."""

    spans: tuple[Span, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.spans)

    @property
    def size(self) -> int:
        """How many there are."""
        return sum(high - low + 1 for low, high in self.spans)

    def __contains__(self, value: int) -> bool:
        return any(low <= value <= high for low, high in self.spans)

    def __or__(self, other: Intervals) -> Intervals:
        return intervals((*self.spans, *other.spans)) if self.spans and other.spans else (self if self.spans else other)

    def __and__(self, other: Intervals) -> Intervals:
        if len(self.spans) == 1 and len(other.spans) == 1:
            return self._span_and(other)
        found: list[Span] = []
        i = j = 0
        while i < len(self.spans) and j < len(other.spans):
            (low, high), (first, last) = self.spans[i], other.spans[j]
            if max(low, first) <= min(high, last):
                found.append((max(low, first), min(high, last)))
            i, j = (i + 1, j) if high < last else (i, j + 1)
        return Intervals(tuple(found))

    def _span_and(self, other: Intervals) -> Intervals:
        """What two single spans share, which is most of what is asked; one of them where it lies in the other."""
        ((low, high),), ((first, last),) = self.spans, other.spans
        if first <= low and high <= last:
            return self
        if low <= first and last <= high:
            return other
        low, high = max(low, first), min(high, last)
        return Intervals(((low, high),)) if low <= high else _NOTHING

    def __sub__(self, other: Intervals) -> Intervals:
        found: list[Span] = []
        for low, high in self.spans:
            start = low
            for first, last in other.spans:
                if last < start or first > high:
                    continue
                if first > start:
                    found.append((start, first - 1))
                start = last + 1
            if start <= high:
                found.append((start, high))
        return Intervals(tuple(found))


_NOTHING = Intervals()


def intervals(spans: Iterable[Span]) -> Intervals:
    """The union of spans; empty ones (low above high) are dropped."""
    merged: list[Span] = []
    for low, high in sorted(span for span in spans if span[0] <= span[1]):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(merged[-1][1], high))
        else:
            merged.append((low, high))
    return Intervals(tuple(merged))


def union(sets: Iterable[Intervals]) -> Intervals:
    """The union of many sets."""
    return intervals(span for one in sets for span in one.spans)


@lru_cache(maxsize=65536)
def _span(cidr: str) -> Span:
    if "/" not in cidr and ":" not in cidr:
        # Most of what is asked: one interface's address.
        first = int(IPv4Address(cidr))
        return first, first
    network = ip_network(cidr, strict=False)
    offset = _V6 if network.version == 6 else 0  # noqa: PLR2004  IPv6 is the family's own name
    first = int(network.network_address) + offset
    return first, first + network.num_addresses - 1


def addresses(cidrs: Iterable[str]) -> Intervals:
    """The addresses of CIDRs and single addresses of either family; raises ValueError for a text that is neither."""
    return intervals(_span(cidr) for cidr in cidrs)


def ports(low: int, high: int) -> Intervals:
    """A range of ports, both ends included."""
    return intervals([(low, high)])


def address(text: str) -> int:
    """The place of one address on the line."""
    return _span(text)[0]


def is_address(text: str) -> bool:
    """Whether a text is one address of either family."""
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def cidrs(found: Intervals) -> tuple[str, ...]:
    """The fewest CIDRs that cover a set, IPv4 first."""
    texts: list[str] = []
    for low, high in (found & V4).spans:
        texts += map(str, summarize_address_range(IPv4Address(low), IPv4Address(high)))
    for low, high in (found & V6).spans:
        texts += map(str, summarize_address_range(IPv6Address(low - _V6), IPv6Address(high - _V6)))
    return tuple(texts)


def version(text: str) -> int:
    """4 or 6."""
    return ip_address(text.partition("/")[0]).version


V4 = Intervals(((0, _V6 - 1),))
V6 = Intervals(((_V6, _END - 1),))
EVERYWHERE = Intervals(((0, _END - 1),))
PORTS = Intervals(((0, 65535),))

_SPECIAL = (
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16",
    "224.0.0.0/4", "240.0.0.0/4",
)  # fmt: skip
PUBLIC = (V4 - addresses(_SPECIAL)) | addresses(["2000::/3"])
"""Addresses that the internet routes: RFC 6890's special-purpose blocks left out, of IPv6 the global unicast block."""
