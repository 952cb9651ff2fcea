"""EFS: file systems, their policies and mount targets."""

from __future__ import annotations

from stacks.rehearsal.row import Call, Row

_GONE = frozenset({"FileSystemNotFound", "MountTargetNotFound", "PolicyNotFound"})

ROWS = (
    Row(
        type="aws:efs/fileSystem:FileSystem",
        service="efs",
        create=Call(operation="CreateFileSystem", params={"Tags": "tags"}),
        named="creationToken",
        id="answers.CreateFileSystem.FileSystemId",
        outputs={
            "arn": "answers.CreateFileSystem.FileSystemArn",
            "dnsName": "join('.', [answers.CreateFileSystem.FileSystemId, 'efs', region, 'amazonaws.com'])",
        },
        delete=(Call(operation="DeleteFileSystem", params={"FileSystemId": "id"}, absent=_GONE),),
        read=Call(
            operation="DescribeFileSystems",
            params={"FileSystemId": "id"},
            absent=_GONE,
            shows="answers.DescribeFileSystems.FileSystems",
        ),
        tagged=True,
        cannot_show={"efs:DescribeReplicationConfigurations": "the emulator has no replication of file systems"},
    ),
    Row(
        type="aws:efs/fileSystemPolicy:FileSystemPolicy",
        service="efs",
        create=Call(operation="PutFileSystemPolicy"),
        elsewhere={"bypassPolicyLockoutSafetyCheck": "steers only a check of AWS's"},
        id="inputs.fileSystemId",
        stays="the emulator has no DeleteFileSystemPolicy: a policy goes with its file system",
        read=Call(
            operation="DescribeFileSystemPolicy",
            params={"FileSystemId": "id"},
            absent=_GONE,
            shows="answers.DescribeFileSystemPolicy.Policy",
        ),
    ),
    Row(
        type="aws:efs/mountTarget:MountTarget",
        service="efs",
        create=Call(operation="CreateMountTarget"),
        id="answers.CreateMountTarget.MountTargetId",
        outputs={
            "networkInterfaceId": "answers.CreateMountTarget.NetworkInterfaceId",
            "availabilityZoneName": "answers.CreateMountTarget.AvailabilityZoneName",
        },
        delete=(Call(operation="DeleteMountTarget", params={"MountTargetId": "id"}, absent=_GONE),),
        read=Call(
            operation="DescribeMountTargets",
            params={"MountTargetId": "id"},
            absent=_GONE,
            shows="answers.DescribeMountTargets.MountTargets",
        ),
    ),
)
