"""The request context: keys that are known, keys that are known to be absent, keys that are free.

AWS page "AWS global condition context keys". Keys do not mind case.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Free(Enum):
    """The only value of a key about which nothing is known."""

    FREE = "free"


FREE: Literal[Free.FREE] = Free.FREE
Held = tuple[str, ...] | Free | None
"""A key's values, None when the request does not carry it, FREE when that is not known."""


@dataclass(frozen=True, slots=True)
class Context:
    """Values by lower-case key (an empty tuple: known to be absent); ``free`` rules the keys that are not listed.

    ``closed`` are lower-case prefixes (``aws:principaltag/``) of which every key is listed, so the others are absent.
    """

    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    free: bool = False
    closed: tuple[str, ...] = ()

    @classmethod
    def of(cls, values: Mapping[str, object], *, free: bool = False, closed: Iterable[str] = ()) -> Context:
        """A context from JSON: each value a text, number, boolean or a list of them."""
        return cls({key.lower(): _texts(value) for key, value in values.items()}, free, tuple(closed))

    def held(self, key: str) -> Held:
        """What the request carries under a key."""
        name = key.lower()
        values = self.values.get(name)
        if values is not None:
            return values or None
        return FREE if self.free and not name.startswith(self.closed) else None

    def filled(self, values: Mapping[str, object]) -> Context:
        """With these values for the keys that this one does not list."""
        return self.over({key.lower(): _texts(value) for key, value in values.items()})

    def over(self, values: Mapping[str, tuple[str, ...]]) -> Context:
        """With these values, by lower-case key, for the keys that this one does not list."""
        return Context({**values, **self.values}, self.free, self.closed)

    def fixed(self, values: Mapping[str, object]) -> Context:
        """With these values in place of this one's."""
        more = {key.lower(): _texts(value) for key, value in values.items()}
        return Context({**self.values, **more}, self.free, self.closed)


def text_of(value: object) -> str:
    """A JSON scalar as policies compare it: booleans and numbers as JSON writes them."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _texts(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    if isinstance(value, list | tuple | set | frozenset):
        return tuple(text_of(item) for item in value)
    return (text_of(value),)
