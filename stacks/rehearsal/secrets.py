"""Secret values on their way through the monitor: opened for AWS, sealed again in what the program gets back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pulumi
from pulumi.runtime.rpc import is_rpc_secret, unwrap_rpc_secret

if TYPE_CHECKING:
    from collections.abc import Mapping


def opened(inputs: Mapping[str, Any]) -> tuple[dict[str, Any], frozenset[str]]:
    """The inputs as plain values, and the names of those that hold a secret anywhere within."""
    found = {key: _open(value) for key, value in inputs.items()}
    return {key: value for key, (value, _) in found.items()}, frozenset(
        key for key, (_, secret) in found.items() if secret
    )


def sealed(outputs: Mapping[str, Any], secret: frozenset[str]) -> dict[str, Any]:
    """The outputs, with those that came from secret inputs marked as secrets for Pulumi."""
    return {key: pulumi.Output.secret(value) if key in secret else value for key, value in outputs.items()}


def masked(value: Any) -> Any:
    """A value as Pulumi writes it to JSON, in which every secret reads ``[secret]``."""
    if is_rpc_secret(value):
        return "[secret]"
    if isinstance(value, dict):
        return {key: masked(item) for key, item in value.items()}
    return [masked(item) for item in value] if isinstance(value, list) else value


def _open(value: Any) -> tuple[Any, bool]:
    if is_rpc_secret(value):
        return _open(unwrap_rpc_secret(value))[0], True
    if isinstance(value, dict):
        items = {key: _open(item) for key, item in value.items()}
        return {key: item for key, (item, _) in items.items()}, any(secret for _, secret in items.values())
    if isinstance(value, list):
        parts = [_open(item) for item in value]
        return [item for item, _ in parts], any(secret for _, secret in parts)
    return value, False
