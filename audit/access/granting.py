"""Whether a resource's policy, a boundary or an endpoint lets somebody act, whatever the actor's own policies allow.

AWS pages "Key policies in AWS KMS", "Bucket policies for Amazon S3", "Permissions boundaries for IAM entities",
"Control access to VPC endpoints using endpoint policies".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from audit.access import endpoint
from audit.access.context import Context
from audit.access.decision import Outcome, decide
from audit.access.evaluate import Policies, evaluate
from audit.access.expression import TRUE, const
from audit.access.matching import Request
from audit.access.policy import FULL_ACCESS, document
from audit.access.principals import Principal
from audit.access.simulate import known_keys

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from audit.access.decision import Decision

_ANYTHING = document("identity", FULL_ACCESS)


@dataclass(frozen=True, slots=True)
class Use:
    """One use: principal (ARN, or a service's name), action, resource (ARN), the account that owns it, and the context.

    What the context leaves out is free, and what is None there is no part of the request. ``account`` is empty where
    nobody knows whose the resource is.
    """

    who: str
    action: str
    resource: str
    account: str
    context: Mapping[str, object]


def bounded(boundary: Mapping[str, Any], use: Use) -> Decision:
    """Decide one use by a role whose own policies allow everything, under a permissions boundary."""
    return permitted((FULL_ACCESS,), boundary, use)


def permitted(own: Iterable[Mapping[str, Any]], boundary: Mapping[str, Any] | None, use: Use) -> Decision:
    """Decide one use by a role with these policies of its own, under a boundary where it has one."""
    # Identity policies count for a key where its own policy lets the account in.
    account = {"Effect": "Allow", "Principal": {"AWS": use.account}, "Action": "kms:*", "Resource": "*"}
    key = document("key policy", {"Statement": [account]}, principals=True)
    given = key if use.action.startswith("kms:") else None
    limit = None if boundary is None else (document("boundary", boundary),)
    identity = tuple(document("identity", policy) for policy in own)
    return evaluate(_request(use), Policies(identity=identity, boundary=limit, resource=given))


def granted(policy: Mapping[str, Any] | None, use: Use) -> Decision:
    """Decide one use under a resource's policy, None where it has none."""
    request = _request(use)
    principal = request.principal
    # A service-linked role's own policies are AWS's, and none of them uses keys.
    identity = (_ANYTHING,) if principal.is_iam and not principal.service_linked else ()
    given = None if policy is None else document("resource policy", policy, principals=True)
    return evaluate(request, Policies(identity=identity, resource=given))


def passing(policy: Mapping[str, Any], use: Use, *, gateway: bool) -> Decision:
    """Decide one use through an endpoint with this policy, which limits it and grants nothing."""
    said = endpoint.vote((document("endpoint policy", policy, principals=True),), _request(use), const(not gateway))
    return decide(Outcome(TRUE, ((endpoint.LAYER, said.allow),), said.deny, said.causes))


def _request(use: Use) -> Request:
    principal = Principal.read(use.who)
    known = {key: value for key, value in known_keys(principal, use.action, use.account).items() if value != ""}
    filled = Context.of(use.context, free=True).filled(known)
    return Request(principal, use.action, use.resource, use.account, filled)
