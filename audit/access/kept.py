"""What is compiled is kept where it comes again, in bounded memory."""

from __future__ import annotations

import marshal
from typing import Any, Generic, TypeVar

T = TypeVar("T")
_LARGEST = 1 << 16
_SEEN_FOR_EACH = 16


def fingerprint(content: Any) -> bytes:
    """The same bytes for equal JSON in the same order, quickly: marshal's second version keeps no references.

    Raises ValueError for what JSON cannot hold.
    """
    return marshal.dumps(content, 2)


class Kept(Generic[T]):
    """Values by fingerprint: at most so many, very large ones never.

    They are kept ``at_once``, or from their second coming on: input that never comes again then costs a hash each, and
    leaves nothing for the garbage collector to walk.
    """

    def __init__(self, most: int, *, at_once: bool = False) -> None:
        self._most, self._at_once = most, at_once
        self._values: dict[bytes, T] = {}
        self._seen: set[int] = set()

    def get(self, key: bytes) -> T | None:
        """The value, or None."""
        return self._values.get(key)

    def put(self, key: bytes, value: T) -> T:
        """The value itself, kept when that is its turn."""
        name = hash(key)
        if len(key) <= _LARGEST and (self._at_once or name in self._seen):
            if len(self._values) >= self._most:
                self._values.clear()
            self._values[key] = value
        elif len(self._seen) < self._most * _SEEN_FOR_EACH:
            self._seen.add(name)
        else:
            self._seen = {name}
        return value
