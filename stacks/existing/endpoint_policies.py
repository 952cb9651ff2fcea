"""The policies of endpoints that the settings name: whether they let through what the environment sends."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from audit.access.granting import Use, passing
from components.documents.endpoint_requests import ANYBODY, S3, uses
from stacks.endpoint_services import callers
from stacks.existing.policies import is_shut, kept_out

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from stacks.settings import Settings

_ARN_PARTS = 6


def problems(settings: Settings, service: str, endpoint: Mapping[str, Any]) -> Iterator[str]:
    """What the endpoint's policy keeps from passing, in one sentence; nothing where AWS does not tell the policy."""
    written = endpoint.get("PolicyDocument")
    if not written:
        return
    policy, name = json.loads(written), str(endpoint["VpcEndpointId"])
    found = [(use, passing(policy, use, gateway=service == S3)) for use in _uses(settings, service, name)]
    unread = [use for use, decision in found if use.who == ANYBODY and is_shut(decision)]
    shut = [*kept_out(one for one in found if one[0].who != ANYBODY), *map(_start_up, unread)]
    if shut:
        yield (
            f"network.endpoints.{service} {name} does not let through {', '.join(shut)}: let its owner put what `byoc "
            "requests STACK` prints for it into its policy"
        )


def _uses(settings: Settings, service: str, endpoint: str) -> Iterator[Use]:
    wanted = uses(settings.names, callers(settings), service, endpoint, settings.network.existing)
    for use, account in wanted:
        yield Use(use.who, use.action, use.resource, account, use.context)


def _start_up(use: Use) -> str:
    bucket = use.resource.split(":", _ARN_PARTS - 1)[-1].partition("/")[0]
    return f"what machines read when they start ({use.action} of {bucket}, by anybody)"
