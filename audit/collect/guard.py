"""The guard on a session: no operation leaves the process unless a row names it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audit.model.errors import KitError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import boto3
    from botocore.model import OperationModel

    from audit.services.row import Row

CREDENTIAL_CALLS = frozenset(
    {
        "sts:GetCallerIdentity",
        "sts:AssumeRole",
        "sts:AssumeRoleWithWebIdentity",
        "sso:GetRoleCredentials",
        "sso-oidc:CreateToken",
        "signin:CreateOAuth2Token",
    }
)
"""What entering accounts needs, botocore's credential chain included: identity and credentials, no data."""


_DRY = " as a dry run"


class RefusedError(KitError):
    """The audit was about to call an operation that no row names."""


def allowed_operations(rows: Iterable[Row]) -> frozenset[str]:
    """Every ``service:Operation`` that may leave the process; one that changes things only as a dry run."""
    return CREDENTIAL_CALLS | {f"{row.name}{_DRY}" if row.params.get("DryRun") is True else row.name for row in rows}


def guard(session: boto3.Session, allowed: frozenset[str]) -> None:
    """Refuse everything else on every client that the session makes from now on; raises RefusedError at the call."""
    refuse = _refusal(allowed)
    for event in ("before-parameter-build", "before-call"):
        session.events.register_first(event, refuse, unique_id=f"byoc-guard-{event}")


def _is_dry(params: Any) -> bool:
    """Whether a call is a dry run, as its caller gives it and, just before it is sent, as EC2's protocol writes it."""
    if not isinstance(params, dict):
        return False
    body = params.get("body")
    return body.get("DryRun") == "true" if isinstance(body, dict) else params.get("DryRun") is True


def _refusal(allowed: frozenset[str]) -> Callable[..., None]:
    def refuse(model: OperationModel, params: Any = None, **_: Any) -> None:
        name = f"{model.service_model.service_name}:{model.name}"
        if name not in allowed and not (f"{name}{_DRY}" in allowed and _is_dry(params)):
            raise RefusedError(
                f"{name} was refused: the audit calls only the read operations its rows name, so add a row"
            )

    return refuse
