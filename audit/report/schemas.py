"""JSON Schemas of what the audit writes and no pydantic model states: graph, answers, findings and records."""

from __future__ import annotations

from typing import Any

from audit.model.graph import FORMAT as GRAPH_FORMAT
from audit.model.graph import EdgeKind, NodeKind
from audit.model.verdict import Severity, Verdict
from audit.report.json_files import ANSWERS_FORMAT, FINDINGS_FORMAT

Schema = dict[str, Any]

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_TEXT: Schema = {"type": "string"}
_TEXTS: Schema = {"type": "array", "items": _TEXT}
_RECORD: Schema = {"type": "string", "description": "sha256 of a snapshot's line; empty when no call was made"}
_RECORDS: Schema = {"type": "array", "items": _RECORD}
_VERDICT: Schema = {"enum": [verdict.value for verdict in Verdict]}
_CITATION = {"record": _RECORD, "document": _TEXT, "pointer": {"type": "string", "description": "a JSON pointer"}}


def _object(properties: Schema, *optional: str) -> Schema:
    # Unknown fields of newer minor versions are allowed: readers keep them.
    return {"type": "object", "properties": properties, "required": [n for n in properties if n not in optional]}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


_HOP = _object({"node": _TEXT, "says": _TEXT, "because": _list(_object(_CITATION))})
_CLAIM = _object(
    {
        "verdict": _VERDICT,
        "reason": {"type": "string", "pattern": "^[a-z][a-z0-9_]*$"},
        "subject": _TEXT,
        "text": _TEXT,
        "path": _list(_HOP),
        "evidence": _RECORDS,
        "missing": {**_TEXTS, "description": "IAM permissions that would settle an unknown"},
    }
)
_UNKNOWN = _object({"code": _TEXT, "permission": _TEXT, "record": _RECORD})
_PROPERTIES: Schema = {
    "type": "object",
    "description": "facts: JSON, null for absent, {$unknown: {code, permission, record}} for what was not read",
}


def answers() -> Schema:
    """The schema of answers.json."""
    answer = _object({"question": _TEXT, "title": _TEXT, "verdict": _VERDICT, "claims": _list(_CLAIM)})
    return _file(ANSWERS_FORMAT, "Answers", {"verdict": _VERDICT, "answers": _list(answer)})


def findings() -> Schema:
    """The schema of findings.json."""
    finding = _object(
        {
            "policy": _TEXT,
            "title": _TEXT,
            "severity": {"enum": [severity.value for severity in Severity]},
            "verdict": _VERDICT,
            "claim": _CLAIM,
            "remedy": _TEXT,
            "source": _TEXT,
        }
    )
    return _file(FINDINGS_FORMAT, "Findings", {"verdict": _VERDICT, "findings": _list(finding)})


def graph() -> Schema:
    """The schema of graph.json."""
    node = {"id": _TEXT, "kind": {"enum": [str(kind) for kind in NodeKind]}, "name": _TEXT, "account": _TEXT}
    node |= {"region": _TEXT, "properties": _PROPERTIES, "records": _RECORDS}
    edge = {"source": _TEXT, "target": _TEXT, "kind": {"enum": [str(kind) for kind in EdgeKind]}}
    edge |= {"properties": _PROPERTIES, "records": _RECORDS, "because": _list(_object(_CITATION))}
    gap = {"kinds": _TEXTS, "account": _TEXT, "region": _TEXT, "operation": _TEXT, "$unknown": _UNKNOWN}
    lists = {"nodes": _list(_object(node)), "edges": _list(_object(edge)), "gaps": _list(_object(gap))}
    flags: Schema = {"directed": {"const": True}, "multigraph": {"const": True}}
    return _file(GRAPH_FORMAT, "Boundary graph", {**flags, **lists, "emulated": {"type": "object"}})


def record() -> Schema:
    """The schema of one line of a snapshot's file."""
    body = {
        "operation": {**_TEXT, "description": "botocore's name of the operation"},
        "params": {"type": "object"},
        "response": {"type": "object", "description": "botocore's parsed answer, pages merged, times ISO-8601 UTC"},
        "absent": {**_TEXT, "description": "the error code that means: there is none"},
        "unreadable": _object({"code": _TEXT, "permission": _TEXT}),
    }
    one = [{"required": [name]} for name in ("response", "absent", "unreadable")]
    schema = _object(body, "response", "absent", "unreadable")
    return {"$schema": _DIALECT, "title": "Snapshot record", **schema, "oneOf": one}


def _file(name: str, title: str, properties: Schema) -> Schema:
    return {"$schema": _DIALECT, "title": title, **_object({"format": {"const": name}, **properties})}
