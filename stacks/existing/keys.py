"""Keys that the settings name: whether each is there, usable, and lets in who must use it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from audit.access.granting import Use
from components.documents.key_requests import uses
from stacks.existing.policies import shut_out

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from components.layout import Purpose
    from stacks.existing.reading import Reader
    from stacks.settings import Settings


@dataclass(frozen=True)
class Key:
    """A key as AWS answers for it: DescribeKey's metadata, None when there is none, and its policy."""

    metadata: Mapping[str, Any] | None
    policy: Mapping[str, Any]


def read(reader: Reader, arn: str) -> Key:
    """Ask AWS for a key."""
    found = reader.answer("kms", "DescribeKey", {"KeyId": arn}, ("NotFoundException",))
    if found is None:
        return Key(None, {})
    policy = reader.answer("kms", "GetKeyPolicy", {"KeyId": arn, "PolicyName": "default"})["Policy"]
    return Key(found["KeyMetadata"], json.loads(policy))


def problems(settings: Settings, found: Mapping[Purpose, Key]) -> list[str]:
    """Everything that keeps the environment from using these keys, a sentence for each key."""
    return [problem for purpose, key in found.items() for problem in _of(settings, purpose, key)]


def _of(settings: Settings, purpose: Purpose, key: Key) -> Iterator[str]:
    arn = settings.keys.existing[purpose]
    field = f"keys.existing.{purpose.value} {arn}"
    if key.metadata is None:
        yield f"{field} is not there: name a key of {settings.aws_account_id} in {settings.region}"
        return
    state, spec = key.metadata.get("KeyState", "Enabled"), key.metadata.get("KeySpec", "SYMMETRIC_DEFAULT")
    if state != "Enabled":
        yield f"{field} is {state}: let its owner enable it, or name another"
    if spec != "SYMMETRIC_DEFAULT" or key.metadata.get("KeyManager") == "AWS":
        yield f"{field} is no symmetric key of the account's own ({spec}): S3, EBS and Logs take no other, name one"
    shut = _shut(settings, purpose, key.policy)
    if shut:
        yield (
            f"{field} does not let in {', '.join(shut)}: let its owner add what `byoc requests STACK` prints for it to "
            "its policy"
        )


def _shut(settings: Settings, purpose: Purpose, policy: Mapping[str, Any]) -> list[str]:
    arn = settings.keys.existing[purpose]
    wanted = uses(settings.names, settings.wal, settings.deployer, settings.cluster)[purpose]
    return shut_out(policy, (Use(use.who, use.action, arn, settings.aws_account_id, use.context) for use in wanted))
