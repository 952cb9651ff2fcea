"""What is wrong with settings, as one sentence: the field, the limit, the way out."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pydantic import BaseModel, ValidationError

_MOST_SHOWN = 80


def nearest(name: str, known: Iterable[str]) -> str:
    """The way out of an unknown name: the nearest known one, or all of them."""
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=1)
    return f"did you mean {near[0]}?" if near else f"the settings are {', '.join(names)}"


def sentence(error: ValidationError, model: type[BaseModel]) -> str:
    """All problems that pydantic found, the first one first."""
    return "; ".join(_one(problem, model) for problem in error.errors(include_url=False))


def _one(problem: Any, model: type[BaseModel]) -> str:
    kind, context = problem["type"], problem.get("ctx", {})
    if kind == "value_error":
        return _own_words(problem, str(context["error"]))
    field = _field(problem["loc"])
    if kind == "missing":
        return _missing(field, model)
    if kind == "extra_forbidden":
        return f"{field} is no setting: take it out, or see docs/settings.md"
    limit = _limit(kind, context, problem["msg"])
    return f"{field} is {_shown(problem['input'])}, {limit}: change it"


def _own_words(problem: Any, words: str) -> str:
    field = _field(problem["loc"])
    root = field.partition(".")[0].partition("[")[0]
    return words if not field or words.startswith(root) else f"{field}: {words}"


def _missing(field: str, model: type[BaseModel]) -> str:
    info = model.model_fields.get(field)
    if info is None:
        return f"{field} is not set: add it to the stack's file"
    secret = "--secret " if field == "automq_config" else ""
    return f"{field} is not set ({info.description}): pulumi config set {secret}{field} VALUE"


def _limit(kind: str, context: dict[str, Any], message: str) -> str:
    if kind == "string_pattern_mismatch":
        return f"which does not match {context['pattern']}"
    if kind in {"enum", "literal_error"}:
        return f"but must be {context['expected']}"
    return f"but {message[0].lower()}{message[1:]}"


def _field(location: tuple[int | str, ...]) -> str:
    text = ""
    for part in location:
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text.removeprefix(".")


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}…"
