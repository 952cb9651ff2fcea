"""How much of a walk was answered: records counted by account, region and operation."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from audit.model.snapshot import Record, Snapshot


@dataclass(frozen=True, slots=True, order=True)
class Coverage:
    """The calls of one operation in one account and region, and the codes and permissions of the unreadable ones."""

    account: str
    region: str
    operation: str
    answered: int
    absent: int
    unreadable: int
    codes: tuple[str, ...] = ()
    permissions: tuple[str, ...] = ()


def coverage(snapshot: Snapshot) -> list[Coverage]:
    """One line for each (account, region, ``service:Operation``) that was asked, sorted."""
    groups: dict[tuple[str, str, str], list[Record]] = {}
    for record in snapshot.records:
        place = (record.account, record.region, f"{record.service}:{record.operation}")
        groups.setdefault(place, []).append(record)
    return sorted(_counted(place, records) for place, records in groups.items())


def _counted(place: tuple[str, str, str], records: list[Record]) -> Coverage:
    counts = Counter(_fact(record) for record in records)
    refused = [record.unreadable for record in records if record.unreadable is not None]
    codes = tuple(sorted({why.code for why in refused}))
    permissions = tuple(sorted({why.permission for why in refused}))
    return Coverage(*place, counts["answered"], counts["absent"], counts["unreadable"], codes, permissions)


def _fact(record: Record) -> str:
    if record.unreadable is not None:
        return "unreadable"
    return "answered" if record.absent is None else "absent"
