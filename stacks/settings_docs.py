"""The rows of docs/settings.md, made from the settings' own fields."""

from __future__ import annotations

import types
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from stacks.automq_config import AutomqConfig
from stacks.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic.fields import FieldInfo

_LIMITS = ("ge", "le", "min_length", "max_length", "pattern")


@dataclass(frozen=True, slots=True)
class SettingRow:
    """One setting: its dotted name, what it takes, its default as YAML would have it, and what it means."""

    name: str
    takes: str
    default: str
    meaning: str


def rows() -> tuple[SettingRow, ...]:
    """Every setting and every part of one, in the model's order."""
    return tuple(_rows(Settings, ""))


def _rows(model: type[BaseModel], prefix: str) -> Iterator[SettingRow]:
    for name, field in model.model_fields.items():
        dotted = f"{prefix}{name}"
        yield SettingRow(dotted, _takes(field), _default(field), field.description or "")
        part, suffix = _part(field.annotation)
        if part:
            yield from _rows(part, f"{dotted}{suffix}.")


def _part(annotation: Any) -> tuple[type[BaseModel] | None, str]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation, ""
    suffix = {tuple: "[]", dict: ".<key>"}.get(get_origin(annotation), "")
    inner = [each for each in get_args(annotation) if isinstance(each, type) and issubclass(each, BaseModel)]
    return (inner[0], suffix) if inner else (None, "")


def _takes(field: FieldInfo) -> str:
    limits = [
        f"{name} {getattr(limit, name)}"
        for limit in field.metadata
        for name in _LIMITS
        if getattr(limit, name, None) is not None
    ]
    return ", ".join([_kind(field.annotation), *limits])


_WORDS = {str: "text", int: "number", bool: "true or false", AutomqConfig: "Base64 JSON, secret"}


def _kind(annotation: Any) -> str:
    arguments = get_args(annotation)
    match get_origin(annotation):
        case None:
            words = _plain(annotation)
        case origin if origin is Literal:
            words = " or ".join(str(each) for each in arguments)
        case origin if origin in {Union, types.UnionType}:
            words = " or ".join(_kind(each) for each in arguments if each is not type(None))
        case origin if origin is tuple:
            words = f"list of {_kind(arguments[0])}"
        case origin if origin is dict:
            words = f"mapping of {_kind(arguments[0])} to {_kind(arguments[1])}"
        case _:
            words = _kind(arguments[0])
    return words


def _plain(annotation: type) -> str:
    if issubclass(annotation, Enum):
        return " or ".join(str(each.value) for each in annotation)
    return _WORDS.get(annotation, annotation.__name__)


def _default(field: FieldInfo) -> str:
    value = "none: it must be set" if field.is_required() else field.default
    match value:
        case None:
            words = "not given"
        case BaseModel():
            words = "as below"
        case bool():
            words = str(value).lower()
        case Enum():
            words = str(value.value)
        case tuple() | dict():
            words = ", ".join(str(each) for each in value) or "none"
        case _:
            words = str(value)
    return words
