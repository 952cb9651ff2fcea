from __future__ import annotations

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from botocore.parsers import ResponseParserError

from audit.collect.codes import code_of, denied


def error(code: str | None, status: int) -> ClientError:
    answer = {"Error": {} if code is None else {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, "GetBucketPolicy")  # type: ignore[arg-type]  # malformed on purpose


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        (error("UnauthorizedOperation", 403), "UnauthorizedOperation"),
        (error("", 403), "AccessDenied"),
        (error("403", 403), "AccessDenied"),
        (error(None, 403), "AccessDenied"),
        (error("404", 404), "HTTP 404"),
        (error("", 500), "HTTP 500"),
        (EndpointConnectionError(endpoint_url="http://x"), "EndpointConnectionError"),
        (ResponseParserError("html"), "ResponseParserError"),
    ],
)
def test_a_code_is_awss_own_or_says_what_came_instead(failure: Exception, code: str) -> None:
    assert code_of(failure) == code


def test_every_403_is_a_denial() -> None:
    assert denied(error("NoSuchBucketPolicy", 403))
    assert denied(error("403", 0))
    assert not denied(error("NoSuchBucketPolicy", 404))
