"""Values as Pulumi writes them to JSON: what is secret or known only after deployment is told apart, and never shown.

The signatures are those of Pulumi's sdk/go/common/resource/properties.go (sigs) and plugin/rpc.go (unknowns).
"""

from __future__ import annotations

import re
from enum import Enum
from typing import Any

from audit.model.errors import UsageError

SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105  # the signature of one, not one
_FILES = {"c44067f5952c0a294b673a41bacd8c17", "0def7320c3a5731c473e5ecbe6d01bc7"}
_REFERENCE = "5cf8f73096256a8f31e491e813e4eb8e"
_OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
_MASKED = "[secret]"
_UNKNOWN = re.compile(
    "04da6b54-80e4-46f7-96ec-b56ff0331ba9|1c4a061d-8072-4f0a-a4cb-0ff528b18fe7|3eeb2bf0-c639-47a8-9e75-3b44932eb421|"
    "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2|030794c1-ac77-496b-92df-f27374a8bd58|e48ece36-62e2-4504-bad9-02848725956a|"
    "dd056dcd-154b-4c76-9bd3-c8f88648b5ff"
)
_MOST = 64


class Unseen(Enum):
    """Why a value is not there to be read."""

    UNKNOWN = "known only after deployment"
    SECRET = "secret"  # noqa: S105  # the word, not one


def read(value: Any, depth: int = 0) -> Any:
    """A value with ``Unseen`` where there is none to read; raises UsageError for one nested beyond reason."""
    if depth > _MOST:
        raise UsageError(f"a value is nested deeper than {_MOST} times: give what pulumi wrote, as it wrote it")
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, list):
        return [read(item, depth + 1) for item in value]
    if isinstance(value, dict):
        if SIGNATURE in value:
            return _special(value, depth)
        return {str(key): read(item, depth + 1) for key, item in value.items() if key != "__defaults"}
    # Pulumi's protocol has one kind of number.
    return int(value) if isinstance(value, float) and value.is_integer() else value


def unsure(value: Any) -> Unseen | None:
    """Why a value, or what stands within it, cannot be read; None where all of it can."""
    if isinstance(value, Unseen):
        return value
    if isinstance(value, str):
        return Unseen.SECRET if _MASKED in value else Unseen.UNKNOWN if _UNKNOWN.search(value) else None
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return next((why for why in map(unsure, parts) if why is not None), None)


def _text(value: str) -> Any:
    if value == _MASKED:
        return Unseen.SECRET
    return Unseen.UNKNOWN if _UNKNOWN.fullmatch(value) else value


def _special(value: dict[str, Any], depth: int) -> Any:
    match value[SIGNATURE]:
        case str(signature) if signature == SECRET:
            return Unseen.SECRET
        case str(signature) if signature in _FILES:
            # What the file holds is not asked: that there is one is.
            return str(value.get("path") or value.get("uri") or "file")
        case str(signature) if signature == _REFERENCE:
            return str(value["id"]) if value.get("id") else Unseen.UNKNOWN
        case str(signature) if signature == _OUTPUT and not value.get("secret") and "value" in value:
            return read(value["value"], depth + 1)
        case str(signature) if signature == _OUTPUT and value.get("secret"):
            return Unseen.SECRET
        case _:
            return Unseen.UNKNOWN
