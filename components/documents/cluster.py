"""The roles of an EKS cluster: who takes each, and what the nodes and the cluster's own parts may do.

The parts have Pod Identity roles, so that neither nodes nor other pods hold their rights. What they make carries the
environment's tags, and what they change must carry them: charts and launch templates set these tags.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.cluster_names import (
    BALANCER_ACCOUNT,
    BALANCERS,
    CNI,
    CNI_ACCOUNT,
    CONTROL_PLANE,
    DISK_ACCOUNT,
    DISKS,
    NODES,
    SYSTEM_NAMESPACE,
)
from components.documents.actions import PULL_IMAGES
from components.documents.statement import (
    Condition,
    Document,
    Statement,
    allow,
    document,
    in_region,
    joined,
    request_tagged,
    resource_tagged,
)
from components.documents.trust import instance

if TYPE_CHECKING:
    from components.cluster_names import ClusterNames
    from components.layout import Names

CONTROL_PLANE_LOGS = ("api", "audit", "authenticator", "controllerManager", "scheduler")
"""All that EKS logs of a control plane (page "Amazon EKS control plane logs")."""
_PODS = "pods.eks.amazonaws.com"
_FOR_AWS: Condition = {"Bool": {"kms:GrantIsForAWSResource": "true"}}


def trusts(cluster: ClusterNames) -> dict[str, Document]:
    """Who takes each of the roles that a cluster adds."""
    made = {
        CONTROL_PLANE: _control_plane_trust(cluster),
        NODES: instance(cluster.names),
        CNI: pods(cluster, SYSTEM_NAMESPACE, CNI_ACCOUNT),
        DISKS: pods(cluster, SYSTEM_NAMESPACE, DISK_ACCOUNT),
        BALANCERS: pods(cluster, SYSTEM_NAMESPACE, BALANCER_ACCOUNT),
    }
    return {role: trust for role, trust in made.items() if role in cluster.roles}


def brokers(cluster: ClusterNames) -> Document:
    """The brokers' pods, in place of instances."""
    return pods(cluster, cluster.namespace, cluster.service_account)


def pods(cluster: ClusterNames, namespace: str, account: str) -> Document:
    """EKS Pod Identity, for one service account of one namespace of one cluster.

    AWS page "Create IAM role with trust policy required by EKS Pod Identity": the session's tags name the pod, and are
    in the request. Page "Grant Pods access to AWS resources based on tags": all three tags are always sent.
    """
    one_account: Condition = {
        "StringEquals": {
            "aws:SourceAccount": cluster.names.account,
            "aws:RequestTag/eks-cluster-arn": cluster.arn,
            "aws:RequestTag/kubernetes-namespace": namespace,
            "aws:RequestTag/kubernetes-service-account": account,
        },
        "ArnEquals": {"aws:SourceArn": cluster.arn},
    }
    return _trust(_PODS, ["sts:AssumeRole", "sts:TagSession"], one_account)


def _control_plane_trust(cluster: ClusterNames) -> Document:
    # Page "Cross-service confused deputy prevention in Amazon EKS".
    own: Condition = {
        "StringEquals": {"aws:SourceAccount": cluster.names.account},
        "ArnEquals": {"aws:SourceArn": cluster.arn},
    }
    return _trust("eks.amazonaws.com", "sts:AssumeRole", own)


def _trust(service: str, actions: str | list[str], condition: Condition) -> Document:
    return document(
        {
            "Sid": "Assume",
            "Effect": "Allow",
            "Principal": {"Service": service},
            "Action": actions,
            "Condition": condition,
        }
    )


def identities(cluster: ClusterNames, volumes_key: str) -> dict[str, dict[str, Document]]:
    """The roles' policies: role to purpose to document; the control plane has one of AWS's instead."""
    made = {
        NODES: {NODES: nodes(cluster)},
        CNI: {CNI: network_interfaces(cluster.names)},
        DISKS: {DISKS: disks(cluster.names, volumes_key)},
        BALANCERS: {BALANCERS: load_balancers(cluster)},
    }
    return {role: policies for role, policies in made.items() if role in cluster.roles}


