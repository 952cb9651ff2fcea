"""The settings of the keys: each made, or named."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field, StringConstraints

from components.layout import Purpose  # noqa: TC001  # pydantic reads the annotation when it builds the model
from stacks.setting_groups import Part

if TYPE_CHECKING:
    from stacks.settings import Settings

KEY_ARN_PATTERN = r"^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key/(mrk-[0-9a-f]{32}|[0-9a-f-]{36})$"
_KEY = Annotated[str, StringConstraints(pattern=KEY_ARN_PATTERN)]
_REGION, _ACCOUNT = 3, 4


class Keys(Part):
    """The KMS keys; those that are made rotate every year."""

    existing: dict[Purpose, _KEY] = Field(
        default={},
        description="keys that are there already, ARNs by purpose (data, ops, logs, volumes), each with what byoc "
        "requests prints in its policy; the others are made",
    )
    deletion_window_days: int = Field(
        default=7, ge=7, le=30, description="days that a scheduled deletion of a made key can still be cancelled"
    )


def keys_problem(settings: Settings) -> str | None:
    """What is wrong with the keys that the settings name, None when nothing is."""
    named = settings.keys.existing
    for purpose, arn in named.items():
        parts = arn.split(":")
        if (parts[_REGION], parts[_ACCOUNT]) != (settings.region, settings.aws_account_id):
            return (
                f"keys.existing.{purpose.value} is a key of {parts[_ACCOUNT]} in {parts[_REGION]}: name one of "
                f"{settings.aws_account_id} in {settings.region}"
            )
        twice = next((other for other, theirs in named.items() if theirs == arn and other is not purpose), None)
        if twice:
            return (
                f"keys.existing names {arn} for {purpose.value} and {twice.value}, and who uses one would use the "
                "other: name a key for each"
            )
    return None
