"""EKS: clusters and node groups; who may enter and as what pods run, the emulator has not."""

from __future__ import annotations

from stacks.rehearsal.row import Call, Row

_GONE = frozenset({"ResourceNotFoundException"})
_ENTRIES = "the emulator has no access entries"
_PODS = "the emulator has no pod identity associations"

ROWS = (
    Row(
        type="aws:eks/cluster:Cluster",
        service="eks",
        create=Call(
            operation="CreateCluster",
            params={
                "tags": "tag_map",
                "logging": "inputs.enabledClusterLogTypes && "
                "{clusterLogging: [{types: inputs.enabledClusterLogTypes, enabled: `true`}]} || null",
            },
        ),
        named="name",
        rename={"vpcConfig": "resourcesVpcConfig"},
        elsewhere={"enabledClusterLogTypes": "logging", "defaultAddonsToRemoves": "steers only creation"},
        id="inputs.name",
        outputs={
            "arn": "answers.CreateCluster.cluster.arn",
            "endpoint": "answers.CreateCluster.cluster.endpoint",
            "certificateAuthority": "answers.CreateCluster.cluster.certificateAuthority",
        },
        delete=(Call(operation="DeleteCluster", params={"name": "id"}, absent=_GONE),),
        read=Call(
            operation="DescribeCluster", params={"name": "id"}, absent=_GONE, shows="answers.DescribeCluster.cluster"
        ),
        tagged=True,
    ),
    Row(
        type="aws:eks/nodeGroup:NodeGroup",
        service="eks",
        create=Call(operation="CreateNodegroup", params={"tags": "tag_map"}),
        named="nodeGroupName",
        rename={"nodeRoleArn": "nodeRole", "subnetIds": "subnets"},
        elsewhere={"forceUpdateVersion": "steers only updates"},
        id="join(':', [inputs.clusterName, inputs.nodeGroupName])",
        outputs={"arn": "answers.CreateNodegroup.nodegroup.nodegroupArn"},
        update=(
            Call(
                operation="UpdateNodegroupConfig",
                params={
                    "clusterName": "inputs.clusterName",
                    "nodegroupName": "inputs.nodeGroupName",
                    "scalingConfig": "inputs.scalingConfig",
                },
            ),
        ),
        delete=(
            Call(
                operation="DeleteNodegroup",
                params={"clusterName": "inputs.clusterName", "nodegroupName": "inputs.nodeGroupName"},
                absent=_GONE,
            ),
        ),
        read=Call(
            operation="DescribeNodegroup",
            params={"clusterName": "inputs.clusterName", "nodegroupName": "inputs.nodeGroupName"},
            absent=_GONE,
            shows="answers.DescribeNodegroup.nodegroup",
        ),
        tagged=True,
    ),
    Row(
        type="aws:eks/accessEntry:AccessEntry",
        service="eks",
        create=None,
        id="join(':', [inputs.clusterName, inputs.principalArn])",
        cannot_show={"eks:ListAccessEntries": _ENTRIES},
        tagged=True,
    ),
    Row(
        type="aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
        service="eks",
        create=None,
        id="join('#', [inputs.clusterName, inputs.principalArn, inputs.policyArn])",
        cannot_show={"eks:ListAssociatedAccessPolicies": _ENTRIES},
    ),
    Row(
        type="aws:eks/podIdentityAssociation:PodIdentityAssociation",
        service="eks",
        create=None,
        id="join('/', [inputs.clusterName, inputs.namespace, inputs.serviceAccount])",
        cannot_show={"eks:ListPodIdentityAssociations": _PODS, "eks:DescribePodIdentityAssociation": _PODS},
        tagged=True,
    ),
    Row(
        type="aws:eks/addon:Addon",
        service="eks",
        create=None,
        id="join(':', [inputs.clusterName, inputs.addonName])",
        cannot_show={"eks:ListPodIdentityAssociations": _PODS},
        tagged=True,
    ),
)
