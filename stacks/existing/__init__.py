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
    from stacks.existing.reading import Reader
    from stacks.settings import Settings


@dataclass(frozen=True, slots=True)
class Found:
    """What is there already, as the components take it; None for what the stack makes itself.

    ``control_plane_group`` is the security group that EKS made for a cluster, empty for one that the stack makes.
    """

    network: ExistingPlan | None = None
    control_plane_group: str = ""


def look_up(settings: Settings) -> Found:
    """Find and check everything that the settings name; raises SettingsError saying all that is wrong."""
    if not any(
        (
            settings.network.existing,
            settings.keys.existing,
            settings.buckets.existing,
            settings.hosted_zone,
            settings.trail,
            settings.log_account,
            settings.permissions_boundary,
            settings.roles.existing,
        )
    ):
        return Found()
    # boto3 takes long to import: only who names something waits for it.
    from stacks.existing.reading import Reader  # noqa: PLC0415  # see above

    reader = Reader(settings.region)
    reader.require_account(settings.aws_account_id)
    network, wrong = _network(settings, reader)
    group, unfit = _cluster(settings, reader)
    problems = [
        *wrong,
        *_keys(settings, reader),
        *_buckets(settings, reader),
        *_zone(settings, reader),
        *_trail(settings, reader),
        *_log_account(settings, reader),
        *_boundary(settings, reader),
        *_roles(settings, reader),
        *unfit,
    ]
    if problems:
        raise SettingsError("; ".join(problems))
    return Found(network, group)


def _network(settings: Settings, reader: Reader) -> tuple[ExistingPlan | None, list[str]]:
    if settings.network.existing is None:
        return None, []
    from stacks.existing import network  # noqa: PLC0415  # as above

    there = network.read(reader, settings.network.existing)
    problems = network.problems(settings, there)
    return (None, problems) if problems else (network.plan(settings, there), [])


def _cluster(settings: Settings, reader: Reader) -> tuple[str, list[str]]:
    if settings.cluster is None or settings.cluster.existing is None:
        return "", []
    from stacks.existing import cluster  # noqa: PLC0415  # as above

    there = cluster.read(reader, settings.cluster.existing, settings.network.subnets)
    return there.group, cluster.problems(settings, there)


def _keys(settings: Settings, reader: Reader) -> list[str]:
    if not settings.keys.existing:
        return []
    from stacks.existing import keys  # noqa: PLC0415  # as above

    found = {purpose: keys.read(reader, arn) for purpose, arn in settings.keys.existing.items()}
    return keys.problems(settings, found)


def _buckets(settings: Settings, reader: Reader) -> list[str]:
    if not settings.buckets.existing:
        return []
    from stacks.existing import buckets  # noqa: PLC0415  # as above

    account = settings.aws_account_id
    found = {role: buckets.read(reader, name, account) for role, name in settings.buckets.existing.items()}
    return buckets.problems(settings, found, buckets.endpoint(reader, settings))


def _zone(settings: Settings, reader: Reader) -> list[str]:
    if settings.hosted_zone is None:
        return []
    from stacks.existing import zone  # noqa: PLC0415  # as above

    return zone.problems(settings, zone.read(reader, settings.hosted_zone.existing))


def _trail(settings: Settings, reader: Reader) -> list[str]:
    if settings.trail is None:
        return []
    from stacks.existing import trail  # noqa: PLC0415  # as above

    return trail.problems(settings, trail.read(reader, settings.trail.existing))


def _log_account(settings: Settings, reader: Reader) -> list[str]:
    if settings.log_account is None:
        return []
    from stacks.existing import log_account  # noqa: PLC0415  # as above

    return log_account.problems(settings, log_account.read(reader, settings.log_account.bucket))


def _boundary(settings: Settings, reader: Reader) -> list[str]:
    if settings.permissions_boundary is None:
        return []
    from stacks.existing import boundary  # noqa: PLC0415  # as above

    return boundary.problems(settings, boundary.read(reader, settings.permissions_boundary))


def _roles(settings: Settings, reader: Reader) -> list[str]:
    if not settings.roles.existing:
        return []
    from stacks.existing import roles  # noqa: PLC0415  # as above
    from stacks.role_requests import asked  # noqa: PLC0415  # as above

    wanted = asked(settings)
    return roles.problems(settings, {role: roles.read(reader, wanted[role].name) for role in settings.roles.existing})
