"""The report on a console: answers, findings and where the files are, short enough for one or two screens.

Everything that comes from AWS is put into rich Text, never into markup. Without a terminal there is no colour.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING

from rich.text import Text

from audit.model.verdict import Result, Verdict
from audit.report.material import by_verdict, ordered, short_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rich.console import Console

    from audit.model.graph import Citation
    from audit.model.verdict import Answer, Claim, Finding, Hop
    from audit.report.material import Material

MARKS = {Verdict.BROKEN: "✗", Verdict.UNKNOWN: "?", Verdict.HOLDS: "✓"}
STYLES = {Verdict.BROKEN: "bold red", Verdict.UNKNOWN: "yellow", Verdict.HOLDS: "green"}
"""How a verdict is marked and coloured."""
_HELD = 8
_UNREAD = 4
_NAMES = 3
_ID = 12
_NARROWEST = 20
_HANGING = 2
Line = tuple[int, Text]
"""The column where a line starts, and its text."""
_BLANK: Line = (0, Text())


def show(material: Material, console: Console, files: Sequence[str] = ()) -> None:
    """Print the report: a head, the answers, the findings, the files (paths relative to where the user stands)."""
    print_lines(console, (*_head(material), *_answers(material), *_findings(material), *_files(files)))


def one_answer(material: Material, answer: Answer, console: Console) -> None:
    """Print one answer with all its claims: what ``byoc ask`` shows."""
    claims = sorted(answer.claims, key=lambda c: list(Verdict).index(c.verdict))
    print_lines(console, (_title(answer), *(line for claim in claims for line in _claim(material, claim))))


def findings(material: Material, console: Console) -> None:
    """Print the findings alone, each with its path: what ``byoc check`` shows."""
    alone = replace(material, answers=())
    print_lines(console, (*_head(alone), *_findings(alone), *_idle(alone)))


def declared(material: Material, unchecked: Sequence[Finding], console: Console) -> None:
    """Print the findings of what a program declares, what is skipped, and what no check saw: ``byoc plan-check``."""
    waived = [one for one in ordered(material.findings) if one.waiver is not None]
    rest = [one for one in material.findings if one.waiver is None and one not in unchecked]
    alone = replace(material, answers=(), findings=rest)
    print_lines(console, (*_findings(alone), *_skipped(waived), *_unchecked(unchecked), *_idle(alone)))


def _skipped(waived: Sequence[Finding]) -> Iterator[Line]:
    """Each reason once, with the checks and the resources that it is given for."""
    reasons: dict[str, list[Finding]] = {}
    for finding in waived:
        if finding.waiver is not None:
            reasons.setdefault(finding.waiver.reason, []).append(finding)
    if reasons:
        yield 0, Text.assemble(("Skipped", "bold"), f": {len(waived)}, for {len(reasons)} reasons")
    for reason, findings in reasons.items():
        checks = ", ".join(dict.fromkeys(finding.policy for finding in findings))
        names = ", ".join(dict.fromkeys(short_name(finding.claim.subject) for finding in findings))
        yield indented(Text.assemble(("∙ ", "dim"), f"{checks} of {printable(names)}: {printable(reason)}"), 2)


def _unchecked(findings: Sequence[Finding]) -> Iterator[Line]:
    if findings:
        yield 0, Text.assemble(("Not checked", "bold"), f": {len(findings)}")
        for finding in findings:
            yield indented(Text.assemble(("? ", "yellow"), printable(finding.claim.text)), 2)


def _head(material: Material) -> Iterator[Line]:
    contract = material.contract
    where = f"{contract.environment_id} · account {contract.account} · {contract.region}"
    kind = "rehearsed in an embedded AWS" if contract.emulated else "audited"
    yield 0, Text.assemble(("AutoMQ BYOC boundary ", "bold"), printable(where), f" · {kind}")
    if not contract.reviewed:
        yield 0, Text("The contract was drafted, not declared: confirm its lines that say reviewed: false.", "yellow")
    yield _BLANK


def _answers(material: Material) -> Iterator[Line]:
    for answer in material.answers:
        yield _title(answer)
        broken = by_verdict(answer.claims, Verdict.BROKEN)
        for claim in broken:
            yield from _claim(material, claim)
        unknown = material.alike(by_verdict(answer.claims, Verdict.UNKNOWN))
        yield from _groups(material, unknown, _UNREAD)
        yield from _groups(material, material.alike(by_verdict(answer.claims, Verdict.HOLDS)), _HELD)
        yield _BLANK


def _title(answer: Answer) -> Line:
    counts = Counter(claim.verdict for claim in answer.claims)
    tally = ", ".join(f"{counts[verdict]} {verdict.value}" for verdict in Verdict if counts[verdict])
    style = STYLES[answer.verdict]
    mark = f"{MARKS[answer.verdict]} {answer.verdict.value:<8}"
    told = (f"  {answer.question}: {tally or 'no claims'}", "dim")
    return 0, Text.assemble((mark, style), (f" {answer.title}", "bold"), told)


def _groups(material: Material, groups: list[list[Claim]], most: int) -> Iterator[Line]:
    for group in groups[:most]:
        yield indented(_sentence(material, group), 2)
    if len(groups) > most:
        claims = sum(len(group) for group in groups[most:])
        yield indented(Text(f"and {claims} more: see report.html", "dim"), 4)


def _sentence(material: Material, group: list[Claim]) -> Text:
    first = group[0]
    text = Text.assemble((f"{MARKS[first.verdict]} ", STYLES[first.verdict]), printable(first.text))
    if len(group) > 1 and first.reason == "emulator_cannot_show":
        return text.append(f" (and {len(group) - 1} more facts that no emulator shows)", "dim")
    others = list(dict.fromkeys(material.brief(claim.subject) for claim in group[1:] if claim.subject != first.subject))
    if others:
        more = f" and {len(others) - _NAMES} more" if len(others) > _NAMES else ""
        text.append(f" (likewise {printable(', '.join(others[:_NAMES]))}{more})", "dim")
    elif len(group) > 1:
        text.append(f" (and {len(group) - 1} more like it)", "dim")
    return text


def _claim(material: Material, claim: Claim) -> Iterator[Line]:
    yield indented(Text.assemble((f"{MARKS[claim.verdict]} ", STYLES[claim.verdict]), printable(claim.text)), 2)
    if claim.missing:
        yield indented(Text(f"needs {', '.join(claim.missing)}", "yellow"), 4)
    for hop in claim.path:
        yield indented(_hop(material, hop), 4)


def _hop(material: Material, hop: Hop) -> Text:
    text = Text.assemble("→ ", (printable(material.named(hop.node)), "bold"), f" {printable(hop.says)}")
    cited = cite(hop.because)
    return text.append(f"  [{cited}]", "dim") if cited else text


def cite(citations: Iterable[Citation]) -> str:
    """Citations in short: document and pointer, and the first record's id; records of one document are counted."""
    places: dict[str, list[str]] = {}
    for citation in citations:
        places.setdefault(f"{citation.document}{citation.pointer}".strip(), []).append(citation.record)
    return printable("; ".join(_place(place, records) for place, records in places.items()))


