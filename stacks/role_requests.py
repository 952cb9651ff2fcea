"""What the environment's roles need, and how the owner of those that are there already sets them up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from components.documents import boundary, trust
from components.documents.boundary_requests import needs, some_keys
from components.documents.statement import packed
from stacks.audit_policy import audit_policy

if TYPE_CHECKING:
    from components.documents.statement import Document, Statement
    from stacks.settings import Settings


@dataclass(frozen=True, slots=True)
class Asked:
    """A role as the stack would make it: name, whom it trusts, its narrow boundary, whether it has a profile."""

    name: str
    trust: Document
    boundary: Document | None = None
    profile: bool = False


def asked(settings: Settings) -> dict[str, Asked]:
    """The roles that can be there already, by what they are for."""
    names, wal, owners = settings.names, settings.wal, settings.console.broker_image_owners
    zone = _zone(settings, "*")
    console = boundary.console_boundary(names, settings.console_permissions, wal, zone, owners)
    brokers = boundary.data_plane_boundary(names, wal, zone)
    trail = {"trail-to-logs": Asked(names.trail_role, trust.trail(names))} if names.makes_trail else {}
    return {
        "console": Asked(names.console_role, trust.instance(names), console, profile=True),
        "data-plane": Asked(names.data_plane_role, trust.instance(names), brokers, profile=True),
        "backup": Asked(names.backup_role, trust.backup()),
        **trail,
    }


def role_needs(settings: Settings, *, stand_in: str = "Z0") -> dict[str, list[Statement]]:
    """What each role must be able to do, by its ARN; ``stand_in`` is for what the stack is yet to make, or ``*``."""
    names = settings.names
    keys = some_keys(names, settings.keys.existing, *(["key/*"] if stand_in == "*" else []))
    return needs(
        names,
        settings.wal,
        _zone(settings, stand_in),
        settings.console.broker_image_owners,
        keys,
        None if settings.auditor is None else audit_policy(),
    )


def document_of(settings: Settings, role: str) -> dict[str, Any]:
    """Everything that makes a role: its name, trust, policies, boundary and instance profile."""
    made = asked(settings)[role]
    bound = settings.permissions_boundary or made.boundary
    return {
        "RoleName": made.name,
        "AssumeRolePolicyDocument": made.trust,
        "Policies": packed(role_needs(settings, stand_in="*")[settings.names.role_arn(made.name)]),
        **({} if bound is None else {"PermissionsBoundary": bound}),
        **({"InstanceProfileName": made.name} if made.profile else {}),
    }


def _zone(settings: Settings, stand_in: str) -> str:
    return stand_in if settings.hosted_zone is None else settings.hosted_zone.existing
