"""What every family's operators have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Operator:
    """One operator: ``matches(policy value, request value)``; a negative one holds where its matches does not.

    ``valid`` says whether a policy value is of the family's type; ``variables`` whether policy variables count in it.
    """

    name: str
    matches: Callable[[str, str], bool]
    valid: Callable[[str], bool]
    negative: bool = False
    variables: bool = False


def any_text(_value: str) -> bool:
    """Every text is a value."""
    return True
