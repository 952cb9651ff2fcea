"""Pulumi's inputs as botocore's parameters, driven by botocore's input shapes: only differing names need a word."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.model import ListShape, MapShape, StructureShape

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from botocore.model import Shape


class UnknownInputError(ValueError):
    """An input, by its dotted path, that the operation has no member for."""


def parameters(
    shape: StructureShape | None, inputs: Mapping[str, Any], rename: Mapping[str, str], known: Collection[str] = ()
) -> dict[str, Any]:
    """The operation's parameters from Pulumi's inputs.

    Args:
        shape: the operation's input shape; None for one that takes no input.
        inputs: camelCase, as the Pulumi provider gets them.
        rename: dotted path of an input to the member's name, where they differ by more than case.
        known: inputs that other calls read, which need no member here.

    Raises:
        UnknownInputError: an input has no member and nothing else reads it.
    """
    result: dict[str, Any] = {}
    for key, value in inputs.items():
        try:
            result |= _structure(shape, {key: value}, rename, "") if shape else _refuse(key)
        except UnknownInputError:
            if key not in known:
                raise
    return result


def _refuse(path: str) -> dict[str, Any]:
    raise UnknownInputError(path)


def _structure(shape: StructureShape, value: Mapping[str, Any], rename: Mapping[str, str], path: str) -> dict[str, Any]:
    members = {member.lower(): member for member in shape.members}
    result: dict[str, Any] = {}
    for key, item in value.items():
        here = f"{path}.{key}" if path else key
        member = rename.get(here) or next((members[name] for name in _spellings(key) if name in members), None)
        if member is None:
            raise UnknownInputError(here)
        result |= _member(shape, member, item, rename, here)
    return result


def _member(shape: StructureShape, member: str, item: Any, rename: Mapping[str, str], path: str) -> dict[str, Any]:
    """The value of a member, or of a member's member when ``member`` is dotted."""
    outer, _, inner = member.partition(".")
    below = shape.members[outer]
    if inner and isinstance(below, StructureShape):
        return {outer: _member(below, inner, item, rename, path)}
    return {outer: _value(below, item, rename, path)}


def _spellings(key: str) -> Iterator[str]:
    # Pulumi names a list in the plural and a single block in the singular; AWS does as it pleases.
    name = key.lower()
    yield name
    yield f"{name}s"
    yield name.removesuffix("s")
    yield name.removesuffix("es")
    if name.endswith("ies"):
        yield f"{name.removesuffix('ies')}y"


def _value(shape: Shape, value: Any, rename: Mapping[str, str], path: str) -> Any:
    match shape:
        case StructureShape():
            only = value[0] if isinstance(value, list) and len(value) == 1 else value
            if not isinstance(only, dict):
                raise UnknownInputError(path)
            return _structure(shape, only, rename, path)
        case ListShape():
            items = value if isinstance(value, list) else [value]
            return [_value(shape.member, item, rename, path) for item in items]
        case MapShape():
            return {key: _value(shape.value, item, rename, path) for key, item in value.items()}
        case _:
            return _scalar(shape.type_name, value)


def _scalar(kind: str, value: Any) -> Any:
    match kind:
        case "integer" | "long":
            return int(value)
        case "float" | "double":
            return float(value)
        case "boolean":
            return value if isinstance(value, bool) else str(value).lower() == "true"
        case "string":
            return _text(value)
        case _:
            return value


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
