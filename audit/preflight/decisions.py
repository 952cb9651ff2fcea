"""Every request that a deployment makes, decided by the evaluator: by who deploys alone, and under its organisation.

The deployer's own layers are identity policies, boundary and session, with the key policies that the stack declares. A
policy of the session alone (``--policy`` of AssumeRole) stands in no account and is not seen: dry runs see it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from audit.access.context import Context
from audit.access.decision import Decision, Effect, decide
from audit.access.evaluate import outcome
from audit.access.expression import TRUE, to_json
from audit.access.holdings import bounded, read_document
from audit.access.matching import Request
from audit.access.phrase import phrase
from audit.access.policy import unread
from audit.access.simulate import known_keys
from audit.preflight.needs import Need, needs

if TYPE_CHECKING:
    from audit.access.holdings import Caller
    from audit.preflight.seen import Seen

_GLOBAL = frozenset({"iam", "route53"})
"""Services whose requests are made to us-east-1 (AWS page "AWS global condition context keys", aws:RequestedRegion)."""
_GLOBAL_REGIONS = {"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}
_NEVER_THERE = "a-name-that-no-policy-names"


@dataclass(frozen=True, slots=True)
class Decided:
    """A need with two decisions: by the deployer's own documents, and with the organisation's above them.

    ``named`` is False where a name in the resource is not known yet and the decision may hang on it.
    """

    need: Need
    own: Decision
    whole: Decision
    named: bool = True

    @property
    def now(self) -> bool:
        """Whether the first deployment asks for it; updates and deletes come later."""
        return self.need.phase not in {"update", "delete"}


@lru_cache(maxsize=1)
def decisions(seen: Seen) -> tuple[Decided, ...]:
    """Every need of the stack, decided; none where the deployer is not in its account."""
    caller = seen.principal
    if caller is None:
        return ()
    return tuple(_decided(seen, caller, need) for need in needs(seen.intended))


def one(seen: Seen, need: Need) -> Decided | None:
    """One further need, decided; None where the deployer is not in its account."""
    return None if seen.principal is None else _decided(seen, seen.principal, need)


def _decided(seen: Seen, caller: Caller, need: Need) -> Decided:
    unsettled = [name for name in seen.intended.unsettled if name in need.resource]
    named = need if not unsettled else replace(need, resource=need.resource.replace(unsettled[0], _NEVER_THERE))
    own, whole = _both(seen, caller, named)
    plain = whole.effect is Effect.ALLOWED and whole.only_if == TRUE
    return Decided(need, own, whole, not unsettled or plain)


def _both(seen: Seen, caller: Caller, need: Need) -> tuple[Decision, Decision]:
    intended = seen.intended
    keys = known_keys(caller.principal, need.action, intended.account)
    keys |= {"aws:SecureTransport": "true", "aws:ViaAWSService": "false", "aws:CurrentTime": seen.now, **caller.keys}
    keys["aws:RequestedRegion"] = _region(seen, need.action)
    if need.action != "kms:CreateGrant":
        keys["kms:GrantIsForAWSResource"] = None
    context = Context.of({**keys, **need.keys}, free=True, closed=(*caller.closed, *need.closed))
    request = Request(caller.principal, need.action, need.resource, intended.account, context, bounded(caller))
    above = replace(caller.policies, resource=_resource(need), rcp=seen.holdings.levels(intended.account, "rcp"))
    alone = replace(above, scp=(), rcp=())
    own = decide(outcome(request, alone), caller.given)
    return own, own if above == alone else decide(outcome(request, above), caller.given)


def _region(seen: Seen, action: str) -> str:
    intended = seen.intended
    home = _GLOBAL_REGIONS.get(intended.partition, intended.region)
    return home if action.partition(":")[0] in _GLOBAL else intended.region


def _resource(need: Need) -> Any:
    """The resource's own policy: the one that the stack gives a key; of a key that it only names, not read here."""
    if need.policy is not None:
        return read_document(need.policy, "key_policy", "", principals=True)
    return unread("key_policy", "kms:GetKeyPolicy") if ":key/" in need.resource else None


def conditions(decision: Decision) -> str:
    """What a decision hangs on, in words; "" for nothing."""
    return phrase(to_json(decision.only_if))
