"""Coverage: what was asked of AWS and answered, what was not, and what that leaves unknown."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from audit.graph.spared import not_needed
from audit.model.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from audit.model.snapshot import Record, Snapshot
    from audit.model.verdict import Claim
    from audit.report.material import Material


@dataclass(frozen=True, slots=True)
class Service:
    """A service and how many calls of it were answered, said that there is none, or were not read or not shown."""

    name: str
    answered: int
    absent: int
    unread: int
    hidden: int


@dataclass(frozen=True, slots=True)
class Unread:
    """Calls that one permission would settle: why not read, where, what may exist unseen, and what it leaves open."""

    permission: str
    operations: tuple[str, ...]
    codes: tuple[str, ...]
    places: tuple[str, ...]
    calls: int
    kinds: tuple[str, ...]
    leaves: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Emulated:
    """What an emulator cannot show, why, and what that leaves unknown."""

    operation: str
    why: str
    leaves: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Coverage:
    """What was read and what was not; ``spared`` were not asked as what was read says that there is none."""

    services: tuple[Service, ...]
    unread: tuple[Unread, ...]
    emulated: tuple[Emulated, ...]
    spared: tuple[str, ...]
    closed: tuple[tuple[str, str], ...]
    caller: str
    accounts: tuple[str, ...]
    regions: tuple[str, ...]
    records: int

    @property
    def answered(self) -> int:
        """Calls that AWS answered, be it that there is none."""
        return sum(one.answered + one.absent for one in self.services)

    @property
    def missed(self) -> int:
        """Calls that were not read, for want of a permission or the like."""
        return sum(one.unread for one in self.services)

    @property
    def hidden(self) -> int:
        """Calls whose answers an emulator cannot give."""
        return sum(one.hidden for one in self.services)


def coverage(material: Material, snapshot: Snapshot) -> Coverage:
    """What a snapshot covers, and which claims and findings rest on what it does not."""
    manifest, leaves = snapshot.manifest, _leaves(material)
    spared = {name for regions in not_needed(snapshot).values() for names in regions.values() for name in names}
    return Coverage(
        tuple(_services(snapshot)),
        tuple(_unread(material, snapshot, leaves)),
        tuple(_emulated(material, snapshot, leaves)),
        tuple(sorted(spared)),
        tuple((entry.id, entry.unreadable.get("code", "")) for entry in manifest.accounts if entry.unreadable),
        manifest.caller.get("arn", ""),
        tuple(entry.id for entry in manifest.accounts),
        manifest.regions,
        len(snapshot.records),
    )


def _services(snapshot: Snapshot) -> Iterator[Service]:
    facts: dict[str, Counter[str]] = {}
    for record in snapshot.records:
        facts.setdefault(record.service, Counter())[_fact(record, snapshot.manifest.emulated)] += 1
    for name, counts in sorted(facts.items()):
        yield Service(name, counts["answered"], counts["absent"], counts["unread"], counts["hidden"])


def _fact(record: Record, emulated: Mapping[str, str]) -> str:
    if f"{record.service}:{record.operation}" in emulated:
        return "hidden"
    if record.unreadable is not None:
        return "unread"
    return "answered" if record.response is not None else "absent"


def _leaves(material: Material) -> dict[str, list[str]]:
    """The titles of questions and policies that are unknown, by each record and permission that this rests on."""
    found: dict[str, list[str]] = {}
    for title, claim in _unknown(material):
        for reason in (*claim.evidence, *claim.missing):
            found.setdefault(reason, []).append(title)
    return found


def _unknown(material: Material) -> Iterator[tuple[str, Claim]]:
    for answer in material.answers:
        yield from ((answer.title, claim) for claim in answer.claims if claim.verdict is Verdict.UNKNOWN)
    for finding in material.findings:
        if finding.verdict is Verdict.UNKNOWN:
            yield f"{finding.policy} {finding.title}", finding.claim


def _counted(titles: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"{title} ({times})" if times > 1 else title for title, times in Counter(titles).items())


def _unread(material: Material, snapshot: Snapshot, leaves: Mapping[str, list[str]]) -> Iterator[Unread]:
    refused: dict[str, list[Record]] = {}
    for record in snapshot.records:
        operation = f"{record.service}:{record.operation}"
        if record.unreadable is not None and operation not in snapshot.manifest.emulated:
            refused.setdefault(record.unreadable.permission or operation, []).append(record)
    for permission, records in sorted(refused.items()):
        gaps = [gap for gap in material.graph.gaps if gap.unknown.permission == permission]
        titles = [*leaves.get(permission, ()), *(title for one in records for title in leaves.get(one.id, ()))]
        yield Unread(
            permission,
            _distinct(f"{one.service}:{one.operation}" for one in records),
            _distinct(one.unreadable.code for one in records if one.unreadable),
            _distinct(f"{one.account} {one.region}" for one in records),
            len(records),
            _distinct(str(kind).replace("_", " ") for gap in gaps for kind in gap.kinds),
            _counted(titles),
        )


def _distinct(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))


def _emulated(material: Material, snapshot: Snapshot, leaves: Mapping[str, list[str]]) -> Iterator[Emulated]:
    titles: dict[str, list[str]] = {}
    for record in snapshot.records:
        titles.setdefault(f"{record.service}:{record.operation}", []).extend(leaves.get(record.id, ()))
    for operation, why in sorted(material.graph.emulated.items()):
        yield Emulated(operation, why, _counted(titles.get(operation, ())))
