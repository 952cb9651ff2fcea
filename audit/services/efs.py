"""EFS: file systems with their policy, key, mount targets, backups and replicas.

A mount target's security groups are those of its network interface, which EC2 tells.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audit.model.arn import Arn
from audit.model.graph import Edge, EdgeKind, Gap, Node, NodeKind
from audit.model.snapshot import GLOBAL
from audit.services.facts import tags
from audit.services.grants import grants
from audit.services.kms import encrypted_with
from audit.services.reading import document, named_first, record_id, then, whole
from audit.services.row import Detail, Row

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from audit.model.facts import Fact
    from audit.services.facts import Facts

_LISTED, _POLICY = "efs:DescribeFileSystems", "efs:DescribeFileSystemPolicy"
_TARGETS, _BACKUP, _REPLICAS = (
    "efs:DescribeMountTargets", "efs:DescribeBackupPolicy", "efs:DescribeReplicationConfigurations",
)  # fmt: skip
# The vendor's tag marks what the console made: the contract does not name it.
_OURS = "FileSystems[?Tags[?Key=='automqVendor']]"


def _detail(operation: str, why: str, absent: str = "") -> Row:
    return Row(
        "efs", operation, f"elasticfilesystem:{operation}", why, parent=_LISTED,
        each="FileSystems[].{FileSystemId: FileSystemId}", detail=Detail.FILE_SYSTEM,
        absent=frozenset({absent} if absent else ()),
    )  # fmt: skip


ROWS: tuple[Row, ...] = (
    Row("efs", "DescribeFileSystems", "elasticfilesystem:DescribeFileSystems", "which file systems there are",
        leads={Detail.FILE_SYSTEM: f"{_OURS}.FileSystemId", Detail.KEY: f"{_OURS}.KmsKeyId"}),
    _detail("DescribeFileSystemPolicy", "who may mount a file system, and whether without TLS", "PolicyNotFound"),
    _detail("DescribeMountTargets", "the subnets in which a file system can be mounted"),
    _detail("DescribeBackupPolicy", "whether a file system is backed up by itself", "PolicyNotFound"),
    _detail("DescribeReplicationConfigurations", "where a file system is copied to", "ReplicationNotFound"),
)  # fmt: skip


def describe(facts: Facts) -> Iterator[Node | Edge | Gap]:
    """Every file system of the account in the region."""
    if facts.region != GLOBAL:
        yield from facts.described(_LISTED, "FileSystems", (NodeKind.FILE_SYSTEM,), _file_system)


def _file_system(facts: Facts, said: dict[str, Any], record: str) -> Iterator[Node | Edge]:
    """``mount_targets`` as {"id", "subnet", "zone", "interface", "address"}; ``backup`` is ENABLED, DISABLED, None."""
    name, params = said["FileSystemId"], {"FileSystemId": said["FileSystemId"]}
    arn = said.get("FileSystemArn") or facts.arn("elasticfilesystem", f"file-system/{name}")
    policy, targets = document(facts, _POLICY, "Policy", params), _mount_targets(facts, params)
    replicas = then(facts.value(_REPLICAS, "Replications[].Destinations[]", params), list)
    properties: dict[str, Fact] = {
        "encrypted": said.get("Encrypted", False),
        "key": said.get("KmsKeyId"),
        "policy": policy,
        "mount_targets": targets,
        "throughput_mibps": said.get("ProvisionedThroughputInMibps"),
        "backup": facts.value(_BACKUP, "BackupPolicy.Status", params),
        "replicas": replicas,
        "tags": tags(said),
    }
    policy_record, mounted, copied = (record_id(facts, one, params) for one in (_POLICY, _TARGETS, _REPLICAS))
    records = named_first(policy_record, record, mounted, record_id(facts, _BACKUP, params), copied)
    yield Node(arn, NodeKind.FILE_SYSTEM, name, facts.account, facts.region, properties, records)
    yield Edge(facts.account, arn, EdgeKind.OWNS, {}, (record,))
    yield from encrypted_with(arn, properties["key"], record)
    yield from grants(facts, arn, policy, policy_record, "file_system_policy")
    yield from _mounts(facts, arn, targets, mounted)
    yield from _copies(arn, replicas, copied)


def _mount_targets(facts: Facts, params: Mapping[str, str]) -> Fact:
    path = (
        "MountTargets[].{id: MountTargetId, subnet: SubnetId, zone: AvailabilityZoneName, "
        "interface: NetworkInterfaceId, address: IpAddress}"
    )
    return whole(facts, _TARGETS, path, params)


def _mounts(facts: Facts, arn: str, targets: Fact, record: str) -> Iterator[Edge]:
    """The network interface of each mount target is where packets to the file system arrive."""
    for target in targets if isinstance(targets, list) else ():
        if target["interface"]:
            interface = facts.arn("ec2", f"network-interface/{target['interface']}")
            yield Edge(interface, arn, EdgeKind.ATTACHED_TO, records=(record,))


def _copies(arn: str, replicas: Fact, record: str) -> Iterator[Edge]:
    source = Arn.parse(arn)
    for replica in replicas if isinstance(replicas, list) else ():
        account = replica.get("OwnerId") or source.account
        target = f"arn:{source.partition}:elasticfilesystem:{replica['Region']}:{account}:file-system/"
        if replica.get("FileSystemId"):
            yield Edge(arn, target + replica["FileSystemId"], EdgeKind.COPIES_TO, {"by": "replication"}, (record,))
