"""What is known of one thing: a value, its absence, or that it could not be read. The three never mix."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Unknown:
    """A fact that could not be read: the error code, the IAM permission that would settle it, the record."""

    permission: str
    code: str
    record: str

    def to_json(self) -> dict[str, Any]:
        """The form in graph.json: ``{"$unknown": {code, permission, record}}``."""
        return {"$unknown": {"code": self.code, "permission": self.permission, "record": self.record}}

    @classmethod
    def from_json(cls, value: object) -> Unknown | None:
        """Read the form back; None for any other value."""
        match value:
            case {"$unknown": {"code": str(code), "permission": str(permission), "record": str(record)}}:
                return cls(permission, code, record)
            case _:
                return None


# A value of the graph: JSON, where None is "AWS says there is none", or an Unknown.
Fact = Any


def unread(value: Fact) -> Unknown | None:
    """The first part of a fact that could not be read, itself or within its lists and objects; None when all was."""
    match value:
        case Unknown():
            return value
        case dict():
            return next((one for item in value.values() if (one := unread(item)) is not None), None)
        case list() | tuple():
            return next((one for item in value if (one := unread(item)) is not None), None)
        case _:
            return None
