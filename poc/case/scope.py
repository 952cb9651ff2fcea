"""What of the source is in scope."""

from __future__ import annotations

from fnmatch import fnmatchcase

from pydantic import Field

from poc.case.part import Part


class Names(Part):
    """Names by shell patterns: one of include must match, and none of exclude."""

    include: tuple[str, ...] = Field(default=("*",), description="patterns of the names that are in scope")
    exclude: tuple[str, ...] = Field(default=(), description="patterns of those that are not, although included")

    def holds(self, name: str) -> bool:
        """Whether a name is in scope; case matters, as it does to Kafka."""
        return any(fnmatchcase(name, one) for one in self.include) and not any(
            fnmatchcase(name, one) for one in self.exclude
        )


class Scope(Part):
    """The topics, groups and repositories that the proof of concept is about."""

    topics: Names = Field(
        default=Names(exclude=("_*",)),
        description="topics",
        examples=[{"include": ["orders.*"], "exclude": ["_*"]}],
    )
    groups: Names = Field(default=Names(), description="consumer groups", examples=[{"include": ["orders-*"]}])
    repositories: tuple[str, ...] = Field(
        default=(),
        description="folders with the code of clients, Terraform, dashboards and alert rules, scanned offline",
    )
