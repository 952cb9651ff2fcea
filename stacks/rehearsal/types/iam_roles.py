"""What a program asks about roles that the account has already."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from stacks.rehearsal.row import Call, Invoke

if TYPE_CHECKING:
    from stacks.rehearsal.scene import Scene


def _matching(scene: Scene) -> list[dict[str, Any]]:
    pattern = re.compile(scene.inputs.get("nameRegex", ""))
    return [role for role in scene.answers["ListRoles"]["Roles"] if pattern.search(role["RoleName"])]


INVOKES = (
    Invoke(
        type="aws:iam/getRoles:getRoles",
        service="iam",
        call=Call(operation="ListRoles", params={"PathPrefix": "inputs.pathPrefix"}),
        outputs={
            "id": "account",
            "names": lambda scene: [role["RoleName"] for role in _matching(scene)],
            "arns": lambda scene: [role["Arn"] for role in _matching(scene)],
        },
    ),
)
