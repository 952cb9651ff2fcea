"""One setting of a stack's file written anew: comments, order and every other setting stay as they stand."""

from __future__ import annotations

import json
from typing import Any

import yaml

from audit.model.errors import SettingsError
from stacks.settings import PROJECT


def with_setting(text: str, name: str, value: Any, file: str) -> str:
    """The file's text with one setting of that value; raises SettingsError for a file that is not written in blocks."""
    key = f"{PROJECT}:{name}"
    text = text if text.endswith("\n") else f"{text}\n"
    config, lines = _config(text, file), text.splitlines(keepends=True)
    places = {one.value: (one.start_mark, _end(other, lines)) for one, other in config.value}
    indent = " " * config.start_mark.column
    body = yaml.safe_dump({key: value}, sort_keys=False, allow_unicode=True, width=120).splitlines()
    written = [f"{indent}{line}\n" for line in body]
    first, last = (places[key][0].line, places[key][1]) if key in places else (_after(places),) * 2
    made = "".join((*lines[:first], *written, *lines[last:]))
    _require_same(text, made, key, value, file)
    return made


def _require_same(before: str, after: str, key: str, value: Any, file: str) -> None:
    """A file written in a way that was not foreseen (anchors, settings on one line) is left as it is."""
    was = yaml.safe_load(before)
    was["config"] = {**was["config"], key: value}
    try:
        same = yaml.safe_load(after) == was
    except yaml.YAMLError:
        same = False
    if not same:
        raise SettingsError(f"{file} is not written a setting a line: set {key} by hand to {json.dumps(value)}")


def _config(text: str, file: str) -> yaml.MappingNode:
    """The mapping below ``config:``, with where its parts stand."""
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    parts = {key.value: value for key, value in root.value} if isinstance(root, yaml.MappingNode) else {}
    config = parts.get("config")
    if not isinstance(config, yaml.MappingNode) or config.flow_style or not config.value:
        raise SettingsError(f"{file} has no block of settings below config: write them there, one a line")
    return config


def _end(value: yaml.Node, lines: list[str]) -> int:
    """The line after a value. A block's mark stands at the next token: comments between belong to what follows."""
    flow = value.flow_style if isinstance(value, yaml.CollectionNode) else True
    block = not flow or (isinstance(value, yaml.ScalarNode) and value.style in {"|", ">"})
    last: int = value.end_mark.line + (0 if block else 1)
    while last > value.start_mark.line + 1 and lines[last - 1].strip()[:1] in {"", "#"}:
        last -= 1
    return last


def _after(places: dict[Any, tuple[Any, int]]) -> int:
    return max(last for _, last in places.values())
