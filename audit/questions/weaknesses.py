"""The wide permissions that the vendor's own policies ask for, as data, and what becomes of each in effect.

The ids are those of the catalogue of weaknesses of the vendor's modules. Each is one request that should be refused.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from string import Template
from typing import TYPE_CHECKING

from audit.model.graph import NodeKind
from audit.model.verdict import Claim, Hop, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from audit.access.own_power import OwnPower
    from audit.boundary import Boundary
    from audit.model.graph import Node

VENDOR_SOFTWARE = ("console", "data-plane", "console-and-brokers")
"""The contract's principals that run the vendor's software."""


@dataclass(frozen=True, slots=True)
class Weakness:
    """An action on a resource of somebody else (``$account``, ``$bucket`` … are filled in) and what that amounts to."""

    id: str
    action: str
    resource: str
    means: str
    context: Mapping[str, str | None] = field(default_factory=dict)


_ELSEWHERE = {"aws:ResourceTag/automqEnvironmentID": "another", "ec2:CreateAction": None}
_INSTANCE = "arn:$partition:ec2:$region:$account:instance/i-another"
_ROLE = "arn:$partition:iam::$account:role/another"
WEAKNESSES = (
    Weakness("A01", "sts:AssumeRole", _ROLE, "take any role of the account"),
    Weakness(
        "A02", "iam:PassRole", _ROLE, "give an instance any role", {"iam:PassedToService": "ec2.$suffix"}
    ),
    Weakness("A03", "ec2:CreateTags", _INSTANCE, "tag any instance as its own", _ELSEWHERE),
    Weakness("A04", "s3:GetObject", "arn:$partition:s3:::another/key", "read objects of any bucket"),
    Weakness("A13", "s3:PutBucketPolicy", "$ops", "rewrite the ops bucket's policy"),
    Weakness("A15", "ec2:DescribeInstanceAttribute", _INSTANCE, "read any instance's user data", _ELSEWHERE),
    Weakness(
        "A18", "ec2:TerminateInstances", _INSTANCE, "terminate instances of other environments",
        {**_ELSEWHERE, "aws:ResourceTag/automqVendor": "automq"},
    ),
    Weakness("A19", "s3:PutLifecycleConfiguration", "$data", "expire every record by a lifecycle rule"),
    Weakness("A19", "s3:PutLifecycleConfiguration", "$ops", "expire logs and licences by a lifecycle rule"),
    Weakness("A32", "s3:ListBucket", "arn:$partition:s3:::another", "list the objects of any bucket"),
    Weakness(
        "A33", "route53:ChangeResourceRecordSets", "arn:$partition:route53:::hostedzone/ANOTHER",
        "rewrite the records of any hosted zone",
    ),
)  # fmt: skip
"""What the vendor's policies allow more widely than an environment needs, one dangerous request each."""


def claims(boundary: Boundary) -> Iterator[Claim]:
    """For the vendor's roles: which weaknesses take effect, and which the boundary cuts off."""
    for role in VENDOR_SOFTWARE:
        principal = boundary.contract.principals.get(role)
        node = boundary.graph.get(principal.arn) if principal is not None else None
        if principal is not None and node is not None and node.kind is NodeKind.ROLE:
            for weakness in WEAKNESSES:
                for claim in _judged(boundary, role, node, weakness):
                    yield boundary.rests_on(claim, principal)


def _judged(boundary: Boundary, role: str, node: Node, weakness: Weakness) -> Iterator[Claim]:
    names = _names(boundary)
    resource = _filled(weakness.resource, names)
    if "$" in resource:
        return
    context = {key: value and _filled(value, names) for key, value in weakness.context.items()}
    power = boundary.power_of(node, weakness.action, resource, context)
    if not power.given:
        return
    said = f"{weakness.id}: the policies of {role} let it {weakness.means} ({weakness.action})"
    if power.cut_off:
        text = f"{said}, and its permissions boundary cuts that off"
        yield Claim(Verdict.HOLDS, "cut_off_by_boundary", node.id, text, _path(node, weakness, power), node.records)
    elif power.certain:
        yield Claim(Verdict.BROKEN, "weakness_in_effect", node.id, said, _path(node, weakness, power), node.records)
    else:
        missing = power.missing
        text = f"{said}, unless what was not read denies it: grant {', '.join(missing)}"
        path = _path(node, weakness, power)
        yield Claim(Verdict.UNKNOWN, "weakness_in_effect", node.id, text, path, node.records, missing)


def _path(node: Node, weakness: Weakness, power: OwnPower) -> tuple[Hop, ...]:
    allowed = Hop(node.id, f"its own policies allow {weakness.action}", power.allows)
    return (allowed, Hop(node.id, "its permissions boundary", power.limits)) if power.limits else (allowed,)


def _names(boundary: Boundary) -> dict[str, str]:
    contract = boundary.contract
    suffix = "amazonaws.com.cn" if contract.partition == "aws-cn" else "amazonaws.com"
    names = {"account": contract.account, "partition": contract.partition, "region": contract.region, "suffix": suffix}
    stores = {"data": "data-bucket", "ops": "ops-bucket"}
    buckets = contract.buckets
    return names | {name: boundary.bucket_id(buckets[role]) for name, role in stores.items() if role in buckets}


def _filled(text: str, names: Mapping[str, str]) -> str:
    return Template(text).safe_substitute(names)
