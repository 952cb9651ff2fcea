"""Rehearsals of all stacks, from the stack's name to its answers: everything but the writing of the audit folder."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cli import judging, rehearsing
from stacks.stack_files import stack_names

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """A stack's rehearsal: how many resources of AWS its program declares, and seconds by the clock."""

    stack: str
    resources: int
    seconds: float


def measure(tell: Callable[[str], None]) -> tuple[Rehearsed, ...]:
    """Rehearse every stack that has a file; raises as a rehearsal does."""
    return tuple(_measured(stack, tell) for stack in stack_names())


def _measured(stack: str, tell: Callable[[str], None]) -> Rehearsed:
    tell(f"rehearsing {stack}")
    resources = 0

    def count(declared: Sequence[Mapping[str, Any]]) -> None:
        nonlocal resources
        resources = sum(1 for one in declared if str(one["type"]).startswith("aws:"))

    began = time.perf_counter()
    _, _, contract, snapshot = rehearsing.rehearse(stack, declared=count)
    judging.judge_snapshot(snapshot, contract)
    return Rehearsed(stack, resources, time.perf_counter() - began)
