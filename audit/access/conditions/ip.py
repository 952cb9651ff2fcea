"""Address operators on IPv4 and IPv6 in CIDR form; the other family never matches. AWS page as in the package."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_network

from audit.access.conditions.operator import Operator

Network = IPv4Network | IPv6Network


@lru_cache(maxsize=4096)
def network(text: str) -> Network | None:
    """The network that a text writes (an address is a network of one), or None; host bits do not count."""
    try:
        return ip_network(text.strip(), strict=False)
    except ValueError:
        return None


def _within(policy: str, request: str) -> bool:
    outer, inner = network(policy), network(request)
    if isinstance(outer, IPv4Network) and isinstance(inner, IPv4Network):
        return inner.subnet_of(outer)
    return isinstance(outer, IPv6Network) and isinstance(inner, IPv6Network) and inner.subnet_of(outer)


def _valid(text: str) -> bool:
    return network(text) is not None


OPERATORS = (Operator("IpAddress", _within, _valid), Operator("NotIpAddress", _within, _valid, negative=True))
