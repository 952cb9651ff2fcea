"""The settings of an environment whose brokers run in an EKS cluster."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Self

from pydantic import Field, model_validator

from components.layout import ConsolePermissions, Wal
from stacks.setting_groups import Part, disjoint_blocks

if TYPE_CHECKING:
    from stacks.settings import Settings

# Amazon EKS optimized images of Amazon Linux 2023 for arm64, release v20260903 of awslabs/amazon-eks-ami, read
# 2026-11-28: what EKS makes managed nodes from. Kubernetes before 1.31 gets no new images.
AL2023_VERSIONS = ("1.31", "1.32", "1.33", "1.34", "1.35", "1.36")
_NAME = r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"
_GRAVITON = r"^[a-z]+[0-9]+g[a-z]*\.[a-z0-9]+$"


class DeployType(StrEnum):
    """What brokers run on."""

    INSTANCES = "IAAS"
    KUBERNETES = "K8S"


class Eks(Part):
    """The cluster: a private API, and nodes of Amazon Linux 2023 on arm64 for brokers alone in each zone."""

    existing: str | None = Field(
        default=None,
        pattern=r"^[0-9A-Za-z][0-9A-Za-z_-]{0,99}$",
        description="the name of a cluster that is there already in network.existing, used as it is; one is made when "
        "not given",
    )
    version: str = Field(
        default="1.36", description=f"the Kubernetes version, one of {', '.join(AL2023_VERSIONS)}, in quotes"
    )
    administrator_sources: tuple[str, ...] = Field(
        default=(),
        max_length=20,
        description="CIDRs of your networks from which the deployer reaches the cluster's private API",
    )
    namespace: str = Field(
        default="automq", pattern=_NAME, description="the namespace of the brokers, which the console administers"
    )
    service_account: str = Field(
        default="automq-sa", pattern=_NAME, description="the brokers' service account in it, which has their role"
    )
    instance_type: str = Field(
        default="c6g.2xlarge", pattern=_GRAVITON, description="the brokers' nodes: an arm64 type (Graviton)"
    )
    nodes_minimum: int = Field(default=1, ge=0, le=100, description="brokers' nodes in each zone, at least")
    nodes_desired: int = Field(default=2, ge=0, le=100, description="brokers' nodes in each zone, at first")
    nodes_maximum: int = Field(default=4, ge=1, le=100, description="brokers' nodes in each zone, at most")
    system_instance_type: str = Field(
        default="m6g.large", pattern=_GRAVITON, description="the nodes of the cluster's own parts, two at least"
    )

    charts: bool = Field(
        default=True,
        description="whether Pulumi installs the load balancer controller and the EBS CSI driver by Helm, for which "
        "whoever deploys must reach the private API; false where something else does",
    )

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.version not in AL2023_VERSIONS:
            raise ValueError(
                f"eks.version {self.version} has no Amazon Linux 2023 images for arm64: take one of "
                f"{', '.join(AL2023_VERSIONS)}"
            )
        if self.existing and self.administrator_sources:
            raise ValueError(
                f"eks.administrator_sources opens the API of a cluster that the stack makes, {self.existing} is there "
                "already: leave administrator_sources out"
            )
        if not self.nodes_minimum <= self.nodes_desired <= self.nodes_maximum:
            raise ValueError(
                f"eks.nodes_desired is {self.nodes_desired}, outside {self.nodes_minimum} to {self.nodes_maximum}: "
                "take a number from nodes_minimum to nodes_maximum"
            )
        disjoint_blocks("eks.administrator_sources", self.administrator_sources)
        return self


def cluster_problem(settings: Settings) -> str | None:
    """What does not fit brokers in a cluster, or on instances; None when all does."""
    if settings.deploy_type is DeployType.INSTANCES:
        stray = settings.eks is not None
        return "eks belongs to deploy_type K8S, deploy_type is IAAS: set it to K8S, or leave eks out" if stray else None
    wal, permissions = settings.wal, settings.console_permissions
    existing = settings.eks.existing if settings.eks is not None else None
    table = (
        (wal is not Wal.S3, f"wal {wal} needs brokers on instances, deploy_type is K8S: take S3WAL"),
        (
            settings.deployer is None,
            "deploy_type K8S needs deployer, who alone administers the cluster: name the role that runs Pulumi",
        ),
        (
            existing is not None and settings.network.existing is None,
            f"eks.existing {existing} stands in a VPC that is there already: name that VPC in network.existing",
        ),
        (
            permissions is not ConsolePermissions.TIGHT,
            (
                f"console_permissions {permissions} is the vendor's list for instances, and lets the console start "
                "some: take tight, which in deploy_type K8S lets it into the brokers' namespace alone"
            ),
        ),
        (
            settings.no_internet is not None,
            (
                "no_internet keeps a cluster from images and names that its nodes need, deploy_type is K8S: leave "
                "no_internet out"
            ),
        ),
        (
            settings.clients.private_link is not None,
            (
                "clients.private_link makes a load balancer for brokers on instances, and in deploy_type K8S the "
                "cluster's controller makes it: leave clients.private_link out"
            ),
        ),
        (
            bool(settings.roles.existing or settings.permissions_boundary),
            (
                "roles.existing and permissions_boundary are tried for brokers on instances, deploy_type is K8S: leave "
                "them out"
            ),
        ),
    )
    return next((problem for wrong, problem in table if wrong), None)
