"""What network ACLs let through: ordered, first match, stateless, and only at a subnet's border ("Network ACLs")."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audit.model.graph import Citation, Node, NodeKind
from audit.reach.addresses import PORTS, Intervals, addresses, ports
from audit.reach.path import Doubt, Piece
from audit.reach.security_groups import PROTOCOLS

if TYPE_CHECKING:
    from audit.reach.topology import Network

EPHEMERAL = ports(1024, 65535)
"""Ports that clients answer at, after "Ephemeral ports" in the VPC guide; an attacker may choose lower ones."""
_EVERY = "-1"


def passed(net: Network, subnet: str, direction: str, protocol: str, within: Piece) -> list[Piece]:
    """The parts of a piece that a subnet's ACL lets ``in`` or ``out``; the whole in doubt when it was not read."""
    acl = net.acl(subnet)
    if acl is None:
        doubt = net.doubt(NodeKind.NETWORK_ACL, subnet)
        return [Piece(within.addresses, within.ports, within.because, (*within.doubts, doubt))]
    left, found = [within], []
    for index, entry in _entries(acl, direction, protocol):
        far, covered = _matched(entry)
        if entry["RuleAction"] == "allow":
            record = acl.records[0] if acl.records else ""
            cited = (acl.id, Citation(record, f"network_acl/{acl.name}", f"/Entries/{index}"))
            parts = (piece.within(far, covered) for piece in left)
            found += [Piece(p.addresses, p.ports, (*p.because, cited), p.doubts) for p in parts if p]
        left = [part for piece in left for part in _outside(piece, far, covered)]
    return found


def _entries(acl: Node, direction: str, protocol: str) -> list[tuple[int, dict[str, Any]]]:
    wanted = (_EVERY, PROTOCOLS[protocol], protocol)
    entries = [
        (index, entry)
        for index, entry in enumerate(acl.properties["entries"])
        if bool(entry.get("Egress")) == (direction == "out") and str(entry.get("Protocol", _EVERY)) in wanted
    ]
    return sorted(entries, key=lambda pair: pair[1]["RuleNumber"])


def _matched(entry: dict[str, Any]) -> tuple[Intervals, Intervals]:
    far = addresses([cidr for cidr in (entry.get("CidrBlock"), entry.get("Ipv6CidrBlock")) if cidr])
    limits = entry.get("PortRange") or {}
    if str(entry.get("Protocol", _EVERY)) == _EVERY or "From" not in limits:
        return far, PORTS
    return far, ports(limits["From"], limits["To"])


def _outside(piece: Piece, far: Intervals, covered: Intervals) -> list[Piece]:
    parts = (
        Piece(piece.addresses - far, piece.ports, piece.because, piece.doubts),
        Piece(piece.addresses & far, piece.ports - covered, piece.because, piece.doubts),
    )
    return [part for part in parts if part]


def low_ports(found: Intervals, node: str) -> tuple[Doubt, ...]:
    """The doubt that answers get back only below the ports that ordinary clients use."""
    return () if found & EPHEMERAL else (Doubt("answers_only_to_low_ports", node),)
