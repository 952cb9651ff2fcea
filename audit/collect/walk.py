"""The walk: accounts x regions x rows, concurrently and read-only, until nothing new is found."""

from __future__ import annotations

import json
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from audit.collect.accounts import Account, Entrance, enter
from audit.collect.ask import ask
from audit.collect.guard import allowed_operations
from audit.collect.redact import Redactor
from audit.collect.scope import AuditScope, Name, canonical, scope_of
from audit.model.snapshot import GLOBAL, Manifest, Record, Snapshot
from audit.services import rows as all_rows
from audit.services.expressions import search
from audit.services.row import HOME, OWN, Detail, Scope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from audit.collect.request import WalkRequest
    from audit.services.row import Row


@dataclass(frozen=True, slots=True)
class Step:
    """One call that came back: how many are done, how many are known of so far, and the record."""

    done: int
    known: int
    record: Record


@dataclass(frozen=True, slots=True)
class _Call:
    account: Account
    region: str
    row: Row
    params: Mapping[str, Any]

    @property
    def key(self) -> tuple[str, str, str, str]:
        return self.account.id, self.region, self.row.name, json.dumps(self.params, sort_keys=True, default=str)


def collect(
    request: WalkRequest,
    progress: Callable[[Step], None] | None = None,
    rows: Mapping[str, Row] | None = None,
) -> Snapshot:
    """Walk the accounts and regions of a request through the rows (all services' by default).

    Calls progress in this thread after each answer. Raises AccessError when AWS cannot be reached or refuses the
    caller itself; whatever fails later is an unreadable record.
    """
    rows = all_rows() if rows is None else rows
    entrance = enter(request, allowed_operations(rows.values()))
    records = _Walk(request, entrance, rows, progress or (lambda _: None)).run()
    manifest = Manifest(
        taken_at=request.taken_at,
        partition=entrance.partition,
        caller=entrance.caller,
        accounts=entrance.entries,
        regions=entrance.regions,
        emulated=dict(request.emulated),
    )
    return Snapshot(manifest, tuple(sorted(records, key=_order)))


def _order(record: Record) -> tuple[str, str, str]:
    return record.path, record.operation, json.dumps(record.params, sort_keys=True)


