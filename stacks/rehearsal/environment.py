"""The environment of every process of a rehearsal: loopback and sample credentials, nothing of the caller's AWS."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

CHOICE = "X-Byoc-Ids"
"""The header of a call that chooses the ids of what it makes, separated by commas."""
_FOREIGN = ("AWS_", "MOTO_", "PULUMI_", "BOTO_")
_PROXIES = {"http_proxy", "https_proxy", "all_proxy"}


SAMPLE_KEYS = ("rehearsal", "rehearsal")
"""Access key and secret of a caller without a role."""


def aws_environment(endpoint_url: str, region: str, keys: tuple[str, str] = SAMPLE_KEYS) -> dict[str, str]:
    """The variables that send boto3 to the embedded AWS and nowhere else, with an access key and its secret."""
    return {
        "AWS_ENDPOINT_URL": endpoint_url,
        "AWS_ACCESS_KEY_ID": keys[0],
        "AWS_SECRET_ACCESS_KEY": keys[1],
        "AWS_DEFAULT_REGION": region,
        "AWS_REGION": region,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": "127.0.0.1",
        "no_proxy": "127.0.0.1",
    }


def clean(environ: Mapping[str, str]) -> dict[str, str]:
    """The caller's variables without what names an AWS account, an emulator, a Pulumi engine or a proxy."""
    return {
        key: value for key, value in environ.items() if not key.startswith(_FOREIGN) and key.lower() not in _PROXIES
    }
