"""How often a command looks for garbage: what it makes lives until it ends, so that there is next to none to find."""

from __future__ import annotations

import gc

_MADE_BETWEEN_LOOKS = 50_000


def look_rarely() -> None:
    """Look for garbage rarely.

    By Python's own thresholds (700 new objects) looking takes a quarter of an audit's time: each look goes over more of
    what lives.
    """
    gc.set_threshold(_MADE_BETWEEN_LOOKS)


def clear() -> None:
    """Look at once: what a walk leaves behind, its clients and the models of their services, is large and circular."""
    gc.collect()
