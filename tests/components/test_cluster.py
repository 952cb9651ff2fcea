"""Brokers in a cluster, as declared: a private API, entries for two, nodes that hold nothing, roles for single pods."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from components.broker_group import ClientPort
from components.cluster_names import BALANCERS, CNI, DISKS, NODES, ClusterNames
from components.footprint import Footprint
from components.layout import Names
from components.plan import ClusterPlan, NodesPlan

if TYPE_CHECKING:
    from collections.abc import Callable

DEPLOYER = "arn:aws:iam::111122223333:role/deployer"
NAMES = ClusterNames(Names.of("e", "eu-west-1", "111122223333", "ops-issued"))


@pytest.fixture(scope="module")
def declared(declare: Callable[..., Any], plan: Callable[..., Any]) -> Any:
    nodes, system = NodesPlan("c6g.2xlarge", 1, 2, 4), NodesPlan("m6g.large", 2, 2, 3)
    cluster = ClusterPlan(NAMES, "1.36", nodes, system, ("10.9.0.0/16",))
    clients = (ClientPort("sasl", 9112, ("10.42.0.0/16",)),)
    return declare(lambda: Footprint("e", plan(clients=clients, cluster=cluster, deployer=DEPLOYER)))


def test_the_api_is_private_logs_everything_and_keeps_its_secrets_under_our_key(declared: Any) -> None:
    (cluster,) = declared.of("Cluster")

    assert cluster["vpcConfig"]["endpointPublicAccess"] is False
    assert cluster["vpcConfig"]["endpointPrivateAccess"] is True
    assert sorted(cluster["enabledClusterLogTypes"]) == [
        "api", "audit", "authenticator", "controllerManager", "scheduler",
    ]  # fmt: skip
    assert cluster["encryptionConfig"] == {"provider": {"keyArn": "arn:Key/ops"}, "resources": ["secrets"]}
    logs = declared.one("LogGroup", "signals-cluster")
    assert (logs["name"], logs["kmsKeyId"]) == ("/aws/eks/automq-e/cluster", "arn:Key/logs")


def test_the_deployer_alone_administers_the_cluster_and_the_console_one_namespace(declared: Any) -> None:
    (cluster,) = declared.of("Cluster")
    entries = {
        one["principalArn"]: (one["policyArn"].rpartition("/")[2], one["accessScope"])
        for one in declared.of("AccessPolicyAssociation")
    }

    assert cluster["accessConfig"] == {
        "authenticationMode": "API",
        "bootstrapClusterCreatorAdminPermissions": False,
    }
    assert entries == {
        DEPLOYER: ("AmazonEKSClusterAdminPolicy", {"type": "cluster"}),
        "arn:Role/console": ("AmazonEKSAdminPolicy", {"type": "namespace", "namespaces": ["automq"]}),
    }
    assert {one["principalArn"] for one in declared.of("AccessEntry")} == set(entries)


def test_brokers_have_a_group_of_nodes_in_each_zone_where_nothing_else_runs(declared: Any) -> None:
    groups = {one["nodeGroupName"]: one for one in declared.of("NodeGroup")}

    assert sorted(groups) == ["brokers-1", "brokers-2", "brokers-3", "system"]
    brokers = [one for name, one in groups.items() if name != "system"]
    assert [len(one["subnetIds"]) for one in brokers] == [1, 1, 1]
    assert len({one["subnetIds"][0] for one in brokers}) == 3
    for one in brokers:
        assert one["taints"] == [{"key": "dedicated", "value": "automq", "effect": "NO_SCHEDULE"}]
        assert one["scalingConfig"] == {"minSize": 1, "desiredSize": 2, "maxSize": 4}
        assert one["instanceTypes"] == ["c6g.2xlarge"]
    assert {one["amiType"] for one in groups.values()} == {"AL2023_ARM_64_STANDARD"}
    assert {one["capacityType"] for one in groups.values()} == {"ON_DEMAND"}


def test_nodes_keep_pods_from_their_credentials_and_encrypt_their_volumes(declared: Any) -> None:
    for template in declared.of("LaunchTemplate"):
        assert template["metadataOptions"] == {
            "httpEndpoint": "enabled",
            "httpTokens": "required",
            "httpPutResponseHopLimit": 1,
        }
        (device,) = template["blockDeviceMappings"]
        assert (device["ebs"]["encrypted"], device["ebs"]["kmsKeyId"]) == ("true", "arn:Key/volumes")


def test_the_nodes_role_has_no_right_of_the_brokers(declared: Any) -> None:
    held = json.loads(declared.one("Policy", NAMES.role(NODES))["policy"])
    actions = {action for one in held["Statement"] for action in _listed(one["Action"])}

    assert not {action for action in actions if action.partition(":")[0] in {"s3", "kms", "secretsmanager", "route53"}}
    assert not {action for action in actions if action.startswith("ec2:") and not action.startswith("ec2:Describe")}
    assert declared.one("NodeGroup", "nodes-system")["nodeRoleArn"] == f"arn:Role/{NODES}"


def test_brokers_hold_their_role_as_pods_and_no_instance_can(declared: Any) -> None:
    associations = {
        (one["namespace"], one["serviceAccount"]): one["roleArn"] for one in declared.of("PodIdentityAssociation")
    }
    profiles = {one["name"] for one in declared.of("InstanceProfile")}

    assert associations == {
        ("automq", "automq-sa"): "arn:Role/data-plane",
        ("kube-system", "ebs-csi-controller-sa"): f"arn:Role/{DISKS}",
        ("kube-system", "aws-load-balancer-controller"): f"arn:Role/{BALANCERS}",
    }
    assert profiles == {"automq-console-e"}
    assert declared.one("Role", "data-plane")["permissionsBoundary"] == "arn:Policy/data-plane-boundary"
    (network,) = [one for one in declared.of("Addon") if one["addonName"] == "vpc-cni"]
    assert network["podIdentityAssociations"] == [{"roleArn": f"arn:Role/{CNI}", "serviceAccount": "aws-node"}]


def test_the_console_can_start_no_instance_and_pass_no_role(declared: Any) -> None:
    most = json.loads(declared.one("Policy", "console-boundary")["policy"])
    allowed = {a for one in most["Statement"] if one["Effect"] == "Allow" for a in _listed(one["Action"])}

    assert not allowed & {"iam:PassRole", "ec2:RunInstances", "ec2:CreateLaunchTemplate"}
    assert "eks:DescribeCluster" in allowed


def test_no_group_admits_the_world_and_the_api_admits_whom_the_plan_names(declared: Any) -> None:
    rules = declared.of("SecurityGroupIngressRule")
    api = [one for one in rules if one["securityGroupId"] == "SecurityGroup/cluster-groups-cluster"]

    assert {one.get("cidrIpv4") for one in rules} == {"10.42.0.0/16", "10.9.0.0/16", None}
    assert {(one["fromPort"], one.get("cidrIpv4") or one["referencedSecurityGroupId"]) for one in api} == {
        (443, "10.9.0.0/16"),
        (443, "SecurityGroup/groups-brokers"),
        (443, "SecurityGroup/groups-console"),
        (443, "SecurityGroup/cluster-groups-system-nodes"),
    }


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def test_the_charts_are_pinned_and_run_as_the_service_accounts_that_have_roles(declared: Any) -> None:
    releases = {one["name"]: one for one in declared.of("Release")}
    associated = {(one["namespace"], one["serviceAccount"]) for one in declared.of("PodIdentityAssociation")}
    accounts = {
        (releases[name]["namespace"], part["serviceAccount"]["name"])
        for name, part in (
            ("aws-load-balancer-controller", releases["aws-load-balancer-controller"]["values"]),
            ("aws-ebs-csi-driver", releases["aws-ebs-csi-driver"]["values"]["controller"]),
        )
    }

    assert accounts < associated
    assert {name: one["version"].count(".") for name, one in releases.items()} == dict.fromkeys(releases, 2)
    assert releases["aws-load-balancer-controller"]["repositoryOpts"] == {"repo": "https://aws.github.io/eks-charts"}


def test_what_the_charts_make_bears_the_tags_and_the_key_that_their_roles_ask_for(declared: Any) -> None:
    releases = {one["name"]: one["values"] for one in declared.of("Release")}
    balancer, disk = releases["aws-load-balancer-controller"], releases["aws-ebs-csi-driver"]
    (storage,) = disk["storageClasses"]

    assert balancer["defaultTags"] == disk["controller"]["extraVolumeTags"] == NAMES.names.vendor_tags
    assert (balancer["clusterName"], balancer["region"], balancer["vpcId"]) == ("automq-e", "eu-west-1", "Vpc/network")
    assert storage["parameters"] == {"type": "gp3", "encrypted": "true", "kmsKeyId": "arn:Key/volumes"}


def test_the_way_to_the_cluster_holds_no_secret_but_asks_for_a_token_each_time(declared: Any) -> None:
    config = json.loads(declared.one("kubernetes", "charts")["kubeconfig"])
    (user,), (cluster,) = config["users"], config["clusters"]

    assert user["user"].keys() == {"exec"}
    assert user["user"]["exec"]["command"] == "aws"
    assert user["user"]["exec"]["args"][2:6] == ["eks", "get-token", "--cluster-name", "automq-e"]
    assert cluster["cluster"] == {"server": "https://cluster.eks", "certificate-authority-data": "Y2E="}


def test_charts_that_something_else_installs_are_left_out_and_their_roles_stay(
    declare: Callable[..., Any], plan: Callable[..., Any]
) -> None:
    nodes = NodesPlan("c6g.2xlarge", 1, 2, 4)
    cluster = ClusterPlan(NAMES, "1.36", nodes, nodes, charts=False)
    made = declare(lambda: Footprint("e", plan(cluster=cluster, deployer=DEPLOYER)))

    assert not made.of("Release")
    assert len(made.of("PodIdentityAssociation")) == 3


def test_in_a_cluster_that_is_there_only_the_brokers_nodes_role_and_entry_are_made(
    declare: Callable[..., Any], plan: Callable[..., Any]
) -> None:
    names = ClusterNames(NAMES.names, existing="platform")
    nodes = NodesPlan("c6g.2xlarge", 1, 2, 4)
    cluster = ClusterPlan(names, "1.36", nodes, nodes, charts=False, control_plane_group="sg-theirs")
    made = declare(lambda: Footprint("e", plan(cluster=cluster, deployer=DEPLOYER)))

    assert not made.kinds() & {"Cluster", "Addon", "Release"}
    assert {one["clusterName"] for one in made.of("NodeGroup")} == {"platform"}
    assert [one["nodeGroupName"] for one in made.of("NodeGroup")] == [f"automq-brokers-{zone}-e" for zone in (1, 2, 3)]
    assert [one["principalArn"] for one in made.of("AccessEntry")] == ["arn:Role/console"]
    assert [one["serviceAccount"] for one in made.of("PodIdentityAssociation")] == ["automq-sa"]
    assert not {names.role(role) for role in (DISKS, BALANCERS, CNI)} & {one["name"] for one in made.of("Role")}


def test_the_group_of_a_cluster_that_is_there_gets_no_rule(
    declare: Callable[..., Any], plan: Callable[..., Any]
) -> None:
    nodes = NodesPlan("c6g.2xlarge", 1, 2, 4)
    there = ClusterNames(NAMES.names, existing="platform")
    cluster = ClusterPlan(there, "1.36", nodes, nodes, charts=False, control_plane_group="sg-theirs")
    made = declare(lambda: Footprint("e", plan(cluster=cluster, deployer=DEPLOYER)))
    rules = made.of("SecurityGroupIngressRule") + made.of("SecurityGroupEgressRule")
    towards = {
        (one["securityGroupId"].rpartition("/")[2], one["ipProtocol"], one["fromPort"])
        for one in made.of("SecurityGroupEgressRule")
        if one.get("referencedSecurityGroupId") == "sg-theirs"
    }

    assert "sg-theirs" not in {one["securityGroupId"] for one in rules}
    assert towards == {
        ("groups-brokers", "tcp", 443),
        ("groups-console", "tcp", 443),
        ("groups-brokers", "tcp", 53),
        ("groups-brokers", "udp", 53),
    }
