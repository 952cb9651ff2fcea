"""From the NAME that a user gives to what it means: an ARN, a physical name or a role in the contract.

A name that means several things, or none, is an error that lists the candidates.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING

from audit.access.principals import Kind, Principal
from audit.access.privileges import PRIVILEGES
from audit.model.arn import Arn, is_arn
from audit.model.errors import UsageError
from audit.model.graph import NodeKind

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from audit.boundary import Boundary
    from audit.model.graph import Node

STORES = tuple(kind for kind in NodeKind if kind in PRIVILEGES)
"""What holds or protects records, or tells of them: what who-can is asked of."""
PRINCIPALS = (NodeKind.ROLE, NodeKind.USER, NodeKind.ROOT_USER, NodeKind.SERVICE, NodeKind.FOREIGN_PRINCIPAL)
ANYONE = ("anonymous", "*")
_ACTION = re.compile(r"[A-Za-z0-9-]+:[A-Za-z0-9]+")
_ACCOUNT = re.compile(r"\d{12}")
_NEAR = 5
_LONG = 3


def store(boundary: Boundary, name: str) -> Node:
    """The store of that name; raises UsageError when it is none, ambiguous, or was never described."""
    node = one(boundary, name, STORES)
    if not node.account:
        raise UsageError(
            f"{name} is named in this audit and was not read, so its own policy is not known: audit its account too"
        )
    return node


def principal(boundary: Boundary, name: str) -> str:
    """The id of a principal: a node's, a service's name, a foreign ARN or account, or ``*`` for anonymous callers."""
    if name in ANYONE:
        return "*"
    declared = boundary.contract.principals.get(name)
    if declared is not None:
        return declared.arn
    if _ACCOUNT.fullmatch(name):
        roots = (node for node in boundary.graph.nodes(NodeKind.ROOT_USER) if node.account == name)
        return next((node.id for node in roots), name)
    if name in boundary.graph or not _is_foreign(boundary, name):
        return one(boundary, name, PRINCIPALS).id
    return name


def resource(boundary: Boundary, name: str) -> str:
    """The ARN of a resource: NAME, NAME/key/of/object for a bucket, any ARN as it is, or ``*``."""
    if name == "*" or is_arn(name):
        return name
    head, _, rest = name.partition("/")
    if head and rest and not _found(boundary, name) and _found(boundary, head, (NodeKind.BUCKET,)):
        return f"{one(boundary, head, (NodeKind.BUCKET,)).id}/{rest}"
    return one(boundary, name, tuple(NodeKind)).id


def action(text: str) -> str:
    """An action as it was written; raises UsageError for what is none."""
    if not _ACTION.fullmatch(text):
        raise UsageError(f"{text} is no action: write service:Action without wildcards, such as s3:GetObject")
    return text


def unlisted(text: str) -> str | None:
    """A sentence for an action that the catalogue of AWS's actions does not list: a slip, or newer than it."""
    from policy_sentry.querying.actions import get_action_data, get_actions_for_service

    service, _, name = text.partition(":")
    if get_action_data(service.lower(), name):
        return None
    near = get_close_matches(text, get_actions_for_service(service.lower()), n=1)
    return f"no list of AWS's actions has {text}" + (f": did you mean {near[0]}?" if near else ": is it spelled right?")


def misplaced(action_name: str, resource_id: str) -> str | None:
    """A sentence for an action on what lies in a bucket that is asked of the bucket itself."""
    from policy_sentry.querying.actions import get_action_data

    service, _, name = action_name.lower().partition(":")
    if service != "s3" or not is_arn(resource_id) or Arn.parse(resource_id).service != "s3" or "/" in resource_id:
        return None
    known = get_action_data(service, name) or {}
    formats = [one["resource_arn_format"] for one in known.get("s3", ()) if ":s3:::" in one["resource_arn_format"]]
    if formats and all("/" in one for one in formats):
        return f"{action_name} is asked of objects: add one to the bucket, such as {Arn.parse(resource_id).name}/key"
    return None


def _is_foreign(boundary: Boundary, name: str) -> bool:
    """Whether a text is a principal by itself, of none of the walked accounts: no listing could hold it."""
    if not is_arn(name) and "." not in name:
        return False
    try:
        read = Principal.read(name)
    except UsageError:
        return False
    if read.kind is Kind.SESSION:
        return True
    walked = {node.account for node in boundary.graph.nodes(NodeKind.ROOT_USER, NodeKind.ROLE, NodeKind.USER)}
    gaps = boundary.graph.unseen(NodeKind.ROLE, NodeKind.USER, account=read.account or "")
    return read.account not in walked or bool(gaps)


def one(boundary: Boundary, name: str, kinds: Collection[NodeKind]) -> Node:
    """The node of some kinds that a name means; raises UsageError when it is none, or ambiguous."""
    found = _found(boundary, name, kinds)
    if len(found) == 1:
        return found[0]
    if found:
        raise UsageError(f"{name} is ambiguous: it means {', '.join(node.id for node in found)}: name one by its ARN")
    raise UsageError(_unknown(boundary, name, kinds))


def _found(boundary: Boundary, name: str, kinds: Collection[NodeKind] = tuple(NodeKind)) -> list[Node]:
    found = boundary.resolve(name) or [
        key
        for key in boundary.graph.nodes(NodeKind.KEY)
        if name.removeprefix("alias/") in {alias.removeprefix("alias/") for alias in _aliases(key)}
    ]
    return [node for node in found if node.kind in kinds]


def _aliases(key: Node) -> Iterable[str]:
    aliases = key.properties.get("aliases")
    return aliases if isinstance(aliases, list | tuple) else ()


def _unknown(boundary: Boundary, name: str, kinds: Collection[NodeKind]) -> str:
    others = _found(boundary, name)
    wanted = ", ".join(str(kind).replace("_", " ") for kind in kinds)
    if others:
        kind = str(others[0].kind).replace("_", " ")
        return f"{name} is of the kind {kind}: name one of {wanted}"
    declared = {role: node_id for node_id, role in boundary.roles.items()}.get(name)
    if declared is not None:
        return f"{name} is declared as {declared}, which this audit did not find: audit the account that has it"
    near = _near(boundary, name, kinds)
    way_out = f"did you mean {', '.join(near)}?" if near else f"known are {', '.join(_known(boundary, kinds)[:_NEAR])}"
    return f"{name} is nothing that this audit knows: {way_out}"


def _near(boundary: Boundary, name: str, kinds: Collection[NodeKind]) -> list[str]:
    """Names like it, those of the contract first."""
    known = _known(boundary, kinds)
    last = Arn.parse(name).name if is_arn(name) else name
    close = get_close_matches(last, known, n=_NEAR, cutoff=0.6)
    within = [other for other in known if len(last) >= _LONG and last in other and other not in close]
    return [*close, *within][:_NEAR]


def _known(boundary: Boundary, kinds: Collection[NodeKind]) -> list[str]:
    """The names of these kinds: roles of the contract, then physical ones."""
    nodes = list(boundary.graph.nodes(*kinds))
    roles = sorted(boundary.roles[node.id] for node in nodes if node.id in boundary.roles)
    return list(dict.fromkeys([*roles, *(node.name for node in nodes)]))
