"""compatibility.md: the matrix for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from poc.compat.probe import Area, State

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from poc.compat.matrix import Compatibility, Row, Side

_ORDER = (State.REFUSED, State.OVERRIDDEN, State.ACCEPTED_NO_EFFECT, State.NOT_TESTED, State.SUPPORTED)


def page(found: Compatibility) -> str:
    """The whole page."""
    return "\n\n".join(_parts(found)) + "\n"


def _parts(found: Compatibility) -> Iterator[str]:
    yield f"# Compatibility of {found.target.product}: {found.case}"
    yield "\n".join(_side("Target", found.target))
    if found.source is not None:
        yield "\n".join(_side("Source", found.source))
    counts = found.counts()
    yield _table(("state", "probes", "meaning"), ((state, str(counts[state]), state.meaning) for state in State))
    yield from _differences(found)
    for area in Area:
        rows = sorted((row for row in found.rows if row.area is area), key=lambda row: _ORDER.index(row.target.state))
        if rows:
            yield f"## {area}"
            yield _area(rows, both=found.source is not None)
    yield from _known(found)


def _side(what: str, side: Side) -> Iterator[str]:
    stated = "" if side.product.lower().replace(" ", "-") == side.stated else f" (poc.yaml says {side.stated})"
    yield f"**{what}: {side.product}**{stated}, {side.brokers} brokers at {side.bootstrap}, cluster {side.cluster_id}."
    if side.left_behind:
        yield f"Left behind, take it away by hand: {'; '.join(side.left_behind)}."
    else:
        yield f"All that the probes made began with `{side.prefix}`, and is gone."


def _differences(found: Compatibility) -> Iterator[str]:
    rows = [row for row in found.rows if row.differs and row.source is not None]
    if found.source is None:
        yield "No source was probed, so nothing is compared: name it with --source."
    elif not rows:
        yield "No probe that both sides answered came out differently."
    else:
        yield f"## {len(rows)} differences between source and target"
        yield _table(
            ("probe", "source", "target"),
            (
                (_asked(row), f"{row.source.state}: {row.source.answer}", f"{row.target.state}: {row.target.answer}")
                for row in rows
                if row.source is not None
            ),
        )


def _area(rows: Sequence[Row], *, both: bool) -> str:
    head = ("probe", "target", "answer", "ms", *(("source",) if both else ()))
    return _table(head, (_cells(row, both=both) for row in rows))


def _cells(row: Row, *, both: bool) -> tuple[str, ...]:
    answer = row.target.answer + (f" Known: {row.known.what}." if row.known else "")
    source = (str(row.source.state) if row.source else "",) if both else ()
    return (_asked(row), str(row.target.state), answer, str(row.target.milliseconds), *source)


def _asked(row: Row) -> str:
    return f"{row.title}. `{row.request}`" + (f" {row.kip}" if row.kip else "")


def _known(found: Compatibility) -> Iterator[str]:
    if found.restrictions:
        yield f"## Limits of {found.target.product} that no probe tries"
        yield _table(("limit", "source"), ((one.what, one.source) for one in found.restrictions))
    if found.known_at:
        yield f"What is marked as known was seen at commit {found.known_at}; a later version may do otherwise."


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(
        f"| {' | '.join(' '.join(cell.split()).replace('|', chr(92) + '|') for cell in line)} |" for line in lines
    )
