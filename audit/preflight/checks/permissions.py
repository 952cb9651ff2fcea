"""Whether the policies of who deploys allow every request that the deployment makes."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from audit.access.decision import Effect
from audit.access.expression import TRUE
from audit.model.facts import Unknown
from audit.preflight.asking import audits
from audit.preflight.decisions import conditions, decisions
from audit.preflight.judged import Judged, broken, holds, unknown
from audit.preflight.needs import unlisted
from audit.preflight.seen import granting, unread

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.model.intended import Intended
    from audit.preflight.decisions import Decided
    from audit.preflight.seen import Seen
    from audit.services.row import Row

TITLE = "Who deploys may do all that the deployment asks for"
_DETAILS = "iam:GetAccountAuthorizationDetails"
_FEW = 4
_LAYERS = {"identity": "no policy of it allows them", "boundary": "its permissions boundary does not allow them"}


def reads(_intended: Intended, _caller: str) -> Iterator[Row]:
    """Every role, user and policy of the account, in one paged call."""
    yield from audits(_DETAILS)


def check(seen: Seen) -> Iterator[Judged]:
    """What is denied, what hangs on conditions or on what was not read, and what is allowed."""
    for kind in unlisted(seen.intended):
        text = f"which actions {kind} asks for is not known to this kit"
        yield unknown("actions_not_listed", kind, text, way_out="try it in an account where nothing depends on it")
    facts = seen.value(_DETAILS)
    if isinstance(facts, Unknown):
        yield unread(seen.deployer, f"what {_short(seen.deployer)} may do", facts)
    elif seen.principal is None:
        yield _nobody(seen)
    else:
        yield from _grouped(seen)


def _nobody(seen: Seen) -> Judged:
    text = f"{seen.deployer}, who is to deploy, is no role or user of account {seen.intended.account}"
    way = "name an existing role in the setting deployer, or run the preflight as who deploys"
    if seen.intended.deployer is None:
        return unknown("caller_not_listed", seen.deployer, text, seen.evidence(_DETAILS), way_out=way)
    return broken("no_such_deployer", seen.deployer, text, seen.evidence(_DETAILS), way_out=way)


def _grouped(seen: Seen) -> Iterator[Judged]:
    groups: dict[tuple[str, ...], list[Decided]] = {}
    for decided in decisions(seen):
        groups.setdefault(_group(decided), []).append(decided)
    for group, members in groups.items():
        yield replace(_said(seen, group, members), details=tuple(str(one.need) for one in members))


def _group(decided: Decided) -> tuple[str, ...]:
    """What is said of a need; those of which the same is said are told together."""
    own, when = decided.own, "" if decided.now else "later"
    match own.effect:
        case Effect.EXPLICITLY_DENIED:
            return "denied", when, *own.blocked_by
        case Effect.IMPLICITLY_DENIED if decided.named:
            # What a resource's own policy might give, the caller's may give as well.
            layers = [layer for layer in own.blocked_by if layer != "resource_policy"]
            return "not allowed", when, *layers
        case _ if not decided.named:
            return ("unnamed",)
        case _ if own.missing or own.unless:
            return "unread", *sorted({one.permission for one in (*own.missing, *own.unless)})
        case _ if own.only_if != TRUE:
            return "only if", conditions(own)
    return ("allowed",)


def _said(seen: Seen, group: tuple[str, ...], members: list[Decided]) -> Judged:
    who, evidence = _short(seen.deployer), seen.evidence(_DETAILS)
    match group:
        case ("allowed",):
            allowed, asked = len({one.need.action for one in members}), {one.need.action for one in decisions(seen)}
            text = (
                f"the policies of {who} allow {allowed} of the {len(asked)} actions that the stack's resources ask for"
            )
            return holds("allowed", seen.deployer, text, evidence)
        case (("denied" | "not allowed") as how, when, *layers):
            after = ", once there is something to update or delete" if when else ""
            why = "a statement denies them" if how == "denied" else _why(layers)
            text = f"{who} may not {_listed(members)}{after}: {why}"
            where = "the boundary" if "boundary" in layers else "a policy"
            way = (
                f"allow them in {where} of {who}" if how != "denied" else f"take the denial from {' and '.join(layers)}"
            )
            return broken(how.replace(" ", "_"), seen.deployer, text, evidence, way_out=way)
        case ("unnamed",):
            name, setting = next(iter(seen.intended.unsettled.items()))
            text = (
                f"{_listed(members)} hang on a name that {setting} says, which is encrypted here ({name} is a sample)"
            )
            return unknown(
                "name_not_known", seen.deployer, text, evidence, way_out=f"give it: --{setting.replace('_', '-')}"
            )
        case ("only if", condition):
            text = f"{who} may {_listed(members)} only if {condition}"
            return unknown(
                "conditional", seen.deployer, text, evidence, way_out="see that the deployment meets the condition"
            )
    missing = group[1:]
    text = f"whether {who} may {_listed(members)} could not be read"
    return unknown("unreadable", seen.deployer, text, evidence, way_out=granting(*missing), missing=missing)


def _why(layers: list[str]) -> str:
    return " and ".join(_LAYERS.get(layer, f"{layer.replace('_', ' ')} does not allow them") for layer in layers)


def _listed(members: list[Decided]) -> str:
    """The first few actions, and how many more of which services."""
    actions = list(dict.fromkeys(one.need.action for one in members))
    rest = Counter(action.partition(":")[0] for action in actions[_FEW:])
    more = ", ".join(f"{number} of {service}" for service, number in rest.most_common())
    return ", ".join(actions[:_FEW]) + (f" and {len(actions) - _FEW} more ({more})" if more else "")


def _short(arn: str) -> str:
    return arn.rpartition(":")[2]