def _place(place: str, records: list[str]) -> str:
    more = f" +{len(records) - 1}" if len(records) > 1 else ""
    return f"{place} record {records[0][:_ID]}{more}".strip()


def _findings(material: Material) -> Iterator[Line]:
    waived = [finding for finding in ordered(material.findings) if finding.waiver is not None]
    findings = [finding for finding in ordered(material.findings) if finding.waiver is None]
    counts = Counter(finding.verdict for finding in findings)
    told = [f"{counts[verdict]} {verdict.value}" for verdict in Verdict if counts[verdict]]
    tally = ", ".join([*told, *([f"{len(waived)} waived"] if waived else [])])
    yield 0, Text.assemble(("Findings", "bold"), f": {tally or 'none'}")
    shown = {claim for answer in material.answers for claim in by_verdict(answer.claims, Verdict.BROKEN)}
    for _, group in groupby(
        (f for f in findings if f.verdict is not Verdict.UNKNOWN), key=lambda f: (f.policy, f.verdict)
    ):
        yield from _one_policy(material, list(group), shown)
    yield from _unknown_findings([f for f in findings if f.verdict is Verdict.UNKNOWN])
    yield from (line for finding in waived for line in _waived(material, finding))
    yield _BLANK


def _idle(material: Material) -> Iterator[Line]:
    counts = Counter(material.results.values())
    yield (
        0,
        Text.assemble(
            ("Policies", "bold"), ": ", ", ".join(f"{counts[r]} {r.replace('_', ' ')}" for r in Result if counts[r])
        ),
    )
    if material.idle:
        yield 0, Text.assemble(("Nothing to judge", "bold"), f": {', '.join(material.idle)}")


