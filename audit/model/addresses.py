"""Sets of addresses that are meant to be everybody's, however they are written."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_EVERY = {4: ip_network("0.0.0.0/0"), 6: ip_network("2000::/3")}
"""Of IPv6, what is routed on the internet (IANA, "IPv6 Global Unicast Address Assignments")."""


def everyone(cidrs: Iterable[str]) -> bool:
    """Whether CIDRs together hold half of all addresses of IPv4 or IPv6, or more: two halves are no narrower than a /0.

    Raises ValueError for what is no CIDR.
    """
    networks = [ip_network(cidr, strict=False) for cidr in cidrs]
    four = collapse_addresses(one for one in networks if isinstance(one, IPv4Network))
    six = collapse_addresses(one for one in networks if isinstance(one, IPv6Network))
    held = {4: sum(one.num_addresses for one in four), 6: sum(map(_routed, six))}
    return any(2 * held[version] >= every.num_addresses for version, every in _EVERY.items())


def _routed(network: IPv6Network) -> int:
    """How many of its addresses are routed on the internet."""
    every = _EVERY[6]
    if network.supernet_of(every):  # type: ignore[arg-type]  # the dictionary holds both families
        return every.num_addresses
    return network.num_addresses if network.subnet_of(every) else 0  # type: ignore[arg-type]  # as above
