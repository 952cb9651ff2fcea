"""Roles that are there already: whom each trusts, and whether its policies let it do what it is for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from audit.access.granting import Use, permitted
from components.documents.boundary_requests import uses
from stacks.existing import boundary
from stacks.existing.policies import kept_out, shut_out
from stacks.role_requests import asked, role_needs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from components.documents.statement import Document
    from stacks.existing.reading import Reader
    from stacks.settings import Settings

_ABSENT = ("NoSuchEntity",)


@dataclass(frozen=True)
class Role:
    """A role as IAM answers for it; ``holders`` are the roles of the instance profile of its name."""

    trust: Mapping[str, Any] | None
    policies: Sequence[Mapping[str, Any]] = ()
    boundary: Mapping[str, Any] | None = None
    holders: Sequence[str] = ()


def read(reader: Reader, name: str) -> Role:
    """Ask IAM for a role, its policies, its boundary and the instance profile of its name."""
    found = reader.answer("iam", "GetRole", {"RoleName": name}, _ABSENT)
    if found is None:
        return Role(None)
    bound = found["Role"].get("PermissionsBoundary")
    profile = reader.answer("iam", "GetInstanceProfile", {"InstanceProfileName": name}, _ABSENT)
    held = [] if profile is None else profile["InstanceProfile"]["Roles"]
    return Role(
        found["Role"]["AssumeRolePolicyDocument"],
        list(_policies(reader, name)),
        None if bound is None else boundary.read(reader, bound["PermissionsBoundaryArn"]),
        [role["RoleName"] for role in held],
    )


def _policies(reader: Reader, name: str) -> Iterator[Mapping[str, Any]]:
    of = {"RoleName": name}
    for attached in reader.answer("iam", "ListAttachedRolePolicies", of)["AttachedPolicies"]:
        policy = boundary.read(reader, attached["PolicyArn"])
        if policy is not None:
            yield policy
    for inline in reader.answer("iam", "ListRolePolicies", of)["PolicyNames"]:
        yield reader.answer("iam", "GetRolePolicy", {**of, "PolicyName": inline})["PolicyDocument"]


def problems(settings: Settings, found: Mapping[str, Role]) -> list[str]:
    """Everything that keeps these roles from their work, a sentence for each thing."""
    return [problem for role, there in found.items() for problem in _of(settings, role, there)]


def _of(settings: Settings, role: str, there: Role) -> Iterator[str]:
    wanted, account = asked(settings)[role], settings.aws_account_id
    arn, head = settings.names.role_arn(wanted.name), f"roles.existing {role}: {wanted.name}"
    way_out = f"let its owner do what `byoc requests STACK` prints for {role}"
    if there.trust is None:
        yield f"{head} is no role of {account}: {way_out}, or leave it out and the stack makes it"
        return
    strangers = shut_out(there.trust, _takers(wanted.trust, arn, account))
    if strangers:
        yield f"{head} does not trust {', '.join(strangers)}: {way_out}"
    if wanted.profile and wanted.name not in there.holders:
        yield f"{head} is in no instance profile of its name: {way_out}"
    single = (
        Use(use.who, use.action, use.resource, account, use.context)
        for use in uses(settings.names, {arn: role_needs(settings)[arn]})
    )
    shut = kept_out((use, permitted(there.policies, there.boundary, use)) for use in single)
    if shut:
        yield f"{head} may not do what it is for, {', '.join(shut)}: {way_out}"


def _takers(trust: Document, arn: str, account: str) -> Iterator[Use]:
    for statement in trust["Statement"]:
        known = {key: value for keys in statement.get("Condition", {}).values() for key, value in keys.items()}
        yield Use(statement["Principal"]["Service"], statement["Action"], arn, account, known)
