"""Past windows of vendor access for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.report.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from audit.windows import Act, Window, Windows

_MOST = 20


def windows(found: Windows) -> Iterator[str]:
    """Each window with what was done in it, then what was done outside, then what the events do not cover."""
    if found.first is None:
        yield f"No event of CloudTrail was read: nothing is known of windows on {found.bucket}"
        return
    for window in found.windows:
        yield from _window(window, data_events=found.data_events)
    if not found.windows:
        yield f"No policy put on {found.bucket} in these events grants another account anything"
    if found.outside:
        yield f"! {len(found.outside)} calls of other accounts outside every window"
        yield from _acts(found.outside)
    yield f"Read: events from {found.first} to {found.last}; of what is before and after, nothing is known"
    if not found.data_events:
        yield "No call on an object is among them: give the trail's data events too, else what was read is not known"


def _window(window: Window, *, data_events: bool) -> Iterator[str]:
    end = f"until {window.until}" if window.until else "without an end"
    early = f", closed {window.closed}" if window.closed else ""
    yield printable(f"{window.opened}  {window.principal} {end}{early}")
    yield printable(f"  opened by {window.opened_by}")
    for what, paths in (("reads", window.reads), ("writes", window.writes)):
        if paths:
            yield printable(f"  {what} {', '.join(paths)}")
    if window.acts:
        done = sum(act.refused is None for act in window.acts)
        yield f"  {done} calls done, {len(window.acts) - done} refused"
        yield from _acts(window.acts)
    elif data_events:
        yield "  no call of that account is recorded in it"


def _acts(acts: Sequence[Act]) -> Iterator[str]:
    for act in acts[:_MOST]:
        refused = f"  refused: {act.refused}" if act.refused else ""
        yield printable(f"    {act.at}  {act.account}  {act.call} {act.key}  from {act.address}{refused}")
    if len(acts) > _MOST:
        yield f"    and {len(acts) - _MOST} more: --format json has all"