def nodes(cluster: ClusterNames) -> Document:
    """What a node needs to join and to start pods: no bucket, no volume, no network interface of another."""
    names = cluster.names
    describes = (
        "ec2:DescribeInstances",
        "ec2:DescribeInstanceTypes",
        "ec2:DescribeRouteTables",
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeSubnets",
        "ec2:DescribeVolumes",
        "ec2:DescribeVpcs",
    )
    # Images of EKS's own parts are in registries of AWS's accounts, one a region.
    images = f"arn:{names.partition}:ecr:{names.region}:*:repository/*"
    return document(
        allow("Join", "eks:DescribeCluster", cluster.arn),
        allow("PodIdentity", "eks-auth:AssumeRoleForPodIdentity", cluster.arn),
        allow("Describe", describes, "*", in_region(names)),
        allow("PullImages", PULL_IMAGES, images),
        allow("Registry", "ecr:GetAuthorizationToken", "*", in_region(names)),
    )


def network_interfaces(names: Names) -> Document:
    """The VPC CNI: addresses for pods on the interfaces of the environment's nodes, and further interfaces for them."""
    interface, instances = names.regional("ec2", "network-interface/*"), names.regional("ec2", "instance/*")
    groups = names.regional("ec2", "security-group/*")
    describes = (
        "ec2:DescribeInstanceTypes",
        "ec2:DescribeInstances",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeSubnets",
        "ec2:DescribeTags",
    )
    changes = (
        "ec2:AssignPrivateIpAddresses",
        "ec2:AttachNetworkInterface",
        "ec2:DeleteNetworkInterface",
        "ec2:DetachNetworkInterface",
        "ec2:ModifyNetworkInterfaceAttribute",
        "ec2:UnassignPrivateIpAddresses",
    )
    return document(
        allow("Describe", describes, "*", in_region(names)),
        allow("CreateTagged", "ec2:CreateNetworkInterface", interface, request_tagged(names)),
        allow(
            "CreateWithin",
            "ec2:CreateNetworkInterface",
            [names.regional("ec2", "subnet/*"), groups],
            resource_tagged(names),
        ),
        _tag_on_create(names, interface, "CreateNetworkInterface"),
        allow("ChangeOwn", changes, [interface, instances, groups], resource_tagged(names)),
    )


def disks(names: Names, volumes_key: str) -> Document:
    """The EBS CSI driver: volumes of the environment alone, with its key, on instances of the environment alone."""
    volume, instances = names.regional("ec2", "volume/*"), names.regional("ec2", "instance/*")
    describes = (
        "ec2:DescribeAvailabilityZones",
        "ec2:DescribeInstances",
        "ec2:DescribeInstanceTypes",
        "ec2:DescribeVolumeStatus",
        "ec2:DescribeVolumes",
        "ec2:DescribeVolumesModifications",
    )
    encrypted = joined(request_tagged(names), {"Bool": {"ec2:Encrypted": "true"}})
    uses = ("kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncrypt*")
    via: Condition = {"StringEquals": {"kms:ViaService": names.via("ec2")}}
    return document(
        allow("Describe", describes, "*", in_region(names)),
        allow("CreateTagged", "ec2:CreateVolume", volume, encrypted),
        _tag_on_create(names, volume, "CreateVolume"),
        allow("ChangeOwn", ("ec2:DeleteVolume", "ec2:ModifyVolume"), volume, resource_tagged(names)),
        allow("AttachOwn", ("ec2:AttachVolume", "ec2:DetachVolume"), [instances, volume], resource_tagged(names)),
        allow("VolumesKey", uses, volumes_key, via),
        allow("VolumesKeyGrant", "kms:CreateGrant", volumes_key, joined(via, _FOR_AWS)),
    )


