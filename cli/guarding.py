"""Guardrails: made of a contract, tried by the evaluator before they are written, and read back."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from audit.access.guardrails import Guardrails
from audit.access.policy import FULL_ACCESS
from audit.access.simulate import decide_case
from audit.boundary import PRIVILEGES
from audit.model.arn import Arn
from audit.model.errors import ContractError, UsageError
from components.documents import guardrails as documents
from components.layout import Names

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from audit.boundary import Boundary
    from audit.model.contract import BoundaryContract

_KINDS = ("scp", "rcp")
_NEEDED = ("data-bucket", "ops-bucket")


@dataclass(frozen=True, slots=True)
class Lost:
    """What guardrails take from one that needs it: who, what, of what, and the statement where one says it."""

    principal: str
    action: str
    resource: str
    statement: str = ""

    def __str__(self) -> str:
        because = f" ({self.statement})" if self.statement else ""
        return f"{self.principal} could no longer {self.action} {self.resource}{because}"


def guarded(contract: BoundaryContract, deployer: str | None, break_glass: str | None) -> documents.Guarded:
    """What is guarded, and who is excepted: the roles given, else those of the contract.

    Raises ContractError for a contract that this kit did not make, UsageError where no role is named.
    """
    if not all(name in contract.buckets for name in _NEEDED) or not contract.keys:
        raise ContractError(
            "the contract names no data and ops bucket and no keys: guardrails are for a stack of this kit"
        )
    names = Names.of(
        contract.environment_id,
        contract.region,
        contract.account,
        contract.buckets["ops-bucket"].name,
        contract.buckets["data-bucket"].name,
    ).logging_to(_bucket(contract, "audit-bucket"), _bucket(contract, "access-logs-bucket"))
    names = replace(names, log_account=next((sink.account for sink in contract.log_sinks if sink.account), None))
    return documents.Guarded(
        names,
        tuple(sorted(key.arn for key in contract.keys.values())),
        _role(contract, "deployer", deployer, "--deployer"),
        _role(contract, "break-glass", break_glass, "--break-glass"),
        contract.vendor_access.principal,
        sessions=contract.console is None or contract.console.access == "session_manager",
    )


def _bucket(contract: BoundaryContract, role: str) -> str | None:
    return contract.buckets[role].name if role in contract.buckets else None


def made(what: documents.Guarded) -> Guardrails:
    """The documents; raises UsageError for names that fit into no control policy."""
    try:
        scp, rcp = documents.service_control_policies(what), documents.resource_control_policies(what)
    except ValueError as error:
        raise UsageError(str(error)) from error
    return Guardrails(tuple(scp), tuple(rcp))


def require_open(guardrails: Guardrails, contract: BoundaryContract, roles: tuple[str, ...]) -> None:
    """Raise UsageError where a role that deploys could no longer do what the guardrails deny others."""
    declared = contract.principals.get("deployer")
    known = (declared.arn,) if declared is not None and _is_role(declared.arn) else ()
    for role in dict.fromkeys((*known, *roles)):
        lost = next(_denied(guardrails, role, contract), None)
        if lost is not None:
            raise UsageError(f"these guardrails would lock out who deploys: {lost}; except that role, or name another")


def require_kept(before: Boundary, after: Boundary) -> None:
    """Raise UsageError where a principal of the contract would lose a privilege that the contract gives it.

    The account's root user is no such principal: it is who the guardrails are against.
    """
    roots = f"arn:{before.contract.partition}:iam::{before.contract.account}:root"
    left = {(edge.source, edge.target, edge.kind) for edge in after.graph.edges(*PRIVILEGES)}
    stores = {before.store_id(store): role for role, store in before.stores.items()}
    for edge in before.graph.edges(*PRIVILEGES):
        one, privilege = before.declared.get(edge.source), PRIVILEGES[edge.kind]
        role = stores.get(edge.target, "")
        needed = one is not None and edge.source != roots and privilege in one.may.get(role, ())
        if needed and (edge.source, edge.target, edge.kind) not in left:
            lost = Lost(before.roles.get(edge.source, edge.source), privilege.value, role)
            raise UsageError(
                f"these guardrails would break the environment: {lost}; except it, or name another statement"
            )


def read(folder: Path) -> Guardrails:
    """The documents scp-*.json and rcp-*.json of a folder; raises UsageError for what holds none, or no JSON."""
    found = {kind: tuple(map(_document, sorted(folder.glob(f"{kind}-*.json")))) for kind in _KINDS}
    if not any(found.values()):
        raise UsageError(
            f"{folder} holds no guardrails (scp-1.json, rcp-1.json): write them with byoc guardrails write"
        )
    return Guardrails(**found)


def files(guardrails: Guardrails) -> dict[str, str]:
    """The files' names and texts."""
    kinds = {"scp": guardrails.scp, "rcp": guardrails.rcp}
    return {
        f"{kind}-{place}.json": json.dumps(document, indent=1) + "\n"
        for kind, listed in kinds.items()
        for place, document in enumerate(listed, 1)
    }


def _document(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"{path} is no JSON that can be read ({error}): write it again") from error
    if not isinstance(data, dict) or not isinstance(data.get("Statement"), list):
        raise UsageError(f"{path} is no policy with a list of statements: write it again")
    return data


def _role(contract: BoundaryContract, name: str, given: str | None, option: str) -> str:
    declared = contract.principals.get(name)
    role = given or (declared.arn if declared is not None else "")
    own = f"arn:{contract.partition}:iam::{contract.account}:role/"
    if not role.startswith(own) or role == own:
        told = f"{name} is {role}, which is" if role else f"the contract names no {name}, so there is"
        raise UsageError(f"{told} no role of account {contract.account}: name the role with {option} {own}…")
    return role


def _is_role(arn: str) -> bool:
    return Arn.parse(arn).resource.startswith("role/")


def _denied(guardrails: Guardrails, role: str, contract: BoundaryContract) -> Iterator[Lost]:
    """The evaluator's word on each action and resource that a statement denies, for a role that may do anything."""
    scp = [[FULL_ACCESS, *guardrails.scp]]
    for name, document in zip(files(guardrails), (*guardrails.scp, *guardrails.rcp), strict=True):
        for statement in document["Statement"]:
            for action, resource in _asked(statement):
                case = {
                    "id": "", "principal": role, "action": action, "resource": resource,
                    "resource_account": contract.account, "identity": [FULL_ACCESS],
                    "scp": scp, "rcp": [list(guardrails.rcp)],
                }  # fmt: skip
                found = decide_case(case)
                if found.effect.value != "allowed" and any(cause.effect == "Deny" for cause in found.because):
                    yield Lost(role, action, resource, f"statement {statement.get('Sid', '')} of {name}".strip())


def _asked(statement: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for action in _several(statement.get("Action")):
        for resource in _several(statement.get("Resource")):
            # A pattern is asked by one name that it matches.
            plain = action.replace("*", "Any") if not action.endswith(":*") else f"{action[:-1]}GetAny"
            yield plain, resource if resource == "*" else resource.replace("*", "any")


def _several(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else [str(one) for one in value or ()]
