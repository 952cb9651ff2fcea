"""What is there before a rehearsed program runs: everything that its settings name, as those who made it would.

Each file is one kind of thing. Steps are data, so that a test can leave one out or change it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from audit.model.errors import RehearsalError
from stacks.rehearsal import accounts
from stacks.rehearsal.cloud import Cloud
from stacks.rehearsal.environment import CHOICE
from stacks.rehearsal.surroundings import (
    boundary,
    buckets,
    clients,
    cluster,
    keys,
    log_account,
    network,
    roles,
    trail,
    zone,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from stacks.rehearsal.emulator import Emulator
    from stacks.rehearsal.surroundings.step import Step
    from stacks.settings import Settings


def of(settings: Settings) -> tuple[Step, ...]:
    """The steps that make what these settings name; none where they name nothing."""
    return tuple(
        step
        for kind in (network, keys, cluster, buckets, log_account, zone, trail, boundary, roles, clients)
        for step in kind.steps(settings)
    )


def make(steps: Iterable[Step], running: Emulator) -> None:
    """Take the steps in an embedded AWS; raises RehearsalError when it refuses one."""
    clouds: dict[str, Cloud] = {}
    for step in steps:
        if step.account not in clouds:
            there = accounts.entered(running, step.account or running.account, running.region)
            clouds[step.account] = Cloud(there.environment, there.account, there.region)
        try:
            _take(step, clouds[step.account])
        except (ClientError, BotoCoreError) as error:
            raise RehearsalError(
                f"what is there before the stack could not be made: {step.operation}: {error}"
            ) from error


def _take(step: Step, cloud: Cloud) -> None:
    def choose(params: dict[str, Any], **_: Any) -> None:
        params["headers"][CHOICE] = ",".join(step.ids)

    events, event = cloud.client(step.service).meta.events, f"before-call.*.{step.operation}"
    events.register(event, choose)
    try:
        cloud.call(step.service, step.operation, step.params)
    finally:
        events.unregister(event, choose)
