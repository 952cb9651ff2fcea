"""A contract without names: its roles are the kit's words and stay, what they name in the account does not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audit.model.contract import BoundaryContract

if TYPE_CHECKING:
    from collections.abc import Callable

    from audit.evidence.redact.values import Values

_MAPS = frozenset({"security_groups", "endpoints"})
"""Roles to ids."""
_NAMES = _MAPS | {
    *("environment_id", "name", "vault", "alarms", "team", "contact", "reads", "writes", "hosted_zone"),
    *("vpc", "subnets", "security_group", "instance"),
}
_PROSE = frozenset({"holds", "does", "protects"})
_KEPT = frozenset({"format", "region", "partition"})
_LISTENERS = "listeners"


def redacted(contract: BoundaryContract, values: Values, role: Callable[[str], str]) -> BoundaryContract:
    """The contract under the pseudonyms of values; ``role`` replaces a role that is a name of the account's."""

    def walked(value: Any, key: str, part: str) -> Any:
        match value:
            case dict():
                return {
                    role(name): walked(item, key if key in _MAPS else name, part or name)
                    for name, item in value.items()
                }
            case list():
                return [walked(item, key, part) for item in value]
            case str() if key in _NAMES and (part, key) != (_LISTENERS, "name"):
                return values.name(value)
            case str() if key in _PROSE:
                return values.prose(value)
            case str() if key not in _KEPT:
                return role(values.recognised(value))
            case _:
                return value

    body = contract.model_dump(mode="json")
    return BoundaryContract.model_validate({name: walked(item, name, name) for name, item in body.items()})


def names(contract: BoundaryContract) -> Any:
    """What of a contract its names are learnt from."""
    body = contract.model_dump(mode="json")
    tops = {"environment_id": body["environment_id"], "alarms": body["alarms"]}
    parts = [*body["buckets"].values(), *body["keys"].values(), *body["principals"].values(), *body["log_sinks"]]
    return [tops, *parts, *body["owners"].values(), body["backups"], body["network"], body["vendor_access"]]
