"""What examples call things: ``${data-bucket}`` for the physical name that a contract gives to a role."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from audit.model.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from audit.model.contract import BoundaryContract

_NAME = re.compile(r"\$\{([^{}]+)\}")


def physical(contract: BoundaryContract) -> dict[str, str]:
    """The physical names by role: buckets by name, keys and principals by ARN, groups and endpoints by id.

    A signal's name is that of its place, unless a principal has the name too: ``console`` is the role.
    """
    found = {sink.signal: sink.name for sink in contract.log_sinks}
    found |= {"account": contract.account, "region": contract.region, "partition": contract.partition}
    found |= {"environment": contract.environment_id}
    found |= {role: bucket.name for role, bucket in contract.buckets.items()}
    found |= {role: key.arn for role, key in contract.keys.items()}
    found |= {role: principal.arn for role, principal in contract.principals.items()}
    found |= {f"{role}.name": arn.rpartition("/")[2] for role, arn in found.items() if ":role/" in arn}
    if contract.network is not None:
        network = contract.network
        found |= {"vpc": network.vpc, **network.security_groups}
        found |= {f"{service}-endpoint": endpoint for service, endpoint in network.endpoints.items()}
        found |= {f"subnet-{place}": subnet for place, subnet in enumerate(network.subnets)}
    if contract.console is not None and contract.console.instance is not None:
        found["console-instance"] = contract.console.instance
    if contract.backups is not None:
        found["vault"] = contract.backups.vault
    return found


def filled(value: Any, names: Mapping[str, str]) -> Any:
    """A value with every ``${role}`` in its texts replaced; raises UsageError for a role that there is not."""
    match value:
        case dict():
            return {filled(key, names): filled(item, names) for key, item in value.items()}
        case list() | tuple():
            return [filled(item, names) for item in value]
        case str():
            return _NAME.sub(lambda found: _named(found.group(1), names), value)
        case _:
            return value


def _named(role: str, names: Mapping[str, str]) -> str:
    if role not in names:
        near = get_close_matches(role, names, n=3) or sorted(names)[:5]
        raise UsageError(f"${{{role}}} is no role of the tidy account's contract: did you mean {', '.join(near)}?")
    return names[role]
