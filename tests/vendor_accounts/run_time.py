"""What the Console makes when somebody orders a cluster on EC2: not in any module, seen only through its permissions.

Its permissions name what it makes: a security group, a launch template, an Auto Scaling group, instances, and the
vendor's tags. What no source shows is assumed here, and is not what a finding of the catalogue rests on: the group's
rules (those ports that the vendor lists for its management), three brokers, one a zone, on Amazon's own image, and
what the caller says of metadata and volumes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vendor_accounts.making import disk, permission

if TYPE_CHECKING:
    from vendor_accounts.making import Making
    from vendor_accounts.network import Vpc

NAME = "automq-kf-1"
IMAGE = "ami-amazon-linux"
MANAGED_PORTS = ((8081, 8081), (8083, 8083), (9090, 9090), (9092, 9093), (9102, 9103), (9112, 9113))
"""The ports from which the vendor's Google Cloud module lets the Console reach brokers."""


def brokers(making: Making, where: Vpc, cidr: str, console: str, profile: str, **data: Any) -> str:
    """A cluster of three brokers, as the quick-start orders it: no TLS, no authentication; the brokers' group."""
    group = making.group("broker", where.vpc)
    among = permission((9102, 9103), group=group)
    managed = [permission(ports, group=console) for ports in MANAGED_PORTS]
    making.admit(group, among, permission((9092, 9092), cidr), *managed)
    data = {
        "ImageId": IMAGE,
        "InstanceType": "m7g.xlarge",
        "IamInstanceProfile": {"Name": profile},
        "BlockDeviceMappings": [disk(20, Encrypted=True)],
        **data,
    }
    template = _template(making, {**data, "SecurityGroupIds": [group]})
    ask = {
        "AutoScalingGroupName": NAME,
        "MinSize": 0,
        "MaxSize": 3,
        "VPCZoneIdentifier": ",".join(where.private),
        "LaunchTemplate": {"LaunchTemplateId": template, "Version": "$Latest"},
        "Tags": [{**tag, "PropagateAtLaunch": True} for tag in making.tags(Name=NAME)],
    }
    making.call("autoscaling", "CreateAutoScalingGroup", **ask)
    # The emulator's Auto Scaling starts instances without their profile: they are started here and attached.
    names = [f"broker-{letter}" for letter in "abc"]
    found = [
        making.instance(name, subnet, group, data, Name=NAME) for name, subnet in zip(names, where.private, strict=True)
    ]
    making.call("autoscaling", "AttachInstances", AutoScalingGroupName=NAME, InstanceIds=found)
    return group


def _template(making: Making, data: dict[str, Any]) -> str:
    told = [{"ResourceType": kind, "Tags": making.tags(Name=NAME)} for kind in ("instance", "volume")]
    ask = {
        "LaunchTemplateName": NAME,
        "LaunchTemplateData": {**data, "TagSpecifications": told},
        "TagSpecifications": [{"ResourceType": "launch-template", "Tags": making.tags(Name=NAME)}],
    }
    return making.ec2("CreateLaunchTemplate", "lt-broker", "LaunchTemplate.LaunchTemplateId", **ask)
