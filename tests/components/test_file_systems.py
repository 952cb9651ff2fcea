from __future__ import annotations

import json
from typing import Any

from components.file_systems import FileSystems, FileSystemsArgs
from components.layout import Names

NAMES = Names.of("e", "eu-west-1", "111122223333", "ops-issued")


def args(**change: Any) -> FileSystemsArgs:
    subnets, after = [f"subnet-{zone}" for zone in "abc"], change.pop("after", ())
    given = {"count": 2, "throughput_mibps": 20, "key_arn": "arn:volumes", "subnet_ids": subnets, "group_id": "sg-f"}
    return FileSystemsArgs(NAMES, **{**given, **change}, after=after)


def test_each_is_encrypted_with_the_key_and_as_fast_as_asked(declare: Any) -> None:
    declared = declare(lambda: FileSystems("logs", args()))
    assert [(one["encrypted"], one["kmsKeyId"], one["provisionedThroughputInMibps"])
            for one in declared.of("FileSystem")] == 2 * [(True, "arn:volumes", 20)]  # fmt: skip


def test_each_is_mounted_in_every_subnet_behind_the_group(declare: Any) -> None:
    targets = declare(lambda: FileSystems("logs", args())).of("MountTarget")
    assert len(targets) == 6
    assert {tuple(one["securityGroups"]) for one in targets} == {("sg-f",)}
    assert {one["subnetId"] for one in targets} == {"subnet-a", "subnet-b", "subnet-c"}


def test_each_has_a_policy_that_names_it_and_refuses_plain_mounts(declare: Any) -> None:
    policies = declare(lambda: FileSystems("logs", args())).of("FileSystemPolicy")
    said = [json.loads(one["policy"]) for one in policies]
    assert [policy["Statement"][0]["Sid"] for policy in said] == ["TlsOnly", "TlsOnly"]
    assert len({policy["Statement"][0]["Resource"] for policy in said}) == 2


def test_none_are_made_where_the_console_makes_its_own(declare: Any) -> None:
    assert declare(lambda: FileSystems("logs", args(count=0))).kinds() == set()
