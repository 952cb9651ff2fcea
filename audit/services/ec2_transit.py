"""Transit gateways and their route tables: where what enters by an attachment is sent."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from audit.model.facts import Fact, Unknown
from audit.model.graph import Edge, EdgeKind, Gap, Node, NodeKind
from audit.services.facts import tags
from audit.services.reading import TRUNCATED, evidence
from audit.services.row import Row, if_any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.model.snapshot import Record
    from audit.services.facts import Element, Facts

_ec2 = partial(Row, "ec2")
ATTACHMENTS, _GATEWAYS = "ec2:DescribeTransitGatewayAttachments", "ec2:DescribeTransitGateways"
_TABLES, _ROUTES = "ec2:DescribeTransitGatewayRouteTables", "ec2:SearchTransitGatewayRoutes"
_ASSOCIATIONS, _PROPAGATIONS = (f"ec2:GetTransitGatewayRouteTable{what}" for what in ("Associations", "Propagations"))
_TABLE = "TransitGatewayRouteTableId"
_STATES = frozenset({"active", "blackhole"})
"""The states of a route that says where packets go, or that they go nowhere."""
OWNED_ELSEWHERE = "OwnedElsewhere"
"""The code of what AWS shows to the owner of a shared resource alone."""
POLICY_TABLE = "PolicyTable"
"""The code of an attachment that follows a policy table, which picks a route table by what a packet looks like."""

_if_attached = partial(_ec2, **if_any(ATTACHMENTS, "TransitGatewayAttachments"))
_each_table = partial(_ec2, parent=_TABLES, each=f"TransitGatewayRouteTables[?State!='deleted'].{{{_TABLE}: {_TABLE}}}")

ROWS = (
    _if_attached("DescribeTransitGateways", _GATEWAYS, "which transit gateways the account sees"),
    _if_attached("DescribeTransitGatewayRouteTables", _TABLES, "which tables the account's own transit gateways have"),
    _each_table(
        "SearchTransitGatewayRoutes",
        _ROUTES,
        "where a transit gateway sends packets, and which it drops",
        # An answer has 1,000 routes at most, and says when there are more.
        params={"Filters": [{"Name": "state", "Values": sorted(_STATES)}]},
        paged=True,
        again=f'NextToken && {{{_TABLE}: "$params".{_TABLE}, NextToken: NextToken}}',
    ),
    _each_table("GetTransitGatewayRouteTableAssociations", _ASSOCIATIONS, "which attachments follow which table"),
    _each_table(
        "GetTransitGatewayRouteTablePropagations", _PROPAGATIONS, "which attachments add routes to which table"
    ),
)


def describe(facts: Facts) -> Iterator[Element]:
    """Transit gateways that the account sees, and the route tables of those that it owns."""
    yield from facts.described(_GATEWAYS, "TransitGateways", (NodeKind.GATEWAY,), _gateway)
    yield from facts.described(_TABLES, "TransitGatewayRouteTables", (NodeKind.TRANSIT_ROUTE_TABLE,), _table)


def gateway_arn(facts: Facts, name: str) -> str:
    """A transit gateway's ARN: of one that is shared, that of the owner."""
    owners = facts.value(_GATEWAYS, "TransitGateways[].[TransitGatewayId, OwnerId]")
    owner = None if isinstance(owners, Unknown) else dict(owners or ()).get(name)
    return facts.arn("ec2", f"transit-gateway/{name}", account=owner or facts.account)


def _gateway(facts: Facts, item: dict[str, Any], record: str) -> Iterator[Element]:
    name, owner = item["TransitGatewayId"], item.get("OwnerId")
    properties = {
        "type": "transit_gateway",
        "state": item.get("State"),
        "owner": owner,
        "options": item.get("Options"),
        "tags": tags(item),
    }
    node_id = facts.arn("ec2", f"transit-gateway/{name}", account=owner or facts.account)
    yield Node(node_id, NodeKind.GATEWAY, name, facts.account, facts.region, properties, (record,))


def _table(facts: Facts, item: dict[str, Any], record: str) -> Iterator[Element]:
    name, gateway = item[_TABLE], item.get("TransitGatewayId")
    found = [one for one in facts.records(_ROUTES) if one.params.get(_TABLE) == name]
    properties = {
        "gateway": gateway,
        "state": item.get("State"),
        "routes": _routes(facts, found),
        "complete": _complete(found),
        "associations": associations(facts, name),
        "propagations": _attached(facts, _PROPAGATIONS, "TransitGatewayRouteTablePropagations", name, "enabled"),
        "tags": tags(item),
    }
    node_id = facts.arn("ec2", f"transit-gateway-route-table/{name}")
    # A route is cited by the first of a node's records.
    records = (*evidence(*found), record)
    yield Node(node_id, NodeKind.TRANSIT_ROUTE_TABLE, name, facts.account, facts.region, properties, records)
    if gateway:
        yield Edge(gateway_arn(facts, gateway), node_id, EdgeKind.CONTAINS, records=(record,))


