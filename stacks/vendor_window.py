"""A window of vendor access in a stack's file, opened and closed: pure, so that the command only reads and saves."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from audit.model.errors import SettingsError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MOST = timedelta(hours=72)
"""The longest window; whoever needs more opens another one, and somebody decides again."""
KNOWN = {"logs": "automq/logs/", "metrics": "automq/metrics/"}
"""What AutoMQ's brokers write into the ops bucket, by the word for it (LogUploader, S3MetricsExporter)."""
_DURATION = re.compile(r"(\d+)([mhd])")
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


@dataclass(frozen=True, slots=True)
class Asked:
    """A window as somebody asks for it: for how long or until when, and what it opens, as words or prefixes."""

    lasts: str | None
    until: str | None
    reads: Sequence[str]
    writes: Sequence[str]
    principal: str | None


def opened(standing: Mapping[str, Any], asked: Asked, now: datetime) -> dict[str, Any]:
    """The setting vendor_access of a window that opens now.

    Raises SettingsError or UsageError for a window that is too long, over, undefined, or beside one that is open.
    """
    until, end = _end(asked, now), _standing_end(standing)
    if end is not None and end > now:
        raise SettingsError(f"a window stands open until {written(end)}: close it first, then open the next")
    principal = asked.principal or standing.get("principal")
    if not principal:
        raise UsageError("no role of the vendor is named: add --principal ARN, which the file then keeps")
    reads, writes = tuple(map(prefix, asked.reads)), tuple(map(prefix, asked.writes))
    if not (reads or writes):
        raise UsageError(f"the window opens nothing: name --reads {', '.join(KNOWN)} or a prefix, or --writes PREFIX")
    parts = {"reads": list(reads), "writes": list(writes)}
    return {
        "mode": "granted",
        "principal": principal,
        "until": written(until),
        **{name: value for name, value in parts.items() if value},
    }


def closed(standing: Mapping[str, Any]) -> dict[str, Any]:
    """The setting vendor_access without a window; the vendor's role is kept, so that the audit knows it."""
    principal = standing.get("principal")
    return {"mode": "none", **({"principal": principal} if principal else {})}


def prefix(word: str) -> str:
    """A prefix of the ops bucket: of a known word, or as it was given."""
    return KNOWN.get(word, word)


def written(moment: datetime) -> str:
    """A moment as settings hold it, ISO-8601 UTC to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _end(asked: Asked, now: datetime) -> datetime:
    if (asked.lasts is None) == (asked.until is None):
        raise UsageError("a window needs one end: give --for 4h, or --until 2027-01-31T18:00:00Z")
    until = now + _lasts(asked.lasts) if asked.lasts is not None else _moment(asked.until or "")
    if until <= now:
        raise UsageError(f"the window would end {written(until)}, which is past: name an end that is still to come")
    if until - now > MOST:
        hours = int(MOST.total_seconds() // 3600)
        raise UsageError(f"the window would last longer than {hours} hours: shorten it, and open another one then")
    return until


def _lasts(text: str) -> timedelta:
    found = _DURATION.fullmatch(text)
    if found is None or not int(found[1]):
        raise UsageError(f"--for {text} is no duration: write minutes, hours or days, such as 90m, 4h or 2d")
    # A number too large for a date is too long all the same.
    return min(int(found[1]), 10**6) * _UNITS[found[2]]


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or moment.utcoffset() != timedelta(0):
        raise UsageError(f"--until {text} is no time in UTC: write it as 2027-01-31T18:00:00Z")
    return moment


def _standing_end(standing: Mapping[str, Any]) -> datetime | None:
    until = standing.get("until")
    return datetime.fromisoformat(str(until)) if standing.get("mode") == "granted" and until else None
