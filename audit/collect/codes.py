"""The error code of a failed call, as a record keeps it."""

from __future__ import annotations

from http import HTTPStatus

from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

FAILURES = (ClientError, BotoCoreError, ResponseParserError)
"""All that botocore means to raise when a call did not come to an answer."""
GARBLED = (KeyError, AttributeError, TypeError)
"""What botocore's parsers raise on a well-formed answer of another kind, such as a proxy's page."""
DENIED = "AccessDenied"


def code_of(error: Exception) -> str:
    """AWS's code; the name of botocore's exception when no answer came; ``HTTP n`` when the answer was no AWS error.

    A denial whose code is missing or a number is AccessDenied.
    """
    if not isinstance(error, ClientError):
        return type(error).__name__
    code = str(error.response.get("Error", {}).get("Code") or "")
    if code and not code.isdecimal():
        return code
    return DENIED if denied(error) else f"HTTP {code or status_of(error)}"


def status_of(error: ClientError) -> int:
    """The HTTP status of an error answer; 0 when botocore kept none."""
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def denied(error: ClientError) -> bool:
    """Whether AWS refused the caller; every 403 is a denial, however it is worded."""
    return status_of(error) == HTTPStatus.FORBIDDEN or error.response.get("Error", {}).get("Code") == "403"
