"""The settings of the roles, each made or there already, and of what bounds them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from stacks.setting_groups import Part

if TYPE_CHECKING:
    from stacks.settings import Settings

WorkingRole = Literal["console", "data-plane", "backup", "trail-to-logs"]


class Roles(Part):
    """The roles; those that are there already have the names that the stack would give them."""

    existing: tuple[WorkingRole, ...] = Field(
        default=(),
        description="roles that are there already, under the names and with the policies that byoc requests prints; "
        "the others are made",
    )


def boundary_problem(settings: Settings) -> str | None:
    """What is wrong with the permissions boundary that the settings name, None when nothing is."""
    arn, account = settings.permissions_boundary, settings.aws_account_id
    if arn is None or f"::{account}:" in arn:
        return None
    return f"permissions_boundary {arn} is another account's: IAM takes one of {account}, name that"
