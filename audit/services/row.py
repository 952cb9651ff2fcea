"""A row: one read-only call that the walk may make, as data. One file per AWS service holds that service's rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


HOME = "$region"
"""The key of a mapping that names the region where its call belongs."""
OWN = "$account"
"""The value of a row's parameter that stands for the account which the call is made in."""


class Scope(StrEnum):
    """Whether a call is made once an account or once a region."""

    GLOBAL = "global"
    REGIONAL = "regional"


class Detail(StrEnum):
    """Kinds of names that limit detail calls to what the contract names and what that leads to."""

    BUCKET = "bucket"
    KEY = "key"
    LOG_GROUP = "log_group"
    TOPIC = "topic"
    SECRET = "secret"  # noqa: S105 a kind of name
    VAULT = "vault"
    FILE_SYSTEM = "file_system"
    VPC = "vpc"
    ZONE = "zone"


def if_any(parent: str, items: str) -> dict[str, Any]:
    """The fields of a row that is asked once where a parent's answer lists something, and is empty where it does not.

    ``items`` is a JMESPath. A VPC without a network interface has nothing that packets start from or arrive at.
    """
    return {"parent": parent, "each": f"{items} && `{{}}`", "implied": True}


@dataclass(frozen=True, slots=True)
class Row:
    """One operation of botocore's, the permission it needs, and where its parameters come from.

    A row without a parent is called once (an account or a region). A row with one is called once for each mapping that
    ``each``, a JMESPath, finds in the parent's answers: ``Buckets[].{Bucket: Name}``; ``also`` names further parents,
    each with its own. With ``detail`` set, only for
    mappings whose first value is a name of that kind in the audit's scope. ``leads`` are JMESPaths whose results join
    the scope. ``absent`` are the error codes that mean "there is none"; every other error is unreadable.

    A mapping's ``$region`` is no parameter: where that region is walked, the call is made there. A parameter of the row
    that is ``$account`` becomes the id of the account that is asked.

    ``each``, ``again`` and ``leads`` are evaluated on the answer with two further keys: ``$params``, the parameters
    that were sent, and ``$accounts``, the ids of all walked accounts. ``again`` finds further mappings for the row
    itself in its own answers (a tree's next level). A regional row under a global parent is called in every region; a
    mapping with a null value is no call. ``implied``: where the parent was read and leads to no call, it says by itself
    that there is none; otherwise what was never asked is unknown. ``near`` details are read
    only of what the contract itself names, not of what that leads to, also with --everything: they say nothing of who
    can do what. Without a contract they are read of everything. ``paged``: each page of the answer is a record, with
    what it says of further ones, which merging would drop; ``again`` leads to the next.
    """

    service: str
    operation: str
    permission: str
    why: str
    scope: Scope = Scope.REGIONAL
    params: Mapping[str, Any] = field(default_factory=dict)
    parent: str | None = None
    each: str | None = None
    detail: Detail | None = None
    leads: Mapping[Detail, str] = field(default_factory=dict)
    absent: frozenset[str] = frozenset()
    again: str | None = None
    implied: bool = False
    near: bool = False
    also: Mapping[str, str] = field(default_factory=dict)
    paged: bool = False

    def __post_init__(self) -> None:
        if (self.parent is None) != (self.each is None):
            raise ValueError(f"{self.name}: a row has both a parent and each, or neither")
        if self.implied and self.parent is None:
            raise ValueError(f"{self.name}: only a parent's answer implies that there is none")
        if self.near and self.detail is None:
            raise ValueError(f"{self.name}: near limits a detail")
        if self.detail is not None and self.parent is None:
            raise ValueError(f"{self.name}: detail limits a parent's items, so the row needs a parent")
        if self.also and self.parent is None:
            raise ValueError(f"{self.name}: further parents need a first one")

    @property
    def name(self) -> str:
        """``service:Operation``, unique among the rows."""
        return f"{self.service}:{self.operation}"

    @property
    def parents(self) -> dict[str, str]:
        """Each parent's name, and the JMESPath that finds this row's mappings in its answers."""
        return {} if self.parent is None or self.each is None else {self.parent: self.each, **self.also}
