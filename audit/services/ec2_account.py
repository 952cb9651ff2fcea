"""EC2's account-wide settings, one value a region: each flips the verdict on everything below it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from audit.model.graph import Node, NodeKind
from audit.services.row import Row, if_any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.services.facts import Element, Facts

_ec2 = partial(Row, "ec2")

_SETTINGS = {
    "ebs_encryption_default": ("GetEbsEncryptionByDefault", "EbsEncryptionByDefault"),
    "ebs_default_key": ("GetEbsDefaultKmsKeyId", "KmsKeyId"),
    "ebs_snapshot_block_public_access": ("GetSnapshotBlockPublicAccessState", "State"),
    "image_block_public_access": ("GetImageBlockPublicAccessState", "ImageBlockPublicAccessState"),
    "imds_defaults": ("GetInstanceMetadataDefaults", "AccountLevel"),
    "serial_console": ("GetSerialConsoleAccessStatus", "SerialConsoleAccessEnabled"),
    "vpc_block_public_access": ("DescribeVpcBlockPublicAccessOptions", "VpcBlockPublicAccessOptions"),
    "vpc_block_public_access_exclusions": (
        "DescribeVpcBlockPublicAccessExclusions",
        "VpcBlockPublicAccessExclusions",
    ),
}
"""Property of the account node, without ``/<region>``, to the call and where its answer holds the value."""

_WHY = {
    "ebs_encryption_default": "whether new volumes are encrypted",
    "ebs_default_key": "with which key new volumes are encrypted",
    "ebs_snapshot_block_public_access": "whether snapshots can be made public",
    "image_block_public_access": "whether images can be made public",
    "imds_defaults": "whether new instances demand IMDSv2",
    "serial_console": "whether instances can be entered by serial console",
    "vpc_block_public_access": "whether internet gateways pass packets at all",
    "vpc_block_public_access_exclusions": "which VPCs and subnets are exempt from that block",
}

_ONLY_WHERE: dict[str, dict[str, Any]] = {
    "ebs_default_key": if_any("ec2:GetEbsEncryptionByDefault", "EbsEncryptionByDefault"),
    "image_block_public_access": if_any("ec2:DescribeImages", '"$params".Owners && Images'),
    "vpc_block_public_access_exclusions": if_any(
        "ec2:DescribeVpcBlockPublicAccessOptions",
        "VpcBlockPublicAccessOptions.InternetGatewayBlockMode != 'off'",
    ),
}
"""Settings that say something only where another one is on, or where there is what they are about."""

ROWS = tuple(
    _ec2(call, f"ec2:{call}", _WHY[name], **_ONLY_WHERE.get(name, {})) for name, (call, _) in _SETTINGS.items()
)


def describe(facts: Facts) -> Iterator[Element]:
    """The account node's regional settings, as ``<setting>/<region>``."""
    properties = {
        f"{name}/{facts.region}": facts.value(f"ec2:{call}", path) for name, (call, path) in _SETTINGS.items()
    }
    records = tuple(record.id for call, _ in _SETTINGS.values() for record in facts.records(f"ec2:{call}"))
    yield Node(facts.account, NodeKind.ACCOUNT, facts.account, facts.account, "global", properties, records)
