"""What `byoc init STACK` asks and writes: pure, so that the command only asks, prints and saves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from audit.model.errors import SettingsError
from stacks.automq_config import parse_automq_config, sample_automq_config
from stacks.settings import PROJECT, Settings
from stacks.settings_errors import nearest
from stacks.stack_files import STACK_NAME

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SECRETS = frozenset({"automq_config"})
"""Settings that are never written in clear."""


@dataclass(frozen=True, slots=True)
class Question:
    """One setting to ask for; a secret's answer is not echoed."""

    setting: str
    prompt: str
    secret: bool


@dataclass(frozen=True, slots=True)
class StackFile:
    """A new stack's file, and the commands that set what must not stand in it."""

    name: str
    text: str
    commands: tuple[str, ...]


def questions() -> tuple[Question, ...]:
    """The settings that have no default, in the model's order; the prompt is the field's description."""
    return tuple(
        Question(name, f"{name}: {field.description}", name in SECRETS)
        for name, field in Settings.model_fields.items()
        if field.is_required()
    )


def answers(given: Mapping[str, Any], ask: Callable[[Question], str]) -> dict[str, Any]:
    """All answers: those given, and what ``ask`` answers to the other questions.

    What automq_config already says (environment id, region) is not asked for; left empty, it can be set later.
    """
    collected = dict(given)
    for name in collected:
        if name not in Settings.model_fields:
            raise SettingsError(f"{name} is no setting: {nearest(name, Settings.model_fields)}")
    for question in sorted(questions(), key=lambda each: not each.secret):
        name = question.setting
        if name not in collected:
            answer = ask(question)
            if answer or not question.secret:
                collected[name] = answer
        if name == "automq_config" and collected.get(name):
            issued = parse_automq_config(str(collected[name]))
            collected = {"environment_id": issued.environment_id, "region": issued.region, **collected}
    return collected


def file_name(stack: str) -> str:
    """The name of a stack's file; raises SettingsError for a name that Pulumi would not take."""
    if not STACK_NAME.fullmatch(stack):
        raise SettingsError(f"stack {stack!r} must be 1 to 100 letters, digits, dots, hyphens, underscores: rename it")
    return f"Pulumi.{stack}.yaml"


def render(stack: str, collected: Mapping[str, Any]) -> StackFile:
    """A stack's file of these answers; raises SettingsError for a bad name or what Settings refuses."""
    name = file_name(stack)
    Settings.from_config({"automq_config": _sample(collected), **collected})
    clear = {f"{PROJECT}:{name}": collected[name] for name in Settings.model_fields if name in _clear(collected)}
    text = yaml.safe_dump({"config": clear}, sort_keys=False, allow_unicode=True, width=120)
    commands = tuple(f"pulumi config set --stack {stack} --secret {name}" for name in sorted(SECRETS))
    return StackFile(name, text, commands)


def _sample(collected: Mapping[str, Any]) -> str:
    parts = (str(collected.get(name, "")) for name in ("environment_id", "region", "aws_account_id"))
    return sample_automq_config(*parts)


def _clear(collected: Mapping[str, Any]) -> set[str]:
    return set(collected) - SECRETS
