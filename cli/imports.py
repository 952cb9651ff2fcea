"""Imports every room of the audit, the proof of concept and the command line once: ``python -m cli.imports``.

Python then keeps their bytecode, and that of the libraries they use, also where the first command may not write it.
Without it every command spends a good part of its time compiling.
"""

from __future__ import annotations

import importlib
import pkgutil

_ROOMS = ("audit", "cli", "poc")


def main() -> None:
    """Import everything."""
    for room in _ROOMS:
        for found in pkgutil.walk_packages(importlib.import_module(room).__path__, f"{room}."):
            if not found.name.endswith("__main__"):
                importlib.import_module(found.name)


if __name__ == "__main__":
    main()
