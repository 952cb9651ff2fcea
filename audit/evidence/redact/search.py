"""Finds names in texts, many names at once: by their first word, then whole."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_WORD = re.compile(r"[^\W_]+")


class Search:
    """Names, found where they stand as whole words; of two that begin alike the longer one."""

    def __init__(self, names: Iterable[str]) -> None:
        self._by_word: dict[str, list[tuple[str, int]]] = {}
        for name in sorted(names, key=lambda name: (-len(name), name)):
            first = _WORD.search(name)
            if first is not None:
                self._by_word.setdefault(first.group(), []).append((name, first.start()))

    def found(self, text: str) -> Iterator[tuple[int, str]]:
        """Each name in a text and where it begins, none within another."""
        past = 0
        for word in _WORD.finditer(text):
            for name, before in self._by_word.get(word.group(), ()):
                start = word.start() - before
                if start >= past and text.startswith(name, start) and _ends(text, start + len(name), name):
                    yield start, name
                    past = start + len(name)
                    break

    def replaced(self, text: str, by: Mapping[str, str]) -> str:
        """A text with each name in it replaced."""
        parts, place = [], 0
        for start, name in self.found(text):
            parts += [text[place:start], by[name]]
            place = start + len(name)
        return "".join([*parts, text[place:]]) if parts else text


def _ends(text: str, end: int, name: str) -> bool:
    """Whether a name does not go on as a longer word."""
    return not name[-1].isalnum() or not text[end : end + 1].isalnum()
