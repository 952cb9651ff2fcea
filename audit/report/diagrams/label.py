"""Texts from AWS as labels: every character is seen as text, and what is too long is visibly shortened."""

from __future__ import annotations

import unicodedata

_DIRECTIONS = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
_FORMAT = "Cf"


def seen(text: str, most: int | None = None) -> str:
    """A text in which nothing acts: marks of direction and of no width stand as ``[U+202E]``, controls as spaces.

    With ``most`` the middle of a longer text gives way to an ellipsis, and at the end stands how long it was.
    """
    whole = text if most is None or len(text) <= most else _shortened(text, most)
    return "".join(map(_letter, whole))


def _shortened(text: str, most: int) -> str:
    long = f" ({len(text):,} characters)" if len(text) > most * 2 else ""
    tail = most // 3
    return f"{text[: most - tail - 1]}\u2026{text[-tail:]}{long}"


def _letter(letter: str) -> str:
    if unicodedata.category(letter) == _FORMAT or unicodedata.bidirectional(letter) in _DIRECTIONS:
        return f"[U+{ord(letter):04X}]"
    return letter if letter.isprintable() else " "
