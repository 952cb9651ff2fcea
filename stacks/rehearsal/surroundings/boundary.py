"""The permissions boundary that settings name, with what the environment asked its owner for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from components.documents.boundary_requests import requested
from stacks.rehearsal.surroundings.step import Step
from stacks.role_requests import role_needs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks.settings import Settings


def steps(settings: Settings) -> Iterator[Step]:
    """The call of the team that keeps the boundary."""
    arn = settings.permissions_boundary
    if arn is not None:
        path, _, name = arn.partition(":policy/")[2].rpartition("/")
        policy = json.dumps(requested(role_needs(settings)))
        where = {"Path": f"/{path}/"} if path else {}
        yield Step("iam", "CreatePolicy", {"PolicyName": name, "PolicyDocument": policy, **where})
