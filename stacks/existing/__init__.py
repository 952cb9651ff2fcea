"""What the settings name and somebody else made: looked up and checked before the program makes anything.

Each file is one kind of thing: what is read of it, and pure functions from that to what is wrong. A program that names
nothing asks AWS nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from audit.model.errors import SettingsError

if TYPE_CHECKING:
    from components.plan import ExistingPlan
    from stacks.settings import Settings


@dataclass(frozen=True, slots=True)
class Found:
    """What is there already, as the components take it; None for what the stack makes itself."""

    network: ExistingPlan | None = None


def look_up(settings: Settings) -> Found:
    """Find and check everything that the settings name; raises SettingsError saying all that is wrong."""
    if settings.network.existing is None:
        return Found()
    # boto3 takes long to import: only who names something waits for it.
    from stacks.existing import network  # noqa: PLC0415  # see above
    from stacks.existing.reading import Reader  # noqa: PLC0415  # see above

    reader = Reader(settings.region)
    reader.require_account(settings.aws_account_id)
    there = network.read(reader, settings.network.existing)
    problems = network.problems(settings, there)
    if problems:
        raise SettingsError("; ".join(problems))
    return Found(network.plan(settings, there))
