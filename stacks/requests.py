"""What other teams' hands must do for a stack: requests to the owners of what its settings name, ready to paste."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from components.documents.endpoints import s3_gateway
from components.documents.key_requests import requested
from stacks.endpoint_services import endpoint_policies

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks.settings import Settings


_WHY = (
    "roles of the environment do not exist yet and stand in conditions; the account is the principal then, and their "
    "own policies, which the stack makes, allow the rest"
)
_LINKED = (
    "; the service-linked role of Auto Scaling has no such policy, is named, and must be there: aws iam "
    "create-service-linked-role --aws-service-name autoscaling.amazonaws.com"
)


@dataclass(frozen=True, slots=True)
class Request:
    """One request: to whom, of which setting and thing, what to do, why, and the document to do it with.

    ``names_ops_bucket`` says that the document holds the ops bucket's name, which only automq_config knows.
    """

    to: str
    setting: str
    subject: str
    action: str
    why: str
    document: dict[str, Any]
    names_ops_bucket: bool = False

    def to_json(self) -> dict[str, Any]:
        """The request as data."""
        return {
            "to": self.to,
            "setting": self.setting,
            "subject": self.subject,
            "action": self.action,
            "why": self.why,
            "document": self.document,
        }


def requests(settings: Settings) -> tuple[Request, ...]:
    """Every request that follows from the settings; none where they name nothing."""
    return (*_keys(settings), *_endpoints(settings))


def _keys(settings: Settings) -> Iterator[Request]:
    asked = requested(settings.names, settings.wal, settings.deployer, settings.vendor_access.window)
    for purpose, arn in settings.keys.existing.items():
        yield Request(
            to="the owner of the key",
            setting=f"keys.existing.{purpose.value}",
            subject=arn,
            action="add these statements to the key's policy, beside those by which you administer it",
            why=_WHY + (_LINKED if settings.names.auto_scaling_role_arn in str(asked[purpose]) else ""),
            document=asked[purpose],
        )


def _endpoints(settings: Settings) -> Iterator[Request]:
    policies = {**endpoint_policies(settings), "s3": s3_gateway(settings.names)}
    for service, how in settings.network.endpoints.items():
        if how not in {"made", "none"}:
            yield Request(
                to="the owner of the network",
                setting=f"network.endpoints.{service}",
                subject=how,
                action="let the endpoint's policy allow at least these statements; a policy that allows everything "
                "does, and lets stolen credentials through as well",
                why="console and brokers call the service through this endpoint, and an endpoint's policy limits them",
                document=policies[service],
                names_ops_bucket=service == "s3",
            )
