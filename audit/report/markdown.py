"""report.md: the judged boundary as a page, with its diagram, its limits and the ids of its evidence."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING

import jinja2

from audit.model.verdict import Verdict
from audit.report.diagrams import VIEWS
from audit.report.diagrams.forms import mermaid
from audit.report.material import ordered
from audit.report.text import cite, printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from audit.model.verdict import Answer, Claim
    from audit.report.diagrams.diagram import Diagram
    from audit.report.material import Material

_ID = 12
_SHOWN_IDS = 4
_MARKUP = "\\`*_{}[]<>#|~$!&"


@dataclass(frozen=True, slots=True)
class _Row:
    source: str
    target: str
    what: str
    crosses: bool
    shown: bool
    evidence: tuple[str, ...]


def report(material: Material) -> str:
    """The whole page; the same material gives the same bytes."""
    diagram = VIEWS["data-flow"](material.boundary)
    page = _template(material).render(
        contract=material.contract,
        as_of=material.as_of,
        verdict=material.verdict,
        answers=material.answers,
        findings=ordered(material.findings),
        mermaid=mermaid.source(diagram),
        flows=list(_rows(diagram)),
        emulated=sorted(material.graph.emulated.items()),
        gaps=sorted(material.graph.gaps, key=lambda gap: (gap.operation, gap.account, gap.region)),
        records=sorted(set(_records(material))),
    )
    return page.rstrip("\n") + "\n"


def escaped(text: str) -> str:
    """A text in one line in which no character can be Markdown or HTML."""
    return "".join(f"\\{letter}" if letter in _MARKUP else letter for letter in printable(text)).replace("\\<", "&lt;")


def _template(material: Material) -> jinja2.Template:
    text = resources.files("audit.report").joinpath("templates/report.md.j2").read_text("utf-8")
    # Markdown, not HTML: every value goes through the filter `line` or `cell`, which a test holds.
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=False, keep_trailing_newline=True)  # noqa: S701  # Markdown, see above
    environment.filters.update(
        line=escaped, cell=escaped, named=material.named, ids=_ids, tally=_tally, by_verdict=_by_verdict, cite=cite
    )
    return environment.from_string(text)


def _ids(records: Iterable[str]) -> str:
    unique = list(dict.fromkeys(record for record in records if record))
    more = f" +{len(unique) - _SHOWN_IDS}" if len(unique) > _SHOWN_IDS else ""
    return " ".join(f"`{record[:_ID]}`" for record in unique[:_SHOWN_IDS]) + more


def _tally(answer: Answer) -> str:
    counts = Counter(claim.verdict for claim in answer.claims)
    return ", ".join(f"{counts[verdict]} {verdict.value}" for verdict in Verdict if counts[verdict])


def _by_verdict(claims: Iterable[Claim]) -> list[Claim]:
    return sorted(claims, key=lambda claim: list(Verdict).index(claim.verdict))


def _rows(diagram: Diagram) -> Iterator[_Row]:
    for flow in diagram.flows:
        ends = (diagram.box(flow.hops[0]).lines[0], diagram.box(flow.hops[-1]).lines[0])
        through = [diagram.box(hop).lines[0] for hop in flow.hops[1:-1]]
        what = (flow.detail or flow.label) + (f", through {', '.join(through)}" if through else "")
        yield _Row(*ends, what, diagram.crosses(flow), flow.shown, flow.evidence)


def _records(material: Material) -> Iterator[str]:
    claims = [claim for answer in material.answers for claim in answer.claims]
    for claim in (*claims, *(finding.claim for finding in material.findings)):
        yield from (record for record in claim.evidence if record)
        yield from (c.record for hop in claim.path for c in hop.because if c.record)
