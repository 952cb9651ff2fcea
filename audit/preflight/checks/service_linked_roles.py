"""Whether the service-linked roles that the stack's services act with are there, or the deployer may make them.

AWS makes most of them at the first use of a service, with the caller's right to iam:CreateServiceLinkedRole. Sources:
the pages "Using service-linked roles" of each service.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.access.decision import Effect
from audit.access.expression import TRUE
from audit.model.facts import Unknown
from audit.preflight.asking import audits
from audit.preflight.decisions import one
from audit.preflight.judged import Judged, broken, holds, unknown
from audit.preflight.needs import Need
from audit.preflight.seen import unread

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.model.intended import Intended
    from audit.preflight.seen import Seen
    from audit.services.row import Row

TITLE = "Service-linked roles are there, or may be made"
_DETAILS = "iam:GetAccountAuthorizationDetails"
_NEEDED = {
    "aws_autoscaling_group": ("autoscaling.amazonaws.com", "AWSServiceRoleForAutoScaling"),
    "aws_backup_selection": ("backup.amazonaws.com", "AWSServiceRoleForBackup"),
    "aws_lb": ("elasticloadbalancing.amazonaws.com", "AWSServiceRoleForElasticLoadBalancing"),
    "aws_efs_file_system": ("elasticfilesystem.amazonaws.com", "AWSServiceRoleForAmazonElasticFileSystem"),
    "aws_route53_resolver_query_log_config": ("route53resolver.amazonaws.com", "AWSServiceRoleForRoute53Resolver"),
    "aws_ec2_transit_gateway_vpc_attachment": ("transitgateway.amazonaws.com", "AWSServiceRoleForVPCTransitGateway"),
}
"""Terraform's type to the service that acts with a role of its own, and the role's name."""


def reads(_intended: Intended, _caller: str) -> Iterator[Row]:
    """The account's roles."""
    yield from audits(_DETAILS)


def check(seen: Seen) -> Iterator[Judged]:
    """One sentence a service."""
    roles = seen.value(_DETAILS, "RoleDetailList[].RoleName")
    for service, name in sorted(_wanted(seen.intended)):
        if isinstance(roles, Unknown):
            yield unread(name, f"whether {name} is there", roles)
        elif name in (roles or ()):
            yield holds("there", name, f"{name} is there", seen.evidence(_DETAILS))
        else:
            yield _made(seen, service, name)


def _wanted(intended: Intended) -> set[tuple[str, str]]:
    """What the stack's types act with, and the roles that it makes itself where they are not there."""
    own = {
        (str(thing.values.get("aws_service_name")), thing.arn.rpartition("/")[2])
        for thing in intended.of("aws_iam_service_linked_role")
    }
    return own | {_NEEDED[kind] for kind in {thing.type for thing in intended.things} & _NEEDED.keys()}


def _made(seen: Seen, service: str, name: str) -> Judged:
    """Of a role that is not there yet: whether the deployer may make it."""
    arn = f"arn:{seen.intended.partition}:iam::{seen.intended.account}:role/aws-service-role/{service}/{name}"
    need = Need("iam:CreateServiceLinkedRole", arn, "create", name, {"iam:AWSServiceName": service})
    decided = one(seen, need)
    evidence = seen.evidence(_DETAILS)
    by_hand = f"make it once: aws iam create-service-linked-role --aws-service-name {service}"
    if decided is not None and decided.whole.effect not in {Effect.ALLOWED, Effect.UNDETERMINED}:
        text = f"{name} is not there, and the deployer may not make it"
        return broken("not_makeable", name, text, evidence, way_out=by_hand)
    whole = decided.whole if decided is not None else None
    if whole is not None and whole.effect is Effect.ALLOWED and whole.only_if == TRUE and not whole.unless:
        return holds("makeable", name, f"{name} is not there yet, and the deployer may make it", evidence)
    text = f"{name} is not there yet, and whether the deployer may make it is not known"
    return unknown("perhaps_makeable", name, text, evidence, way_out=by_hand)
