"""The runbook for people: on a console, as Markdown and on paper, with what was measured filled in."""

from __future__ import annotations

import json
import tempfile
from importlib import metadata, resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from audit.report.pdf.wording import told as worded
from poc.markdown import page
from poc.migrate.gates import Phase
from poc.migrate.plan import FORWARD, REVERSE
from poc.migrate.runbook import word
from poc.paper import compiled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from poc.case.model import Case
    from poc.migrate.runbook import GateState, Runbook

_TITLES = {
    Phase.BEFORE: "Before the cutover",
    Phase.CUTOVER: "At the cutover, with producers and consumers stopped",
    Phase.ROLLBACK: "While going back is open",
}
_MEANINGS = {
    "continue": "every gate was measured, and is within its limit",
    "pause": "evidence is missing or too old, or a value is above its limit: nothing goes on until that is mended",
    "reverse": "a gate says to go back: clients stay at the source, or return to it",
}


def headline(found: Runbook) -> str:
    """The runbook in one sentence."""
    gates = found.gates
    counts = {verdict: sum(one.verdict == verdict for one in gates) for verdict in ("continue", "pause", "reverse")}
    return (
        f"{word(gates).capitalize()}: of {len(gates)} gates {counts['continue']} say continue, {counts['pause']} pause "
        f"and {counts['reverse']} reverse."
    )


def shown(found: Runbook, phase: Phase) -> Iterator[str]:
    """What a check says on the console."""
    gates = found.of(phase)
    yield f"{found.case}, {_TITLES[phase].lower()}: {word(gates)}, {_MEANINGS[word(gates)]}\n"
    for gate in gates:
        yield f"{gate.verdict:<10}{gate.title}: {gate.measured}"
        yield from (f"          {one}" for one in gate.detail)


def markdown(found: Runbook, case: Case) -> str:
    """runbook.md."""
    return page("poc.migrate", "runbook.md.j2", {"limit": limit}, **_values(found, case))


def pdf(found: Runbook, case: Case) -> bytes:
    """runbook.pdf; raises UsageError where typst is not there or does not set it."""
    values = _values(found, case)
    data = {
        **{key: values[key] for key in ("headline", "meanings", "steps", "back")},
        "runbook": found.model_dump(mode="json"),
        "verdict": word(found.gates),
        "phases": [
            {
                "title": one["title"],
                "command": one["command"],
                "verdict": one["verdict"],
                "gates": [
                    {**gate.model_dump(mode="json"), "limit": limit(gate), "who": values["owners"][gate.gate]}
                    for gate in one["gates"]
                ],
            }
            for one in values["phases"]
        ],
        "kit": metadata.version("automq-byoc-kit"),
    }
    template = resources.files(__package__).joinpath("templates", "runbook.typ").read_text("utf-8")
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "runbook.typ").write_text(template, "utf-8")
        (root / "data.json").write_text(json.dumps(worded(data)), "utf-8")
        return compiled(root / "runbook.typ")


def limit(gate: GateState) -> str:
    """What a gate allows, in words."""
    watched = f", over {gate.window_seconds:g} s" if gate.window_seconds else ""
    return f"at most {gate.threshold:g} {gate.unit}{watched}; otherwise {gate.otherwise}"


def _values(found: Runbook, case: Case) -> dict[str, Any]:
    people = case.people
    owners = {
        gate.gate: f"{people[gate.owner].team}, {people[gate.owner].contact}" if gate.owner in people else ""
        for gate in found.gates
    }
    phases = [
        {"title": _TITLES[one], "command": one.command, "verdict": word(found.of(one)), "gates": found.of(one)}
        for one in Phase
    ]
    return {
        "found": found,
        "headline": headline(found),
        "meanings": _MEANINGS,
        "phases": phases,
        "owners": owners,
        "steps": list(_steps(case)),
        "back": list(_back(case)),
    }


def _steps(case: Case) -> Iterator[str]:
    told = case.migration
    if told.vendor_confirmed is not None and told.tool == "automq-linking":
        yield "Make the link and its topics in AutoMQ's console, with the source's own security."
    else:
        yield f"Start MirrorMaker 2 with {FORWARD}, near the target; let it copy what is kept."
    yield "Run `byoc poc migrate check` until every gate says continue, and again on the day."
    yield "Stop the producers. Let the consumers read to the end, then stop them."
    yield "Run `byoc poc migrate cutover-check`; go on only when every gate says continue."
    yield "Stop the replication to the target."
    yield f"Start MirrorMaker 2 with {REVERSE}, near the source. Going back is open from here on."
    yield "Start the consumers at the target, then the producers, one application after the other."
    yield "Run `byoc poc migrate rollback-check` again and again while both sides are kept."
    yield "Stop the replication back only when the rollback's owner gives it up: that is the point of no return."


def _back(case: Case) -> Iterator[str]:
    owner = case.migration.rollback_owner
    who = (
        f"{case.people[owner].team} ({case.people[owner].contact})"
        if owner is not None
        else "Its owner, who is not named yet,"
    )
    yield f"{who} decides to go back when a gate says reverse, or an application cannot work at the target."
    yield "Stop the producers at the target, then the consumers."
    yield "Run `byoc poc migrate rollback-check`: what would be lost is 0 when everything was copied back."
    yield "Stop the replication back, start the consumers and then the producers at the source."
    yield "Groups read again at the source what lies between their last offset there and the one that was copied back."
