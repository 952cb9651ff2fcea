"""EC2: instances, volumes, launch templates and the account's defaults for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.model import StructureShape

from stacks.rehearsal.ec2_words import ec2_arn, ec2_tags, found
from stacks.rehearsal.row import Call, Row
from stacks.rehearsal.shapes import parameters

if TYPE_CHECKING:
    from stacks.rehearsal.scene import Scene

_INSTANCE = "answers.RunInstances.Instances[0]"


def _profile(scene: Scene) -> dict[str, str] | None:
    profile = scene.inputs.get("iamInstanceProfile")
    if profile is None:
        return None
    return {"Arn" if profile.startswith("arn:") else "Name": profile}


def _devices(scene: Scene) -> list[dict[str, Any]] | None:
    devices = [_device(block, block["deviceName"]) for block in scene.inputs.get("ebsBlockDevices", ())]
    root = scene.inputs.get("rootBlockDevice")
    if root is not None:
        devices.insert(0, _device(root, "/dev/xvda"))
    return devices or None


def _device(block: dict[str, Any], name: str) -> dict[str, Any]:
    members = {
        "encrypted": "Encrypted",
        "kmsKeyId": "KmsKeyId",
        "volumeSize": "VolumeSize",
        "volumeType": "VolumeType",
        "iops": "Iops",
        "throughput": "Throughput",
        "deleteOnTermination": "DeleteOnTermination",
        "snapshotId": "SnapshotId",
    }
    settings = {member: block[key] for key, member in members.items() if key in block}
    whole = {"VolumeSize", "Iops", "Throughput"}
    return {
        "DeviceName": name,
        "Ebs": {key: int(value) if key in whole else value for key, value in settings.items()},
    }


def _volume_tags(scene: Scene) -> list[dict[str, Any]]:
    # The provider's default tags reach an instance's volumes only where the program says so in volumeTags.
    specifications = [("instance", dict(scene.tags)), ("volume", dict(scene.inputs.get("volumeTags", {})))]
    return [
        {"ResourceType": kind, "Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}
        for kind, tags in specifications
        if tags
    ]


def _interfaces(scene: Scene) -> list[dict[str, Any]] | None:
    public = scene.inputs.get("associatePublicIpAddress")
    if public is None:
        return None
    interface: dict[str, Any] = {"DeviceIndex": 0, "AssociatePublicIpAddress": public}
    members = {"subnetId": "SubnetId", "vpcSecurityGroupIds": "Groups", "privateIp": "PrivateIpAddress"}
    return [interface | {member: scene.inputs[key] for key, member in members.items() if key in scene.inputs}]


def _template(scene: Scene) -> dict[str, Any]:
    """A launch template's data: every input of that name, by botocore's own shape."""
    shape = scene.cloud.shape("ec2", "CreateLaunchTemplate")
    data = shape.members["LaunchTemplateData"] if shape else None
    outside = {"name", "description", "tags", "region", "updateDefaultVersion"}
    inputs = {key: value for key, value in scene.inputs.items() if key not in outside}
    if "tagSpecifications" in inputs:
        inputs["tagSpecifications"] = [_tagged(one) for one in inputs["tagSpecifications"]]
    rename = {"vpcSecurityGroupIds": "SecurityGroupIds", "networkInterfaces.securityGroups": "Groups"}
    return parameters(data, inputs, rename) if isinstance(data, StructureShape) else {}


def _tagged(specification: dict[str, Any]) -> dict[str, Any]:
    tags = [{"Key": key, "Value": value} for key, value in specification.get("tags", {}).items()]
    return {**specification, "tags": tags}


def _alone(name: str) -> Any:
    """An input that stands on its own only while no network interface carries it."""
    return lambda scene: None if "associatePublicIpAddress" in scene.inputs else scene.inputs.get(name)


ROWS = (
    Row(
        type="aws:ec2/instance:Instance",
        service="ec2",
        create=Call(
            operation="RunInstances",
            params={
                "MinCount": "`1`",
                "MaxCount": "`1`",
                "Monitoring": "inputs.monitoring != null && {Enabled: inputs.monitoring} || null",
                "IamInstanceProfile": _profile,
                "BlockDeviceMappings": _devices,
                "NetworkInterfaces": _interfaces,
                "SubnetId": _alone("subnetId"),
                "SecurityGroupIds": _alone("vpcSecurityGroupIds"),
                "PrivateIpAddress": _alone("privateIp"),
                "TagSpecifications": _volume_tags,
                "UserData": "inputs.userData || inputs.userDataBase64",
            },
        ),
        rename={"ami": "ImageId"},
        elsewhere={
            **dict.fromkeys(("rootBlockDevice", "ebsBlockDevices"), "BlockDeviceMappings"),
            **dict.fromkeys(
                ("subnetId", "vpcSecurityGroupIds", "privateIp", "associatePublicIpAddress"), "NetworkInterfaces"
            ),
            "iamInstanceProfile": "IamInstanceProfile",
            "volumeTags": "TagSpecifications",
            "userDataReplaceOnChange": "steers only updates",
            "forceDestroy": "steers only deletion",
        },
        id=f"{_INSTANCE}.InstanceId",
        then=(
            Call(
                operation="ModifyInstanceAttribute",
                params={"InstanceId": "id", "DisableApiTermination": "{Value: inputs.disableApiTermination}"},
                when="inputs.disableApiTermination != null",
                completes="the emulator's RunInstances forgets that an instance may not be terminated",
            ),
        ),
        outputs={
            "arn": ec2_arn("instance"),
            "availabilityZone": f"{_INSTANCE}.Placement.AvailabilityZone",
            "privateIp": f"{_INSTANCE}.PrivateIpAddress",
            "privateDns": f"{_INSTANCE}.PrivateDnsName",
            "primaryNetworkInterfaceId": f"{_INSTANCE}.NetworkInterfaces[0].NetworkInterfaceId",
            "instanceState": "'running'",
            "subnetId": f"{_INSTANCE}.SubnetId",
        },
        delete=(
            # As the provider does it: a protected instance is terminated only where forceDestroy was set before.
            Call(
                operation="ModifyInstanceAttribute",
                params={"InstanceId": "id", "DisableApiTermination": "{Value: `false`}"},
                when="inputs.disableApiTermination && inputs.forceDestroy",
            ),
            Call(operation="TerminateInstances", params={"InstanceIds": "[id]"}),
        ),
        read=found(
            "DescribeInstances",
            "InstanceIds",
            "Reservations[].Instances[?State.Name != 'terminated'][]",
            "InvalidInstanceID.NotFound",
        ),
        tagged=True,
    ),
    Row(
        type="aws:ebs/volume:Volume",
        service="ec2",
        create=Call(operation="CreateVolume", params={"TagSpecifications": ec2_tags("volume")}),
        rename={"type": "VolumeType"},
        elsewhere={"finalSnapshot": "steers only deletion"},
        id="answers.CreateVolume.VolumeId",
        outputs={"arn": ec2_arn("volume"), "size": "answers.CreateVolume.Size"},
        delete=(Call(operation="DeleteVolume", params={"VolumeId": "id"}),),
        read=found("DescribeVolumes", "VolumeIds", "Volumes[0]", "InvalidVolume.NotFound"),
        tagged=True,
    ),
    Row(
        type="aws:ec2/volumeAttachment:VolumeAttachment",
        service="ec2",
        create=Call(operation="AttachVolume"),
        rename={"deviceName": "Device"},
        elsewhere=dict.fromkeys(("forceDetach", "skipDestroy", "stopInstanceBeforeDetaching"), "steers only deletion"),
        id="join('-', ['vai', inputs.volumeId])",
        delete=(
            Call(
                operation="DetachVolume",
                params={
                    "VolumeId": "inputs.volumeId",
                    "InstanceId": "inputs.instanceId",
                    "Device": "inputs.deviceName",
                },
            ),
        ),
        read=Call(
            operation="DescribeVolumes",
            params={"VolumeIds": "[inputs.volumeId]"},
            absent=frozenset({"InvalidVolume.NotFound"}),
            shows="answers.DescribeVolumes.Volumes[0].Attachments",
        ),
    ),
    Row(
        type="aws:ec2/launchTemplate:LaunchTemplate",
        service="ec2",
        create=Call(
            operation="CreateLaunchTemplate",
            params={
                "LaunchTemplateName": "inputs.name",
                "VersionDescription": "inputs.description",
                "LaunchTemplateData": _template,
                "TagSpecifications": ec2_tags("launch-template"),
            },
        ),
        named="name",
        spread=False,
        elsewhere=dict.fromkeys(
            (
                "blockDeviceMappings",
                "ebsOptimized",
                "iamInstanceProfile",
                "imageId",
                "instanceType",
                "metadataOptions",
                "monitoring",
                "networkInterfaces",
                "placement",
                "tagSpecifications",
                "userData",
                "vpcSecurityGroupIds",
                "disableApiTermination",
                "keyName",
            ),
            "LaunchTemplateData",
        )
        | {"updateDefaultVersion": "steers only updates"},
        id="answers.CreateLaunchTemplate.LaunchTemplate.LaunchTemplateId",
        outputs={
            "arn": ec2_arn("launch-template"),
            "defaultVersion": "answers.CreateLaunchTemplate.LaunchTemplate.DefaultVersionNumber",
            "latestVersion": "answers.CreateLaunchTemplate.LaunchTemplate.LatestVersionNumber",
        },
        delete=(Call(operation="DeleteLaunchTemplate", params={"LaunchTemplateId": "id"}),),
        read=found(
            "DescribeLaunchTemplates", "LaunchTemplateIds", "LaunchTemplates[0]", "InvalidLaunchTemplateId.NotFound"
        ),
        tagged=True,
    ),
    Row(
        type="aws:ebs/encryptionByDefault:EncryptionByDefault",
        service="ec2",
        create=Call(operation="EnableEbsEncryptionByDefault"),
        elsewhere={"enabled": "the operation"},
        spread=False,
        id="'ebs-encryption-by-default'",
        outputs={"enabled": "inputs.enabled != `false`"},
        delete=(Call(operation="DisableEbsEncryptionByDefault"),),
        read=Call(
            operation="GetEbsEncryptionByDefault", shows="answers.GetEbsEncryptionByDefault.EbsEncryptionByDefault"
        ),
    ),
    Row(
        type="aws:ec2/instanceMetadataDefaults:InstanceMetadataDefaults",
        service="ec2",
        create=None,
        id="'instance-metadata-defaults'",
        cannot_show={"ec2:GetInstanceMetadataDefaults": "the emulator has no account defaults for instance metadata"},
    ),
)
