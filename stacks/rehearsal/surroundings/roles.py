"""The roles that settings say are there, with what the environment asked their owner for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from stacks.rehearsal.surroundings.step import Step
from stacks.role_requests import document_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks.settings import Settings


def steps(settings: Settings) -> Iterator[Step]:
    """The calls of the team that keeps the roles."""
    for role in settings.roles.existing:
        yield from _role(settings, role)


def _role(settings: Settings, role: str) -> Iterator[Step]:
    asked = document_of(settings, role)
    name, bound = asked["RoleName"], asked.get("PermissionsBoundary")
    made = {"RoleName": name, "AssumeRolePolicyDocument": json.dumps(asked["AssumeRolePolicyDocument"])}
    if isinstance(bound, dict):
        own = f"{name}-boundary"
        yield Step("iam", "CreatePolicy", {"PolicyName": own, "PolicyDocument": json.dumps(bound)})
        bound = settings.names.role_arn(own).replace(":role/", ":policy/")
    yield Step("iam", "CreateRole", made if bound is None else {**made, "PermissionsBoundary": bound})
    for number, policy in enumerate(asked["Policies"], 1):
        own = f"{name}-{number}"
        yield Step("iam", "CreatePolicy", {"PolicyName": own, "PolicyDocument": json.dumps(policy)})
        arn = settings.names.role_arn(own).replace(":role/", ":policy/")
        yield Step("iam", "AttachRolePolicy", {"RoleName": name, "PolicyArn": arn})
    if "InstanceProfileName" in asked:
        yield Step("iam", "CreateInstanceProfile", {"InstanceProfileName": name})
        yield Step("iam", "AddRoleToInstanceProfile", {"InstanceProfileName": name, "RoleName": name})
