"""The nodes of the cluster: for brokers a group in each zone, where nothing else runs, and one for the rest.

A group in one zone lets a broker's volume find a node in its own zone, and each zone keep its number by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from components.plan import ClusterPlan, NodesPlan

IMAGE = "AL2023_ARM_64_STANDARD"
TAINT = ("dedicated", "automq")
"""The vendor's own example keeps other pods from the brokers' nodes by this taint."""
_ROOT_GIB = 50


@dataclass(frozen=True)
class ClusterNodesArgs:
    """Where nodes run and as what; ``groups`` are security groups by role, ``after`` is what nodes need."""

    plan: ClusterPlan
    cluster: pulumi.Input[str]
    role_arn: pulumi.Input[str]
    groups: Mapping[str, pulumi.Input[str]]
    subnet_ids: Sequence[pulumi.Input[str]]
    volumes_key: pulumi.Input[str]
    after: Sequence[pulumi.Resource] = ()


class ClusterNodes(pulumi.ComponentResource):
    """The node groups ``brokers-1`` and so on, one a zone, and in a cluster of the environment's own ``system``."""

    def __init__(self, name: str, args: ClusterNodesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("byoc:aws:ClusterNodes", name, None, opts)
        self._name, self._args = name, args
        brokers = self._make_template("brokers", args.groups["broker-group"])
        for place, subnet in enumerate(args.subnet_ids, 1):
            self._make_group(f"brokers-{place}", brokers, args.plan.brokers, [subnet], TAINT)
        if args.plan.names.existing is None:
            system = self._make_template("system", args.groups["system-node-group"])
            self._make_group("system", system, args.plan.system, args.subnet_ids)
        self.register_outputs({})

    def _child(self) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self)

    def _make_template(self, pool: str, group: pulumi.Input[str]) -> aws.ec2.LaunchTemplate:
        names = self._args.plan.names.names
        name = names.policy_name(f"nodes-{pool}")
        return aws.ec2.LaunchTemplate(
            f"{self._name}-{pool}",
            name=name,
            # One hop: a pod that is not on its node's own network does not reach the node's credentials.
            metadata_options=aws.ec2.LaunchTemplateMetadataOptionsArgs(
                http_endpoint="enabled", http_tokens="required", http_put_response_hop_limit=1
            ),
            block_device_mappings=[
                aws.ec2.LaunchTemplateBlockDeviceMappingArgs(
                    device_name="/dev/xvda",
                    ebs=aws.ec2.LaunchTemplateBlockDeviceMappingEbsArgs(
                        encrypted="true",
                        kms_key_id=self._args.volumes_key,
                        volume_size=_ROOT_GIB,
                        volume_type="gp3",
                        delete_on_termination="true",
                    ),
                )
            ],
            vpc_security_group_ids=[group],
            tag_specifications=[
                aws.ec2.LaunchTemplateTagSpecificationArgs(resource_type=kind, tags={**names.tags, "Name": name})
                for kind in ("instance", "network-interface", "volume")
            ],
            update_default_version=True,
            opts=self._child(),
        )

    def _make_group(
        self,
        group: str,
        template: aws.ec2.LaunchTemplate,
        nodes: NodesPlan,
        subnets: Sequence[pulumi.Input[str]],
        taint: tuple[str, str] | None = None,
    ) -> None:
        args = self._args
        aws.eks.NodeGroup(
            f"{self._name}-{group}",
            cluster_name=args.cluster,
            node_group_name=args.plan.names.node_group(group),
            node_role_arn=args.role_arn,
            subnet_ids=subnets,
            ami_type=IMAGE,
            capacity_type="ON_DEMAND",
            instance_types=[nodes.instance_type],
            launch_template=aws.eks.NodeGroupLaunchTemplateArgs(
                id=template.id, version=template.latest_version.apply(lambda number: str(int(number)))
            ),
            scaling_config=aws.eks.NodeGroupScalingConfigArgs(
                min_size=nodes.minimum, desired_size=nodes.desired, max_size=nodes.maximum
            ),
            labels={"dedicated": taint[1] if taint else "system"},
            taints=[aws.eks.NodeGroupTaintArgs(key=taint[0], value=taint[1], effect="NO_SCHEDULE")] if taint else None,
            version=args.plan.version,
            # How many there are at the moment is the autoscaler's, not the stack's.
            opts=pulumi.ResourceOptions(
                parent=self, depends_on=[*args.after], ignore_changes=["scalingConfig.desiredSize"]
            ),
        )
