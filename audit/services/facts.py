"""What the records of one account and region say, as facts: a value, None for absent, Unknown for unreadable."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from audit.model.facts import Fact, Unknown
from audit.model.graph import Gap
from audit.model.snapshot import GLOBAL, NOT_COLLECTED
from audit.model.verdict import NOT_SHOWN
from audit.services.expressions import search
from audit.services.row import Scope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from audit.model.graph import Edge, Node, NodeKind
    from audit.model.snapshot import Record, Snapshot
    from audit.services.row import Row

    Element = Node | Edge | Gap


@dataclass(frozen=True)
class Facts:
    """The records of one account and one region (or ``global``), read through the rows that made them."""

    snapshot: Snapshot
    account: str
    region: str
    rows: Mapping[str, Row]

    @property
    def partition(self) -> str:
        """The partition of the walked accounts: aws, aws-cn, aws-us-gov."""
        return self.snapshot.manifest.partition

    def arn(self, service: str, resource: str, *, region: str | None = None, account: str | None = None) -> str:
        """An ARN in this account and region; pass an empty region or account where the service's ARNs have none."""
        region = (self.region if self.region != "global" else "") if region is None else region
        account = self.account if account is None else account
        return f"arn:{self.partition}:{service}:{region}:{account}:{resource}"

    def records(self, name: str) -> Iterator[Record]:
        """The records of ``service:Operation`` here."""
        service, _, operation = name.partition(":")
        yield from self.snapshot.find(service, operation, self.account, self.region)

    @cached_property
    def _index(self) -> Callable[[str], dict[str, Record]]:
        @cache
        def index(name: str) -> dict[str, Record]:
            return {_key(record.params): record for record in self.records(name)}

        return index

    def record(self, name: str, params: Mapping[str, Any] | None = None) -> Record | None:
        """The record of a call; ``ExpectedBucketOwner`` in a record's parameters does not count."""
        return self._index(name).get(_key({**self.rows[name].params, **(params or {})}))

    def value(self, name: str, path: str = "@", params: Mapping[str, Any] | None = None) -> Fact:
        """What a JMESPath finds in a call's response; None when absent, Unknown when not readable here."""
        record = self.record(name, params)
        if record is None and self.spared(name, params):
            return None
        unknown = self.unknown(name, record)
        if unknown is not None or record is None:
            return unknown
        return None if record.response is None else search(path, record.response)

    def unknown(self, name: str, record: Record | None) -> Unknown | None:
        """Why a call's record proves nothing: not collected, unreadable, or made by an emulator that lacks it."""
        row = self.rows[name]
        if record is None:
            return self._unled(row) or Unknown(row.permission, NOT_COLLECTED, "")
        if name in self.snapshot.manifest.emulated:
            return Unknown(row.permission, NOT_SHOWN, record.id)
        if record.unreadable is not None:
            return Unknown(record.unreadable.permission, record.unreadable.code, record.id)
        return None

    def listing(self, name: str, path: str, *kinds: NodeKind) -> Iterator[tuple[dict[str, Any], str] | Gap]:
        """The items of a listing with their record's id, or a gap for the kinds that it would have shown."""
        records: list[Record | None] = [*self.records(name)]
        if not records and self.spared(name):
            return
        for record in records or [None]:
            unknown = self.unknown(name, record)
            if unknown is not None:
                yield Gap(kinds, self.account, self.region, name, unknown)
            elif record is not None and record.response:
                for item in search(path, record.response) or ():
                    yield item, record.id

    def spared(self, name: str, params: Mapping[str, Any] | None = None) -> bool:
        """Whether the parents' answers say that a call had nothing to ask; of any parameters when none are given."""
        row = self.rows[name]
        if not row.implied or self._unled(row) is not None:
            return False
        return all(self.above(parent)._led_none(parent, each, params) for parent, each in row.parents.items())  # noqa: SLF001  # the same facts, of where the parent is asked

    def _led_none(self, parent: str, each: str, params: Mapping[str, Any] | None) -> bool:
        answers = [self._context(record) for record in self.records(parent)]
        if not answers:
            return self.spared(parent)
        led = [mapping for answer in answers for mapping in _mappings(each, answer)]
        return params not in led if params else not led

    def _context(self, record: Record) -> dict[str, Any]:
        """What a row's JMESPaths see, as in the walk; of an absence, what was asked alone."""
        accounts = [entry.id for entry in self.snapshot.manifest.accounts]
        return {**(record.response or {}), "$params": record.params, "$accounts": accounts}

    def _unled(self, row: Row) -> Unknown | None:
        """Why an implied call's parents leave open whether there was something to ask."""
        if not row.implied:
            return None
        places = ((parent, self.above(parent)) for parent in row.parents)
        found = (place.unknown(parent, record) for parent, place in places for record in place.records(parent))
        return next((unknown for unknown in found if unknown is not None), None)

    def above(self, name: str) -> Facts:
        """The facts of where a call is made: the account's own for a global one, else these."""
        return self.of(GLOBAL) if self.rows[name].scope is Scope.GLOBAL else self

    def of(self, region: str) -> Facts:
        """The same account's facts of another region."""
        return self if region == self.region else replace(self, region=region)

    @cached_property
    def memo(self) -> dict[str, Any]:
        """Room for what a service's describe works out once for this account and region."""
        return {}

    def described(
        self,
        name: str,
        path: str,
        kinds: tuple[NodeKind, ...],
        elements: Callable[[Facts, Any, str], Iterator[Element]],
    ) -> Iterator[Element]:
        """The elements of each item of a listing, made by ``elements(facts, item, record id)``; or its gaps."""
        for found in self.listing(name, path, *kinds):
            if isinstance(found, Gap):
                yield found
            else:
                yield from elements(self, *found)


def tags(item: Mapping[str, Any]) -> dict[str, Any]:
    """A resource's ``Tags`` list as a mapping."""
    return {tag["Key"]: tag.get("Value") for tag in item.get("Tags") or ()}


def _mappings(path: str, answer: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    found = search(path, answer)
    yield from (one for one in (found if isinstance(found, list) else [found]) if isinstance(one, dict))


def _key(params: Mapping[str, Any]) -> str:
    return repr(sorted((k, v) for k, v in params.items() if k != "ExpectedBucketOwner"))
