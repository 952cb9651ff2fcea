"""Whether a role's trust policy lets somebody take it, whatever the taker's own policies allow.

AWS page "How to use trust policies with IAM roles".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.access.context import Context
from audit.access.evaluate import Policies, evaluate
from audit.access.joint import either
from audit.access.matching import Request
from audit.access.policy import FULL_ACCESS, document
from audit.access.principals import Principal
from audit.access.simulate import known_keys
from audit.model.arn import Arn

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from audit.access.decision import Decision

_ACTION = "sts:AssumeRole"
_ANYTHING = document("identity", FULL_ACCESS)
_ANY = "\ue0f1"
"""A name that only wildcards match: it stands for whoever is in an account, and for whatever external id."""


def taken_without_id(trust: Mapping[str, Any], role: str, taker: str) -> Decision:
    """Whether a principal may take a role (both ARNs) without an external id, or with any.

    An account's root ARN stands for anybody in it. What else a request carries is free.
    """
    return either([_taken(trust, role, taker, external_id) for external_id in (None, _ANY)])


def _taken(trust: Mapping[str, Any], role: str, taker: str, external_id: str | None) -> Decision:
    arn, account = Arn.parse(taker), Arn.parse(role).account
    who = f"arn:{arn.partition}:iam::{arn.account}:role/{_ANY}" if arn.resource == "root" else taker
    principal = Principal.read(who)
    context = Context.of({"sts:ExternalId": external_id}, free=True).filled(known_keys(principal, _ACTION, account))
    request = Request(principal, _ACTION, role, account, context)
    return evaluate(request, Policies(identity=(_ANYTHING,), resource=document("trust", trust, principals=True)))
