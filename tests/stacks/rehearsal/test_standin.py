from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from audit.model.errors import RehearsalError
from stacks.rehearsal.standin import Brokers, stand_in
from stacks.rehearsal.types import row

if TYPE_CHECKING:
    from stacks.rehearsal.cloud import Cloud
    from stacks.rehearsal.emulator import Emulator

TRUST = '{"Version": "2012-10-17", "Statement": []}'


@pytest.fixture(scope="module")
def brokers(cloud: Cloud) -> Brokers:
    vpc = row("aws:ec2/vpc:Vpc").make(cloud, {"cidrBlock": "10.60.0.0/16"})
    subnets = [
        row("aws:ec2/subnet:Subnet").make(
            cloud, {"vpcId": vpc.id, "cidrBlock": f"10.60.{place}.0/24", "availabilityZone": f"eu-west-1{zone}"}
        )
        for place, zone in enumerate("abc")
    ]
    group = row("aws:ec2/securityGroup:SecurityGroup").make(cloud, {"vpcId": vpc.id, "name": "brokers"})
    role = row("aws:iam/role:Role").make(cloud, {"name": "data-plane", "assumeRolePolicy": TRUST})
    row("aws:iam/instanceProfile:InstanceProfile").make(cloud, {"name": "data-plane", "role": role.id})
    key = row("aws:kms/key:Key").make(cloud, {})
    return Brokers.read(
        {
            "environment_id": "poc",
            "broker_subnets": [subnet.id for subnet in subnets],
            "broker_security_group": group.id,
            "data_plane_profile": "data-plane",
            "volumes_key": key.outputs["arn"],
        }
    )


@pytest.fixture(scope="module")
def instances(cloud: Cloud, running: Emulator, brokers: Brokers) -> list[dict[str, Any]]:
    made = stand_in(brokers, running.environment, running.account, running.region)
    answer = cloud.call("ec2", "DescribeInstances", {"InstanceIds": list(made)})
    return [instance for reservation in answer["Reservations"] for instance in reservation["Instances"]]


def test_each_subnet_has_a_broker_in_the_broker_group(instances: list[dict[str, Any]], brokers: Brokers) -> None:
    assert sorted(instance["SubnetId"] for instance in instances) == sorted(brokers.subnets)
    for instance in instances:
        groups = [interface["Groups"] for interface in instance["NetworkInterfaces"]]
        assert [[group["GroupId"] for group in of_one] for of_one in groups] == [[brokers.group]]
        assert "PublicIpAddress" not in instance


def test_brokers_have_the_data_plane_profile_and_need_metadata_tokens(instances: list[dict[str, Any]]) -> None:
    for instance in instances:
        assert instance["IamInstanceProfile"]["Arn"].endswith(":instance-profile/data-plane")
        assert instance["MetadataOptions"]["HttpTokens"] == "required"


def test_what_stands_in_is_marked(cloud: Cloud, instances: list[dict[str, Any]], brokers: Brokers) -> None:
    mark = {"Key": "byoc:rehearsal", "Value": "stand-in"}
    assert all(mark in instance["Tags"] for instance in instances)
    group = cloud.call("autoscaling", "DescribeAutoScalingGroups", {"AutoScalingGroupNames": [brokers.name]})
    assert mark in [{"Key": tag["Key"], "Value": tag["Value"]} for tag in group["AutoScalingGroups"][0]["Tags"]]
    templates = cloud.call("ec2", "DescribeLaunchTemplates", {"LaunchTemplateNames": [brokers.name]})
    assert mark in templates["LaunchTemplates"][0]["Tags"]


def test_brokers_volumes_are_encrypted_with_the_volumes_key(
    cloud: Cloud, instances: list[dict[str, Any]], brokers: Brokers
) -> None:
    ids = [device["Ebs"]["VolumeId"] for instance in instances for device in instance["BlockDeviceMappings"]]
    volumes = cloud.call("ec2", "DescribeVolumes", {"VolumeIds": ids})["Volumes"]
    assert len(volumes) == 2 * len(instances)
    assert {(volume["Encrypted"], volume["KmsKeyId"]) for volume in volumes} == {(True, brokers.volumes_key)}


def test_a_stack_without_the_outputs_is_told_which_one() -> None:
    with pytest.raises(RehearsalError, match="'broker_subnets'"):
        Brokers.read({"environment_id": "poc"})