class _Walk:
    """One walk's state; only the calling thread touches it, the pool's threads only ask."""

    def __init__(
        self, request: WalkRequest, entrance: Entrance, rows: Mapping[str, Row], progress: Callable[[Step], None]
    ) -> None:
        self._entrance = entrance
        self._accounts = {account.id: account for account in entrance.accounts}
        self._progress = progress
        self._workers = request.workers
        self._redactor = Redactor()
        self._everything = request.everything
        self._scope = AuditScope(scope_of(request.contract) if request.contract else None)
        self._named = self._near = scope_of(request.contract) if request.contract else frozenset()
        self._rows = rows
        self._children: dict[str, list[tuple[Row, str]]] = {}
        for row in rows.values():
            for parent, each in row.parents.items():
                self._children.setdefault(parent, []).append((row, each))
        self._seen: set[tuple[str, str, str, str]] = set()
        self._waiting: dict[Name, list[_Call]] = {}
        self._listed: set[Name] = set()
        self._homes: dict[str, str] = {}
        self._ready: list[_Call] = []
        self._records: list[Record] = []

    def run(self) -> list[Record]:
        """Ask until nothing new is found; on the way out, however it goes, no further call is started."""
        self._ready.extend(self._roots())
        pool = ThreadPoolExecutor(self._workers, thread_name_prefix="walk")
        running: set[Future[Record]] = set()
        try:
            while running or self._ready or self._unlisted():
                running |= {pool.submit(self._ask, call) for call in self._drained()}
                done, running = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    self._arrived(future.result())
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
        return self._records

    def _roots(self) -> Iterator[_Call]:
        for account in self._accounts.values():
            for row in self._rows.values():
                if row.parent is None:
                    yield from self._calls(account, GLOBAL, row, {})

    def _drained(self) -> list[_Call]:
        fresh: list[_Call] = []
        for call in self._ready:
            if call.key not in self._seen:
                self._seen.add(call.key)
                fresh.append(call)
        self._ready.clear()
        return fresh

    def _ask(self, call: _Call) -> Record:
        home = self._entrance.regions[0] if call.region == GLOBAL else call.region
        if call.row.service == "s3":
            home = self._homes.get(str(call.params.get("Bucket")), home)
        return ask(call.account, (call.region, home), call.row, call.params, self._redactor)

    def _arrived(self, record: Record) -> None:
        self._records.append(record)
        if record.unreadable is None:
            self._follow(record)
        self._progress(Step(len(self._records), len(self._seen) + len(self._ready), record))

    def _follow(self, record: Record) -> None:
        name = f"{record.service}:{record.operation}"
        row, answer = self._rows[name], self._context(record)
        self._learn(name, answer)
        self._widen((detail, text) for detail, path in row.leads.items() for text in _texts(path, answer))
        self._branch(self._accounts[record.account], record.region, name, answer)
        if row.again is not None:
            for mapping in _mappings(row.again, answer):
                call = _Call(self._accounts[record.account], record.region, row, {**row.params, **mapping})
                self._place(call, mapping)

    def _branch(self, account: Account, region: str, parent: str, answer: Mapping[str, Any]) -> None:
        for child, each in self._children.get(parent, ()):
            for mapping in _mappings(each, answer):
                for call in self._calls(account, region, child, mapping):
                    self._place(call, mapping)

    def _calls(self, account: Account, region: str, row: Row, mapping: Mapping[str, Any]) -> Iterator[_Call]:
        """A call in its place: once for a global row, in every region for a regional one under a global parent."""
        fixed = {name: account.id if value == OWN else value for name, value in row.params.items()}
        params = {**fixed, **mapping}
        home = params.pop(HOME, None)
        if home in self._entrance.regions:
            region = home
        regions: tuple[str, ...] = (region,) if region != GLOBAL else self._entrance.regions
        for place in (GLOBAL,) if row.scope is Scope.GLOBAL else regions:
            yield _Call(account, place, row, params)

    def _place(self, call: _Call, mapping: Mapping[str, Any]) -> None:
        """Ask now, or once the name comes into the scope."""
        detail = call.row.detail
        if detail is None:
            self._ready.append(call)
            return
        name = (detail, canonical(detail, str(next(iter(mapping.values())))))
        self._listed.add(name)
        if call.row.near and self._near and name not in self._near:
            return
        if self._everything or self._scope.holds(*name):
            self._ready.append(call)
        else:
            self._waiting.setdefault(name, []).append(call)

    def _widen(self, names: Iterable[Name]) -> None:
        for name in self._scope.add(names):
            self._ready.extend(self._waiting.pop(name, ()))

    def _learn(self, name: str, answer: Mapping[str, Any]) -> None:
        """Where buckets live and which keys aliases stand for: names that AWS spells in two ways."""
        if name == "s3:ListBuckets":
            found = search("Buckets[?BucketRegion].[Name, BucketRegion]", answer)
            self._homes.update(dict(found or ()))
        if name == "kms:ListAliases":
            for alias, key in search("Aliases[?TargetKeyId].[AliasName, TargetKeyId]", answer) or ():
                for fresh in self._scope.alias(alias, key):
                    self._ready.extend(self._waiting.pop(fresh, ()))

    def _unlisted(self) -> bool:
        """Ask the primary account for the contract's buckets that no account listed; whether there is more to ask."""
        missing = sorted(text for detail, text in self._named - self._listed if detail is Detail.BUCKET)
        self._named = frozenset()
        for text in missing:
            self._branch(self._entrance.accounts[0], GLOBAL, "s3:ListBuckets", {"Buckets": [{"Name": text}]})
        return bool(self._ready)

    def _context(self, record: Record) -> dict[str, Any]:
        accounts = [entry.id for entry in self._entrance.entries]
        return {**(record.response or {}), "$params": record.params, "$accounts": accounts}


def _mappings(path: str, answer: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    found = search(path, answer)
    for mapping in found if isinstance(found, list) else [found]:
        if isinstance(mapping, dict) and all(value is not None for value in mapping.values()):
            yield mapping


def _texts(path: str, answer: Mapping[str, Any]) -> Iterator[str]:
    stack = [search(path, answer)]
    while stack:
        match stack.pop():
            case str() as text if text:
                yield text
            case list() as items:
                stack.extend(items)
            case dict() as mapping:
                stack.extend(mapping.values())
            case _:
                continue
