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


@dataclass
class Leading:
    """Who leads to which place: listed where they are few, as joining bits goes over all of them, else as bits.

    ``into`` are the places that somebody leads to.
    """

    into: int = 0
    _few: dict[int, list[int]] = field(default_factory=dict)
    _many: dict[int, int] = field(default_factory=dict)

    def add(self, place: int, caller: int) -> None:
        """Note that a caller leads to a place."""
        if place in self._many:
            self._many[place] |= 1 << caller
            return
        callers = self._few.get(place)
        if callers is None:
            self._few[place] = [caller]
            self.into |= 1 << place
        elif caller not in callers:
            callers.append(caller)
            if len(callers) > _FEW:
                self._many[place] = bits_of(self._few.pop(place))

    def to(self, nodes: int) -> int:
        """Who leads to one of these."""
        found, listed = 0, list[int]()
        for place in places(nodes & self.into):
            few = self._few.get(place)
            if few is None:
                found |= self._many[place]
            else:
                listed += few
        return found | bits_of(listed)
