"""One call and what came of it: an answer, an absence, or why it could not be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore import xform_name
from botocore.exceptions import ClientError
from botocore.parsers import ResponseParserError

from audit.collect.codes import FAILURES, GARBLED, code_of, denied
from audit.collect.guard import RefusedError
from audit.collect.plain import plain, plain_answer
from audit.model.snapshot import Record, Unreadable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from audit.collect.accounts import Account
    from audit.collect.redact import Redactor
    from audit.services.row import Row

OWNER = "ExpectedBucketOwner"


def ask(account: Account, place: tuple[str, str], row: Row, params: Mapping[str, Any], redactor: Redactor) -> Record:
    """Call a row's operation; ``place`` is the record's region (or ``global``) and the client's."""
    region, home = place
    sent = dict(params)
    try:
        client = account.client(row.service, home)
        if _takes_owner(client, row):
            sent[OWNER] = account.id
        outcome: dict[str, Any] = {"response": redactor.redacted(plain_answer(_answer(client, row, sent)))}
    except ClientError as error:
        outcome = _failure(error, row)
    except FAILURES as error:
        outcome = {"unreadable": Unreadable(code_of(error), row.permission)}
    except RefusedError:
        # botocore wanted a further call to finish ours, such as HeadBucket to follow a redirect.
        outcome = {"unreadable": Unreadable("RefusedByGuard", row.permission)}
    return Record(account.id, region, row.service, row.operation, plain(sent), **outcome)


def _takes_owner(client: Any, row: Row) -> bool:
    shape = client.meta.service_model.operation_model(row.operation).input_shape
    return shape is not None and OWNER in shape.members


def _answer(client: Any, row: Row, params: Mapping[str, Any]) -> dict[str, Any]:
    method = xform_name(row.operation)
    answer: dict[str, Any]
    try:
        if client.can_paginate(method) and not row.paged:
            answer = client.get_paginator(method).paginate(**params).build_full_result()
        else:
            answer = getattr(client, method)(**params)
    except GARBLED as error:
        raise ResponseParserError(str(error)) from error
    return answer


def _failure(error: ClientError, row: Row) -> dict[str, Any]:
    # A denial is never an absence, whatever its code says.
    if not denied(error) and error.response.get("Error", {}).get("Code") in row.absent:
        return {"absent": error.response["Error"]["Code"]}
    return {"unreadable": Unreadable(code_of(error), row.permission)}
