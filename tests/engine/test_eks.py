"""The stack eks through Pulumi's engine: made, unchanged on a second look, changed where a setting says, gone.

The engine reaches no cluster here: what Helm is given stands in its state, and no chart is fetched. Access entries, Pod
Identity associations and add-ons stand there too, as the emulator has none of them.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from deployment import Deployment

from stacks.automq_config import sample_automq_config
from stacks.program import deploy
from stacks.rehearsal.cloud import Cloud
from stacks.rehearsal.emulator import emulator
from stacks.rehearsal.provider import AwsProvider
from stacks.rehearsal.provider_server import serving
from stacks.stack_files import load_stack_file, stack_file

if TYPE_CHECKING:
    from deployment import Changes

    from bench.engine import Engine


class Story:
    """Everything that happened, in order."""

    def __init__(self, deployment: Deployment, cloud: Cloud, given: dict[str, Any]) -> None:
        deployment.configure(given)
        self.up: Changes = deployment.up()
        self.resources = list(deployment.resources().values())
        self.cluster = cloud.call("eks", "DescribeCluster", {"name": self.up.outputs["cluster"]["name"]})["cluster"]
        self.again = deployment.preview()
        deployment.configure({**given, "eks": {**given["eks"], "nodes_maximum": 6}})
        self.changed = deployment.preview()
        self.gone = deployment.destroy()
        self.left = cloud.call("eks", "ListClusters", {})["clusters"]

    def of(self, kind: str) -> list[dict[str, Any]]:
        """The inputs of the state's resources of a type."""
        return [one["inputs"] for one in self.resources if one["type"].rpartition(":")[2] == kind]


@pytest.fixture(scope="module")
def story(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Any:
    values, _ = load_stack_file(stack_file("eks"))
    account, region = values["aws_account_id"], values["region"]
    given = {**values, "automq_config": sample_automq_config(values["environment_id"], region, account)}
    with emulator(account, region) as running:
        cloud = Cloud(running.environment, account, region)
        with serving(AwsProvider(cloud)) as provider:
            folder = tmp_path_factory.mktemp("clustered")
            yield Story(Deployment(engine, folder, deploy, {**running.environment, **provider}, "eks"), cloud, given)


def test_the_engine_makes_a_private_cluster_with_nodes_in_each_zone(story: Story) -> None:
    assert story.cluster["resourcesVpcConfig"]["endpointPublicAccess"] is False
    assert sorted(one["nodeGroupName"] for one in story.of("NodeGroup")) == [
        "brokers-1", "brokers-2", "brokers-3", "system",
    ]  # fmt: skip


def test_the_state_holds_what_helm_is_given_and_a_way_in_without_a_secret(story: Story) -> None:
    releases = {one["name"]: one for one in story.of("Release")}
    (way,) = [json.loads(one["kubeconfig"]) for one in story.of("kubernetes")]

    assert releases["aws-load-balancer-controller"]["values"]["vpcId"] == story.up.outputs["vpc_id"]
    assert set(releases) == {"aws-load-balancer-controller", "aws-ebs-csi-driver"}
    assert way["clusters"][0]["cluster"]["server"] == story.cluster["endpoint"]
    assert way["users"][0]["user"].keys() == {"exec"}


def test_the_emulator_has_no_entries_associations_and_addons_which_stand_in_the_state_alone(story: Story) -> None:
    entered = {one["principalArn"].rpartition("/")[2] for one in story.of("AccessEntry")}

    assert entered == {"automq-deployer", "automq-console-env-eks"}
    assert len(story.of("PodIdentityAssociation")) == 3
    assert {one["addonName"] for one in story.of("Addon")} == {
        "vpc-cni", "kube-proxy", "coredns", "eks-pod-identity-agent",
    }  # fmt: skip


def test_a_second_preview_changes_nothing(story: Story) -> None:
    assert story.again.summary.keys() == {"same"}


def test_more_nodes_change_the_brokers_groups_in_place_and_nothing_else(story: Story) -> None:
    changed = {urn.rpartition("::")[2] for urn in story.changed.of("update") if "Stack" not in urn}
    assert changed == {"nodes-brokers-1", "nodes-brokers-2", "nodes-brokers-3"}
    assert story.changed.summary.keys() == {"same", "update"}


def test_destroying_leaves_no_cluster(story: Story) -> None:
    assert story.left == []
