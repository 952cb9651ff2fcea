"""What a bundle holds beside the snapshot: one row a member, made from the judged boundary."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import yaml

from audit.graph.export import graph_json
from audit.policy import waivers
from audit.policy.load import read_all
from audit.report import findings, html, json_files, markdown, pdf
from audit.report.diagrams import FORMS, pictures

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from audit.boundary import Boundary
    from audit.evidence.bundle import Bundle
    from audit.model.snapshot import Snapshot
    from audit.model.waiver import Waiver
    from audit.policy import Policy
    from audit.report.diagrams.picture import Picture
    from audit.report.material import Material

POLICIES, DIAGRAMS, WAIVERS, CONTRACT, RUN = "policies/", "diagrams/", "waivers.yaml", "contract.json", "run.json"
POC = "poc/"
"""Where the artifacts of a proof of concept stand, with the scorecard that they and the audit come to."""
_DRAWN = ("d2", "graphml", "mermaid", "svg")
"""The forms in which diagrams are kept: a PNG's letters are those of the machine that draws it."""
_MOST_BYTES = 64 << 20


@dataclass(frozen=True)
class Case:
    """A judged boundary with what it was judged by; ``run`` is the text of run.json.

    ``attached`` are the artifacts of a proof of concept by file name.
    """

    snapshot: Snapshot
    boundary: Boundary
    material: Material
    policies: tuple[Policy, ...]
    waivers: tuple[Waiver, ...]
    run: str
    attached: Mapping[str, bytes] = field(default_factory=dict)

    @cached_property
    def pictures(self) -> tuple[Picture, ...]:
        """The diagrams, drawn."""
        return pictures(self.boundary)


@dataclass(frozen=True, slots=True)
class Row:
    """A member: its name, what makes it, and whether judging again must give the same bytes."""

    name: str
    make: Callable[[Case], str | bytes]
    judged: bool = True


def _format(name: str) -> Callable[[Case], str]:
    return lambda case: findings.render(name, case.material)


def _answers(case: Case) -> str:
    return json_files.text(json_files.answers_json(case.material.answers))


ROWS = (
    Row(CONTRACT, lambda case: case.material.contract.text()),
    Row("graph.json", lambda case: graph_json(case.material.graph)),
    Row("answers.json", _answers),
    Row("findings.json", _format("json")),
    Row("findings.sarif", _format("sarif"), judged=False),
    Row("findings.ocsf.json", _format("ocsf"), judged=False),
    Row("findings.oscal.json", _format("oscal"), judged=False),
    Row("report.html", lambda case: html.report(case.material, case.snapshot, case.pictures), judged=False),
    Row("report.md", lambda case: markdown.report(case.material), judged=False),
    Row("report.pdf", lambda case: pdf.report(case.material, case.snapshot, case.pictures), judged=False),
    Row(RUN, lambda case: case.run, judged=False),
)


def rendered(case: Case, *, judged: bool = False) -> dict[str, bytes]:
    """Every member but the snapshot's, or with ``judged`` those alone that judging again must give."""
    found = {row.name: row.make(case) for row in ROWS if row.judged or not judged}
    if not judged:
        found |= dict(_inputs(case)) | dict(_diagrams(case))
        found |= {f"{POC}{name}": content for name, content in case.attached.items()}
    return {name: made.encode() if isinstance(made, str) else made for name, made in sorted(found.items())}


def _diagrams(case: Case) -> Iterator[tuple[str, str | bytes]]:
    """Each view in each form; what is drawn already is not drawn again."""
    for picture in case.pictures:
        for name in _DRAWN:
            content = picture.svg if name == "svg" else FORMS[name].render(picture.diagram)
            yield f"{DIAGRAMS}{picture.view}.{FORMS[name].EXTENSION}", content


def _inputs(case: Case) -> Iterator[tuple[str, str]]:
    for policy in case.policies:
        content = policy.model_dump(mode="json", by_alias=True, exclude_unset=True)
        yield f"{POLICIES}{policy.id}.yaml", _yaml(content)
    if case.waivers:
        file = waivers.WaiverFile(waivers=case.waivers)
        yield WAIVERS, _yaml(file.model_dump(mode="json"))


def _yaml(content: object) -> str:
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=110)


@dataclass(frozen=True)
class _Text:
    """A member as what reads policies takes it: a name and bytes."""

    name: str
    content: bytes

    def open(self, _: str) -> io.BytesIO:
        """The bytes."""
        return io.BytesIO(self.content)


def read_policies(bundle: Bundle) -> tuple[Policy, ...]:
    """The policies of a bundle; they are data, and reading them runs nothing. Raises UsageError for a bad one."""
    names = [name for name in bundle.digests if name.startswith(POLICIES)]
    return read_all(_Text(name, bundle.read(name, _MOST_BYTES)) for name in names)


def read_waivers(bundle: Bundle, policies: tuple[Policy, ...]) -> tuple[Waiver, ...]:
    """The waivers of a bundle; raises UsageError for a bad one."""
    if WAIVERS not in bundle:
        return ()
    return waivers.load(_Text(WAIVERS, bundle.read(WAIVERS, _MOST_BYTES)), {policy.id for policy in policies})
