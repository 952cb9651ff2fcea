"""The console's two secrets: what AutoMQ Cloud issued, and the credentials of its first administrator."""

from __future__ import annotations

import json
import secrets
import string
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

if TYPE_CHECKING:
    from collections.abc import Sequence

_LETTERS = string.ascii_letters + string.digits
# The console's own lengths: a password of 24, an access key of 16, a secret key of 32 characters.
_LENGTHS = {"password": 24, "access_key": 16, "secret_key": 32}
RECOVERY_DAYS = 30


@dataclass(frozen=True)
class SecretsArgs:
    """The secrets' physical names, their key and resource policy (JSON text), and the value that AutoMQ Cloud issued.

    ``after`` are the roles that the policy names. Unprotected secrets are deleted at once, so that a proof of concept
    can be made again under the same names.
    """

    config_name: str
    credentials_name: str
    key_arn: pulumi.Input[str]
    automq_config: pulumi.Input[str]
    policy: pulumi.Input[str]
    protect: bool = False
    after: Sequence[pulumi.Resource] = ()


class Secrets(pulumi.ComponentResource):
    """Both secrets, encrypted with a key of ours; their values are Pulumi secrets and no outputs."""

    config_arn: pulumi.Output[str]
    credentials_arn: pulumi.Output[str]

    def __init__(self, name: str, args: SecretsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("byoc:aws:Secrets", name, None, opts)
        self._name, self._args = name, args
        self.config_arn = self._make("config", args.config_name, pulumi.Output.secret(args.automq_config))
        self.credentials_arn = self._make(
            "credentials",
            args.credentials_name,
            pulumi.Output.secret(json.dumps(_credentials())),
            # Each run draws new ones; the first stay, the administrator changes them at the first login.
            ignore=["secretString"],
        )
        self.register_outputs({"config_arn": self.config_arn, "credentials_arn": self.credentials_arn})

    def _make(
        self, purpose: str, physical: str, value: pulumi.Output[str], ignore: list[str] | None = None
    ) -> pulumi.Output[str]:
        secret = aws.secretsmanager.Secret(
            f"{self._name}-{purpose}",
            name=physical,
            kms_key_id=self._args.key_arn,
            recovery_window_in_days=RECOVERY_DAYS if self._args.protect else 0,
            opts=pulumi.ResourceOptions(parent=self, protect=self._args.protect),
        )
        aws.secretsmanager.SecretVersion(
            f"{self._name}-{purpose}",
            secret_id=secret.id,
            secret_string=value,
            opts=pulumi.ResourceOptions(parent=self, ignore_changes=ignore),
        )
        self._permit(purpose, secret)
        return secret.arn

    def _permit(self, purpose: str, secret: aws.secretsmanager.Secret) -> None:
        aws.secretsmanager.SecretPolicy(
            f"{self._name}-{purpose}",
            secret_arn=secret.arn,
            policy=self._args.policy,
            block_public_policy=True,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[*self._args.after]),
        )


def _credentials() -> dict[str, str]:
    return {part: "".join(secrets.choice(_LETTERS) for _ in range(length)) for part, length in _LENGTHS.items()}
