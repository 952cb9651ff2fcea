"""What the owner of a key adds to its policy, so that an environment can use it.

The same uses as in the policies of keys that are made, in another form: KMS refuses a policy that names a role which
does not exist yet (page "PutKeyPolicy"), so roles of the environment stand in a condition. The account is the principal
then, and the roles' own policies, which the environment makes, allow the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from components.documents.keys import key_policies
from components.documents.statement import Condition, Document, Statement, document, joined, listed, to

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from components.cluster_names import ClusterNames
    from components.documents.statement import VendorWindow
    from components.layout import Names, Purpose, Wal

_ADMINISTRATION = "Administration"
_SERVICE_LINKED = ":role/aws-service-role/"
# One action of each pattern that the policies use.
_ACTIONS = {"kms:GenerateDataKey*": "kms:GenerateDataKey", "kms:ReEncrypt*": "kms:ReEncryptFrom"}


@dataclass(frozen=True, slots=True)
class Use:
    """One use that a key's policy must allow: principal (ARN or service), action, and the request's context."""

    statement: str
    who: str
    action: str
    context: Mapping[str, str]


def requested(
    names: Names,
    wal: Wal,
    deployer: str | None = None,
    window: VendorWindow | None = None,
    cluster: ClusterNames | None = None,
) -> dict[Purpose, Document]:
    """The statements that each purpose's key needs in its policy beside its owner's own."""
    policies = key_policies(names, wal, deployer, window, cluster)
    return {
        purpose: document(*(asked for statement in _uses(policy) for asked in _asked(names, statement)))
        for purpose, policy in policies.items()
    }


def uses(
    names: Names, wal: Wal, deployer: str | None = None, cluster: ClusterNames | None = None
) -> dict[Purpose, tuple[Use, ...]]:
    """The same as single uses, one for each principal and action."""
    policies = key_policies(names, wal, deployer, cluster=cluster)
    return {
        purpose: tuple(use for statement in _uses(policy) for use in _single(statement))
        for purpose, policy in policies.items()
    }


def _uses(policy: Document) -> list[Statement]:
    return [statement for statement in policy["Statement"] if statement["Sid"] != _ADMINISTRATION]


def _asked(names: Names, statement: Statement) -> Iterator[Statement]:
    principals = listed(statement["Principal"].get("AWS", []))
    inside = f"iam::{names.account}:role/"
    roles = [who for who in principals if inside in who and _SERVICE_LINKED not in who]
    others = [who for who in principals if who not in roles]
    if roles:
        condition: Condition = {"ArnEquals": {"aws:PrincipalArn": roles}}
        kept = {**statement, "Condition": joined(statement.get("Condition", {}), condition)}
        yield to({"AWS": names.root_arn}, _bare(kept))
    if others:
        sid = f"{statement['Sid']}ByName" if roles else statement["Sid"]
        yield to({"AWS": others if len(others) > 1 else others[0]}, _bare({**statement, "Sid": sid}))
    if not principals:
        yield statement


def _bare(statement: Statement) -> Statement:
    return {key: value for key, value in statement.items() if key != "Principal"}


def _single(statement: Statement) -> Iterator[Use]:
    context = {key: _one(value) for keys in statement.get("Condition", {}).values() for key, value in keys.items()}
    for principal in statement["Principal"].values():
        for who in listed(principal):
            for action in listed(statement["Action"]):
                yield Use(statement["Sid"], who, _ACTIONS.get(action, action), context)


def _one(value: Any) -> str:
    """A value that a condition's pattern matches."""
    return str(listed(value)[0]).replace("*", "x")