def _waived(material: Material, finding: Finding) -> Iterator[Line]:
    waiver = finding.waiver
    if waiver is not None:
        said = f"{finding.policy} {finding.severity.value} {finding.verdict.value}"
        yield indented(Text.assemble((f"∙ {said}, waived ", "dim"), finding.title), 2)
        yield indented(_about(material, finding.claim), 4)
        yield indented(Text.assemble(("waived ", "cyan"), printable(waiver.said)), 4)


def _one_policy(material: Material, findings: list[Finding], shown: set[Claim]) -> Iterator[Line]:
    first = findings[0]
    mark = f"{MARKS[first.verdict]} {first.policy} {first.severity.value}"
    yield indented(Text.assemble((mark, STYLES[first.verdict]), f" {first.title}"), 2)
    if first.verdict is Verdict.HOLDS and material.answers:
        yield indented(Text(f"{len(findings)} times, nothing to do: byoc check shows each with its path", "dim"), 4)
        return
    for finding in findings:
        yield indented(_about(material, finding.claim), 4)
        if finding.claim in shown and finding.claim.path:
            yield indented(Text("path: as in the answer above", "dim"), 6)
        else:
            yield from (indented(_hop(material, hop), 6) for hop in finding.claim.path)
    yield indented(Text.assemble(("remedy: ", "cyan"), printable(first.remedy)), 4)


def _about(material: Material, claim: Claim) -> Text:
    name = printable(material.named(claim.subject))
    known = name in claim.text or material.brief(claim.subject) in claim.text
    return Text(printable(claim.text)) if known else Text.assemble((name, "bold"), f": {printable(claim.text)}")


def _unknown_findings(findings: list[Finding]) -> Iterator[Line]:
    policies: dict[tuple[str, str], int] = Counter((finding.policy, finding.title) for finding in findings)
    for policy, title in list(policies)[:_UNREAD]:
        times = f" ({policies[policy, title]} subjects)" if policies[policy, title] > 1 else ""
        yield indented(Text.assemble(("? ", "yellow"), f"{policy} {title}: not known{times}"), 2)
    if len(policies) > _UNREAD:
        yield indented(Text(f"and {len(policies) - _UNREAD} more policies not known: see report.html", "dim"), 4)


def _files(files: Sequence[str]) -> Iterator[Line]:
    if files:
        yield 0, Text("Files", "bold")
        yield from (indented(Text(name), 2) for name in files)


def indented(text: Text, columns: int) -> Line:
    """A line that starts at a column."""
    return columns, text


def print_lines(console: Console, lines: Iterable[Line]) -> None:
    """Print lines, each wrapped at the console's width with what follows hanging below its start."""
    for columns, text in lines:
        parts = text.wrap(console, max(console.width - columns - _HANGING, _NARROWEST)) or [Text()]
        for number, part in enumerate(parts):
            part.rstrip()
            indent = columns + (_HANGING if number else 0)
            console.print(Text(" " * indent if part.plain else "").append_text(part), highlight=False, soft_wrap=True)


def printable(text: str) -> str:
    """A text from AWS without control characters, so that it cannot steer a terminal."""
    return "".join(letter if letter.isprintable() else " " for letter in text)
