"""What a preflight found, on a console and as JSON (``byoc-preflight/1``): broken first, each with its way out."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from rich.text import Text

from audit.model.verdict import Verdict, claim_json
from audit.report.text import MARKS, STYLES, indented, print_lines, printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from rich.console import Console

    from audit.preflight.judged import Judged
    from audit.preflight.seen import Seen
    from audit.report.text import Line

PREFLIGHT_FORMAT = "byoc-preflight/1"
_BLANK: Line = (0, Text())


def verdict(found: Sequence[Judged]) -> Verdict:
    """The worst of all that was found."""
    return Verdict.worst(one.claim.verdict for one in found)


def as_json(seen: Seen, found: Sequence[Judged], titles: Mapping[str, str]) -> dict[str, Any]:
    """The preflight as ``--format json`` prints it."""
    intended = seen.intended
    return {
        "format": PREFLIGHT_FORMAT,
        "stack": intended.stack,
        "environment_id": intended.environment,
        "account": intended.account,
        "region": intended.region,
        "caller": seen.caller,
        "deployer": seen.deployer,
        "as_of": seen.now,
        "resources": len(intended.things),
        "verdict": verdict(found).value,
        "checks": [
            {"check": name, "title": title, "verdict": _of(found, name).value, "claims": list(_claims(found, name))}
            for name, title in titles.items()
            if any(one.check == name for one in found)
        ],
    }


def _of(found: Sequence[Judged], name: str) -> Verdict:
    return verdict([one for one in found if one.check == name])


def _claims(found: Sequence[Judged], name: str) -> Iterator[dict[str, Any]]:
    for one in found:
        if one.check == name:
            told = {key: value for key, value in claim_json(one.claim).items() if key != "path"}
            yield {**told, "way_out": one.way_out, "details": list(one.details)}


def show(seen: Seen, found: Sequence[Judged], titles: Mapping[str, str], console: Console) -> None:
    """Print what stops the deployment with the way out, what is not known with what would settle it, and what holds."""
    print_lines(console, (*_head(seen, found), *_told(found, titles), *_held(found, titles)))


def _head(seen: Seen, found: Sequence[Judged]) -> Iterator[Line]:
    intended = seen.intended
    where = f"{intended.stack} · account {intended.account} · {intended.region}"
    yield (
        0,
        Text.assemble(("Preflight of ", "bold"), (printable(where), "bold"), f" · {len(intended.things)} resources"),
    )
    yield 0, Text(printable(f"deployed by {seen.deployer}"), "dim")
    broken, unknown, holds = (sum(one.claim.verdict is kind for one in found) for kind in Verdict)
    said = "nothing here stops pulumi up" if not broken + unknown else "mend what is broken before pulumi up"
    yield _BLANK
    if not broken and unknown:
        said = "nothing broken; what is unknown may still stop pulumi up"
    style = STYLES[verdict(found)]
    yield 0, Text(f"{broken} broken, {unknown} unknown, {holds} hold: {said}", style)


def _told(found: Sequence[Judged], titles: Mapping[str, str]) -> Iterator[Line]:
    """Each broken and each unknown sentence below its check's title, with the way out."""
    open_ = [one for one in found if one.claim.verdict is not Verdict.HOLDS]
    for (kind, name), members in groupby(open_, lambda one: (one.claim.verdict, one.check)):
        yield from _title(kind, name, titles)
        for one in members:
            yield indented(Text(printable(one.claim.text)), 2)
            if one.way_out:
                yield indented(Text.assemble(("→ ", "bold"), printable(one.way_out)), 4)


def _held(found: Sequence[Judged], titles: Mapping[str, str]) -> Iterator[Line]:
    """What holds, a paragraph a check."""
    held = [one for one in found if one.claim.verdict is Verdict.HOLDS]
    for name, members in groupby(held, lambda one: one.check):
        yield from _title(Verdict.HOLDS, name, titles)
        yield indented(Text(printable("; ".join(one.claim.text for one in members)), "dim"), 2)


def _title(kind: Verdict, name: str, titles: Mapping[str, str]) -> Iterator[Line]:
    yield _BLANK
    mark = (f"{MARKS[kind]} {kind.value:<8}", STYLES[kind])
    yield 0, Text.assemble(mark, (f" {titles[name]}", "bold"), (f"  {name}", "dim"))
