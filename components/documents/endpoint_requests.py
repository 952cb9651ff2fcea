"""What an endpoint that is there already must let through, request by request."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from components.documents.actions import PULL_IMAGES
from components.documents.boundary_requests import uses as single
from components.documents.bucket_requests import Use, through
from components.documents.endpoints import of_service, start_up_buckets
from components.documents.file_systems import CLIENT
from components.documents.statement import listed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from components.documents.statement import Statement
    from components.layout import Names

S3, REGISTRY = "s3", "ecr.dkr"
ANYBODY = "*"
"""Who reads unsigned, or with what AWS signed under a name of its own."""
NOBODYS = "000000000000"
"""The account of what is AWS's own: none that a policy names, and of no organisation of a customer's."""
_OF_AWS = {"aws:ResourceOrgID": "o-0000000000"}
_REGISTRY_ACTIONS = "ecr:"
_VIA = "kms:ViaService"
_ANY_ACCOUNT = ":*:"


@dataclass(frozen=True, slots=True)
class Callers:
    """Who calls through endpoints, by ARN: each role with what it needs.

    ``asking`` are those that ask STS who they are, ``pulling`` those that pull images from ECR, whose layers S3 holds.
    """

    needs: Mapping[str, Sequence[Statement]]
    asking: Collection[str]
    pulling: Collection[str]


def uses(names: Names, callers: Callers, service: str, endpoint: str, vpc: str | None) -> Iterator[tuple[Use, str]]:
    """Every request to the service that must pass, and the account of what it asks for: empty where nobody knows it.

    ``service`` is the last part of the endpoint service's name, ``endpoint`` and ``vpc`` are ids.
    """
    context = through(endpoint, vpc)
    for role, statements in callers.needs.items():
        for statement in statements:
            for use, account in _of(names, role, statement):
                if _calls(callers, service, use):
                    yield replace(use, context={**context, **use.context}), account
    if service == "sts":
        yield from ((Use(role, "sts:GetCallerIdentity", "*", context), names.account) for role in callers.asking)
    if service == S3:
        packages, layers = start_up_buckets(names)
        for bucket in (packages, *([layers] if callers.pulling else [])):
            yield Use(ANYBODY, "s3:GetObject", f"{bucket}/x", {**context, **_OF_AWS}), NOBODYS


def _of(names: Names, role: str, statement: Statement) -> Iterator[tuple[Use, str]]:
    for pattern in listed(statement["Resource"]):
        of_others = _ANY_ACCOUNT in pattern or (":ec2:" in pattern and "::image/" in pattern)
        for use in single(names, {role: [{**statement, "Resource": pattern}]}):
            yield use, "" if of_others else names.account


def _calls(callers: Callers, service: str, use: Use) -> bool:
    """Whether the request goes to this endpoint.

    AWS pages "kms:ViaService" (what a service asks on a role's behalf does not come from the role's network), "Amazon
    ECR interface VPC endpoints" (images are pulled at ecr.dkr, the rest is asked at ecr.api), "Using IAM to control
    file system data access" (mount targets judge what a file system's clients do).
    """
    if not of_service(service, [use.action]) or use.context.get(_VIA) or use.action in CLIENT:
        return False
    if not use.action.startswith(_REGISTRY_ACTIONS):
        return True
    return use.who in callers.pulling and (use.action in PULL_IMAGES) == (service == REGISTRY)
