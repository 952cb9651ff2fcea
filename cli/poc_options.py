"""Options that the commands of ``byoc poc`` share, and how a secret of AWS Secrets Manager is read."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from audit.model.errors import AccessError, UsageError

DEFAULT_CASE = Path("poc.yaml")
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
