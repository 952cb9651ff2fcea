"""Before anything is made: what a stack intends, held against the account that it shall be made in.

A check is one file of ``checks``: ``TITLE``; ``reads(intended, caller)``, the rows of what it asks AWS; and
``check(seen)``, a generator of what it found. Nothing else is edited.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import TYPE_CHECKING

from audit.model.verdict import Verdict
from audit.preflight import checks
from audit.preflight.asking import WHO, joined

if TYPE_CHECKING:
    from types import ModuleType

    from audit.model.intended import Intended
    from audit.preflight.judged import Judged
    from audit.preflight.seen import Seen
    from audit.services.row import Row


@cache
def modules() -> tuple[ModuleType, ...]:
    """Every check's module, by name."""
    names = sorted(module.name for module in pkgutil.iter_modules(checks.__path__))
    return tuple(importlib.import_module(f"{checks.__name__}.{name}") for name in names)


def name_of(module: ModuleType) -> str:
    """A check's name, which is its file's."""
    return module.__name__.rpartition(".")[2]


def rows(intended: Intended, caller: str) -> dict[str, Row]:
    """What is asked of AWS for a stack, by ``service:Operation``; dry runs only where the caller is who deploys.

    Raises ValueError when two checks ask the same operation in two ways.
    """
    found: dict[str, Row] = {WHO.name: WHO}
    for module in modules():
        for row in module.reads(intended, caller):
            found[row.name] = joined(found[row.name], row) if row.name in found else row
    return found


def judge(seen: Seen) -> list[Judged]:
    """All that the checks found: broken first, then unknown, then what holds, each by check."""
    found = [one.of(name_of(module)) for module in modules() for one in module.check(seen)]
    return sorted(found, key=lambda one: list(Verdict).index(one.claim.verdict))
