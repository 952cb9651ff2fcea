"""The AutoMQ console: one instance in a private subnet, without a public address or an SSH key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

from components.console_start import DEVICE

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT_GIB, DATA_GIB = 30, 20


@dataclass(frozen=True)
class ConsoleArgs:
    """Where the console runs and with what; ``user_data`` is the start script, ``zone`` the subnet's zone.

    ``after`` is what its start needs: rights, secrets, a log group, ways to AWS.
    """

    name: str
    instance_type: str
    ami: pulumi.Input[str]
    subnet_id: pulumi.Input[str]
    zone: str
    group_id: pulumi.Input[str]
    profile: pulumi.Input[str]
    volumes_key_arn: pulumi.Input[str]
    user_data: pulumi.Input[str]
    protect: bool = False
    after: Sequence[pulumi.Resource] = ()


class Console(pulumi.ComponentResource):
    """The instance and its data volume, which holds all of the control plane's metadata."""

    instance_id: pulumi.Output[str]
    volume_arn: pulumi.Output[str]

    def __init__(self, name: str, args: ConsoleArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("byoc:aws:Console", name, None, opts)
        self._name, self._args = name, args
        instance = self._make_instance()
        volume = self._make_volume()
        aws.ec2.VolumeAttachment(
            name,
            device_name=DEVICE,
            instance_id=instance.id,
            volume_id=volume.id,
            stop_instance_before_detaching=True,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.instance_id, self.volume_arn = instance.id, volume.arn
        self.register_outputs({"instance_id": self.instance_id, "volume_arn": self.volume_arn})

    def _make_instance(self) -> aws.ec2.Instance:
        return aws.ec2.Instance(
            self._name,
            ami=self._args.ami,
            instance_type=self._args.instance_type,
            ebs_optimized=True,
            subnet_id=self._args.subnet_id,
            vpc_security_group_ids=[self._args.group_id],
            iam_instance_profile=self._args.profile,
            associate_public_ip_address=False,
            # The container shares the host's network, so one hop reaches the metadata service and no bridge does.
            metadata_options={"http_endpoint": "enabled", "http_tokens": "required", "http_put_response_hop_limit": 1},
            root_block_device={
                "volume_size": ROOT_GIB,
                "volume_type": "gp3",
                "encrypted": True,
                "kms_key_id": self._args.volumes_key_arn,
                "delete_on_termination": True,
            },
            user_data=self._args.user_data,
            user_data_replace_on_change=True,
            disable_api_termination=self._args.protect,
            monitoring=True,
            tags={"Name": f"{self._args.name}-console"},
            opts=pulumi.ResourceOptions(
                parent=self,
                # A newer image is taken on purpose, by replacing the instance, not whenever Amazon publishes one.
                # An instance of Nitro always has it: saying so is no reason to replace one that was made without.
                ignore_changes=["ami", "ebsOptimized"],
                # The data volume can be attached to one instance only: the old one goes first.
                delete_before_replace=True,
                depends_on=[*self._args.after],
            ),
        )

    def _make_volume(self) -> aws.ebs.Volume:
        return aws.ebs.Volume(
            f"{self._name}-data",
            availability_zone=self._args.zone,
            size=DATA_GIB,
            type="gp3",
            encrypted=True,
            kms_key_id=self._args.volumes_key_arn,
            tags={"Name": f"{self._args.name}-console-data"},
            opts=pulumi.ResourceOptions(parent=self, protect=self._args.protect),
        )
