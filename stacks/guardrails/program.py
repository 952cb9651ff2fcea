"""The control policies that `byoc guardrails write` wrote, attached to one account of the organisation."""

from __future__ import annotations

import json
from pathlib import Path

import pulumi
import pulumi_aws as aws

from audit.model.errors import SettingsError
from components.rendered import text

_TYPES = {"scp": "SERVICE_CONTROL_POLICY", "rcp": "RESOURCE_CONTROL_POLICY"}


def attach() -> None:
    """Declare the policies of the configured folder, attached to the configured account."""
    config = pulumi.Config()
    declare(config.require("account"), Path(config.require("folder")))


def declare(account: str, folder: Path) -> None:
    """Declare each document as a policy of its kind and its attachment to the account, and export the policies' ids.

    It makes what the files say, but for white space. Raises SettingsError for a folder without documents.
    """
    files = [file for kind in _TYPES for file in sorted(folder.glob(f"{kind}-*.json"))]
    if not files:
        raise SettingsError(f"{folder} holds no guardrails (scp-1.json): write them with byoc guardrails write")
    for file in files:
        name = f"automq-{account}-{file.stem}"
        policy = aws.organizations.Policy(
            file.stem,
            name=name,
            description=f"Holds the boundary of AutoMQ BYOC in account {account}",
            type=_TYPES[file.stem.partition("-")[0]],
            content=text(json.loads(file.read_text("utf-8"))),
        )
        aws.organizations.PolicyAttachment(file.stem, policy_id=policy.id, target_id=account)
        pulumi.export(file.stem, policy.id)
