"""What a rehearsal's two children import, so that it can be imported early and compiled at installation.

`python -m stacks.rehearsal.imports` imports it all once: Python then keeps the bytecode, without which the first
rehearsal spends most of its time compiling.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from stacks.rehearsal import types

if TYPE_CHECKING:
    from collections.abc import Callable

_CHILDREN = ("stacks.rehearsal.server", "stacks.rehearsal.child")
PROGRAM = "stacks.program:deploy"


def prepare(program: str, enough: Callable[[], bool] = lambda: False) -> None:
    """Import a program's module, and pulumi_aws's classes, which it loads on first use, until that is enough."""
    importlib.import_module(program.partition(":")[0])
    for token in types.rows():
        if enough():
            return
        _, place, name = token.split(":")
        getattr(importlib.import_module(f"pulumi_aws.{place.partition('/')[0]}"), name)


def main() -> None:
    """Import everything that a rehearsal of the stack's own program uses."""
    prepare(PROGRAM)
    importlib.import_module("components.cluster_charts")
    for child in _CHILDREN:
        importlib.import_module(child)


if __name__ == "__main__":
    main()
