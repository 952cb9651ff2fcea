"""What other teams' hands must do for a stack: requests to the owners of what its settings name, ready to paste."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from components.documents.boundary_requests import requested as requested_of_boundary
from components.documents.bucket_requests import ENCRYPTED_WITH, VERSIONED, BucketRole
from components.documents.bucket_requests import requested as requested_of_buckets
from components.documents.buckets import FLOW_PREFIX, S3_PREFIX, TRAIL_PREFIX, audit_bucket
from components.documents.endpoints import s3_gateway
from components.documents.event_selectors import event_selectors
from components.documents.key_requests import requested
from components.documents.keys import log_account_key
from components.layout import Purpose
from stacks.endpoint_services import endpoint_policies
from stacks.role_requests import document_of, role_needs
from stacks.shared_network import requested as requested_of_owner

if TYPE_CHECKING:
    from collections.abc import Iterator

    from components.documents.statement import Document
    from stacks.settings import Settings


_HOLD = "Let its policy hold these statements, beside your own"
_WHY = (
    "roles of the environment do not exist yet and stand in conditions; the account is the principal then, and their "
    "own policies, which the stack makes, allow the rest"
)
_LINKED = (
    "; the service-linked role of Auto Scaling has no such policy, is named, and must be there: aws iam "
    "create-service-linked-role --aws-service-name autoscaling.amazonaws.com"
)
_UNBOUND = (
    "; once the stack stands, byoc requests STACK --s3-endpoint vpce-… prints the policy with the statement that lets "
    "objects pass through its S3 endpoint alone"
)


@dataclass(frozen=True, slots=True)
class Request:
    """One request: to whom, of which setting and thing, what to do, why, and the policy to do it with, if any.

    ``names_ops_bucket`` says that the document holds the ops bucket's name, which only automq_config knows.
    """

    to: str
    setting: str
    subject: str
    action: str
    why: str
    document: dict[str, Any] | None
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


def requests(settings: Settings, s3_endpoint: str | None = None) -> tuple[Request, ...]:
    """Every request that follows from the settings; none where they name nothing.

    ``s3_endpoint`` is the id of the S3 endpoint that the stack makes, once it stands.
    """
    named = settings.network.endpoints.get("s3", "made")
    endpoint = s3_endpoint if named in {"made", "requested"} else named
    return (
        *_keys(settings),
        *_buckets(settings, endpoint),
        *_network(settings),
        *_zone(settings),
        *_trail(settings),
        *_log_account(settings),
        *_boundary(settings),
        *_roles(settings),
        *_endpoints(settings),
    )


def bucket_policies(settings: Settings, endpoint: str | None) -> dict[BucketRole, Document]:
    """What each named bucket's policy must hold; ``endpoint`` is the S3 endpoint's id, None while there is none."""
    return requested_of_buckets(
        settings.names,
        settings.keys.existing,
        endpoint=endpoint,
        window=settings.vendor_access.window,
        load_balancer=settings.console.access == "load_balancer",
    )


def _keys(settings: Settings) -> Iterator[Request]:
    asked = requested(settings.names, settings.wal, settings.deployer, settings.vendor_access.window, settings.cluster)
    for purpose, arn in settings.keys.existing.items():
        yield Request(
            to="the owner of the key",
            setting=f"keys.existing.{purpose.value}",
            subject=arn,
            action="add these statements to the key's policy, beside those by which you administer it",
            why=_WHY + (_LINKED if settings.names.auto_scaling_role_arn in str(asked[purpose]) else ""),
            document=asked[purpose],
        )


def _buckets(settings: Settings, endpoint: str | None) -> Iterator[Request]:
    asked, named = bucket_policies(settings, endpoint), settings.buckets.existing
    for role, bucket in named.items():
        unbound = endpoint is None and role in {BucketRole.DATA, BucketRole.OPS}
        yield Request(
            to="the owner of the bucket",
            setting=f"buckets.existing.{role}",
            subject=bucket,
            action=f"{_set_up(settings, role, _key(settings, role))}. {_HOLD}",
            why="the stack changes nothing of a bucket that it did not make, and what it lacks of this, the audit finds"
            + (_UNBOUND if unbound else ""),
            document=asked[role],
            names_ops_bucket=BucketRole.OPS not in named and role is BucketRole.ACCESS_LOGS,
        )


def _key(settings: Settings, role: BucketRole) -> str | None:
    purpose = ENCRYPTED_WITH.get(role)
    return None if purpose is None else settings.keys.existing[purpose]


def _set_up(settings: Settings, role: BucketRole, key: str | None) -> str:
    """How a bucket of this role is set up, in words for its owner; ``key`` is the ARN of its key, None for S3's."""
    names, days = settings.names, settings.retention
    wants = [
        f"encrypt it by default with {key}, with a bucket key" if key else "encrypt it by default with SSE-S3",
        "refuse SSE-C",
        "block all public access",
        "enforce the bucket owner's ownership",
        "abort uploads that nobody completes",
    ]
    if role in VERSIONED:
        wants.append(f"keep versions, overwritten ones for {days.noncurrent_versions} days")
    if role is BucketRole.DATA:
        wants.append("leave versioning off and let no rule expire or archive objects by age")
    if role is BucketRole.AUDIT:
        trail = f"{TRAIL_PREFIX}/ after {days.trail} days and " if names.makes_trail else ""
        wants.append(
            f"expire {trail}{FLOW_PREFIX}/ after {days.flow_logs} days"
            + ("" if days.audit_lock_days is None else f", lock objects for {days.audit_lock_days} days by default")
        )
    if role is BucketRole.ACCESS_LOGS:
        wants.append(f"expire objects after {days.access_logs} days")
    elif role not in settings.buckets.existing:
        wants.append("log access to another bucket of yours")
    else:
        wants.append(f"log access to {names.access_logs_bucket} below {S3_PREFIX}/{settings.buckets.existing[role]}/")
    return "; ".join(wants)


