"""Rows for a preflight: those of the audit, asked without a parent, and calls whose parameters a stack gives."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from audit.services import rows
from audit.services.row import Row, Scope

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

WHO = rows()["sts:GetCallerIdentity"]
_DRY_RUN = frozenset({"DryRunOperation"})


def audits(*names: str) -> Iterator[Row]:
    """Rows of the audit as they are, such as ``iam:GetAccountAuthorizationDetails``."""
    yield from (rows()[name] for name in names)


def alone(*names: str) -> Iterator[Row]:
    """Rows of the audit without their parents: a preflight also asks where the account has nothing yet."""
    for name in names:
        yield replace(rows()[name], parent=None, each=None, also={}, implied=False, detail=None, near=False)


def each(row: Row, calls: Iterable[Mapping[str, Any]]) -> Iterator[Row]:
    """A row that is asked with each of these parameters; none where there are none."""
    listed = [dict(call) for call in calls]
    if listed:
        # A backtick ends a literal of JMESPath.
        literal = json.dumps(listed).replace("`", "\\u0060")
        yield replace(row, parent=WHO.name, each=f"`{literal}`")


def dry_run(operation: str, why: str, **params: Any) -> Row:
    """A call of EC2 that is not carried out: where AWS would, it answers with the code DryRunOperation."""
    return Row("ec2", operation, f"ec2:{operation}", why, Scope.REGIONAL, {**params, "DryRun": True}, absent=_DRY_RUN)


def joined(one: Row, other: Row) -> Row:
    """Two checks' rows of one operation: the same, or the same with further parameters; raises ValueError otherwise."""
    if one == other:
        return one
    if one.parent != WHO.name or one != replace(other, each=one.each):
        raise ValueError(f"{one.name} is asked in two ways by two checks: join them")
    calls = [call for row in (one, other) for call in json.loads(str(row.each).strip("`"))]
    return next(each(one, [call for place, call in enumerate(calls) if call not in calls[:place]]))
