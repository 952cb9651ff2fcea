"""The exit codes of every command: 0 nothing from --fail-on up, 1 broken, 2 unknown, 3 could not work."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from audit.model.errors import RehearsalError
from audit.model.verdict import Verdict
from cli import folder, rehearsing
from stacks.stack_files import rehearsed_settings, stack_file

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from audit.model.contract import BoundaryContract

    Byoc = Callable[..., Any]

UNOWNED = {"quota"}


@pytest.fixture
def written(here: Path, poc: Any) -> Callable[..., str]:
    """Writes the rehearsed poc stack's audit folder, with a contract in which some duties have no owner."""

    def write(name: str, *, without: set[str] = frozenset()) -> str:
        with folder.new_folder(here / "out" / name) as draft:
            folder.fill(draft, poc.judged(contract=unowned(poc.contract, without)))
        return f"out/{name}"

    return write


def unowned(contract: BoundaryContract, duties: set[str]) -> BoundaryContract:
    owners = {duty: owner for duty, owner in contract.owners.items() if duty.value not in duties}
    return contract.model_copy(update={"owners": owners})


def worst(text: str) -> str:
    body = json.loads(text)
    return Verdict.worst(Verdict(part["verdict"]) for part in (body.get("answers", body), body.get("findings", body)) if isinstance(part, dict)).value  # fmt: skip


@pytest.mark.parametrize(("fail_on", "code"), [(None, 1), ("unknown", 1), ("broken", 1), ("never", 0)])
@pytest.mark.parametrize("command", [["check"], ["ask", "owners"], ["audit"]])
def test_what_is_broken(
    byoc: Byoc, written: Callable[..., str], command: list[str], fail_on: str | None, code: int
) -> None:
    limit = ["--fail-on", fail_on] if fail_on else []
    path = written("poc", without=UNOWNED)
    assert byoc(*command, "--from", path, *limit).code == code