def _network(settings: Settings) -> Iterator[Request]:
    """What a shared VPC's owner must do."""
    to = f"the owner of the network, account {settings.network.owner}"
    for one in requested_of_owner(settings):
        named = one.setting == "network.endpoints.s3" and BucketRole.OPS not in settings.buckets.existing
        yield Request(to, one.setting, one.subject, one.action, one.why, one.document, named)


def _zone(settings: Settings) -> Iterator[Request]:
    zone = settings.hosted_zone
    if zone is not None and settings.network.owner is None:
        seen = f"VPCRegion={settings.region},VPCId={settings.network.existing}"
        yield Request(
            to="the owner of the hosted zone",
            setting="hosted_zone.existing",
            subject=f"{zone.existing} {zone.name}",
            action=f"associate it with the environment's VPC, unless it is: aws route53 associate-vpc-with-hosted-zone "
            f"--hosted-zone-id {zone.existing} --vpc {seen}",
            why="console and brokers write the brokers' names into it, and clients find them there through the VPC",
            document=None,
        )


def _trail(settings: Settings) -> Iterator[Request]:
    if settings.trail is None:
        return
    names, days = settings.names, settings.retention.trail
    group, logs_key = settings.trail.log_group, settings.keys.existing.get(Purpose.LOGS)
    key = "" if logs_key is None else f", encrypted with {logs_key}"
    yield Request(
        to="the owner of the trail",
        setting="trail.existing",
        subject=settings.trail.existing,
        action="keep it on in every region, with global service events and log file validation"
        + (f"; deliver it to the log group {group} of {names.account} in {names.region} as well{key}" if group else "")
        + f"; keep what it writes for {days} days; and add these selectors to those it has: aws cloudtrail "
        "put-event-selectors replaces all of them, so give both",
        why="the stack makes no trail then, and what is done to records is seen in this one alone",
        document={
            "AdvancedEventSelectors": event_selectors(
                [names.data_bucket_arn, names.ops_bucket_arn], names.audit_bucket_arn
            )
        },
        names_ops_bucket=BucketRole.OPS not in settings.buckets.existing,
    )


def _log_account(settings: Settings) -> Iterator[Request]:
    given = settings.log_account
    if given is None:
        return
    to = f"the owner of the log account {given.account}"
    yield Request(
        to=to,
        setting="log_account.bucket",
        subject=given.bucket,
        action=f"make it in {settings.region}; {_set_up(settings, BucketRole.AUDIT, given.key)}. {_HOLD}",
        why="CloudTrail and EC2 refuse to make a trail and flow logs for a bucket that does not let them in; who reads "
        "and deletes what it keeps is yours to say",
        document=audit_bucket(settings.names),
    )
    yield Request(
        to=to,
        setting="log_account.key",
        subject=given.key,
        action="add these statements to the key's policy, beside those by which you administer it and your reviewers "
        "decrypt",
        why="the trail's files and the flow logs are encrypted with it",
        document=log_account_key(settings.names),
    )


def _roles(settings: Settings) -> Iterator[Request]:
    for role in settings.roles.existing:
        document = document_of(settings, role)
        yield Request(
            to="the owner of the roles",
            setting=f"roles.existing {role}",
            subject=document["RoleName"],
            action="make the role of this name with this trust, these policies or wider ones"
            + (", this permissions boundary" if "PermissionsBoundary" in document else "")
            + (", and an instance profile of the same name that holds it" if "InstanceProfileName" in document else ""),
            why="the stack uses it and changes nothing of it; a key or a hosted zone that is yet to be made has no "
            "name, and * stands for it until you narrow it",
            document=document,
            names_ops_bucket=BucketRole.OPS not in settings.buckets.existing and role in {"console", "data-plane"},
        )


def _boundary(settings: Settings) -> Iterator[Request]:
    arn = settings.permissions_boundary
    if arn is not None:
        yield Request(
            to="the owner of the permissions boundary",
            setting="permissions_boundary",
            subject=arn,
            action="let the boundary allow at least these actions, on every resource or on those of the environment, "
            "and no role of the environment change it",
            why="it bounds every role of the environment in place of the narrow boundaries that the stack makes "
            "otherwise: what the roles' policies allow beyond their need, the audit finds",
            document=requested_of_boundary(role_needs(settings)),
        )


def _endpoints(settings: Settings) -> Iterator[Request]:
    policies = {**endpoint_policies(settings), "s3": s3_gateway(settings.names)}
    # Of a shared VPC they are asked for with everything else.
    named = settings.network.endpoints if settings.network.owner is None else {}
    for service, how in named.items():
        if how not in {"made", "none"}:
            yield Request(
                to="the owner of the network",
                setting=f"network.endpoints.{service}",
                subject=how,
                action="let the endpoint's policy allow at least these statements; a policy that allows everything "
                "does, and lets stolen credentials through as well",
                why="console and brokers call the service through this endpoint, and an endpoint's policy limits them",
                document=policies[service],
                names_ops_bucket=service == "s3" and BucketRole.OPS not in settings.buckets.existing,
            )
