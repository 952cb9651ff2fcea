"""The EKS cluster that brokers run in: a private API, secrets under our key, every log, and access by entries alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

from components.cluster_access import ClusterAccess, ClusterAccessArgs
from components.cluster_names import CONTROL_PLANE, NODES
from components.cluster_nodes import ClusterNodes, ClusterNodesArgs
from components.documents.cluster import CONTROL_PLANE_LOGS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from components.plan import ClusterPlan


@dataclass(frozen=True)
class ClusterArgs:
    """What a cluster is made of.

    ``roles`` are ARNs by the contract's names, the deployer among them; ``groups`` security groups by role.
    ``secrets_key`` encrypts what the API keeps, ``volumes_key`` the nodes' volumes; ``after`` must be there before.
    """

    plan: ClusterPlan
    roles: Mapping[str, pulumi.Input[str]]
    groups: Mapping[str, pulumi.Input[str]]
    subnet_ids: Sequence[pulumi.Input[str]]
    vpc_id: pulumi.Input[str]
    secrets_key: pulumi.Input[str]
    volumes_key: pulumi.Input[str]
    protect: bool = False
    after: Sequence[pulumi.Resource] = ()


class Cluster(pulumi.ComponentResource):
    """The control plane, who may enter it and as what its pods run, and its nodes.

    In a cluster that is there already only the brokers' nodes and role and the console's entry are made.
    """

    arn: pulumi.Output[str]
    name: pulumi.Output[str]

    def __init__(self, name: str, args: ClusterArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("byoc:aws:Cluster", name, None, opts)
        self._name, self._args = name, args
        names = args.plan.names
        made = self._make() if names.existing is None else None
        self.arn = pulumi.Output.from_input(names.arn) if made is None else made.arn
        self.name = pulumi.Output.from_input(names.name) if made is None else made.name
        access = ClusterAccessArgs(names, self.name, args.roles)
        parts = ClusterAccess("cluster-access", access, pulumi.ResourceOptions(parent=self))
        nodes = ClusterNodesArgs(
            args.plan, self.name, args.roles[NODES], args.groups, args.subnet_ids, args.volumes_key, parts.before_nodes
        )
        machines = ClusterNodes("nodes", nodes, pulumi.ResourceOptions(parent=self))
        if made is not None:
            parts.answer_names(machines)
            if args.plan.charts:
                self._install(made, [parts, machines])
        self.register_outputs({"arn": self.arn})

    def _install(self, made: aws.eks.Cluster, after: Sequence[pulumi.Resource]) -> None:
        # Only a cluster needs it, and every program would wait for it.
        from components.cluster_charts import ClusterCharts, ClusterChartsArgs  # noqa: PLC0415  # see above

        args = self._args
        charts = ClusterChartsArgs(
            args.plan.names, made.endpoint, made.certificate_authority.data, args.vpc_id, args.volumes_key, after
        )
        ClusterCharts("charts", charts, pulumi.ResourceOptions(parent=self))

    def _make(self) -> aws.eks.Cluster:
        args, plan = self._args, self._args.plan
        return aws.eks.Cluster(
            self._name,
            name=plan.names.name,
            role_arn=args.roles[CONTROL_PLANE],
            version=plan.version,
            # Entries alone count, and the one who creates the cluster has none but the one below.
            access_config=aws.eks.ClusterAccessConfigArgs(
                authentication_mode="API", bootstrap_cluster_creator_admin_permissions=False
            ),
            bootstrap_self_managed_addons=False,
            deletion_protection=args.protect,
            enabled_cluster_log_types=list(CONTROL_PLANE_LOGS),
            encryption_config=aws.eks.ClusterEncryptionConfigArgs(
                provider=aws.eks.ClusterEncryptionConfigProviderArgs(key_arn=args.secrets_key), resources=["secrets"]
            ),
            vpc_config=aws.eks.ClusterVpcConfigArgs(
                endpoint_private_access=True,
                endpoint_public_access=False,
                security_group_ids=[args.groups["cluster-group"]],
                subnet_ids=args.subnet_ids,
            ),
            opts=pulumi.ResourceOptions(parent=self, protect=args.protect, depends_on=[*args.after]),
        )
