"""What a private hosted zone's records say of a name: exact ones first, then the nearest wildcard, then delegations.

After "How Amazon Route 53 uses records to route traffic" and "DNS domain name format", on wildcards; a name that has a
record of any type, or has names below it, is met by no wildcard (RFC 4592).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

_OCTAL = re.compile(r"\\([0-7]{3})")
_ANSWERS = {"A", "AAAA", "CNAME"}


def plain(name: str) -> str:
    """A name as it is compared: lower case, no dot at its end, and characters that Route 53 writes in octal as such."""
    return _OCTAL.sub(lambda found: chr(int(found[1], 8)), name).rstrip(".").lower()


def within(name: str, domain: str) -> bool:
    """Whether a name is a domain or below it; the root holds every name."""
    return not domain or name == domain or name.endswith(f".{domain}")


@dataclass(frozen=True, slots=True)
class Records:
    """A zone's records that answer for addresses, and the names at which it delegates."""

    domain: str
    said: tuple[dict[str, Any], ...]

    def of(self, name: str) -> list[dict[str, Any]]:
        """The records that answer a query for a name's addresses; none when the name does not exist."""
        return [record for record in self._met(name) if record["type"] in _ANSWERS]

    def delegated(self, name: str) -> bool:
        """Whether another name server answers for the name."""
        at = {plain(record["name"]) for record in self.said if record["type"] == "NS"}
        return any(parent in at for parent in self._parents(name, itself=True) if parent != self.domain)

    def _met(self, name: str) -> list[dict[str, Any]]:
        if self._exists(name):
            return self._named(name)
        parents = self._parents(name)
        nearest = next((parent for parent in parents if self._exists(parent)), self.domain)
        return self._named(f"*.{nearest}")

    def _named(self, name: str) -> list[dict[str, Any]]:
        return [record for record in self.said if plain(record["name"]) == name]

    def _exists(self, name: str) -> bool:
        return any(within(plain(record["name"]), name) for record in self.said)

    def _parents(self, name: str, *, itself: bool = False) -> Iterator[str]:
        if itself:
            yield name
        while name != self.domain and "." in name:
            name = name.partition(".")[2]
            yield name
