"""Stands in for what the AutoMQ console or EKS makes at run time, so that clients' paths have brokers to arrive at.

Everything it makes is tagged ``byoc:rehearsal=stand-in``: the launch template, the Auto Scaling group, and one broker
a subnet with its network interface in the broker group. Where brokers run in a cluster these are its nodes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from audit.model.errors import RehearsalError
from stacks.rehearsal.cloud import Cloud

if TYPE_CHECKING:
    from collections.abc import Mapping

MARK = ("byoc:rehearsal", "stand-in")
_DEVICES = ("/dev/xvda", "/dev/sdf")
_VOLUME_GIB = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Brokers:
    """What the stand-in needs of the deployed stack.

    ``subnets`` gets one broker each; ``group`` is the broker security group's id; ``profile`` the data plane's instance
    profile by name; ``volumes_key`` the ARN of the key that encrypts the brokers' volumes; ``image`` an AMI's id.
    ``latest`` says that the group launches from the template's latest version, which the tight console may not have.
    With a ``cluster``, its name, they are nodes with the role ``node_role``, which EKS puts into a profile that it
    makes, and one in ``system_group`` runs the cluster's own parts.
    """

    environment_id: str
    subnets: tuple[str, ...]
    group: str
    profile: str
    volumes_key: str
    image: str = "ami-0aaaaaaaaaaaaaaaa"
    latest: bool = True
    instance_type: str = "r6i.large"
    cluster: str = ""
    node_role: str = ""
    system_group: str = ""

    @classmethod
    def read(cls, outputs: Mapping[str, Any], *, latest: bool = True) -> Brokers:
        """Read the stack's outputs; raises RehearsalError naming one that is missing."""
        cluster = outputs.get("cluster") or {}
        try:
            return cls(
                environment_id=outputs["environment_id"],
                subnets=tuple(outputs["broker_subnets"]),
                group=outputs["broker_security_group"],
                profile=f"eks-{cluster['name']}" if cluster else outputs["data_plane_profile"],
                volumes_key=outputs["volumes_key"],
                latest=latest,
                cluster=cluster.get("name", ""),
                node_role=cluster.get("node_role", ""),
                system_group=cluster.get("system_security_group", ""),
            )
        except KeyError as error:
            raise RehearsalError(
                f"the stack has no output {error}, which the stand-in for the brokers needs: "
                "export it in stacks/program.py"
            ) from error

    @property
    def name(self) -> str:
        """The name of launch template and group."""
        return f"automq-{self.environment_id}-brokers"

    @property
    def tags(self) -> list[dict[str, str]]:
        """The vendor's tags and the mark; of nodes also those of the stack's template and of EKS."""
        pairs = [("automqVendor", "automq"), ("automqEnvironmentID", self.environment_id), ("Name", self.name), MARK]
        if self.cluster:
            pairs += [("automqManagedBy", "byoc-kit"), ("eks:cluster-name", self.cluster)]
        return [{"Key": key, "Value": value} for key, value in pairs]


def stand_in(brokers: Brokers, environment: Mapping[str, str], account: str, region: str) -> tuple[str, ...]:
    """Make the brokers; the ids of their instances. Raises RehearsalError when AWS refuses a call."""
    cloud = Cloud(environment, account, region)
    try:
        if brokers.cluster:
            cloud.call("iam", "CreateInstanceProfile", {"InstanceProfileName": brokers.profile})
            held = {"InstanceProfileName": brokers.profile, "RoleName": brokers.node_role}
            cloud.call("iam", "AddRoleToInstanceProfile", held)
        template = cloud.call("ec2", "CreateLaunchTemplate", _template(brokers))["LaunchTemplate"]["LaunchTemplateId"]
        cloud.call("autoscaling", "CreateAutoScalingGroup", _group(brokers, template))
        if brokers.system_group:
            _broker(cloud, replace(brokers, group=brokers.system_group), brokers.subnets[0])
        instances = tuple(_broker(cloud, brokers, subnet) for subnet in brokers.subnets)
        cloud.call(
            "autoscaling",
            "AttachInstances",
            {"AutoScalingGroupName": brokers.name, "InstanceIds": list(instances)},
        )
    except (ClientError, BotoCoreError) as error:
        raise RehearsalError(f"the stand-in for the brokers failed: {error}") from error
    return instances


def _broker(cloud: Cloud, brokers: Brokers, subnet: str) -> str:
    # Instances that the emulator's Auto Scaling starts have no profile and share one subnet: we start them ourselves.
    ask = {**_data(brokers), "SubnetId": subnet, "MinCount": 1, "MaxCount": 1}
    instance = cloud.call("ec2", "RunInstances", ask)["Instances"][0]
    interfaces = [interface["NetworkInterfaceId"] for interface in instance["NetworkInterfaces"]]
    cloud.call("ec2", "CreateTags", {"Resources": interfaces, "Tags": brokers.tags})
    return str(instance["InstanceId"])


def _template(brokers: Brokers) -> dict[str, Any]:
    return {
        "LaunchTemplateName": brokers.name,
        "TagSpecifications": [{"ResourceType": "launch-template", "Tags": brokers.tags}],
        "LaunchTemplateData": _data(brokers),
    }


def _data(brokers: Brokers) -> dict[str, Any]:
    volume = {"Encrypted": True, "KmsKeyId": brokers.volumes_key, "VolumeSize": _VOLUME_GIB, "VolumeType": "gp3"}
    return {
        "ImageId": brokers.image,
        "InstanceType": brokers.instance_type,
        "IamInstanceProfile": {"Name": brokers.profile},
        "SecurityGroupIds": [brokers.group],
        "MetadataOptions": {"HttpTokens": "required", "HttpEndpoint": "enabled", "HttpPutResponseHopLimit": 1},
        "BlockDeviceMappings": [{"DeviceName": device, "Ebs": volume} for device in _DEVICES],
        "TagSpecifications": [{"ResourceType": kind, "Tags": brokers.tags} for kind in ("instance", "volume")],
    }


def _group(brokers: Brokers, template: str) -> dict[str, Any]:
    return {
        "AutoScalingGroupName": brokers.name,
        "MinSize": 0,
        "MaxSize": len(brokers.subnets),
        "VPCZoneIdentifier": ",".join(brokers.subnets),
        "LaunchTemplate": {"LaunchTemplateId": template, "Version": "$Latest" if brokers.latest else "1"},
        "Tags": [{**tag, "PropagateAtLaunch": True} for tag in brokers.tags],
    }
