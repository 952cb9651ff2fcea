"""What network ACLs let through: ordered, first match, stateless, and only at a subnet's border ("Network ACLs")."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from audit.model.graph import Citation, Node, NodeKind
from audit.reach.addresses import EVERYWHERE, PORTS, Intervals, addresses, ports
from audit.reach.path import Doubt, Piece
from audit.reach.security_groups import PROTOCOLS

if TYPE_CHECKING:
    from audit.reach.topology import Network

EPHEMERAL = ports(1024, 65535)
"""Ports that clients answer at, after "Ephemeral ports" in the VPC guide; an attacker may choose lower ones."""
_EVERY = "-1"
_LAST = 32767
"""The number of the rule that ends every ACL and denies the rest."""


@dataclass(frozen=True, slots=True)
class _Entry:
    number: int
    allows: bool
    far: Intervals
    covered: Intervals
    cited: tuple[str, Citation]


def passed(net: Network, subnet: str, direction: str, protocol: str, within: Piece) -> list[Piece]:
    """The parts of a piece that a subnet's ACL lets ``in`` or ``out``; the whole in doubt when it was not read.

    A regional NAT gateway stands in no subnet, so that no ACL is before it ("Regional NAT gateways").
    """
    acl = net.acl(subnet)
    if acl is None and subnet.startswith("nat-"):
        return [within]
    if acl is None:
        told = net.named(NodeKind.SUBNET, subnet)
        doubt = net.doubt_in(told.properties["vpc"] if told is not None else "", NodeKind.NETWORK_ACL, subnet)
        return [Piece(within.addresses, within.ports, within.because, (*within.doubts, doubt))]
    found = []
    for let in _passing(net, acl, direction, protocol):
        far, covered = within.addresses & let.far, within.ports & let.covered
        if far and covered:
            found.append(Piece(far, covered, (*within.because, let.cited), within.doubts))
    return found


def refusal(net: Network, acl: Node, direction: str, protocol: str, within: Piece) -> str:
    """Why an ACL lets nothing of a piece through: a rule denies it, or none but the last matches."""
    for entry in _entries(net, acl, direction, protocol):
        if not entry.allows and entry.number < _LAST and within.within(entry.far, entry.covered):
            return "denied_by_rule"
    return "no_matching_rule"


def _entries(net: Network, acl: Node, direction: str, protocol: str) -> list[_Entry]:
    """The entries of one direction for a protocol, in their order; read once."""
    key = "acl", acl.id, direction, protocol
    if key not in net.memo:
        wanted = (_EVERY, PROTOCOLS[protocol], protocol)
        net.memo[key] = sorted(
            (
                _entry(acl, index, entry)
                for index, entry in enumerate(acl.properties["entries"])
                if bool(entry.get("Egress")) == (direction == "out") and str(entry.get("Protocol", _EVERY)) in wanted
            ),
            key=lambda entry: entry.number,
        )
    found: list[_Entry] = net.memo[key]
    return found


def _passing(net: Network, acl: Node, direction: str, protocol: str) -> list[_Entry]:
    """What an ACL lets through, in parts that do not meet: each allowing entry less all before it."""
    key = "passing", acl.id, direction, protocol
    if key not in net.memo:
        left, passing = [Piece(EVERYWHERE, PORTS)], []
        for entry in _entries(net, acl, direction, protocol):
            if entry.allows:
                parts = (piece.within(entry.far, entry.covered) for piece in left)
                passing += [replace(entry, far=part.addresses, covered=part.ports) for part in parts if part]
            left = [part for piece in left for part in _outside(piece, entry.far, entry.covered)]
        net.memo[key] = passing
    found: list[_Entry] = net.memo[key]
    return found


def _entry(acl: Node, index: int, entry: dict[str, Any]) -> _Entry:
    cited = (acl.id, Citation(acl.records[0] if acl.records else "", f"network_acl/{acl.name}", f"/Entries/{index}"))
    return _Entry(entry["RuleNumber"], entry["RuleAction"] == "allow", *_matched(entry), cited)


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
