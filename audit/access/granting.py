"""Whether a key's policy lets somebody use it, whatever the user's own policies allow.

AWS page "Key policies in AWS KMS".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.access.context import Context
from audit.access.evaluate import Policies, evaluate
from audit.access.matching import Request
from audit.access.policy import FULL_ACCESS, document
from audit.access.principals import Principal
from audit.access.simulate import known_keys
from audit.model.arn import Arn

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from audit.access.decision import Decision

_ANYTHING = document("identity", FULL_ACCESS)


def granted(policy: Mapping[str, Any], key: str, who: str, action: str, context: Mapping[str, object]) -> Decision:
    """Decide one use of a key (ARN) by a principal (ARN, or a service's name); what ``context`` leaves out is free."""
    principal, account = Principal.read(who), Arn.parse(key).account
    filled = Context.of(context, free=True).filled(known_keys(principal, action, account))
    request = Request(principal, action, key, account, filled)
    # A service-linked role's own policies are AWS's, and none of them uses keys.
    identity = (_ANYTHING,) if principal.is_iam and not principal.service_linked else ()
    return evaluate(request, Policies(identity=identity, resource=document("key policy", policy, principals=True)))
