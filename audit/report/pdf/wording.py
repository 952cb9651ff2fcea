"""Texts for paper: what the fonts have no letter for shows as its number, long words may break, long texts end."""

from __future__ import annotations

import re
from typing import Any

_LONGEST = 700
"""Letters of a text at most: a sentence that names hundreds of roles stands whole in report.html."""
_WORD = re.compile(r"[^\s\u200b]{18,}")
_AFTER = re.compile(r"([/:._@=,;+-])")
_RUN = re.compile(r"([^\u200b]{18})(?=[^\u200b])")
_LATIN_TO_CYRILLIC = 0x52F
_SIGNS = frozenset("\u2018\u2019\u201c\u201d\u2013\u2014…·•→\u00d7⟨⟩≥≤€")


def told(data: Any) -> Any:
    """The same data with every text made ready for paper."""
    if isinstance(data, dict):
        return {key: told(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [told(value) for value in data]
    return breakable(shown(short(data))) if isinstance(data, str) else data


def short(text: str) -> str:
    """A text that ends where paper has no more room for it, and says how long it is."""
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}… ({len(text):,} letters, whole in report.html)"


def shown(text: str) -> str:
    """A text of letters that the fonts have; the others show as their numbers."""
    return "".join(letter if _has(letter) else f"⟨U+{ord(letter):04X}⟩" for letter in text)


def breakable(text: str) -> str:
    """A text whose long words may break: after a sign within them, or anywhere when there is none."""
    return _WORD.sub(lambda word: _RUN.sub("\\1\u200b", _AFTER.sub("\\1\u200b", word[0])), text)


def _has(letter: str) -> bool:
    return letter in _SIGNS or letter == "\n" or (letter.isprintable() and ord(letter) <= _LATIN_TO_CYRILLIC)
