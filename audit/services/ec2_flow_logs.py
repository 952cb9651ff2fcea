"""VPC flow logs: which packets leave a trace, and where."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audit.model.graph import Edge, EdgeKind, Node, NodeKind
from audit.services.ec2_vpc import subnet_arn, vpc_arn
from audit.services.facts import tags
from audit.services.row import Row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.services.facts import Element, Facts

_FLOW_LOGS = "ec2:DescribeFlowLogs"

ROWS = (Row("ec2", "DescribeFlowLogs", _FLOW_LOGS, "which networks' packets are recorded, and where"),)


def describe(facts: Facts) -> Iterator[Element]:
    """Flow logs, what each records and where it goes."""
    yield from facts.described(_FLOW_LOGS, "FlowLogs", (NodeKind.FLOW_LOG,), _flow_log)


def _flow_log(facts: Facts, item: dict[str, Any], record: str) -> Iterator[Element]:
    name, resource, sink = item["FlowLogId"], item.get("ResourceId") or "", _destination(facts, item)
    properties = {
        "resource": resource,
        "destination": sink,
        "destination_type": item.get("LogDestinationType", "cloud-watch-logs"),
        "traffic": item.get("TrafficType"),
        "status": item.get("FlowLogStatus"),
        "delivery": item.get("DeliverLogsStatus"),
        "format": item.get("LogFormat"),
        "tags": tags(item),
    }
    node_id = facts.arn("ec2", f"vpc-flow-log/{name}")
    yield Node(node_id, NodeKind.FLOW_LOG, name, facts.account, facts.region, properties, (record,))
    yield Edge(node_id, _recorded(facts, resource), EdgeKind.ATTACHED_TO, records=(record,))
    if sink is not None:
        # A bucket's prefix stands in the destination, the bucket's own ARN ends before it.
        target = sink.partition("/")[0] if properties["destination_type"] == "s3" else sink
        yield Edge(node_id, target, EdgeKind.LOGS_TO, records=(record,))


def _destination(facts: Facts, item: dict[str, Any]) -> str | None:
    if item.get("LogDestination"):
        return str(item["LogDestination"]).removesuffix(":*")
    return facts.arn("logs", f"log-group:{item['LogGroupName']}") if item.get("LogGroupName") else None


def _recorded(facts: Facts, resource: str) -> str:
    match resource.partition("-")[0]:
        case "vpc":
            return vpc_arn(facts, resource)
        case "subnet":
            return subnet_arn(facts, resource)
        case "eni":
            return facts.arn("ec2", f"network-interface/{resource}")
        case _:
            return facts.arn("ec2", f"transit-gateway/{resource}")
