"""The read-only IAM policy that a walk needs, generated from the rows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from audit.model.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from audit.services.row import Row

MANAGED_POLICY_LIMIT = 6144
"""Non-space characters of a managed policy (AWS: IAM and AWS STS quotas)."""

Policy = dict[str, Any]


def read_only_policy(rows: Iterable[Row]) -> Policy:
    """The whole policy: one statement a service, actions sorted.

    Resource is ``*`` in every partition: the listings have no narrower one, and the details must follow names that only
    the listings tell.
    """
    return {"Version": "2012-10-17", "Statement": [_statement(*item) for item in _by_service(rows)]}


def read_only_policies(rows: Iterable[Row], limit: int = MANAGED_POLICY_LIMIT) -> tuple[Policy, ...]:
    """The policy cut between services into as few managed policies as hold it, filled in order.

    Raises UsageError when one service's statement alone is over the limit.
    """
    parts: list[list[Policy]] = [[]]
    for statement in read_only_policy(rows)["Statement"]:
        if parts[-1] and size(_policy([*parts[-1], statement])) > limit:
            parts.append([])
        parts[-1].append(statement)
        if size(_policy(parts[-1])) > limit:
            raise UsageError(
                f"{statement['Sid']} alone is over {limit} characters: raise the limit or split the service"
            )
    return tuple(_policy(part) for part in parts)


def size(policy: Policy) -> int:
    """The characters that count against a managed policy's limit: all but white space."""
    return len("".join(json.dumps(policy, separators=(",", ":")).split()))


def _policy(statements: list[Policy]) -> Policy:
    return {"Version": "2012-10-17", "Statement": statements}


def _by_service(rows: Iterable[Row]) -> list[tuple[str, list[str]]]:
    grouped: dict[str, set[str]] = {}
    for row in rows:
        grouped.setdefault(row.permission.partition(":")[0], set()).add(row.permission)
    return [(service, sorted(actions)) for service, actions in sorted(grouped.items())]


def _statement(service: str, actions: list[str]) -> Policy:
    sid = "Read" + "".join(part.capitalize() for part in service.split("-"))
    return {"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": "*"}
