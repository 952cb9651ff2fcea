"""Windows that a bucket's policy opened to another account, and what that account did, as CloudTrail's events tell it.

Format ``byoc-windows/1``. A PutBucketPolicy event holds the whole policy that was put; data events say what was read.
The event that a caller of another account leaves with the bucket's owner names its account, not its role (page
"CloudTrail userIdentity element"), so what is told of a window is what the account did.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field

from audit.model.arn import Arn, is_arn

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    Event = Mapping[str, Any]

FORMAT = "byoc-windows/1"
_READS, _WRITES = "s3:getobject", "s3:putobject"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="allow")


class Act(_Part):
    """One call of the other account on the bucket."""

    at: str = Field(description="ISO-8601 UTC")
    account: str
    call: str = Field(description="the event's name, such as GetObject")
    key: str = Field(description="the object, or the prefix of a listing; empty where the event names none")
    address: str = Field(description="where the call came from")
    refused: str | None = Field(default=None, description="the error that the caller got; null for what was done")


class Window(_Part):
    """One grant, from the policy that opened it to its end."""

    principal: str
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    opened: str = Field(description="ISO-8601 UTC; where the trail begins later, the policy's first event in it")
    opened_by: str = Field(description="the ARN of who put the policy")
    until: str | None = Field(default=None, description="the end that the statement carries; null for one without")
    closed: str | None = Field(default=None, description="when a policy without it was put; null while it stands")
    acts: tuple[Act, ...] = ()

    @property
    def ends(self) -> str | None:
        """When it stopped to grant: its own end or the policy's, whichever came first."""
        return min((end for end in (self.until, self.closed) if end is not None), default=None)


class Windows(_Part):
    """The windows of a bucket in the events that were read, and what other accounts did outside any."""

    format: str = FORMAT
    bucket: str
    account: str
    first: str | None = Field(default=None, description="the earliest event that was read; before it nothing is known")
    last: str | None = Field(default=None, description="the latest event that was read; after it nothing is known")
    data_events: bool = Field(default=False, description="whether any call on an object of the bucket was recorded")
    windows: tuple[Window, ...] = ()
    outside: tuple[Act, ...] = Field(default=(), description="what other accounts did outside every window")


def windows(events: Iterable[Event], bucket: str, account: str) -> Windows:
    """What the events tell of a bucket of an account; events of other buckets and calls are passed over."""
    known = sorted({str(event.get("eventID") or id(event)): event for event in events}.values(), key=_at)
    ours = [event for event in known if _parameters(event).get("bucketName") == bucket]
    found = _windows([event for event in ours if _sets_policy(event)], account)
    acts = [_act(event) for event in ours if _is_foreign(event, account)]
    within = [window.model_copy(update={"acts": tuple(a for a in acts if _falls(a, window))}) for window in found]
    told = {act for window in within for act in window.acts}
    return Windows(
        bucket=bucket,
        account=account,
        first=_at(known[0]) if known else None,
        last=_at(known[-1]) if known else None,
        data_events=any(_parameters(event).get("key") for event in ours),
        windows=tuple(within),
        outside=tuple(act for act in acts if act not in told),
    )


def _windows(puts: Sequence[Event], account: str) -> list[Window]:
    """The windows in the order in which they were opened; a policy put again with the same grant continues it."""
    standing: dict[tuple[Any, ...], Window] = {}
    ended: list[Window] = []
    for put in puts:
        granted = {_same(one): one for one in _granted(put, account)}
        gone = [window for same, window in standing.items() if same not in granted]
        ended += [window.model_copy(update={"closed": _at(put)}) for window in gone]
        standing = {same: standing.get(same, window) for same, window in granted.items()}
    return sorted((*ended, *standing.values()), key=lambda window: (window.opened, window.principal))


def _same(window: Window) -> tuple[Any, ...]:
    return window.principal, window.until, window.reads, window.writes


def _granted(put: Event, account: str) -> Iterator[Window]:
    """What a policy grants principals of other accounts, one window each and end."""
    policy = _parameters(put).get("bucketPolicy")
    opens: dict[tuple[str, str | None], dict[str, list[str]]] = {}
    for statement in _several(policy.get("Statement")) if isinstance(policy, dict) else ():
        for principal in _foreign(statement, account):
            paths = opens.setdefault((principal, _until(statement)), {"reads": [], "writes": []})
            paths["reads"] += _paths(statement, _READS)
            paths["writes"] += _paths(statement, _WRITES)
    identity = put.get("userIdentity") or {}
    by = str(identity.get("arn") or identity.get("invokedBy") or identity.get("accountId") or "unknown")
    for (principal, until), paths in opens.items():
        reads, writes = (tuple(sorted(set(paths[name]))) for name in ("reads", "writes"))
        yield Window(principal=principal, reads=reads, writes=writes, opened=_at(put), opened_by=by, until=until)


def _foreign(statement: Any, account: str) -> Iterator[str]:
    if not isinstance(statement, dict) or statement.get("Effect") != "Allow":
        return
    principal = statement.get("Principal")
    for name in map(str, _several(principal.get("AWS") if isinstance(principal, dict) else principal)):
        if (Arn.parse(name).account if is_arn(name) else name) != account:
            yield name


def _until(statement: Mapping[str, Any]) -> str | None:
    conditions = statement.get("Condition") or {}
    for operator in ("DateLessThan", "DateLessThanEquals"):
        for key, value in (conditions.get(operator) or {}).items():
            if key.lower() == "aws:currenttime" and _several(value):
                return _utc(str(_several(value)[0]))
    return None


def _paths(statement: Mapping[str, Any], action: str) -> list[str]:
    """The statement's objects below its bucket, where it allows the action."""
    patterns = [str(one).lower() for one in _several(statement.get("Action"))]
    if not any(action == one or (one.endswith("*") and action.startswith(one[:-1])) for one in patterns):
        return []
    return [str(one).partition("/")[2] for one in _several(statement.get("Resource")) if "/" in str(one)]


def _sets_policy(event: Event) -> bool:
    return event.get("eventName") in {"PutBucketPolicy", "DeleteBucketPolicy"} and not event.get("errorCode")


def _is_foreign(event: Event, account: str) -> bool:
    caller = (event.get("userIdentity") or {}).get("accountId")
    return event.get("eventSource") == "s3.amazonaws.com" and caller not in (None, account)


def _act(event: Event) -> Act:
    parameters = _parameters(event)
    return Act(
        at=_at(event),
        account=str(event["userIdentity"]["accountId"]),
        call=str(event.get("eventName")),
        key=str(parameters.get("key") or parameters.get("prefix") or ""),
        address=str(event.get("sourceIPAddress") or ""),
        refused=event.get("errorCode"),
    )


def _falls(act: Act, window: Window) -> bool:
    account = Arn.parse(window.principal).account if is_arn(window.principal) else window.principal
    if account not in ("*", act.account) or act.at < window.opened:
        return False
    return window.ends is None or act.at < window.ends


def _parameters(event: Event) -> Mapping[str, Any]:
    return event.get("requestParameters") or {}


def _at(event: Event) -> str:
    return _utc(str(event.get("eventTime") or ""))


def _utc(text: str) -> str:
    """A moment so that moments compare as texts; what is none stays as it is."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    utc = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return utc.strftime("%Y-%m-%dT%H:%M:%SZ")


def _several(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
