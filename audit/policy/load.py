"""Reads policies, one a file, from policies/ and from a folder of the user's own, nested folders too."""

from __future__ import annotations

from difflib import get_close_matches
from importlib import resources
from typing import TYPE_CHECKING

from audit.model.errors import UsageError
from audit.policy import plain_yaml
from audit.policy.rule import FORMAT, Answers, Policy
from audit.questions import questions, reasons

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from importlib.resources.abc import Traversable
    from pathlib import Path

_ITS_OWN = {"pyproject.toml", "contract.json"}
"""What marks a folder that holds no policies: a project of its own, an account that examples change."""


def load(further: Path | None = None) -> tuple[Policy, ...]:
    """Every policy by id: ours and, with ``further``, the ones of that folder; raises UsageError for a bad file."""
    return read_all([*_files(resources.files("policies")), *(_own(further) if further is not None else ())])


def read_all(files: Iterable[plain_yaml.Readable]) -> tuple[Policy, ...]:
    """The policies of files by id; raises UsageError for a bad file and for an id that two files have."""
    found: dict[str, Policy] = {}
    for file in files:
        policy = _read(file)
        if policy.id in found:
            raise UsageError(f"{file.name} holds policy {policy.id}, which another file holds too: give it another id")
        found[policy.id] = policy
    return tuple(found[policy_id] for policy_id in sorted(found))


def own(folder: Path) -> tuple[Policy, ...]:
    """The policies of a folder alone; raises UsageError for a bad file."""
    return tuple(_read(file) for file in _own(folder))


def _files(folder: Traversable) -> Iterator[Traversable]:
    inside = sorted(folder.iterdir(), key=lambda file: file.name)
    if any(file.name in _ITS_OWN for file in inside):
        return
    for file in inside:
        if file.is_dir():
            if not file.name.startswith((".", "_")):
                yield from _files(file)
        elif file.name.endswith((".yaml", ".yml")):
            yield file


def _own(folder: Path) -> list[Traversable]:
    if not folder.is_dir():
        raise UsageError(f"{folder} is no folder: --policies takes a folder with .yaml files")
    files = list(_files(folder))
    if not files:
        raise UsageError(f"{folder} holds no .yaml file: --policies takes a folder with policies")
    return files


def _read(file: plain_yaml.Readable) -> Policy:
    document = plain_yaml.read(file, "policies")
    policy = document.parsed(Policy, FORMAT, "docs/schemas/policy.schema.json")
    if isinstance(policy.expect, Answers):
        _require_known(policy.expect, document)
    return policy


def _require_known(asked: Answers, document: plain_yaml.Document) -> None:
    """A question or reason that nobody claims would find nothing, which a reader takes for sound."""
    if asked.question not in questions():
        place = document.place(("expect", "question"))
        raise UsageError(f"{place}: {asked.question} is no question: ask one of {', '.join(questions())}")
    known = reasons(asked.question)
    for reason in asked.reasons:
        if reason not in known:
            place = document.place(("expect", "without" if asked.without else "shows"))
            near = get_close_matches(reason, known, n=3) or sorted(known)
            raise UsageError(f"{place}: {asked.question} never claims {reason}: did you mean {', '.join(near)}?")
