"""Auto Scaling groups: what keeps the brokers running, and from which template."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audit.model.graph import Edge, EdgeKind, Node, NodeKind
from audit.services.facts import tags
from audit.services.row import Row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.services.facts import Element, Facts

_GROUPS = "autoscaling:DescribeAutoScalingGroups"

ROWS = (Row("autoscaling", "DescribeAutoScalingGroups", _GROUPS, "which instances start by themselves, and from what"),)


def describe(facts: Facts) -> Iterator[Element]:
    """Auto Scaling groups, their template, instances and target groups."""
    yield from facts.described(_GROUPS, "AutoScalingGroups", (NodeKind.AUTO_SCALING_GROUP,), _group)


def _group(facts: Facts, item: dict[str, Any], record: str) -> Iterator[Element]:
    instances = [instance["InstanceId"] for instance in item.get("Instances") or ()]
    template = _template(item)
    properties = {
        "launch_template": template,
        "launch_configuration": item.get("LaunchConfigurationName"),
        "subnets": [subnet for subnet in (item.get("VPCZoneIdentifier") or "").split(",") if subnet],
        "instances": instances,
        "service_role": item.get("ServiceLinkedRoleARN"),
        "tags": tags(item),
    }
    arn = item["AutoScalingGroupARN"]
    name, kind = item["AutoScalingGroupName"], NodeKind.AUTO_SCALING_GROUP
    yield Node(arn, kind, name, facts.account, facts.region, properties, (record,))
    for instance in instances:
        yield Edge(arn, facts.arn("ec2", f"instance/{instance}"), EdgeKind.LAUNCHES, records=(record,))
    if template and template.get("LaunchTemplateId"):
        source = facts.arn("ec2", f"launch-template/{template['LaunchTemplateId']}")
        yield Edge(source, arn, EdgeKind.LAUNCHES, {"version": template.get("Version") or "$Default"}, (record,))


def _template(item: dict[str, Any]) -> dict[str, Any] | None:
    mixed = ((item.get("MixedInstancesPolicy") or {}).get("LaunchTemplate") or {}).get("LaunchTemplateSpecification")
    return item.get("LaunchTemplate") or mixed
