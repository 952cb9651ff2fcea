"""AWS CodeBuild: build projects and the roles their builds run as."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from audit.model.facts import Unknown
from audit.model.graph import Gap, Node, NodeKind
from audit.model.snapshot import NOT_COLLECTED
from audit.services.row import Row
from audit.services.runs_as import batches, if_trusted, runs_as

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.services.facts import Element, Facts

    Detail = dict[str, Any] | Unknown

_codebuild = partial(Row, "codebuild")
_PROJECTS, _DETAILS = "codebuild:ListProjects", "codebuild:BatchGetProjects"
_A_CALL, _QUOTA = 100, 5000

ROWS = (
    _codebuild("ListProjects", _PROJECTS, "which build projects there are", **if_trusted("codebuild", "codebuild")),
    _codebuild(
        "BatchGetProjects",
        _DETAILS,
        "as which roles whoever starts a build can act",
        parent=_PROJECTS,
        each=f"[{', '.join(batches('projects', _A_CALL, _QUOTA))}][?@].{{names: @}}",
    ),
)


def describe(facts: Facts) -> Iterator[Element]:
    """Build projects with their role and network."""
    details = dict(_details(facts))
    for found in facts.listing(_PROJECTS, "projects", NodeKind.BUILD_PROJECT):
        if isinstance(found, Gap):
            yield found
        else:
            yield from _project(facts, str(found[0]), details, found[1])


def _details(facts: Facts) -> Iterator[tuple[str, Detail]]:
    """What each project's batch said of it, or why it could not be read."""
    for record in facts.records(_DETAILS):
        unknown = facts.unknown(_DETAILS, record)
        if unknown is not None:
            yield from ((name, unknown) for name in record.params["names"])
            continue
        for item in (record.response or {}).get("projects") or ():
            yield item["name"], {**item, "$record": record.id}


def _project(facts: Facts, name: str, details: dict[str, Detail], record: str) -> Iterator[Element]:
    detail: Detail = details.get(name, Unknown(_DETAILS, NOT_COLLECTED, record))
    known = {} if isinstance(detail, Unknown) else detail
    found = {"role": known.get("serviceRole"), "vpc": (known.get("vpcConfig") or {}).get("vpcId")}
    properties = dict.fromkeys(found, detail) if isinstance(detail, Unknown) else found
    arn = facts.arn("codebuild", f"project/{name}")
    records = tuple(dict.fromkeys((record, str(known.get("$record", record)))))
    yield Node(arn, NodeKind.BUILD_PROJECT, name, facts.account, facts.region, properties, records)
    yield from runs_as(facts, arn, known.get("serviceRole"), records[-1])
