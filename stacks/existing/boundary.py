"""The permissions boundary that the settings name: whether it is there and lets the environment's roles work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audit.access.granting import Use, bounded
from components.documents.boundary_requests import uses
from stacks.existing.policies import kept_out
from stacks.role_requests import role_needs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stacks.existing.reading import Reader
    from stacks.settings import Settings


def read(reader: Reader, arn: str) -> Mapping[str, Any] | None:
    """Ask AWS for a managed policy: the document of its default version, None when there is no such policy."""
    found = reader.answer("iam", "GetPolicy", {"PolicyArn": arn}, ("NoSuchEntity",))
    if found is None:
        return None
    version = {"PolicyArn": arn, "VersionId": found["Policy"]["DefaultVersionId"]}
    document: Mapping[str, Any] = reader.answer("iam", "GetPolicyVersion", version)["PolicyVersion"]["Document"]
    return document


def problems(settings: Settings, found: Mapping[str, Any] | None) -> list[str]:
    """Everything that keeps the environment from working under the boundary, a sentence for each thing."""
    head = f"permissions_boundary {settings.permissions_boundary}"
    if found is None:
        return [f"{head} is not there: name a policy of {settings.aws_account_id}"]
    account, wanted = settings.aws_account_id, uses(settings.names, role_needs(settings))
    single = (Use(use.who, use.action, use.resource, account, use.context) for use in wanted)
    shut = kept_out((use, bounded(found, use)) for use in single)
    if not shut:
        return []
    asked = "let its owner allow what `byoc requests STACK` prints for it"
    return [f"{head} keeps from what they need {', '.join(shut)}: {asked}"]
