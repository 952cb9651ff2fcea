from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from audit.access.who_can import who_can
from audit.graph.build import build
from audit.model.contract import Privilege
from audit.model.facts import Unknown
from audit.services import efs

if TYPE_CHECKING:
    from audit.services.row import Row

ACCOUNT, REGION = "111122223333", "eu-central-1"
NAME = "fs-1"
FILE_SYSTEM = f"arn:aws:elasticfilesystem:{REGION}:{ACCOUNT}:file-system/{NAME}"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/k-1"
BROKERS = f"arn:aws:iam::{ACCOUNT}:role/brokers"
PARAMS = {"FileSystemId": NAME}
POLICY = f'{{"Statement": [{{"Effect": "Allow", "Principal": {{"AWS": "{BROKERS}"}}, "Action": "elasticfilesystem:ClientMount"}}]}}'


@pytest.mark.parametrize("row", efs.ROWS, ids=lambda row: row.name)
def test_a_row_is_a_call_that_botocore_knows(row: Row, shapes: Any) -> None:
    shapes.check(row)


@pytest.fixture
def mounted(world: Any) -> Any:
    """A file system with a policy, a mount target, no backups and a replica."""
    world.says("efs:DescribeFileSystems", {"FileSystems": [{
        "FileSystemId": NAME, "FileSystemArn": FILE_SYSTEM, "Encrypted": True, "KmsKeyId": KEY,
        "ProvisionedThroughputInMibps": 10.0, "Tags": [{"Key": "a", "Value": "b"}],
    }]})  # fmt: skip
    world.says("efs:DescribeFileSystemPolicy", {"Policy": POLICY}, PARAMS)
    target = {"MountTargetId": "fsmt-1", "SubnetId": "subnet-1", "NetworkInterfaceId": "eni-1", "IpAddress": "10.0.0.9"}
    world.says("efs:DescribeMountTargets", {"MountTargets": [target]}, PARAMS)
    world.lacks("efs:DescribeBackupPolicy", "PolicyNotFound", PARAMS)
    copy = {"FileSystemId": "fs-2", "Region": "eu-west-1", "Status": "ENABLED"}
    world.says("efs:DescribeReplicationConfigurations", {"Replications": [{"Destinations": [copy]}]}, PARAMS)
    return world


def test_a_file_system_names_its_key_its_guests_its_interfaces_and_its_replicas(mounted: Any) -> None:
    found = mounted.described(efs)
    properties = found.nodes[FILE_SYSTEM].properties
    assert [properties[name] for name in ("encrypted", "key", "backup", "tags", "throughput_mibps")] == [
        True, KEY, None, {"a": "b"}, 10.0,
    ]  # fmt: skip
    assert [target["subnet"] for target in properties["mount_targets"]] == ["subnet-1"]
    interface = f"arn:aws:ec2:{REGION}:{ACCOUNT}:network-interface/eni-1"
    assert {edge for edge in found.edges if FILE_SYSTEM in edge} == {
        (ACCOUNT, "owns", FILE_SYSTEM),
        (FILE_SYSTEM, "encrypted_with", KEY),
        (FILE_SYSTEM, "grants", BROKERS),
        (interface, "attached_to", FILE_SYSTEM),
        (FILE_SYSTEM, "copies_to", f"arn:aws:elasticfilesystem:eu-west-1:{ACCOUNT}:file-system/fs-2"),
    }


@pytest.mark.parametrize(
    ("operation", "fact"),
    [
        ("DescribeFileSystemPolicy", "policy"),
        ("DescribeMountTargets", "mount_targets"),
        ("DescribeBackupPolicy", "backup"),
        ("DescribeReplicationConfigurations", "replicas"),
    ],
)
def test_what_could_not_be_read_is_no_none(mounted: Any, operation: str, fact: str) -> None:
    row = next(row for row in efs.ROWS if row.operation == operation)
    found = mounted.denied(row).described(efs).nodes[FILE_SYSTEM].properties[fact]
    assert isinstance(found, Unknown)
    assert found.permission == f"elasticfilesystem:{operation}"


@pytest.mark.parametrize(("has", "open_to_all"), [(True, False), (False, True)])
def test_only_a_file_system_without_a_policy_lets_everybody_in(mounted: Any, *, has: bool, open_to_all: bool) -> None:
    if not has:
        (policy,) = (row for row in efs.ROWS if row.operation == "DescribeFileSystemPolicy")
        mounted = mounted.without(policy)
        mounted.lacks(policy.name, "PolicyNotFound", PARAMS)
    readers = {access.principal for access in who_can(build(mounted.facts().snapshot), FILE_SYSTEM, Privilege.READ)}
    assert ("*" in readers) is open_to_all
    assert (BROKERS in readers) is has
