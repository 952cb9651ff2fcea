"""Secrets never get into a snapshot: they become ``{"$secret": "hmac-sha256:…", "looks_like": […]}`` before hashing.

User data, environment variables, parameters, arguments, secure strings, the keys of VPN and Direct Connect and the
headers and queries by which a load balancer's rules know their callers always;
tags, descriptions, comments and text records of zones when a pattern shows; any other text when it holds a private
key, a known kind of token, or a connection string with a password. The HMAC key is random, one a snapshot, and thrown
away, so equal secrets are seen to be equal and none can be guessed back.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import hashlib
import hmac
import secrets
import zlib
from typing import Any

from audit.collect.patterns import ANYWHERE, looks_like

_SECRETS = {"userdata", "customergatewayconfiguration", "presharedkey", "authkey", "customerrouterconfig"}
"""What is secret as a whole; configurations for a customer's gateway or router hold the keys of its connections."""
_ENVIRONMENT = {
    "environment",
    "environmentvariables",
    "parameters",
    "outputs",
    "arguments",
    "defaultarguments",
    "nonoverridablearguments",
}
_CALLERS = {"httpheaderconfig", "querystringconfig"}
"""What a rule compares with, often a secret of a proxy's: AWS page "Restrict access to Application Load Balancers"."""
_FREE_TEXT = ("description", "comment")
_SETTINGS = ("value", "ParameterValue", "ResolvedValue", "OutputValue")
"""Where a list of environment variables, or of a stack's parameters and outputs, holds what was set."""
_TAG_PAIRS = (("Key", "Value"), ("TagKey", "TagValue"), ("key", "value"))
_TAG_MAPS = {"tags", "tagset"}
_INFLATED_LIMIT = 1 << 20


class Redactor:
    """Replaces secrets under one random key."""

    def __init__(self, key: bytes | None = None) -> None:
        self._key = key or secrets.token_bytes(32)

    def redacted(self, value: Any, name: str = "") -> Any:
        """A JSON value, that stood under a name, without its secrets."""
        match value:
            case dict():
                return self._mapping(value, name)
            case list():
                return self._list(value, name)
            case str():
                return self._text(value, name)
            case _:
                return value

    def _mapping(self, value: dict[str, Any], name: str) -> dict[str, Any]:
        lower, pair = name.lower(), _pair(value)
        if lower in _SECRETS:
            return self._all(value)
        if lower in _ENVIRONMENT:
            return self._environment(value)
        if lower in _CALLERS:
            return {key: self._compared(item) for key, item in value.items()}
        if pair is not None:
            key, item = self._tag(value[pair[0]], value[pair[1]])
            return {**self._walked(value), pair[0]: key, pair[1]: item}
        if lower in _TAG_MAPS:
            return dict(self._tag(key, item) for key, item in value.items())
        secure = (
            {"Value": self._always(value["Value"])} if value.get("Type") == "SecureString" and "Value" in value else {}
        )
        texts = {"ResourceRecords": self._texts(value)} if value.get("Type") == "TXT" else {}
        return {**self._walked(value), **secure, **texts}

    def _compared(self, values: Any) -> Any:
        """What a header or query is compared with; its name is no secret."""
        if not isinstance(values, list):
            return values
        return [self._all(one) if isinstance(one, dict) else self._always(one) for one in values]

    def _texts(self, record: dict[str, Any]) -> list[Any]:
        """What people write into a zone's text records."""
        return [{"Value": self._text(one.get("Value", ""), "comment")} for one in record.get("ResourceRecords") or ()]

    def _environment(self, value: dict[str, Any]) -> dict[str, Any]:
        if isinstance(value.get("Variables"), dict):
            return {**self._walked(value), "Variables": self._all(value["Variables"])}
        texts = all(isinstance(item, str) for item in value.values())
        return self._all(value) if texts else self._walked(value)

    def _walked(self, value: dict[str, Any]) -> dict[str, Any]:
        return {key: self.redacted(item, key) for key, item in value.items()}

    def _all(self, value: dict[str, Any]) -> dict[str, Any]:
        return {key: self._always(item) for key, item in value.items()}

    def _list(self, value: list[Any], name: str) -> list[Any]:
        if name.lower() in _ENVIRONMENT:
            return [self._setting(item) if isinstance(item, dict) else self.redacted(item) for item in value]
        return [self.redacted(item, "" if name.lower() in _TAG_MAPS else name) for item in value]

    def _setting(self, item: dict[str, Any]) -> dict[str, Any]:
        return {**self._walked(item), **{key: self._always(item[key]) for key in _SETTINGS if key in item}}

    def _tag(self, key: str, value: Any) -> tuple[str, Any]:
        # Key and value together: a tag named "password" tells what its value is.
        shown = key if not looks_like(key) else f"$secret:{self._mac(key)}"
        if not isinstance(value, str):
            return shown, self.redacted(value, key)
        hits = sorted({*looks_like(value), *looks_like(f"{key}={value}")} - set(looks_like(key)))
        return shown, self._secret(value, hits) if hits else value

    def _text(self, value: str, name: str) -> Any:
        lower = name.lower()
        if lower in _SECRETS:
            return self._always(value)
        hits = looks_like(value) if lower.endswith(_FREE_TEXT) else looks_like(value, ANYWHERE)
        return self._secret(value, hits) if hits else value

    def _always(self, value: Any) -> Any:
        """What stands where secrets do, at any depth."""
        match value:
            case dict():
                return self._all(value)
            case list():
                return [self._always(item) for item in value]
            case str() if value:
                return self._secret(value, looks_like(decoded(value)))
            case _:
                return value

    def _secret(self, value: str, hits: list[str]) -> dict[str, Any]:
        return {"$secret": self._mac(value), "looks_like": hits}

    def _mac(self, value: str) -> str:
        return "hmac-sha256:" + hmac.new(self._key, value.encode(), hashlib.sha256).hexdigest()


def decoded(text: str) -> str:
    """User data as its author wrote it: base64 and gzip undone where they are there, at most 1 MiB."""
    try:
        raw = base64.b64decode(text, validate=True)
        if raw.startswith(b"\x1f\x8b"):
            raw = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS).decompress(raw, _INFLATED_LIMIT)
        return raw.decode()
    except (binascii.Error, zlib.error, gzip.BadGzipFile, UnicodeDecodeError, ValueError):
        return text


def _pair(value: dict[str, Any]) -> tuple[str, str] | None:
    for key, item in _TAG_PAIRS:
        if isinstance(value.get(key), str) and isinstance(value.get(item), str):
            return key, item
    return None
