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
    """Values by fingerprint: at most so many, kept from their second coming on, very large ones never.

    Input that never comes again so costs a hash each, and leaves nothing for the garbage collector to walk.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: dict[bytes, T] = {}
        self._seen: set[int] = set()

    def get(self, key: bytes) -> T | None:
        """The value, or None."""
        return self._values.get(key)

    def put(self, key: bytes, value: T) -> T:
        """The value itself, kept when its key came before."""
        name = hash(key)
        if name in self._seen and len(key) <= _LARGEST:
            if len(self._values) >= self._most:
                self._values.clear()
            self._values[key] = value
        elif len(self._seen) < self._most * _SEEN_FOR_EACH:
            self._seen.add(name)
        else:
            self._seen = {name}
        return value
