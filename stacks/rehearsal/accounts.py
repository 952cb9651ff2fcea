"""Further accounts of the embedded AWS: a role opens each, to what the rehearsal makes there and to the walk."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from audit.model.errors import RehearsalError
from stacks.rehearsal.cloud import Cloud

if TYPE_CHECKING:
    from collections.abc import Iterable

    from stacks.rehearsal.emulator import Emulator

ROLE = "byoc-rehearsal"
"""The role that opens a further account. It stands in none: the emulator lends credentials of every account."""


def entered(running: Emulator, account: str, region: str) -> Emulator:
    """The embedded AWS as one sees it who took the role of an account, or who needs none for the caller's own.

    Raises RehearsalError when AWS refuses the role.
    """
    if account == running.account:
        return replace(running, region=region)
    cloud = Cloud(running.environment, running.account, running.region)
    asked = {"RoleArn": _role(account, cloud.partition), "RoleSessionName": ROLE}
    try:
        given = cloud.call("sts", "AssumeRole", asked)["Credentials"]
    except (ClientError, BotoCoreError) as error:
        raise RehearsalError(f"account {account} of the embedded AWS does not open: {error}") from error
    keys = (given["AccessKeyId"], given["SecretAccessKey"])
    return replace(running, account=account, region=region, keys=keys)


def roles(running: Emulator, accounts: Iterable[str]) -> tuple[str, ...]:
    """The ARNs of the roles that open these accounts to a walk of the caller's, each once; its own needs none."""
    partition = Cloud(running.environment, running.account, running.region).partition
    return tuple(_role(account, partition) for account in sorted({*accounts} - {running.account}))


def _role(account: str, partition: str) -> str:
    return f"arn:{partition}:iam::{account}:role/{ROLE}"
