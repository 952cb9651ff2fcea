"""The keys that settings name, with what the environment asked their owners for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from components.documents.key_requests import requested
from components.documents.keys import administration
from components.documents.statement import document
from stacks.rehearsal.surroundings.step import Step

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks.settings import Settings


def steps(settings: Settings) -> Iterator[Step]:
    """The calls of a security team that made them: a policy, and rotation."""
    asked = requested(settings.names, settings.wal, settings.deployer, cluster=settings.cluster)
    if settings.keys.existing:
        # What a key's policy names must be there.
        yield Step("iam", "CreateServiceLinkedRole", {"AWSServiceName": "autoscaling.amazonaws.com"})
    for purpose, arn in settings.keys.existing.items():
        identity = arn.rpartition("/")[2]
        policy = document(administration(settings.names), *asked[purpose]["Statement"])
        about = f"Key of the security team for {purpose.value}"
        yield Step("kms", "CreateKey", {"Policy": json.dumps(policy), "Description": about}, (identity,))
        yield Step("kms", "EnableKeyRotation", {"KeyId": identity})
