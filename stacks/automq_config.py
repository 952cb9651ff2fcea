"""The configuration that AutoMQ Cloud issues for an environment: Base64 JSON, a secret as a whole."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from audit.model.errors import SettingsError
from stacks.setting_groups import bucket_name_problem

_WAY_OUT = "copy it whole from AutoMQ Cloud and set it with pulumi config set --secret automq_config"


@dataclass(frozen=True)
class AutomqConfig:
    """What AutoMQ Cloud issued; ``text`` is the Base64 JSON itself, as the console wants it."""

    environment_id: str
    client_id: str
    client_secret: str = field(repr=False)
    region: str
    ops_bucket: str
    text: str = field(repr=False)


def parse_automq_config(text: str) -> AutomqConfig:
    """Read an automq_config; raises SettingsError when it is no Base64 JSON or lacks a key. Errors never show it."""
    data = _json(text.strip())
    bucket = _key(data.get("opsBucket"), "bucketName", "opsBucket.bucketName")
    problem = bucket_name_problem("automq_config: opsBucket.bucketName", bucket)
    if problem:
        raise SettingsError(problem)
    return AutomqConfig(
        environment_id=_key(data, "environmentId"),
        client_id=_key(data, "clientId"),
        client_secret=_key(data, "clientSecret"),
        region=_key(data, "region"),
        ops_bucket=bucket,
        text=text.strip(),
    )


def sample_automq_config(environment_id: str, region: str, account: str, ops_bucket: str | None = None) -> str:
    """A config for a rehearsal, which never decrypts the real one; its ids and secret say that they are samples.

    ``ops_bucket`` is the ops bucket's name where that is known.
    """
    digest = hashlib.sha256(f"{environment_id}/{region}/{account}".encode()).hexdigest()[:12]
    data = {
        "environmentId": environment_id,
        "clientId": "sample-client",
        "clientSecret": "sample-not-a-secret",
        "region": region,
        "opsBucket": {"bucketName": ops_bucket or f"automq-ops-sample-{digest}"},
    }
    return base64.b64encode(json.dumps(data, sort_keys=True).encode()).decode()


def _json(text: str) -> dict[str, Any]:
    try:
        data = json.loads(base64.b64decode(text, validate=True))
    except (binascii.Error, ValueError):
        raise SettingsError(f"automq_config is no Base64 JSON: {_WAY_OUT}") from None
    if not isinstance(data, dict):
        raise SettingsError(f"automq_config holds no JSON object: {_WAY_OUT}")
    return data


def _key(data: Any, key: str, shown: str | None = None) -> str:
    value = data.get(key) if isinstance(data, dict) else None
    if not isinstance(value, str) or not value:
        raise SettingsError(f"automq_config lacks {shown or key}: {_WAY_OUT}")
    return value
