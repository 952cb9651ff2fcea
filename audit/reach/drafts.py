"""Drafts of paths, as sets: merged where they differ in nothing but their sources, then written out as paths."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from audit.model.verdict import Hop
from audit.reach.addresses import PORTS, Intervals, cidrs
from audit.reach.path import Doubt, Path, Reach

if TYPE_CHECKING:
    from collections.abc import Iterable

    from audit.model.graph import Citation
    from audit.reach.addresses import Span

_SAYS = {
    "route_table": "routes the packets or their answers",
    "network_acl": "passes the packets or their answers",
    "security_group": "lets them through",
    "endpoint_service": "takes what its consumers' endpoints send",
    "vpc_endpoint": "sends it on to the service's load balancer",
    "target_group": "takes them and sends them or others on to its targets",
}


@dataclass(frozen=True, slots=True)
class Draft:
    """A path in the making: ``blocked`` is the reason that stops it, empty when nothing does.

    ``via`` is the load balancer that takes the packets and sends them or others on, ``kept`` whether the target sees
    their own sources then; ``path`` the physical ids between;
    ``stops`` the ACLs that by themselves stop it, each with a word for why.
    """

    origin: str
    target: str
    sources: Intervals
    destinations: Intervals
    ports: Intervals
    rule_group: str = ""
    blocked: str = ""
    reason: str = "open"
    groups: tuple[str, ...] = ()
    client: Intervals = PORTS
    because: tuple[tuple[str, Citation], ...] = ()
    doubts: tuple[Doubt, ...] = ()
    via: str = ""
    kept: bool = False
    path: tuple[str, ...] = ()
    stops: tuple[tuple[str, str], ...] = ()

    @property
    def verdict(self) -> Reach:
        """Blocked by what is certain; else unknown while anything is in doubt."""
        if self.blocked:
            return Reach.BLOCKED
        return Reach.UNKNOWN if self.doubts else Reach.REACHES

    @property
    def word(self) -> str:
        """The reason of the verdict."""
        return self.blocked or (self.doubts[0].reason if self.doubts else self.reason)


def merged(drafts: Iterable[Draft]) -> list[Draft]:
    """Drafts that differ only in sources and citations as one."""
    found: dict[Draft, Draft] = {}
    for draft in drafts:
        key = replace(draft, sources=Intervals(), because=())
        known = found.get(key)
        if known is not None:
            because = tuple(dict.fromkeys((*known.because, *draft.because)))
            found[key] = replace(draft, sources=known.sources | draft.sources, because=because)
        else:
            found[key] = draft
    return list(found.values())


def written(draft: Draft, protocol: str, interfaces: tuple[str, ...]) -> Path:
    """The path that a draft says."""
    return Path(
        verdict=draft.verdict,
        reason=draft.word,
        origin=draft.origin,
        target=draft.target,
        protocol=protocol,
        ports=draft.ports.spans,
        sources=cidrs(draft.sources),
        destinations=cidrs(draft.destinations),
        groups=draft.groups,
        interfaces=interfaces,
        hops=_hops(draft, protocol),
        client_ports=draft.client.spans,
        doubts=tuple(dict.fromkeys(draft.doubts)),
        via=draft.via,
        path=draft.path,
    )


def _hops(draft: Draft, protocol: str) -> tuple[Hop, ...]:
    cited: dict[str, list[Citation]] = {}
    for node, citation in draft.because:
        cited.setdefault(node, []).append(citation)
    first = Hop(draft.origin, f"sends {protocol} {port_text(draft.ports.spans)}")
    middle = (
        Hop(node, _SAYS.get(found[0].document.partition("/")[0], "leads on"), tuple(dict.fromkeys(found)))
        for node, found in cited.items()
    )
    last = Hop(draft.target, f"is not reached: {draft.blocked}" if draft.blocked else "receives them")
    doubts = (Hop(doubt.node, f"in doubt: {doubt.reason}") for doubt in dict.fromkeys(draft.doubts))
    return (first, *middle, *doubts, last)


def port_text(spans: tuple[Span, ...]) -> str:
    """Ports for a sentence: ``9112``, ``1024-65535``, ``any port``."""
    if spans == PORTS.spans:
        return "any port"
    return ", ".join(str(low) if low == high else f"{low}-{high}" for low, high in spans)
