"""Endpoint policies, and which interface endpoints follow from the actions that roles hold. aws-rules 6 and 7."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from components.documents.actions import OBJECTS
from components.documents.statement import Condition, Document, Statement, allow, document, joined, own_account, to

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from components.layout import Names

# What serves an action's service privately in the region: the last parts of endpoint service names.
_ENDPOINTS = {
    "autoscaling": ("autoscaling",),
    "cloudwatch": ("monitoring",),
    "ec2": ("ec2",),
    "ecr": ("ecr.api", "ecr.dkr"),
    "eks": ("eks",),
    "eks-auth": ("eks-auth",),
    "elasticfilesystem": ("elasticfilesystem",),
    "elasticloadbalancing": ("elasticloadbalancing",),
    "fsx": ("fsx",),
    "kms": ("kms",),
    "logs": ("logs",),
    "secretsmanager": ("secretsmanager",),
    "ssm": ("ssm",),
    "ssmmessages": ("ssmmessages",),
    "sts": ("sts",),
}
# The SDKs ask who they are, which needs no permission and therefore appears in no policy.
_WITHOUT_PERMISSION = ("sts:GetCallerIdentity",)
# The S3 gateway endpoint serves these without an interface.
_THROUGH_GATEWAY = "s3"
# These have other names in the Chinese regions (what ec2:DescribeVpcEndpointServices answers there).
_CHINESE = {"autoscaling", "ec2", "ecr.api", "ecr.dkr", "elasticfilesystem", "fsx", "monitoring", "sts"}


def held_actions(documents: Iterable[Document], within: Iterable[Document] = ()) -> tuple[str, ...]:
    """The actions that identity documents allow, sorted; wildcards stay as written.

    ``within`` are the roles' boundaries: an action that none of them allows takes no effect and asks for no endpoint.
    """
    held, most = _allowed(documents), {action.lower() for action in _allowed(within)}
    return tuple(sorted(action for action in held if not most or _matches(action.lower(), most)))


def _allowed(documents: Iterable[Document]) -> set[str]:
    actions: set[str] = set()
    for held in documents:
        for statement in held["Statement"]:
            if statement["Effect"] == "Allow":
                action = statement["Action"]
                actions |= {action} if isinstance(action, str) else set(action)
    return actions


def _matches(action: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(action, pattern) for pattern in patterns)


def endpoint_services(actions: Iterable[str]) -> tuple[str, ...]:
    """The interface endpoints that serve these actions: last parts of service names, sorted."""
    services = {action.partition(":")[0] for action in (*actions, *_WITHOUT_PERMISSION)}
    return tuple(sorted(name for service in services for name in _ENDPOINTS.get(service, ())))


def without_endpoint(actions: Iterable[str]) -> tuple[str, ...]:
    """The actions that no endpoint of the region serves, those of global services: they need NAT or a proxy."""
    served = {*_ENDPOINTS, _THROUGH_GATEWAY}
    return tuple(sorted({action for action in actions if action.partition(":")[0] not in served}))


def service_name(names: Names, service: str) -> str:
    """The endpoint service's full name in the environment's region."""
    prefix = "cn.com.amazonaws" if names.partition == "aws-cn" and service in _CHINESE else "com.amazonaws"
    return f"{prefix}.{names.region}.{service}"


def s3_gateway(names: Names) -> Document:
    """Our two buckets for our two roles, and the two buckets of AWS that start-up reads unsigned or signed by AWS."""
    both, brokers = _by(names.data_plane_role_arn, names.console_role_arn), _by(names.data_plane_role_arn)
    buckets = (names.data_bucket_arn, names.ops_bucket_arn)
    reads = (
        "s3:GetBucketLocation",
        "s3:GetBucketPolicy",
        "s3:GetBucketTagging",
        "s3:GetLifecycleConfiguration",
        "s3:ListBucket",
        "s3:ListBucketMultipartUploads",
    )
    return document(
        _from_anyone(allow("Records", OBJECTS, f"{buckets[0]}/*", joined(brokers, own_account(names)))),
        _from_anyone(allow("Operations", OBJECTS, f"{buckets[1]}/*", joined(both, own_account(names)))),
        _from_anyone(allow("Buckets", reads, buckets, joined(both, own_account(names)))),
        _from_anyone(allow("ListBuckets", "s3:ListAllMyBuckets", "*", _by(names.console_role_arn))),
        _from_anyone(allow("StartUp", "s3:GetObject", [f"{arn}/*" for arn in start_up_buckets(names)])),
    )


def start_up_buckets(names: Names) -> tuple[str, ...]:
    """AWS's own buckets: Amazon Linux 2023's packages and the layers of images in ECR, of the region."""
    owned = (f"al2023-repos-{names.region}-de612dc2", f"prod-{names.region}-starport-layer-bucket")
    return tuple(names.bucket_arn(bucket) for bucket in owned)


def interface(names: Names, service: str, actions: Iterable[str], more: Iterable[str] = ()) -> Document:
    """An interface endpoint's policy: what our roles hold of its service, for our roles alone.

    ``more`` are the ARNs of roles beside console and data plane.
    """
    mine = of_service(service, (*actions, *_WITHOUT_PERMISSION))
    if not mine:
        raise ValueError(f"no role holds an action that the endpoint {service} serves: leave the endpoint out")
    roles = _by(names.data_plane_role_arn, names.console_role_arn, *more)
    return document(_from_anyone(allow("OurRoles", mine, "*", roles)))


def interfaces(
    names: Names,
    documents: Collection[Document],
    within: Collection[Document] = (),
    more: Collection[str] = (),
) -> dict[str, Document]:
    """Every interface endpoint that the roles' identity documents ask for within their boundaries, with its policy.

    ``more`` are the ARNs of roles beside console and data plane, which may use them too.
    """
    actions = held_actions(documents, within)
    return {service: interface(names, service, actions, more) for service in endpoint_services(actions)}


def of_service(service: str, actions: Iterable[str]) -> tuple[str, ...]:
    """Those of the actions that the endpoint of this service serves, sorted."""
    prefixes = {prefix for prefix, endpoints in _ENDPOINTS.items() if service in endpoints} or {service}
    return tuple(sorted({action for action in actions if action.partition(":")[0] in prefixes}))


def _by(*roles: str) -> Condition:
    return {"ArnEquals": {"aws:PrincipalArn": list(roles)}}


def _from_anyone(statement: Statement) -> Statement:
    # A gateway endpoint resolves no role in Principal: the conditions narrow it.
    return to("*", statement)
