"""Whether the organisation above the account would refuse what the deployer's own policies allow: SCPs and RCPs.

They are readable from the management account or a delegated administrator only; from elsewhere, dry runs show them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from audit.access.decision import OPEN, Effect
from audit.access.expression import TRUE
from audit.model.facts import Unknown
from audit.preflight.asking import audits
from audit.preflight.decisions import conditions, decisions
from audit.preflight.judged import Judged, broken, holds, unknown
from audit.preflight.seen import unread

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.model.intended import Intended
    from audit.preflight.decisions import Decided
    from audit.preflight.seen import Seen
    from audit.services.row import Row

TITLE = "The organisation's policies refuse nothing that the deployment asks for"
_ORGANIZATION = "organizations:DescribeOrganization"
_FEW = 5


def reads(_intended: Intended, _caller: str) -> Iterator[Row]:
    """The organisation, and the policies on the account, its units and the root."""
    names = ("DescribeOrganization", "ListParents", "ListPoliciesForTarget", "DescribePolicy")
    yield from audits(*(f"organizations:{name}" for name in names))


def check(seen: Seen) -> Iterator[Judged]:
    """What an SCP or RCP refuses, what hangs on its conditions, and whether they were read."""
    account, evidence = seen.intended.account, seen.evidence(_ORGANIZATION)
    organization = seen.value(_ORGANIZATION, "Organization")
    if isinstance(organization, Unknown):
        yield unread(account, "whether an organisation's policies bind the account", organization)
        return
    if organization is None:
        yield holds(
            "no_organization", account, f"account {account} is in no organisation, so no SCP binds it", evidence
        )
        return
    if organization.get("MasterAccountId") == account:
        yield holds(
            "management_account", account, f"account {account} manages its organisation: no SCP binds it", evidence
        )
        return
    found = decisions(seen)
    changed = [one for one in found if one.whole != one.own]
    refused = [one for one in changed if one.own.effect in OPEN and one.whole.effect not in OPEN]
    hanging = [one for one in changed if one not in refused and one.whole.only_if != TRUE]
    yield from _refused(seen, refused, evidence)
    yield from _hanging(seen, hanging, evidence)
    missing = sorted({m.permission for one in changed for m in (*one.whole.unless, *one.whole.missing)}
                     - {m.permission for one in found for m in (*one.own.unless, *one.own.missing)})  # fmt: skip
    if missing:
        yield _unread(seen, missing, evidence)
    elif found and not refused and not hanging:
        yield holds(
            "allowed", account, f"no SCP or RCP of the organisation refuses what {len(found)} requests ask", evidence
        )
    elif not found:
        text = "what the organisation's policies say of the deployment hangs on who deploys"
        yield unknown("no_deployer", account, text, evidence, way_out="see the check permissions")


def _refused(seen: Seen, refused: list[Decided], evidence: str) -> Iterator[Judged]:
    """By who refuses: the statements' documents tell which policy."""
    groups: dict[tuple[str, ...], list[Decided]] = {}
    for one in refused:
        explicit = one.whole.effect is Effect.EXPLICITLY_DENIED
        statements = dict.fromkeys(f"{cause.policy}{cause.pointer}" for cause in one.whole.because)
        by = tuple(statements) if explicit else one.whole.blocked_by
        groups.setdefault(by, []).append(one)
    for by, members in groups.items():
        text = f"the organisation refuses {_actions(members)}: {', '.join(by)}"
        way = "ask who owns the organisation's policies for an exception for the deployer, or deploy in another account"
        judged = broken("refused", seen.intended.account, text, evidence, way_out=way)
        yield replace(judged, details=tuple(str(one.need) for one in members))


def _hanging(seen: Seen, hanging: list[Decided], evidence: str) -> Iterator[Judged]:
    groups: dict[str, list[Decided]] = {}
    for one in hanging:
        groups.setdefault(conditions(one.whole), []).append(one)
    for condition, members in groups.items():
        text = f"the organisation allows {_actions(members)} only if {condition}"
        way = "see that the deployment meets the condition"
        judged = unknown("conditional", seen.intended.account, text, evidence, way_out=way)
        yield replace(judged, details=tuple(str(one.need) for one in members))


def _unread(seen: Seen, missing: list[str], evidence: str) -> Judged:
    text = "what the organisation's SCPs and RCPs refuse is not readable from this account"
    way = f"run the preflight where {', '.join(missing)} is allowed, or ask who owns the organisation's policies"
    return unknown("unreadable", seen.intended.account, text, evidence, way_out=way, missing=tuple(missing))


def _actions(members: list[Decided]) -> str:
    actions = list(dict.fromkeys(one.need.action for one in members))
    more = f" and {len(actions) - _FEW} more" if len(actions) > _FEW else ""
    return ", ".join(actions[:_FEW]) + more
