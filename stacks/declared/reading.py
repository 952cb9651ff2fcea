"""Declared stacks from files: what ``pulumi preview --json`` and ``pulumi stack export`` print."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from audit.model.errors import UsageError
from stacks.declared.resource import Declared, Resource
from stacks.declared.values import read

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_LEAVING = frozenset({"delete", "delete-replaced", "discard", "discard-replaced", "remove-pending-replace"})
_READING = frozenset({"read", "read-replacement"})
_KNOWN = frozenset({"same", "create", "update", "replace", "create-replacement", "refresh", "import",
                    "import-replacement"}) | _LEAVING | _READING  # fmt: skip
_EXPORTS = (3, 4)
_HOW = "give what pulumi preview --json or pulumi stack export prints"


def declared(text: str, name: str) -> Declared:
    """The stack that a file declares.

    Args:
        text: what stands in the file.
        name: the file's, for messages.

    Raises:
        UsageError: it is neither a preview nor an export, is of a version that is not known, or declares nothing.
    """
    document = _document(text, name)
    if "deployment" in document:
        found = _exported(document, name)
    elif "steps" in document:
        found = _previewed(document, name)
    else:
        raise UsageError(f"{name} is neither a preview nor an export of a Pulumi stack: {_HOW}")
    if not any(resource.custom and not resource.type.startswith("pulumi:") for resource in found.resources.values()):
        raise UsageError(
            f"{name} declares no resource, so that nothing can be checked: {_HOW} of a stack that has some"
        )
    return found


def rehearsed(states: Iterable[Mapping[str, Any]], stack: str) -> Declared:
    """The stack that a rehearsal made, as it tells of it."""
    return replace(_stack(states, "the rehearsal", ""), stack=stack)


def _document(text: str, name: str) -> dict[str, Any]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        if _is_stream(text):
            raise UsageError(
                f"{name} is a stream of the engine's events, not a preview: "
                "run pulumi preview --json without PULUMI_ENABLE_STREAMING_JSON_PREVIEW"
            ) from error
        raise UsageError(f"{name} is no JSON ({error}): {_HOW}, alone and whole") from error
    if not isinstance(document, dict):
        raise UsageError(f"{name} holds no JSON object: {_HOW}")
    if "sequence" in document and "timestamp" in document:
        raise UsageError(f"{name} is an event of the engine, not a preview: {_HOW}")
    return document


def _is_stream(text: str) -> bool:
    try:
        first = json.loads(text.lstrip().partition("\n")[0])
    except (ValueError, RecursionError):
        return False
    return isinstance(first, dict) and "sequence" in first


def _previewed(document: Mapping[str, Any], name: str) -> Declared:
    failed = [
        one.get("message", "") for one in _objects(document, "diagnostics", name) if one.get("severity") == "error"
    ]
    if failed:
        said = " ".join(str(failed[0]).split())[:200]
        raise UsageError(
            f"{name} is of a preview that failed ({said}): what it lacks would go unchecked, mend it first"
        )
    states = []
    for step in _objects(document, "steps", name):
        operation = step.get("op")
        if operation not in _KNOWN:
            raise UsageError(
                f"{name} is of an engine that this kit does not know (its step is {operation!r}): "
                "preview with the pulumi of this checkout, or update the kit"
            )
        if operation not in _LEAVING | _READING:
            states.append(_object(step.get("newState"), name, f"the step {operation} of {step.get('urn')}"))
    return _stack(states, name, "")


def _exported(document: Mapping[str, Any], name: str) -> Declared:
    if document.get("version") not in _EXPORTS:
        raise UsageError(
            f"{name} is an export of version {document.get('version')!r}, this kit reads {_EXPORTS[0]} and "
            f"{_EXPORTS[1]}: update the kit, or export with an older pulumi"
        )
    deployment = _object(document["deployment"], name, "deployment")
    manifest = deployment.get("manifest")
    at = str(manifest.get("time", "")) if isinstance(manifest, dict) else ""
    states = _objects(deployment, "resources", name)
    return _stack((one for one in states if not one.get("delete") and not one.get("external")), name, at)


def _stack(states: Iterable[Mapping[str, Any]], name: str, at: str) -> Declared:
    resources = {resource.urn: resource for resource in (resource_of(state, name) for state in states)}
    first = next(iter(resources), "urn:pulumi:::::")
    return Declared(first.removeprefix("urn:pulumi:").partition("::")[0], resources, at)


def resource_of(state: Mapping[str, Any], name: str) -> Resource:
    """A resource from a state of the engine; raises UsageError for one that lacks its URN, type or inputs."""
    urn, kind = state.get("urn"), state.get("type")
    if not isinstance(urn, str) or not isinstance(kind, str) or urn.count("::") < 3:  # noqa: PLR2004  # a URN's parts
        raise UsageError(f"{name} holds a resource without its URN or type: {_HOW}")
    inputs = _object(state.get("inputs") or {}, name, f"the inputs of {urn}")
    outputs = _object(state.get("outputs") or {}, name, f"the outputs of {urn}")
    sources = _object(state.get("propertyDependencies") or {}, name, f"the dependencies of {urn}")
    if any(not isinstance(urns, list | None) for urns in sources.values()):
        raise UsageError(f"{name} holds no list of URNs among the dependencies of {urn}: {_HOW}")
    return Resource(
        urn=urn,
        type=kind,
        inputs={key: value for key, value in read(inputs).items() if not key.startswith("__")},
        references={key: tuple(str(one) for one in urns or ()) for key, urns in sources.items()},
        known_as=dict(_known_as(state.get("id"), outputs)),
        parent=str(state.get("parent") or ""),
        custom=bool(state.get("custom")),
    )


def _known_as(identity: Any, outputs: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What others call it by; an ARN that is the id too is called the ARN."""
    if isinstance(identity, str) and isinstance(read(identity), str) and identity:
        yield identity, "id"
    arn = read(outputs.get("arn"))
    if isinstance(arn, str) and arn:
        yield arn, "arn"


def _objects(document: Mapping[str, Any], key: str, name: str) -> list[dict[str, Any]]:
    found = document.get(key) or []
    if not isinstance(found, list) or any(not isinstance(one, dict) for one in found):
        raise UsageError(f"{name}: {key} is no list of objects: {_HOW}")
    return found


def _object(value: Any, name: str, what: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise UsageError(f"{name}: {what} is no object: {_HOW}")
    return value
