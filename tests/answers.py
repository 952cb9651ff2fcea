"""Recorded answers of AWS, changed: what a test lets another account have said."""

from __future__ import annotations

import copy
import dataclasses
import json
from typing import TYPE_CHECKING, Any

from audit.model.snapshot import Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable

    from audit.model.snapshot import Record

    Mend = Callable[[dict[str, Any]], object]
    Change = Callable[[Record], Record]

DETAILS = "GetAccountAuthorizationDetails"


def edit(operation: str, mend: Mend, of: str = "") -> Change:
    """Changes the answers to an operation, those whose parameters name ``of``."""

    def change(record: Record) -> Record:
        if record.operation != operation or of not in str(dict(record.params)):
            return record
        response = copy.deepcopy(dict(record.response or {}))
        mend(response)
        return dataclasses.replace(record, response=response, absent=None)

    return change


def every(*changes: Change) -> Change:
    """All of these changes."""

    def change(record: Record) -> Record:
        for one in changes:
            record = one(record)
        return record

    return change


def refuse(operation: str, permission: str) -> Change:
    """An operation that the auditor may not call."""
    refused = Unreadable("AccessDenied", permission)

    def change(record: Record) -> Record:
        return (
            dataclasses.replace(record, response=None, unreadable=refused) if record.operation == operation else record
        )

    return change


def statements(mend: Callable[[list[dict[str, Any]]], object]) -> Mend:
    """Changes the statements of a policy that is answered as text."""

    def change(response: dict[str, Any]) -> None:
        policy = json.loads(response["Policy"])
        mend(policy["Statement"])
        response["Policy"] = json.dumps(policy)

    return change


def without(sid: str) -> Mend:
    """Takes a statement out of a policy, which must have had it."""
    return statements(lambda found: found.remove(next(s for s in found if s.get("Sid") == sid)))


def role(arn: str, mend: Mend) -> Change:
    """Changes one role."""
    return edit(DETAILS, lambda said: mend(next(found for found in said["RoleDetailList"] if found["Arn"] == arn)))
