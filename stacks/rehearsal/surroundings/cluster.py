"""The EKS cluster that settings name, as a platform team makes one that the environment may use."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from components.documents.cluster import CONTROL_PLANE_LOGS
from components.layout import Purpose
from stacks.cluster_settings import Eks
from stacks.rehearsal.surroundings.network import identity
from stacks.rehearsal.surroundings.step import Step

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks.settings import Settings

_ROLE = "platform-cluster"


def steps(settings: Settings) -> Iterator[Step]:
    """The calls of a platform team: the cluster's role, the cluster, and what its group admits."""
    cluster = settings.cluster
    if cluster is None or cluster.existing is None:
        return
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "eks.amazonaws.com"}, "Action": "sts:AssumeRole"},
        ],
    }
    yield Step("iam", "CreateRole", {"RoleName": _ROLE, "AssumeRolePolicyDocument": json.dumps(trust)})
    group = identity("sg", cluster.existing, "cluster")
    yield Step("eks", "CreateCluster", _cluster(settings, cluster.existing), (group,))
    ranges = [{"CidrIp": settings.network.cidr}]
    ways = (("tcp", 443), ("tcp", 53), ("udp", 53))
    rules = [{"IpProtocol": way, "FromPort": port, "ToPort": port, "IpRanges": ranges} for way, port in ways]
    yield Step("ec2", "AuthorizeSecurityGroupIngress", {"GroupId": group, "IpPermissions": rules})


def _cluster(settings: Settings, name: str) -> dict[str, Any]:
    network = {
        "subnetIds": list(settings.network.subnets),
        "endpointPrivateAccess": True,
        "endpointPublicAccess": False,
    }
    key = settings.keys.existing.get(Purpose.OPS)
    return {
        "name": name,
        "roleArn": settings.names.role_arn(_ROLE),
        "version": (settings.eks or Eks()).version,
        "resourcesVpcConfig": network,
        "accessConfig": {"authenticationMode": "API", "bootstrapClusterCreatorAdminPermissions": False},
        "logging": {"clusterLogging": [{"types": list(CONTROL_PLANE_LOGS), "enabled": True}]},
        "encryptionConfig": [{"resources": ["secrets"], "provider": {"keyArn": key}}] if key else [],
    }
