"""Pseudonyms of addresses that keep their structure: what shares a prefix still does, what is private stays so.

The tree of all prefixes is mirrored at nodes that a key chooses (Xu, Fan, Ammar, Moon: Prefix-Preserving IP Address
Anonymization, 2002), but never above or at a block with a meaning of its own.
"""

from __future__ import annotations

from functools import cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from audit.evidence.redact.key import Pseudonyms

_MEANT = (
    *("10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/4", "240.0.0.0/4"),
    *("2000::/3", "fc00::/8", "fd00::/8", "fe80::/10", "ff00::/8"),
)
"""Blocks that stay themselves, and whose inside is mirrored (IANA special-purpose address registries)."""
_FIXED = ("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "255.255.255.255/32", "::/64", "64:ff9b::/96", "fd00:ec2::/32")
"""Blocks whose every address means the same everywhere."""


class Addresses:
    """Mirrors addresses and ranges under a key."""

    def __init__(self, pseudonyms: Pseudonyms) -> None:
        self._pseudonyms = pseudonyms
        self.replaced = cache(self._replaced)
        self._flips = cache(self._flip)

    def _replaced(self, text: str) -> str:
        """The pseudonym of an address or a range in CIDR notation; raises ValueError for neither."""
        given = ip_network(text, strict=False)
        address, slash, length = text.partition("/")
        if any(given.subnet_of(block) for block in _fixed(given.version)):  # type: ignore[arg-type]  # same version
            return text
        bits, width = int(given.network_address), given.max_prefixlen
        kept = int(length) if slash else width
        if slash and address != str(given.network_address):
            bits = int(ip_network(address).network_address)
            kept = width
        mirrored = bits
        for place in range(kept):
            prefix = bits >> (width - place) if place else 0
            if self._flips(given.version, prefix, place):
                mirrored ^= 1 << (width - place - 1)
        kind = IPv4Network if given.version == 4 else IPv6Network  # noqa: PLR2004  # the protocol's own number
        return f"{kind(mirrored).network_address}{slash}{length}"

    def _flip(self, version: int, prefix: int, place: int) -> bool:
        if (place, prefix) in _above(version):
            return False
        return self._pseudonyms.mac(f"bit {version} {place} {prefix}")[0] & 1 == 1


@cache
def _fixed(version: int) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(block for block in map(ip_network, _FIXED) if block.version == version)


@cache
def _above(version: int) -> frozenset[tuple[int, int]]:
    """The nodes above a block that stays itself: where a mirror would move it."""
    found = set()
    for block in map(ip_network, (*_MEANT, *_FIXED)):
        if block.version == version:
            bits, width = int(block.network_address), block.max_prefixlen
            found |= {(place, bits >> (width - place) if place else 0) for place in range(block.prefixlen)}
    return frozenset(found)
