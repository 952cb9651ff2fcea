"""Secrets by reference: poc.yaml says where a password is, never what it is."""

from __future__ import annotations

import os
import re
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

from audit.model.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Fetch = Callable[[str], str]
    """Reads a secret of AWS Secrets Manager by name or ARN."""

_KINDS = ("env", "file", "secretsmanager")
_PATTERN = rf"({'|'.join(_KINDS)}):(\S.*)"
_REFERENCE = re.compile(_PATTERN)
_WAY_OUT = "write where it is: env:NAME, file:PATH or secretsmanager:NAME (#KEY for one value of a JSON secret)"


def _reference(value: Any) -> str:
    # The value may be the secret itself: no message repeats it.
    if not isinstance(value, str) or _REFERENCE.fullmatch(value) is None:
        raise ValueError(f"this is a secret, and stands here in clear or in a form that is not known: {_WAY_OUT}")
    return value


Secret = Annotated[str, BeforeValidator(_reference), WithJsonSchema({"type": "string", "pattern": f"^{_PATTERN}$"})]
"""Where a secret is: ``env:NAME``, ``file:PATH``, or ``secretsmanager:NAME`` with ``#KEY`` for a value of its JSON."""


def resolve(reference: str, fetch: Fetch, environment: Mapping[str, str] = os.environ) -> str:
    """The secret itself; raises UsageError, naming the reference alone, where there is none."""
    kind, _, where = reference.partition(":")
    if kind == "env":
        if where not in environment:
            raise UsageError(f"{reference}: the environment has no variable {where}: set it")
        found = environment[where]
    elif kind == "file":
        found = _file(reference, Path(where).expanduser())
    else:
        found = fetch(where)
    if not found:
        raise UsageError(f"{reference} is empty: put the secret there")
    return found


def by_provider(reference: str) -> str:
    """The same for Kafka's config providers ``env`` (EnvVarConfigProvider) and ``dir`` (DirectoryConfigProvider).

    Apache Kafka has no provider for Secrets Manager: such a secret is taken from a variable named after it.
    """
    kind, _, where = reference.partition(":")
    if kind == "file":
        path = PurePath(where)
        return f"${{dir:{path.parent}:{path.name}}}"
    return f"${{env:{where if kind == 'env' else variable(where)}}}"


def variable(name: str) -> str:
    """The environment's variable that stands for a secret of Secrets Manager."""
    return "BYOC_" + re.sub(r"[^A-Z0-9]+", "_", name.upper()).strip("_")


def _file(reference: str, path: Path) -> str:
    try:
        return path.read_text("utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is no text"
        raise UsageError(f"{reference} cannot be read ({why}): name a file that holds the secret alone") from None