def load_balancers(cluster: ClusterNames) -> Document:
    """The AWS Load Balancer Controller: network load balancers of this cluster, and groups of their own.

    It opens none of the environment's groups, so that who may reach brokers stays with the stack.
    """
    names = cluster.names
    of = f"arn:{names.partition}:elasticloadbalancing:{names.region}:{names.account}"
    balancer, target, listener = f"{of}:loadbalancer/net/*", f"{of}:targetgroup/*", f"{of}:listener/net/*"
    made: Condition = {"StringEquals": {"aws:RequestTag/elbv2.k8s.aws/cluster": cluster.name}}
    own: Condition = {"StringEquals": {"aws:ResourceTag/elbv2.k8s.aws/cluster": cluster.name}}
    by: Condition = {"StringEquals": {"elasticloadbalancing:CreateAction": ["CreateLoadBalancer", "CreateTargetGroup"]}}
    creates = ("elasticloadbalancing:CreateLoadBalancer", "elasticloadbalancing:CreateTargetGroup")
    linked = f"arn:{names.partition}:iam::{names.account}:role/aws-service-role/elasticloadbalancing.amazonaws.com/*"
    return document(
        allow("Describe", ("elasticloadbalancing:Describe*", *_BALANCER_READS), "*", in_region(names)),
        allow("CreateTagged", creates, [balancer, target], made),
        allow("TagOnCreate", "elasticloadbalancing:AddTags", [balancer, target], joined(made, by)),
        allow("ChangeOwn", _BALANCER_CHANGES, [balancer, target, listener], own),
        *_balancer_groups(names, made, own),
        allow(
            "LinkedRole",
            "iam:CreateServiceLinkedRole",
            linked,
            {"StringEquals": {"iam:AWSServiceName": "elasticloadbalancing.amazonaws.com"}},
        ),
    )


def _balancer_groups(names: Names, made: Condition, own: Condition) -> list[Statement]:
    group, vpc = names.regional("ec2", "security-group/*"), names.regional("ec2", "vpc/*")
    changes = (
        "ec2:AuthorizeSecurityGroupIngress",
        "ec2:DeleteSecurityGroup",
        "ec2:RevokeSecurityGroupIngress",
    )
    return [
        allow("CreateGroup", "ec2:CreateSecurityGroup", group, made),
        allow("CreateGroupWithin", "ec2:CreateSecurityGroup", vpc, resource_tagged(names)),
        _tag_on_create(names, group, "CreateSecurityGroup"),
        allow("ChangeOwnGroups", changes, group, own),
    ]


def _tag_on_create(names: Names, kind: str, creation: str) -> Statement:
    return allow(
        "TagOnCreation",
        "ec2:CreateTags",
        kind,
        joined(request_tagged(names), {"StringEquals": {"ec2:CreateAction": creation}}),
    )


_BALANCER_READS = (
    "ec2:DescribeAccountAttributes",
    "ec2:DescribeAvailabilityZones",
    "ec2:DescribeInstances",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeTags",
    "ec2:DescribeVpcs",
)
_BALANCER_CHANGES = (
    "elasticloadbalancing:AddTags",
    "elasticloadbalancing:CreateListener",
    "elasticloadbalancing:DeleteListener",
    "elasticloadbalancing:DeleteLoadBalancer",
    "elasticloadbalancing:DeleteTargetGroup",
    "elasticloadbalancing:DeregisterTargets",
    "elasticloadbalancing:ModifyListener",
    "elasticloadbalancing:ModifyListenerAttributes",
    "elasticloadbalancing:ModifyLoadBalancerAttributes",
    "elasticloadbalancing:ModifyTargetGroup",
    "elasticloadbalancing:ModifyTargetGroupAttributes",
    "elasticloadbalancing:RegisterTargets",
    "elasticloadbalancing:RemoveTags",
    "elasticloadbalancing:SetSecurityGroups",
    "elasticloadbalancing:SetSubnets",
)
