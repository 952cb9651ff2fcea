"""Keys that the settings name: whether each is there, usable, and lets in who must use it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from audit.access.decision import OPEN
from audit.access.granting import granted
from components.documents.key_requests import uses

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
    """Who is kept from what, by principal; a use that the policy leaves open to doubt is not among it."""
    arn = settings.keys.existing[purpose]
    shut: dict[str, list[str]] = {}
    for use in uses(settings.names, settings.wal, settings.deployer)[purpose]:
        if granted(policy, arn, use.who, use.action, use.context).effect not in OPEN:
            who = use.who.rpartition("/")[2].rpartition(":")[2] if use.who.startswith("arn:") else use.who
            actions = shut.setdefault(who, [])
            if use.action not in actions:
                actions.append(use.action)
    return [f"{who} ({', '.join(actions)})" for who, actions in shut.items()]
