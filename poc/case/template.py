"""The commented poc.yaml that `byoc poc init` writes, made from the model: descriptions, first examples, defaults."""

from __future__ import annotations

import json
import textwrap
import types
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin

import yaml

from poc.case.model import SCHEMA, Case
from poc.case.part import Part
from poc.case.quantity import Money

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pydantic.fields import FieldInfo

_WIDTH = 110
_HEAD = f"""\
# A proof of concept: what is compared, on which workload, by which limits. Replace the samples.
# Amounts carry their unit (MiB/s, GiB, d, USD). Secrets are named, never written: env:NAME, file:PATH,
# secretsmanager:NAME#KEY. A line that is commented out is optional. What is explained once is not explained again:
# the target may have all that the source may have. Schema for editors: {SCHEMA}
"""


def render(name: str) -> str:
    """A whole poc.yaml, which ``Case.read`` reads, for a case of this name."""
    clusters = {side: _example(Case.model_fields[side]) for side in ("source", "target")}
    return _HEAD + "\n".join(_Writer().part(Case, {"name": name, **clusters})) + "\n"


class _Writer:
    """Writes the lines of sections; a field's comment, and optional fields, only where they first come."""

    def __init__(self) -> None:
        self._explained: set[tuple[type, str]] = set()

    def part(self, model: type[Part], given: Mapping[str, Any]) -> Iterator[str]:
        first = {name: self._first(model, name) for name in model.model_fields}
        for name, field in model.model_fields.items():
            if get_args(field.annotation) or _is_part(field.annotation):
                yield from [""] if model is Case else []
            # A None default says that nothing is chosen: the example is shown, not set.
            chosen = name in given or field.is_required() or (field.default is not None and first[name])
            if not chosen and not first[name]:
                continue
            yield from _comment(field) if first[name] else ()
            lines = self._lines(name, _plain(field.annotation), given.get(name, _example(field)))
            yield from lines if chosen else (f"# {line}" for line in lines)

    def _first(self, model: type[Part], name: str) -> bool:
        # A field is explained with the class that brings it, not with each that inherits it.
        brings = next(kind for kind in reversed(model.__mro__) if name in vars(kind).get("__annotations__", {}))
        seen = (brings, name) in self._explained
        self._explained.add((brings, name))
        return not seen

    def _lines(self, name: str, kind: Any, value: Any) -> Iterator[str]:
        inner = get_args(kind)
        if _is_part(kind):
            yield f"{name}:"
            yield from _indented(self.part(kind, _mapping(value)))
        elif get_origin(kind) is tuple and _is_part(inner[0]) and value:
            yield f"{name}:"
            for item in value:
                first, *rest = self.part(inner[0], item)
                yield from [f"  - {first}", *(f"    {line}" for line in rest)]
        elif get_origin(kind) is dict and _is_part(_plain(inner[1])) and value:
            yield f"{name}:"
            for key, item in value.items():
                yield from _indented(self._lines(key, _plain(inner[1]), item))
        else:
            yield f"{name}: {_scalar(value)}"


def _example(field: FieldInfo) -> Any:
    if field.examples:
        return field.examples[0]
    return None if field.is_required() else field.default


def _indented(lines: Iterable[str]) -> Iterator[str]:
    return (f"  {line}" for line in lines)


def _mapping(value: Any) -> Mapping[str, Any]:
    """What is given of a part: an example's mapping, or what a default itself sets."""
    if isinstance(value, Part):
        return {name: getattr(value, name) for name in value.model_fields_set}
    return value or {}


def _comment(field: FieldInfo) -> Iterator[str]:
    choices = _choices(field.annotation)
    text = str(field.description) + (f"; one of {', '.join(choices)}" if len(choices) > 1 else "")
    return (f"# {line}" for line in textwrap.wrap(text, _WIDTH, break_long_words=False, break_on_hyphens=False))


def _choices(kind: Any) -> tuple[str, ...]:
    plain = _plain(kind)
    return tuple(map(str, get_args(plain))) if get_origin(plain) is Literal else ()


def _plain(kind: Any) -> Any:
    """A type without its limits, and without None."""
    if get_origin(kind) is Annotated:
        return _plain(get_args(kind)[0])
    if get_origin(kind) in {Union, types.UnionType}:
        (only,) = (part for part in get_args(kind) if part is not type(None))
        return _plain(only)
    return kind


def _is_part(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Part)


def _scalar(value: Any) -> str:
    """A value on one line, as YAML; JSON's forms are YAML too."""
    if isinstance(value, Money) or (isinstance(value, str) and _reads_back(value)):
        return str(value)
    return json.dumps(value, ensure_ascii=False, default=str)


def _reads_back(text: str) -> bool:
    try:
        return bool(yaml.safe_load(f"a: {text}") == {"a": text})
    except yaml.YAMLError:
        return False