def _routes(facts: Facts, found: list[Record]) -> Fact:
    """The routes that all searches of a table found, each once; Unknown when one of them was not read."""
    unknown = _unread(facts, _ROUTES, found)
    if unknown is not None:
        return unknown
    routes = [route for record in found for route in (record.response or {}).get("Routes") or ()]
    return [route for number, route in enumerate(routes) if route not in routes[:number]]


def _unread(facts: Facts, name: str, found: list[Record]) -> Unknown | None:
    """Why the calls about a table do not tell all: one was not read, or none was made."""
    unread = (facts.unknown(name, record) for record in found)
    return next((why for why in unread if why is not None), None if found else facts.unknown(name, None))


def _complete(found: list[Record]) -> bool:
    shown: set[str] = set().union(*(_shown(record, found) for record in found))
    return shown >= _STATES


def _shown(record: Record, found: list[Record]) -> frozenset[str]:
    """The states of which a search shows every route: none where it may have left one out."""
    answer, filters = record.response, record.params.get("Filters") or ()
    if answer is None or (answer.get("AdditionalRoutesAvailable") and not _continued(answer, found)):
        return frozenset()
    states = _STATES
    for one in filters:
        values = frozenset(one.get("Values") or ())
        if one.get("Name") == "state":
            states &= values
        elif one.get("Name") != "type" or not values >= {"static", "propagated"}:
            return frozenset()
    return states


def _continued(answer: Any, found: list[Record]) -> bool:
    token = answer.get("NextToken")
    return bool(token) and any(one.response is not None and one.params.get("NextToken") == token for one in found)


def associations(facts: Facts, table: str) -> Fact:
    """The attachments that follow a table."""
    return _attached(facts, _ASSOCIATIONS, "Associations", table, "associated")


def _attached(facts: Facts, name: str, path: str, table: str, state: str) -> Fact:
    found = [one for one in facts.records(name) if one.params.get(_TABLE) == table and not one.params.get("Filters")]
    unknown = _unread(facts, name, found)
    if unknown is not None:
        return unknown
    cut = next(
        (one for one in found if (one.response or {}).get("NextToken") and not _continued(one.response, found)), None
    )
    if cut is not None:
        return Unknown(facts.rows[name].permission, TRUNCATED, cut.id)
    items = [item for one in found for item in (one.response or {}).get(path) or ()]
    return [item["TransitGatewayAttachmentId"] for item in items if item.get("State", state) == state]


def _of_gateway(facts: Facts, gateway: str | None) -> list[str] | Unknown:
    """The ids of a gateway's tables that the account is shown."""
    found = list(facts.listing(_TABLES, "TransitGatewayRouteTables"))
    unread = next((one.unknown for one in found if isinstance(one, Gap)), None)
    return unread or [
        one[0][_TABLE] for one in found if not isinstance(one, Gap) and one[0].get("TransitGatewayId") == gateway
    ]


def table_of(facts: Facts, attachment: str, item: dict[str, Any], gateway: str | None) -> Fact:
    """The id of the table that an attachment follows, None for none; Unknown to those who only share the gateway.

    ``item`` is the attachment in DescribeTransitGatewayAttachments, empty when that does not list it. After the AWS
    page "Transit gateway sharing considerations", tables are shown to the gateway's owner alone.
    """
    association = item.get("Association")
    if association:
        return _associated(facts, association)
    tables = _of_gateway(facts, gateway)
    if isinstance(tables, Unknown):
        return None if item.get("TransitGatewayOwnerId") == facts.account else tables
    follow = {table: associations(facts, table) for table in tables}
    found = (table for table, who in follow.items() if not isinstance(who, Unknown) and attachment in who)
    unread = (who for who in follow.values() if isinstance(who, Unknown) and not item)
    ours = tables or item.get("TransitGatewayOwnerId") == facts.account
    none = None if ours else Unknown(facts.rows[_TABLES].permission, OWNED_ELSEWHERE, "")
    return next(found, next(unread, none))


def _associated(facts: Facts, association: dict[str, Any]) -> Fact:
    if association.get("State", "associated") != "associated":
        return None
    if _TABLE not in association:
        return Unknown(facts.rows[ATTACHMENTS].permission, POLICY_TABLE, "")
    return association[_TABLE]
