"""The parts of the cluster that come as Helm charts: the AWS Load Balancer Controller and the EBS CSI driver.

Each is a release of Helm's own (helm.v3.Release), not a chart that Pulumi renders (helm.v4.Chart): the controller's
chart makes its webhook's certificate while it is rendered, and only Helm looks up the one that is there, so that a
preview of what Pulumi renders would show a change every time.

What the charts' pods may do is their roles' matter (cluster_access.py): the values here name the service accounts that
have them, and the tags that these roles ask for. Region and VPC are said, as pods do not reach the nodes' metadata.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pulumi
import pulumi_kubernetes as kubernetes
from pulumi_kubernetes.helm.v3 import Release, RepositoryOptsArgs

from components.cluster_names import BALANCER_ACCOUNT, DISK_ACCOUNT, SYSTEM_NAMESPACE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from components.cluster_names import ClusterNames

STORAGE_CLASS = "automq"
_REPLICAS = 2


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart of a repository, in one version."""

    name: str
    repository: str
    version: str


# Versions as published, read 2026-11-28: pull request 1347 of aws/eks-charts, merged in July 2026 (chart and controller
# have had one number since 3.0.0), and pull request 3008 of kubernetes-sigs/aws-ebs-csi-driver, merged in September.
BALANCER = Chart("aws-load-balancer-controller", "https://aws.github.io/eks-charts", "3.4.2")
DISK = Chart("aws-ebs-csi-driver", "https://kubernetes-sigs.github.io/aws-ebs-csi-driver", "2.65.1")


@dataclass(frozen=True)
class ClusterChartsArgs:
    """The cluster's names and door, its VPC, the key of the volumes that pods ask for, and what charts wait for."""

    names: ClusterNames
    endpoint: pulumi.Input[str]
    authority: pulumi.Input[str]
    vpc_id: pulumi.Input[str]
    volumes_key: pulumi.Input[str]
    after: Sequence[pulumi.Resource] = ()


class ClusterCharts(pulumi.ComponentResource):
    """Both releases, through a provider that asks for a token of whoever runs Pulumi and keeps none."""

    def __init__(self, name: str, args: ClusterChartsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("byoc:aws:ClusterCharts", name, None, opts)
        door = pulumi.Output.all(args.endpoint, args.authority)
        self._provider = kubernetes.Provider(
            name,
            kubeconfig=door.apply(lambda known: kubeconfig(args.names, *known)),
            # Another endpoint or a renewed certificate authority makes it no other cluster.
            cluster_identifier=args.names.arn,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self._args = args
        self._install(name, BALANCER, pulumi.Output.from_input(args.vpc_id), balancer_values)
        self._install(name, DISK, pulumi.Output.from_input(args.volumes_key), disk_values)
        self.register_outputs({})

    def _install(
        self, name: str, chart: Chart, given: pulumi.Output[str], values: Callable[[ClusterNames, str], dict[str, Any]]
    ) -> None:
        Release(
            f"{name}-{chart.name}",
            name=chart.name,
            chart=chart.name,
            version=chart.version,
            repository_opts=RepositoryOptsArgs(repo=chart.repository),
            namespace=SYSTEM_NAMESPACE,
            values=given.apply(lambda known: values(self._args.names, known)),
            opts=pulumi.ResourceOptions(parent=self, provider=self._provider, depends_on=[*self._args.after]),
        )


def kubeconfig(names: ClusterNames, endpoint: str, authority: str) -> str:
    """A kubeconfig without a secret: tokens come from ``aws eks get-token``, as whoever runs Pulumi."""
    command = ["--region", names.names.region, "eks", "get-token", "--cluster-name", names.name, "--output", "json"]
    token = {"apiVersion": "client.authentication.k8s.io/v1beta1", "command": "aws", "args": command}
    name = names.arn
    return json.dumps(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": name, "cluster": {"server": endpoint, "certificate-authority-data": authority}}],
            "users": [{"name": name, "user": {"exec": token}}],
            "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
            "current-context": name,
        }
    )


def balancer_values(names: ClusterNames, vpc_id: str) -> dict[str, Any]:
    """The controller's values: network load balancers alone, as its role may make no others, with the tags it needs."""
    return {
        "clusterName": names.name,
        "region": names.names.region,
        "vpcId": vpc_id,
        "replicaCount": _REPLICAS,
        "serviceAccount": {"create": True, "name": BALANCER_ACCOUNT},
        "defaultTags": names.names.vendor_tags,
        "keepTLSSecret": True,
        # Parts of application load balancers, about which the controller would ask AWS without a right to.
        "enableShield": False,
        "enableWaf": False,
        "enableWafv2": False,
    }


def disk_values(names: ClusterNames, volumes_key: str) -> dict[str, Any]:
    """The driver's values: the tags that its role asks for, and a storage class that encrypts with the volumes key."""
    storage = {
        "name": STORAGE_CLASS,
        "volumeBindingMode": "WaitForFirstConsumer",
        "allowVolumeExpansion": True,
        "parameters": {"type": "gp3", "encrypted": "true", "kmsKeyId": volumes_key},
    }
    return {
        "controller": {
            "replicaCount": _REPLICAS,
            "region": names.names.region,
            "extraVolumeTags": names.names.vendor_tags,
            "serviceAccount": {"create": True, "name": DISK_ACCOUNT},
        },
        # Brokers' nodes have a taint, and their volumes need the driver there too.
        "node": {"tolerateAllTaints": True},
        "storageClasses": [storage],
    }
