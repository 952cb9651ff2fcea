"""Faults of the emulator around EKS clusters; each docstring says what is wrong without."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.ec2.models import ec2_backends
from moto.eks.models import EKSBackend
from moto.eks.responses import EKSResponse

if TYPE_CHECKING:
    from collections.abc import Callable


def access_of_clusters() -> None:
    """A cluster forgets whether entries alone let principals in, and whether who makes it administers it."""
    create: Callable[..., Any] = EKSResponse.create_cluster

    def create_cluster(self: Any) -> Any:
        answer = create(self)
        said = self._get_param("accessConfig") or {}
        made = self.eks_backend.clusters[self._get_param("name")]
        made.access_config = {
            "authenticationMode": said.get("authenticationMode", "CONFIG_MAP"),
            "bootstrapClusterCreatorAdminPermissions": said.get("bootstrapClusterCreatorAdminPermissions", True),
        }
        return answer

    EKSResponse.create_cluster = create_cluster


def networks_of_clusters() -> None:
    """A cluster has no VPC, no group of EKS's own (open among its members and outwards), and no network interfaces."""
    create: Callable[..., Any] = EKSBackend.create_cluster
    delete: Callable[..., Any] = EKSBackend.delete_cluster

    def create_cluster(self: Any, **kwargs: Any) -> Any:
        made = create(self, **kwargs)
        ec2 = ec2_backends[self.account_id][self.region_name]
        vpc = ec2.get_subnet(made.resources_vpc_config["subnetIds"][0]).vpc_id
        about = "EKS created security group applied to ENI that is attached to EKS Control Plane master nodes"
        tags = {"aws:eks:cluster-name": made.name, f"kubernetes.io/cluster/{made.name}": "owned"}
        group = ec2.create_security_group(f"eks-cluster-sg-{made.name}", about, vpc_id=vpc, tags=tags)
        members = [{"GroupId": group.id}]
        ec2.authorize_security_group_ingress(group.id, "-1", None, None, [], source_groups=members)
        made.resources_vpc_config.update(vpcId=vpc, clusterSecurityGroupId=group.id)
        for subnet in made.resources_vpc_config["subnetIds"]:
            groups = [group.id, *made.resources_vpc_config.get("securityGroupIds", ())]
            interface = ec2.create_network_interface(ec2.get_subnet(subnet), [], group_ids=groups)
            interface.requester_managed, interface.status = True, "in-use"
            interface.description = f"Amazon EKS {made.name}"
        return made

    def delete_cluster(self: Any, name: str) -> Any:
        gone = delete(self, name)
        ec2 = ec2_backends[self.account_id][self.region_name]
        for interface in [one for one in ec2.enis.values() if one.description == f"Amazon EKS {name}"]:
            ec2.delete_network_interface(interface.id)
        ec2.delete_security_group(group_id=gone.resources_vpc_config["clusterSecurityGroupId"])
        return gone

    EKSBackend.create_cluster = create_cluster
    EKSBackend.delete_cluster = delete_cluster


def doors_of_nodes() -> None:
    """A node group that asks for no SSH key has one."""
    create: Callable[..., Any] = EKSBackend.create_nodegroup

    def create_nodegroup(self: Any, **kwargs: Any) -> Any:
        made = create(self, **kwargs)
        made.remote_access = kwargs.get("remote_access")
        return made

    EKSBackend.create_nodegroup = create_nodegroup
