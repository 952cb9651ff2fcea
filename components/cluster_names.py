"""The physical names of an environment whose brokers run in an EKS cluster, and which service accounts have roles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from components.limits import ROLE_NAME

if TYPE_CHECKING:
    from components.layout import Names

CLUSTER = "cluster"
"""The signal of the control plane's logs."""
SYSTEM_NAMESPACE = "kube-system"
CNI_ACCOUNT, DISK_ACCOUNT, BALANCER_ACCOUNT = "aws-node", "ebs-csi-controller-sa", "aws-load-balancer-controller"
"""The service accounts that the add-ons' own charts use."""
NODES, CNI, DISKS, BALANCERS, CONTROL_PLANE = "eks-nodes", "vpc-cni", "ebs-csi", "load-balancers", "eks-cluster"
"""The roles that a cluster adds, as the contract calls them."""


@dataclass(frozen=True, slots=True)
class ClusterNames:
    """The cluster's names beside those of the environment; brokers run as one service account of one namespace.

    ``existing`` is the name of a cluster that is there already, None for one of the environment's own.
    """

    names: Names
    namespace: str = "automq"
    service_account: str = "automq-sa"
    existing: str | None = None

    def __post_init__(self) -> None:
        for role in self.roles:
            name = self.role(role)
            if len(name) > ROLE_NAME.maximum:
                raise ValueError(
                    f"{name} has {len(name)} characters, AWS allows {ROLE_NAME.maximum}: shorten environment_id"
                )

    @property
    def name(self) -> str:
        """The cluster's name."""
        return self.existing or f"automq-{self.names.environment_id}"

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles that it adds; the parts of a cluster that is there already have theirs."""
        return (NODES,) if self.existing else (NODES, CNI, DISKS, BALANCERS, CONTROL_PLANE)

    def node_group(self, group: str) -> str:
        """A node group's name; in a cluster with others' it says whose it is."""
        return self.names.policy_name(group) if self.existing else group

    @property
    def arn(self) -> str:
        """The cluster's ARN."""
        return self.names.regional("eks", f"cluster/{self.name}")

    @property
    def log_group(self) -> str:
        """The log group of the control plane, whose name EKS prescribes (page "Amazon EKS control plane logs")."""
        return f"/aws/eks/{self.name}/cluster"

    @property
    def log_group_arn(self) -> str:
        """Its ARN without the ``:*`` that stands for its streams."""
        return self.names.regional("logs", f"log-group:{self.log_group}")

    def role(self, purpose: str) -> str:
        """The name of one of the roles that a cluster adds."""
        return self.names.policy_name(purpose)

    def role_arn(self, purpose: str) -> str:
        """The ARN of one of the roles that a cluster adds."""
        return self.names.role_arn(self.role(purpose))

    def access_policy(self, name: str) -> str:
        """The ARN of an access policy of EKS (page "Review access policy permissions")."""
        return f"arn:{self.names.partition}:eks::aws:cluster-access-policy/{name}"
