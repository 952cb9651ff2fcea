"""Who may enter the cluster, as what its pods run, and the add-ons that EKS itself keeps.

The deployer alone administers the cluster; the console administers the brokers' namespace. Pods have roles by EKS Pod
Identity, each for one service account.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

from components.cluster_names import (
    BALANCER_ACCOUNT,
    BALANCERS,
    CNI,
    CNI_ACCOUNT,
    DISK_ACCOUNT,
    DISKS,
    SYSTEM_NAMESPACE,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from components.cluster_names import ClusterNames

_ADMINISTERS, _IN_NAMESPACE = "AmazonEKSClusterAdminPolicy", "AmazonEKSAdminPolicy"


@dataclass(frozen=True)
class ClusterAccessArgs:
    """The cluster's names, its name once it exists, and the roles' ARNs by the contract's names."""

    names: ClusterNames
    cluster: pulumi.Input[str]
    roles: Mapping[str, pulumi.Input[str]]


class ClusterAccess(pulumi.ComponentResource):
    """Entries, associations and add-ons; ``before_nodes`` is what nodes need to become ready."""

    before_nodes: list[pulumi.Resource]

    def __init__(self, name: str, args: ClusterAccessArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("byoc:aws:ClusterAccess", name, None, opts)
        self._name, self._args = name, args
        only = aws.eks.AccessPolicyAssociationAccessScopeArgs(type="namespace", namespaces=[args.names.namespace])
        self._enter("console", _IN_NAMESPACE, only)
        self._run_as("data-plane", args.names.namespace, args.names.service_account)
        self.before_nodes = [] if args.names.existing else self._own()
        self.register_outputs({})

    def _own(self) -> list[pulumi.Resource]:
        """What a cluster of the environment's own has besides."""
        self._enter("deployer", _ADMINISTERS, aws.eks.AccessPolicyAssociationAccessScopeArgs(type="cluster"))
        self._run_as(DISKS, SYSTEM_NAMESPACE, DISK_ACCOUNT)
        self._run_as(BALANCERS, SYSTEM_NAMESPACE, BALANCER_ACCOUNT)
        return [self._add("eks-pod-identity-agent"), self._add("kube-proxy"), self._add_network()]

    def answer_names(self, nodes: pulumi.Resource) -> None:
        """The cluster's DNS, which runs on its nodes and is ready once they are."""
        self._add("coredns", after=nodes)

    def _child(self, after: pulumi.Resource | None = None) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self, depends_on=[after] if after is not None else None)

    def _enter(self, role: str, policy: str, scope: aws.eks.AccessPolicyAssociationAccessScopeArgs) -> None:
        principal = self._args.roles[role]
        entry = aws.eks.AccessEntry(
            f"{self._name}-{role}",
            cluster_name=self._args.cluster,
            principal_arn=principal,
            type="STANDARD",
            opts=self._child(),
        )
        aws.eks.AccessPolicyAssociation(
            f"{self._name}-{role}",
            cluster_name=self._args.cluster,
            principal_arn=principal,
            policy_arn=self._args.names.access_policy(policy),
            access_scope=scope,
            opts=self._child(entry),
        )

    def _run_as(self, role: str, namespace: str, account: str) -> None:
        aws.eks.PodIdentityAssociation(
            f"{self._name}-{role}",
            cluster_name=self._args.cluster,
            namespace=namespace,
            service_account=account,
            role_arn=self._args.roles[role],
            opts=self._child(),
        )

    def _add(self, addon: str, after: pulumi.Resource | None = None) -> aws.eks.Addon:
        return aws.eks.Addon(
            f"{self._name}-{addon}", cluster_name=self._args.cluster, addon_name=addon, opts=self._child(after)
        )

    def _add_network(self) -> aws.eks.Addon:
        # What it makes bears the environment's tags, which its role's policy asks for.
        settings = {
            "enableNetworkPolicy": "true",
            "env": {"ADDITIONAL_ENI_TAGS": json.dumps(self._args.names.names.vendor_tags)},
        }
        return aws.eks.Addon(
            f"{self._name}-vpc-cni",
            cluster_name=self._args.cluster,
            addon_name="vpc-cni",
            configuration_values=json.dumps(settings),
            pod_identity_associations=[
                aws.eks.AddonPodIdentityAssociationArgs(role_arn=self._args.roles[CNI], service_account=CNI_ACCOUNT)
            ],
            opts=self._child(),
        )
