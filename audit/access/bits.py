"""Sets of places in a list, as the bits of one number: quick to join and to compare, however many there are."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

_FEW = 16


def places(bits: int) -> Iterator[int]:
    """The places of the bits that are set, lowest first."""
    if bits.bit_count() > _FEW:
        # Each step of the loop below goes over the whole number, a text is gone through once.
        text = bin(bits)[:1:-1]
        place = text.find("1")
        while place >= 0:
            yield place
            place = text.find("1", place + 1)
        return
    while bits:
        low = bits & -bits
        yield low.bit_length() - 1
        bits ^= low


def bits_of(found: Collection[int]) -> int:
    """The number in which the bits of these places are set."""
    if len(found) == 1:
        return 1 << next(iter(found))
    if not found:
        return 0
    made = bytearray((max(found) >> 3) + 1)
    for place in found:
        made[place >> 3] |= 1 << (place & 7)
    return int.from_bytes(made, "little")


@dataclass(eq=False)
class Gathered:
    """Places that come one by one: each by itself would go over all bits that there are."""

    _bits: int = 0
    _fresh: list[int] = field(default_factory=list)

    def add(self, place: int) -> None:
        """Add one."""
        self._fresh.append(place)

    @property
    def bits(self) -> int:
        """All so far."""
        if self._fresh:
            self._bits |= bits_of(self._fresh)
            self._fresh.clear()
        return self._bits


@dataclass
class Linked:
    """Places by the place that they are linked to: listed where they are few, as joining bits goes over all of them.

    ``keys`` are the places that something is linked to.
    """

    keys: int = 0
    _few: dict[int, list[int]] = field(default_factory=dict)
    _many: dict[int, int] = field(default_factory=dict)

    def add(self, key: int, place: int) -> None:
        """Link a place to another, which is the key."""
        if key in self._many:
            self._many[key] |= 1 << place
            return
        listed = self._few.get(key)
        if listed is None:
            self._few[key] = [place]
            self.keys |= 1 << key
        elif place not in listed:
            listed.append(place)
            if len(listed) > _FEW:
                self._many[key] = bits_of(self._few.pop(key))

    def to(self, keys: int) -> int:
        """What is linked to one of these."""
        found, listed = 0, list[int]()
        for key in places(keys & self.keys):
            few = self._few.get(key)
            if few is None:
                found |= self._many[key]
            else:
                listed += few
        return found | bits_of(listed)


@dataclass
class Arcs:
    """From places to places, one by one, to be followed both ways."""

    back: Linked = field(default_factory=Linked)
    forth: Linked = field(default_factory=Linked)

    def add(self, begin: int, end: int) -> None:
        """Add one."""
        self.back.add(end, begin)
        self.forth.add(begin, end)
