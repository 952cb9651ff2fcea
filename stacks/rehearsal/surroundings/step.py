"""One call that makes a part of what is there before a rehearsed program runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Step:
    """A call by botocore's names; ``ids`` are those that what it makes shall have.

    ``account`` is another account that it is made in, empty for the environment's own.
    """

    service: str
    operation: str
    params: Mapping[str, Any]
    ids: tuple[str, ...] = ()
    account: str = ""
