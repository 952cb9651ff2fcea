"""botocore's parsed answers as JSON: times in UTC, bytes as text or base64, no ResponseMetadata."""

from __future__ import annotations

import base64
from datetime import UTC, date, datetime
from typing import Any


def plain_answer(response: dict[str, Any]) -> dict[str, Any]:
    """An answer without botocore's envelope, safe for JSON."""
    return {key: plain(value) for key, value in response.items() if key != "ResponseMetadata"}


def plain(value: Any) -> Any:
    """A value as JSON holds it; a time without a zone is UTC, as AWS means it."""
    match value:
        case dict():
            return {str(key): plain(item) for key, item in value.items()}
        case list() | tuple():
            return [plain(item) for item in value]
        case bytes():
            return _text(value)
        case datetime():
            aware = value if value.tzinfo else value.replace(tzinfo=UTC)
            return aware.astimezone(UTC).isoformat().removesuffix("+00:00") + "Z"
        case date():
            return value.isoformat()
        case _:
            return value


def _text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return base64.b64encode(value).decode()
