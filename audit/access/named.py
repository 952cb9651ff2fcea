"""Whom the documents of a resource name: candidates for who-can beyond the principals that the account itself lists."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from audit.access.expression import split_operator
from audit.access.glob import wild
from audit.access.kms import Grants, pairs
from audit.access.policy import Document

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from audit.access.policy import Statement

_POSITIVE = frozenset({"StringEquals", "StringEqualsIgnoreCase", "StringLike", "ArnEquals", "ArnLike"})
_ACCOUNT = re.compile(r"\d{12}")
_CALLER_KEYS = frozenset({"aws:principalarn", "aws:principalaccount", "kms:calleraccount", "s3:dataaccesspointaccount"})
"""Keys whose values name callers; whoever owns an access point lets in whom it wants."""
EVERYONE = "*"


def named(documents: Iterable[Document | None], grants: Grants = (), *, partition: str = "aws") -> set[str]:
    """ARNs, service names and ``*`` that an Allow or a grant gives something, accounts as their root's ARN."""
    found = {name for document in documents if document and document.body for name in _in(document.body.statements)}
    if not isinstance(grants, Document):
        found |= {name for grant in grants for _, name in _grantee(grant)}
    return {f"arn:{partition}:iam::{name}:root" if _ACCOUNT.fullmatch(name) else name for name in found}


def _grantee(grant: dict[str, object]) -> Iterable[tuple[str, str]]:
    name = grant.get("GranteePrincipal") or grant.get("GranteeServicePrincipal")
    return pairs(str(name)) if name else ()


def _in(statements: Iterable[Statement]) -> Iterator[str]:
    for statement in statements:
        if not statement.may("Allow"):
            continue
        yield from (EVERYONE,) if statement.not_principal else (name for _, name in statement.principals or ())
        for leaf in statement.conditions:
            if leaf.key.lower() in _CALLER_KEYS and split_operator(leaf.operator)[1] in _POSITIVE:
                yield from (value for value in leaf.values if not wild(value) and "${" not in value)
