"""File systems for the write-ahead log: encrypted, with a mount target in each zone, and no automatic backups.

EFS backs up by itself only what is made with that wish or in one zone alone (page "CreateFileSystem"). The log is in
the data bucket within seconds, and a backup would be one more copy of records.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

from components.documents.file_systems import log_file_system
from components.rendered import when_known

if TYPE_CHECKING:
    from collections.abc import Sequence

    from components.layout import Names


@dataclass(frozen=True)
class FileSystemsArgs:
    """How many (``count``) and how fast (``throughput_mibps`` each); the subnets, one a zone, and the group of mounts.

    ``after`` is what the policies name and must be there before.
    """

    names: Names
    count: int
    throughput_mibps: int
    key_arn: pulumi.Input[str]
    subnet_ids: Sequence[pulumi.Input[str]]
    group_id: pulumi.Input[str]
    protect: bool = False
    after: Sequence[pulumi.Resource] = ()


class FileSystems(pulumi.ComponentResource):
    """The file systems by role: ``log-file-system-1`` and so on."""

    ids: dict[str, pulumi.Output[str]]

    def __init__(self, name: str, args: FileSystemsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("byoc:aws:FileSystems", name, None, opts)
        self._name, self._args = name, args
        self.ids = {f"log-file-system-{number}": self._make(number) for number in range(1, args.count + 1)}
        self.register_outputs({"ids": self.ids})

    def _make(self, number: int) -> pulumi.Output[str]:
        args, name = self._args, f"{self._name}-{number}"
        label = f"automq-{args.names.environment_id}-log-{number}"
        made = aws.efs.FileSystem(
            name,
            creation_token=label,
            encrypted=True,
            kms_key_id=args.key_arn,
            throughput_mode="provisioned",
            provisioned_throughput_in_mibps=args.throughput_mibps,
            tags={"Name": label},
            opts=pulumi.ResourceOptions(parent=self, protect=args.protect),
        )
        policy = aws.efs.FileSystemPolicy(
            name,
            file_system_id=made.id,
            policy=when_known(partial(log_file_system, args.names), file_system_arn=made.arn),
            opts=pulumi.ResourceOptions(parent=self, depends_on=args.after),
        )
        for place, subnet in enumerate(args.subnet_ids):
            aws.efs.MountTarget(
                f"{name}-{place}",
                file_system_id=made.id,
                subnet_id=subnet,
                security_groups=[args.group_id],
                # Before its policy stands, a file system lets in whoever reaches it.
                opts=pulumi.ResourceOptions(parent=self, depends_on=[policy]),
            )
        return made.id
