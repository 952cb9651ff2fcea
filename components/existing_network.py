"""A VPC that somebody else made: it is used and not changed, beside flow logs of the subnets that it lends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

if TYPE_CHECKING:
    from components.plan import ExistingPlan


class ExistingNetwork(pulumi.ComponentResource):
    """What stands in for Network in a VPC that is there already; ``name_tag`` begins the flow logs' names."""

    vpc_id: pulumi.Output[str]
    subnet_ids: list[pulumi.Output[str]]
    route_table_ids: list[pulumi.Output[str]]

    def __init__(
        self,
        name: str,
        plan: ExistingPlan,
        name_tag: str,
        flow_log_destination: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("byoc:aws:ExistingNetwork", name, None, opts)
        self._name, self._name_tag = name, name_tag
        self.vpc_id = pulumi.Output.from_input(plan.vpc)
        self.subnet_ids = [pulumi.Output.from_input(subnet) for subnet in plan.subnets]
        self.route_table_ids = [pulumi.Output.from_input(table) for table in plan.route_tables]
        # Flow logs of a shared VPC's subnets are its owner's alone.
        for place, subnet in () if plan.shared else enumerate(plan.subnets):
            self._make_flow_log(place, subnet, flow_log_destination)
        self.register_outputs({"vpc_id": self.vpc_id})

    def _make_flow_log(self, place: int, subnet: str, destination: pulumi.Input[str]) -> None:
        # Of the subnets alone: what others have in the VPC is theirs to log.
        aws.ec2.FlowLog(
            f"{self._name}-{place}",
            subnet_id=subnet,
            traffic_type="ALL",
            log_destination_type="s3",
            log_destination=destination,
            max_aggregation_interval=60,
            tags={"Name": f"{self._name_tag}-flow-log-{place}"},
            opts=pulumi.ResourceOptions(parent=self),
        )
