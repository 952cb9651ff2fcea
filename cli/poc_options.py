"""Options that the commands of ``byoc poc`` share, and how a secret of AWS Secrets Manager is read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from audit.model.errors import AccessError, UsageError

if TYPE_CHECKING:
    from poc.case.cluster import Cluster

DEFAULT_CASE = Path("poc.yaml")
_PREFIX = r"[A-Za-z0-9][A-Za-z0-9._-]{2,40}"
CaseFile = Annotated[Path, typer.Option("--case", help="The file that describes the case; `byoc poc init` writes one.")]


def fetch_secret(where: str) -> str:
    """A secret's text by name or ARN, or one value of its JSON with ``#KEY``; the standard credential chain applies.

    Needs secretsmanager:GetSecretValue. Raises AccessError where AWS refuses, UsageError for a key that is not there.
    """
    import json

    import boto3
    from botocore.exceptions import BotoCoreError, ClientError

    name, _, key = where.partition("#")
    try:
        found = boto3.client("secretsmanager").get_secret_value(SecretId=name)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        raise AccessError(
            f"AWS refused the secret {name} ({code}): take credentials that may secretsmanager:GetSecretValue it"
        ) from None
    except BotoCoreError as error:
        raise AccessError(
            f"AWS Secrets Manager could not be asked for {name} ({error}): look at the credentials"
        ) from None
    text = str(found.get("SecretString", ""))
    if not key:
        return text
    try:
        return str(json.loads(text)[key])
    except (ValueError, KeyError, TypeError):
        raise UsageError(
            f"the secret {name} has no value {key} in a JSON object: name another, or drop #{key}"
        ) from None


OutFolder = Annotated[
    Path | None, typer.Option("--out", help="The folder to write into; default: out/poc-NAME, by the case's name.")
]


def prefix(given: str) -> str:
    """What --prefix says; raises UsageError for what no topic's name can begin with."""
    import re

    if re.fullmatch(_PREFIX, given) is None:
        raise UsageError(f"--prefix {given} must be 3 to 41 letters, digits, dots, hyphens, underscores: change it")
    return given


def named_cluster(given: str | None, stated: Cluster | None, side: str) -> Cluster:
    """The cluster of the case, at another address where one is given; without a case, one in plain text.

    Raises UsageError for what is no address, and where there is neither.
    """
    from poc.case.cluster import Cluster, bootstrap_servers

    if given is None:
        if stated is None:
            raise UsageError(f"the case has no {side}: add it to poc.yaml, or name brokers with --{side}")
        return stated
    try:
        servers = bootstrap_servers(given)
    except ValueError as error:
        raise UsageError(f"--{side} {error}") from None
    if stated is not None:
        return stated.model_copy(update={"bootstrap": servers})
    return Cluster(platform="other", bootstrap=servers)
