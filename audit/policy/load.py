"""Reads policies/*.yaml, from the distribution and from a folder of the user's own."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING

from audit.model.errors import UsageError
from audit.policy import plain_yaml
from audit.policy.rule import FORMAT, Policy, PolicyFile
from audit.questions import questions

if TYPE_CHECKING:
    from collections.abc import Iterable
    from importlib.resources.abc import Traversable
    from pathlib import Path


def load(further: Path | None = None) -> tuple[Policy, ...]:
    """Every policy by id: ours and, with ``further``, the ones of that folder; raises UsageError for a bad file."""
    files = [*_files(resources.files("policies")), *(_own(further) if further is not None else ())]
    found: dict[str, Policy] = {}
    for file in files:
        for policy in _read(file):
            if policy.id in found:
                raise UsageError(
                    f"{file.name} holds policy {policy.id}, which another file holds too: give it another id"
                )
            found[policy.id] = policy
    return tuple(found[policy_id] for policy_id in sorted(found))


def _files(folder: Traversable) -> list[Traversable]:
    return sorted((f for f in folder.iterdir() if f.name.endswith(".yaml")), key=lambda file: file.name)


def _own(folder: Path) -> Iterable[Traversable]:
    if not folder.is_dir():
        raise UsageError(f"{folder} is no folder: --policies takes a folder with .yaml files")
    files = _files(folder)
    if not files:
        raise UsageError(f"{folder} holds no .yaml file: --policies takes a folder with policies")
    return files


def _read(file: Traversable) -> tuple[Policy, ...]:
    document = plain_yaml.read(file, "policies")
    found = document.parsed(PolicyFile, FORMAT, "docs/schemas/policy.schema.json").policies
    for number, policy in enumerate(found):
        if policy.claim is not None and policy.claim.question not in questions():
            place = document.place(("policies", number, "claim", "question"))
            # It would find nothing, which a reader takes for sound.
            raise UsageError(f"{place}: {policy.claim.question} is no question: ask one of {', '.join(questions())}")
    return found
