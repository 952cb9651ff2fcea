"""Direct Connect: the gateways and virtual interfaces that join VPN and transit gateways to other premises."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audit.model.graph import Edge, EdgeKind, Gap, Node, NodeKind
from audit.model.snapshot import GLOBAL
from audit.services.ec2_transit import ATTACHMENTS
from audit.services.ec2_vpn import GATEWAYS
from audit.services.row import Row, if_any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from audit.services.facts import Element, Facts

_ASSOCIATIONS = "directconnect:DescribeDirectConnectGatewayAssociations"
_INTERFACES = "directconnect:DescribeVirtualInterfaces"

ROWS = (
    # Asked from the gateway's side: whoever owns it sees the association, also where another account owns the other.
    Row(
        "directconnect",
        "DescribeDirectConnectGatewayAssociations",
        _ASSOCIATIONS,
        "which gateways lead to other premises by Direct Connect, and for which prefixes",
        parent=GATEWAYS,
        each="VpnGateways[?State!='deleted'].{associatedGatewayId: VpnGatewayId}",
        also={
            ATTACHMENTS: "TransitGatewayAttachments[?ResourceType=='direct-connect-gateway']"
            ".{associatedGatewayId: TransitGatewayId}"
        },
        implied=True,
    ),
    # A private one may end at a VPN gateway, with no Direct Connect gateway between.
    Row(
        "directconnect",
        "DescribeVirtualInterfaces",
        _INTERFACES,
        "which VPN gateways lead to other premises by a virtual interface of their own",
        **if_any(GATEWAYS, "VpnGateways"),
    ),
)
_JOINED = {"associated", "updating"}
_OWNER = "directConnectGatewayOwnerAccount"


def describe(facts: Facts) -> Iterator[Element]:
    """Direct Connect gateways, each with its associations in all walked regions, and what ends at a VPN gateway."""
    yield from facts.described(_INTERFACES, "virtualInterfaces[?virtualGatewayId]", (NodeKind.GATEWAY,), _interface)
    here: dict[str, str] = {}
    for found in facts.listing(_ASSOCIATIONS, "directConnectGatewayAssociations", NodeKind.GATEWAY):
        if isinstance(found, Gap):
            yield found
        else:
            here.setdefault(found[0]["directConnectGatewayId"], found[1])
    for name in sorted(here):
        yield from _gateway(facts, name)


def _interface(facts: Facts, item: dict[str, Any], record: str) -> Iterator[Element]:
    name, gateway = item["virtualInterfaceId"], item["virtualGatewayId"]
    state = item.get("virtualInterfaceState")
    properties = {"type": "virtual_interface", "vpcs": [], "gateway": gateway, "state": state}
    node_id = facts.arn("directconnect", f"dxvif/{name}", account=item.get("ownerAccount") or facts.account)
    yield Node(node_id, NodeKind.GATEWAY, name, facts.account, facts.region, properties, (record,))
    yield Edge(node_id, facts.arn("ec2", f"vpn-gateway/{gateway}"), EdgeKind.ATTACHED_TO, records=(record,))


def _gateway(facts: Facts, name: str) -> Iterator[Element]:
    told = list(_associations(facts, name))
    owner = next((item[_OWNER] for item, _ in told if item.get(_OWNER)), None)
    live = [item for item, _ in told if item.get("associationState", "associated") in _JOINED]
    joined = {item["associatedGateway"]["id"]: item for item in live if item.get("associatedGateway")}
    properties = {
        "type": "direct_connect_gateway",
        "vpcs": [],
        "owner": owner,
        "gateways": sorted(joined),
        "allowed": {key: _prefixes(item) for key, item in sorted(joined.items())},
    }
    node_id = facts.arn("directconnect", f"dx-gateway/{name}", region="", account=owner or facts.account)
    records = tuple(dict.fromkeys(record for _, record in told))
    yield Node(node_id, NodeKind.GATEWAY, name, facts.account, GLOBAL, properties, records)
    for item in joined.values():
        yield Edge(node_id, _arn(facts, item["associatedGateway"]), EdgeKind.ATTACHED_TO, records=records)


def _associations(facts: Facts, name: str) -> Iterator[tuple[dict[str, Any], str]]:
    # A Direct Connect gateway belongs to no region; each region's answer tells of that region's gateways.
    for record in facts.snapshot.find("directconnect", "DescribeDirectConnectGatewayAssociations"):
        found: Iterable[dict[str, Any]] = (record.response or {}).get("directConnectGatewayAssociations") or ()
        yield from ((item, record.id) for item in found if item["directConnectGatewayId"] == name)


def _prefixes(item: dict[str, Any]) -> list[str]:
    return [prefix["cidr"] for prefix in item.get("allowedPrefixesToDirectConnectGateway") or () if prefix.get("cidr")]


def _arn(facts: Facts, gateway: dict[str, Any]) -> str:
    resource = "transit-gateway" if gateway.get("type") == "transitGateway" else "vpn-gateway"
    account = gateway.get("ownerAccount") or facts.account
    return facts.arn("ec2", f"{resource}/{gateway['id']}", region=gateway.get("region"), account=account)
