"""What claims about packets share: that a path is in doubt, and whether addresses lie within others."""

from __future__ import annotations

from ipaddress import ip_network
from typing import TYPE_CHECKING

from audit.model.verdict import Claim, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable

    from audit.boundary import Boundary
    from audit.reach.path import Path


def within(cidr: str, allowed: Iterable[str]) -> bool:
    """Whether a CIDR lies in one of the allowed ones."""
    inner = ip_network(cidr)
    # The version check makes subnet_of's types agree, which mypy cannot see.
    return any(
        inner.version == outer.version and inner.subnet_of(outer)  # type: ignore[arg-type] # the versions are equal
        for outer in map(ip_network, allowed)
    )


def doubted(boundary: Boundary, path: Path, what: str) -> Claim:
    """That a path is not known, with the permission or the reason that it hangs on."""
    unread = next((doubt.unread for doubt in path.doubts if doubt.unread is not None), None)
    if unread is not None:
        return Claim.unread(path.target, what, unread)
    node = path.doubts[0].node if path.doubts else path.target
    text = f"{what} is not known: {path.reason.replace('_', ' ')} at {boundary.label(node)}"
    return Claim(Verdict.UNKNOWN, path.reason, path.target, text, path.hops, path.records, path.missing)
