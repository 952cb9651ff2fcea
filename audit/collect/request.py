"""What a walk is asked to do: accounts, regions, scope, limits."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from audit.model.contract import BoundaryContract

SESSION_NAME = "byoc-audit"


@dataclass(frozen=True, slots=True)
class Credentials:
    """Credentials given by the caller instead of the standard chain; a rehearsal's, which open nothing but loopback."""

    access_key: str
    secret_key: str = field(repr=False)
    token: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class WalkRequest:
    """A walk of the primary account (profile or credential chain) and of each account that a role ARN opens.

    Where a role opens the contract's account, and the caller is of another, the caller's own is not walked.

    ``taken_at`` is ISO-8601 UTC; the walk itself reads no clock. ``regions`` defaults to the contract's region, else to
    the session's: global services (IAM, S3's namespace, Organizations) are read once whatever the regions are, and a
    multi-region trail delivers every region's events to its home region, so us-east-1 is walked only when asked for.
    Without a contract, or with ``everything``, details of every name are read. ``attempts`` counts tries per call;
    1 suits an emulator, where a failure never mends itself. ``emulated`` goes into the manifest as it is.
    """

    taken_at: str
    regions: tuple[str, ...] = ()
    contract: BoundaryContract | None = None
    everything: bool = False
    profile: str | None = None
    credentials: Credentials | None = None
    endpoint_url: str | None = None
    roles: tuple[str, ...] = ()
    external_id: str | None = None
    session_name: str = SESSION_NAME
    emulated: Mapping[str, str] = field(default_factory=dict)
    attempts: int = 5
    workers: int = 16
