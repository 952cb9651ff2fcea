"""Edges to other premises: VPN and Direct Connect, behind a VPC's own gateway or a transit gateway.

What stands behind an edge is not ours to judge: packets that pass it have arrived, and answers come back as they can.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from audit.model.graph import INTERNET, NodeKind
from audit.reach.path import Doubt
from audit.reach.routes import is_gateway_endpoint
from audit.reach.transit import PREMISES, attachments

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.model.graph import Node
    from audit.reach.drafts import Draft
    from audit.reach.topology import Network
    from audit.reach.trails import Trail

_GONE = {"deleted", "deleting"}


def doors(net: Network) -> Iterator[str]:
    """The physical ids by which packets of other premises come in: VPN gateways, attachments of transit gateways."""
    yield from (node.name for node in _of_type(net, "vpn_gateway") if node.properties["vpcs"])
    yield from (one.name for one in attachments(net) if one.type in PREMISES and one.alive)


def beyond(net: Network, trail: Trail, gateway: Node) -> Trail:
    """The trail to a VPN gateway's far side, blocked where neither a VPN nor Direct Connect is behind it."""
    kinds = ("vpn_connection", "virtual_interface")
    joined = (n for kind in kinds for n in _of_type(net, kind) if n.properties["gateway"] == gateway.name)
    direct = (n for n in _of_type(net, "direct_connect_gateway") if gateway.name in (n.properties["gateways"] or ()))
    if any(n.properties["state"] not in _GONE for n in joined) or any(direct):
        return trail
    unread = net.unread(NodeKind.GATEWAY, gateway.account, gateway.region)
    if unread is not None:
        return trail.to(trail.end, trail.name, Doubt("gateway_unread", gateway.id, unread))
    return trail.stopped("nothing_behind_the_gateway", gateway.name)


def passed_on(net: Network, draft: Draft) -> Draft:
    """A draft of packets for the internet, in doubt where other premises would have to pass them on."""
    settled = draft.blocked or draft.doubts or draft.target == INTERNET
    if settled or is_gateway_endpoint(net, draft.target.rpartition("/")[2]):
        return draft
    return replace(draft, doubts=(*draft.doubts, Doubt("other_premises_may_lead_on", draft.target)))


def _of_type(net: Network, kind: str) -> Iterator[Node]:
    return (node for node in net.all(NodeKind.GATEWAY) if node.properties.get("type") == kind)
