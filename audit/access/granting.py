"""Whether a resource's policy lets somebody use it, whatever the user's own policies allow.

AWS pages "Key policies in AWS KMS", "Bucket policies for Amazon S3".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from audit.access.context import Context
from audit.access.evaluate import Policies, evaluate
from audit.access.matching import Request
from audit.access.policy import FULL_ACCESS, document
from audit.access.principals import Principal
from audit.access.simulate import known_keys

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from audit.access.decision import Decision

_ANYTHING = document("identity", FULL_ACCESS)


@dataclass(frozen=True, slots=True)
class Use:
    """One use: principal (ARN, or a service's name), action, resource (ARN), the account that owns it, and the context.

    What the context leaves out is free, and what is None there is no part of the request.
    """

    who: str
    action: str
    resource: str
    account: str
    context: Mapping[str, object]


def granted(policy: Mapping[str, Any] | None, use: Use) -> Decision:
    """Decide one use under a resource's policy, None where it has none."""
    principal = Principal.read(use.who)
    filled = Context.of(use.context, free=True).filled(known_keys(principal, use.action, use.account))
    request = Request(principal, use.action, use.resource, use.account, filled)
    # A service-linked role's own policies are AWS's, and none of them uses keys.
    identity = (_ANYTHING,) if principal.is_iam and not principal.service_linked else ()
    given = None if policy is None else document("resource policy", policy, principals=True)
    return evaluate(request, Policies(identity=identity, resource=given))
