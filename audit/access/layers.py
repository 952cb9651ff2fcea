"""The documents of one line of ``simulate``, compiled; lines that bring the same ones share them."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from audit.access import kms, s3
from audit.access.evaluate import Policies
from audit.access.expression import Expr, Opaque, const
from audit.access.kept import Kept, fingerprint
from audit.access.policy import Body, Document, brief, document
from audit.model.errors import UsageError

NAMES = (
    "identity", "boundary", "session", "resource_policy", "scp", "rcp", "endpoint", "grants", "block_public_access",
)  # fmt: skip


class Layers(NamedTuple):
    """The documents, what is not understood in them, and how many colons their JSON has."""

    policies: Policies
    problems: tuple[str, ...]
    colons: int


_KEPT: Kept[Layers] = Kept(1024)
_DOCUMENTS: Kept[Body] = Kept(4096)
_write = json.JSONEncoder(ensure_ascii=False).encode


def layers(case: dict[str, Any]) -> Layers:
    """Compile the documents of a case; raises UsageError, with document and pointer, for one that is no policy."""
    content = [case.get(name) for name in NAMES]
    key = fingerprint(content)
    found = _KEPT.get(key)
    if found is None:
        policies = _compiled(case)
        found = Layers(policies, tuple(policies.problems()), _write(content).count(":"))
        _KEPT.put(key, found)
    return found


def is_unread(content: Any) -> bool:
    """Whether this stands for what was not read: ``{"unreadable": permission}``."""
    return isinstance(content, dict) and len(content) == 1 and isinstance(content.get("unreadable"), str)


def right(name: str, value: Any, wanted: str, *, fits: bool) -> None:
    """Raises UsageError that names a part of a case when its value does not fit."""
    if not fits:
        raise UsageError(f"{name} is {brief(value)}: expected {wanted}")


def _compiled(case: dict[str, Any]) -> Policies:
    resource = case.get("resource_policy")
    session = case.get("session")
    return Policies(
        identity=_documents("identity", _listed("identity", case)),
        boundary=_documents("boundary", _listed("boundary", case)) or None,
        session=None if session is None else _documents("session", [session], single=True),
        resource=None if resource is None else _document("resource_policy", resource, principals=True),
        scp=_levels("scp", _listed("scp", case), principals=False),
        rcp=_levels("rcp", _listed("rcp", case), principals=True),
        endpoint=_documents("endpoint", _listed("endpoint", case), principals=True) or None,
        grants=_grants(_listed("grants", case)),
        public_block=_block(case.get("block_public_access")),
    )


def _listed(name: str, case: dict[str, Any]) -> Any:
    """A list of a case, none when it is missing, or what stands for one that was not read."""
    content = case.get(name)
    if content is None:
        return []
    right(name, content, 'a list or {"unreadable": permission}', fits=isinstance(content, list) or is_unread(content))
    return content


def _document(name: str, content: Any, *, principals: bool = False) -> Document:
    """Compile a document; one that is no policy at all is an error, a statement not understood is the evaluator's."""
    found = document(name, content, principals=principals, kept=_DOCUMENTS)
    whole = next((s for s in (found.body.statements if found.body else ()) if s.problem and not s.pointer), None)
    if whole is not None:
        raise UsageError(f"{name}: {whole.problem}")
    return found


def _documents(name: str, content: Any, *, principals: bool = False, single: bool = False) -> tuple[Document, ...]:
    items = [content] if is_unread(content) else content
    names = [name] if single or is_unread(content) else [f"{name}/{place}" for place in range(len(items))]
    return tuple(_document(n, item, principals=principals) for n, item in zip(names, items, strict=True))


def _levels(name: str, content: Any, *, principals: bool) -> tuple[tuple[Document, ...], ...]:
    if is_unread(content):
        return (_documents(name, content, principals=principals),)
    if not all(isinstance(level, list) or is_unread(level) for level in content):
        raise UsageError(f"{name} is a list of levels, each a list of policies")
    return tuple(_documents(f"{name}/{place}", level, principals=principals) for place, level in enumerate(content))


def _grants(content: Any) -> kms.Grants:
    if is_unread(content):
        return document("grants", content)
    for place, grant in enumerate(content):
        wrong = kms.problem(grant)
        if wrong is not None:
            raise UsageError(f"grants/{place}{wrong}: grants are as ListGrants returns them")
    return tuple(content)


def _block(content: Any) -> Expr:
    """When RestrictPublicBuckets holds; IgnorePublicAcls needs an ACL, which a case does not have."""
    if is_unread(content):
        return Opaque(s3.LAYER, "Deny", str(content["unreadable"]))
    settings = content or {}
    fits = isinstance(settings, dict) and all(isinstance(value, bool) for value in settings.values())
    right("block_public_access", content, "an object of the four settings, each true or false", fits=fits)
    return const(settings.get("RestrictPublicBuckets", False))
