"""The settings of the roles: each made, or there already."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from stacks.setting_groups import Part

WorkingRole = Literal["console", "data-plane", "backup", "trail-to-logs"]


class Roles(Part):
    """The roles; those that are there already have the names that the stack would give them."""

    existing: tuple[WorkingRole, ...] = Field(
        default=(),
        description="roles that are there already, under the names and with the policies that byoc requests prints; "
        "the others are made",
    )
