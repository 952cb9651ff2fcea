"""The operating model for people: operations.md, and the lines on a console."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.model.verdict import Verdict
from poc.markdown import page

if TYPE_CHECKING:
    from collections.abc import Iterator

    from poc.operate.result import OperatingResult

_MANY = 6
MATCHES = {
    "same": "the same",
    "near": "near",
    "none": "no equivalent",
}
"""How near two signals are, in words."""


def markdown(found: OperatingResult) -> str:
    """operations.md."""
    return page(__package__, "operations.md.j2", {"some": some, "words": _words}, found=found, matches=MATCHES)


def some(names: tuple[str, ...]) -> str:
    """Names, and how many more; ``nobody`` for none."""
    more = f" and {len(names) - _MANY} more" if len(names) > _MANY else ""
    return ", ".join(names[:_MANY]) + more if names else "nobody"


def _words(name: str) -> str:
    return name.replace("_", " ")


def shown(found: OperatingResult) -> Iterator[str]:
    """What the command prints: duties, then gaps, the worst first."""
    yield f"{'duty':<22}{'owner':<24}{'deputy':<24}runbook"
    for row in found.duties:
        yield f"{_words(row.duty):<22}{row.owner or '-':<24}{row.deputy or '-':<24}{row.runbook or '-'}".rstrip()
    mapped = sum(signal.match == "same" for signal in found.signals)
    near = sum(signal.match == "near" for signal in found.signals)
    alerts = [signal for signal in found.signals if signal.alert]
    yield ""
    yield f"{len(found.signals)} signals: {mapped} the same on AutoMQ's side, {near} near, the others have none"
    yield f"{len(alerts)} alerts are due: {sum(bool(one.threshold) for one in alerts)} set"
    for view in found.seen:
        perhaps = f"; perhaps {some(view.may)}" if view.may else ""
        yield f"who can see {view.what}: {some(view.can) + perhaps if view.read else 'not read'}"
    yield ""
    for gap in found.gaps:
        yield f"{gap.verdict.value:<9}{gap.text}: {gap.remedy}"
    if found.verdict is Verdict.HOLDS:
        yield "no gaps"
